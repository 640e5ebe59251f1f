"""A cell's value as the sheet shows it: numbers and dates under an Excel format code.

Source: ECMA-376 part 1, 18.8.31. What depends on the reader's country (the short date) is written as in ISO 8601;
month and day names are English; fractions and codes with a gap between the digits fall back to the plain number.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_SHORT_DATES = {"mm-dd-yy", "m/d/yy", "m/d/yy h:mm", "[$-f800]dddd, mmmm dd, yyyy"}
_TOKEN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].|AM/PM|A/P|y+|m+|d+|h+|s+(?:\.0+)?|.', re.I | re.S)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(.)', re.S)
_DIGITS = re.compile(r"([#0?][#0?,]*)?(\.[#0?]*)?(,*)(E[+-]?[#0?]+)?", re.I)


def shown(value: object, code: str) -> str:
    """``value`` as text under the format code; "" for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (datetime, date, time)):
        return _moment(value, code)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if "s" in code.lower() else "")
    if isinstance(value, (int, float)):
        return _number(value, code)
    return str(value)


# ----------------------------------------------------------------------------------------------------------- numbers


def _number(value: float, code: str) -> str:
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    section = sections[0]
    sign = "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if section.strip().lower() in ("general", "@", "") or "?/" in section or "#/" in section:
        return _general(value)
    pieces = [
        (next(filter(None, match[:3]), ""), match[3]) for match in map(re.Match.groups, _LITERAL.finditer(section))
    ]
    mask = "".join(char if char and char in "#0?.,Ee+-%" else "\0" for _, char in pieces)
    runs = [match for match in _DIGITS.finditer(mask) if re.search("[#0?]", match.group())]
    if not runs:
        return "".join(text or char or "" for text, char in pieces)
    run = runs[0]
    if len(runs) > 1:
        return _general(value)
    before, after = (
        "".join(text or char or "" for text, char in part) for part in (pieces[: run.start()], pieces[run.end() :])
    )
    scale = Decimal(100) if "%" in before + after else Decimal(1)
    digits = _digits(abs(Decimal(repr(value))) * scale, run)
    return f"{sign if re.search('[1-9]', digits) else ''}{before}{digits}{after}".strip()


def _digits(value: Decimal, run: "re.Match[str]") -> str:
    whole, point, thousands, exponent = (run[group] or "" for group in (1, 2, 3, 4))
    most, least = len(point[1:]), len(point[1:].replace("#", "").replace("?", ""))
    if exponent:
        text = f"{value:.{most}E}"
        mantissa, _, power = text.partition("E")
        return f"{mantissa}E{'-' if power.startswith('-') else '+'}{int(power.lstrip('+-')):02}"
    bare = whole.rstrip(",")
    value = value / 1000 ** (len(whole) - len(bare) + len(thousands))
    value = value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    text = f"{value:{',' if ',' in bare else ''}.{most}f}"
    number, _, decimals = text.partition(".")
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    number = number.zfill(bare.count("0")) if "," not in bare else number
    return f"{number}.{decimals}" if decimals else number


def _general(value: float) -> str:
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}".upper()


# ------------------------------------------------------------------------------------------------------------- dates


def _moment(value: date | time, code: str) -> str:
    code = code.split(";")[0]
    if code.lower() in _SHORT_DATES or not re.search("[ymdhs]", code, re.I):
        return _iso(value)
    tokens = _TOKEN.findall(code)
    twelve = any(token.upper() in ("AM/PM", "A/P") for token in tokens)
    kinds = [token[0].lower() if token[0].isalpha() else "" for token in tokens]
    parts = []
    for index, token in enumerate(tokens):
        before = next((kind for kind in reversed(kinds[:index]) if kind in ("y", "m", "d", "h", "s")), "")
        after = next((kind for kind in kinds[index + 1 :] if kind in ("y", "m", "d", "h", "s")), "")
        if token.startswith('"'):
            parts.append(token[1:-1])
        elif token.startswith("\\"):
            parts.append(token[1:])
        elif token[0] in "[_*":
            continue
        elif kinds[index] == "m" and (before == "h" or after == "s"):
            parts.append(_padded(getattr(value, "minute", 0), token))
        elif kinds[index] in ("y", "m", "d", "h", "s", "a"):
            parts.append(_part(value, token, kinds[index], twelve))
        else:
            parts.append(token)
    return "".join(parts).strip()


def _part(value: date | time, token: str, kind: str, twelve: bool) -> str:
    if kind in ("y", "m", "d") and not isinstance(value, date):
        return ""
    hour = getattr(value, "hour", 0)
    if kind == "a":
        return ("PM" if hour >= 12 else "AM")[: 2 if "M" in token.upper() else 1]
    if kind == "h":
        return _padded((hour - 1) % 12 + 1 if twelve else hour, token)
    if kind == "s":
        return _padded(getattr(value, "second", 0), token.partition(".")[0])
    if kind == "y":
        return value.strftime("%y") if len(token) <= 2 else f"{value.year:04}"  # type: ignore[union-attr]
    name = {3: "%b" if kind == "m" else "%a", 4: "%B" if kind == "m" else "%A"}.get(len(token))
    return value.strftime(name) if name else _padded(value.month if kind == "m" else value.day, token)  # type: ignore[union-attr]


def _padded(number: int, token: str) -> str:
    return f"{number:02}" if len(token) > 1 else str(number)


def _iso(value: date | time) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return value.isoformat()
