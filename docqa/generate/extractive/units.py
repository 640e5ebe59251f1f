"""Numbers and units as tables write them: "Flow m³/h", "温度，℃", "45 N·m", "up to 75".

A unit in a header belongs to the answer, or the answer is only half of one. Only what is certainly a unit is taken
for one: a single capital ("Type A") or a word ("3rd year") after a space is not.
"""

import re

_ATOM = (
    r"(?:[kKMGmµμnc]?(?:Wh|Pa|Hz|mol|eq|Ω|[mgtNWVAslLJ])|bar|mbar|min|h|d|K|°C|℃|°F|°|%|‰|ppm|rpm|r|dB|kt|ha|in|ft|lb|psi"
    r"|litres?|liters?|hours?|(?:working )?days?|weeks?|months?|years?|minutes?|seconds?|euros?|EUR|USD|GBP|RMB|CNY"
    r"|[€$£]|亿元|億元|万元|萬元|元|天|工作日|日|小时|小時|分钟|分鐘|秒|年|个月|個月|月|周|次|毫米|厘米|千米|公里|米|千克|毫克|微克|克"
    r"|吨|噸|毫升|升|摄氏度|度|人|台|件|支|片|个|個|倍|兆帕|千帕|帕|伏|安|千瓦|瓦|赫兹|毫摩尔|单位|分贝|分|只|户|笔|份|张|盒|瓶)"
)
_POWER = r"(?:[²³⁻¹]+|\^?-?[23](?!\d))?"
_UNIT = rf"{_ATOM}{_POWER}(?:\s?[/·.⋅*×]\s?(?:\d+(?:\.\d+)?\s?)?{_ATOM}{_POWER}){{0,2}}(?:\(A\))?"
_UNIT_ONLY = re.compile(rf"{_UNIT}$")
_BRACKETED = re.compile(
    rf"^(?P<name>.+?)\s*[(（\[【](?:in\s+|单位[：:])?(?P<unit>{_UNIT}(?:\s[^()（）]{{1,14}})?)[)）\]】]$"
)
_AFTER_MARK = re.compile(
    rf"^(?P<name>.+?)\s*(?:[,，]\s*(?:in\s+)?|[/／]\s*|\s+in\s+)(?P<unit>{_UNIT}(?:\s[\w ]{{1,14}})?)$"
)
_AFTER_SPACE = re.compile(
    rf"^(?P<name>.*[^\W\d_]{{2}}(?<!\bin))\s+(?P<unit>(?![A-Z]$|[dtr]$|in$|[a-z]{{4,}}$){_UNIT})$"
)

# In Chinese a unit of one's own making ("个/皿·0.5小时") is marked by its stroke.
_RATE = re.compile(r"^(?P<name>[^,，(（]+?)\s*[,，(（]\s*(?P<unit>[^\s,，]{1,6}/[^,，/()（）]{1,10})[)）]?$")

_FIGURE = r"[-+−±]?\s?\d+(?:[ ,]\d{3})*(?:\.\d+)?"
_BOUND = (
    r"(?:up to|at most|at least|no more than|not more than|less than|more than|about|approx\.?|above|below|over|under"
    r"|max\.?|min\.?|[≤≥<>＜＞≦≧~≈]|不超过|不超過|不少于|不低于|不高于|低于|高于|大于|小于|至少|至多|约|約)"
)
_RANGE = r"(?:[-–—~～×x/]|to|至|到)"
_AMOUNT = re.compile(rf"^{_BOUND}?\s*{_FIGURE}(?:\s*{_RANGE}\s*{_FIGURE})*$", re.IGNORECASE)
_MEASURED = re.compile(
    rf"^{_BOUND}?\s*{_FIGURE}\s*(?:{_UNIT})?(?:\s*{_RANGE}\s*{_FIGURE}\s*(?:{_UNIT})?)*(?: (?:RMS|of rated))?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"^(?P<figure>{_FIGURE})\s*(?P<unit>{_UNIT})?$")


def split_unit(name: str) -> tuple[str, str]:
    """A header or row label as (name, unit); the unit is "" where none is certain."""
    for pattern in (_BRACKETED, _AFTER_SPACE, _AFTER_MARK, _RATE):
        if match := pattern.match(name.strip()):
            return match["name"].strip(), match["unit"].strip()
    return name.strip(), ""


def with_unit(value: str, unit: str) -> str:
    """The value of a cell with its header's unit, where the cell is a bare amount."""
    if not unit or not _AMOUNT.match(value):
        return value
    return f"{value}{unit}" if unit[0] in "%‰°℃" or "\u4e00" <= unit[0] <= "\u9fff" else f"{value} {unit}"


def is_amount(value: str) -> bool:
    """Whether a cell is a number, a range or a bound, with or without a unit, and nothing else."""
    return bool(_MEASURED.match(value))


def is_unit(text: str) -> bool:
    """Whether the text is a unit and nothing else."""
    return bool(_UNIT_ONLY.match(text))


def number(value: str) -> tuple[float, str] | None:
    """A cell that is one number, as (number, unit); None for a range, a bound or words."""
    match = _NUMBER.match(value.strip())
    if not match or "±" in match["figure"]:
        return None
    figure = match["figure"].replace("−", "-").replace(" ", "").replace(",", "")
    return float(figure), match["unit"] or ""
