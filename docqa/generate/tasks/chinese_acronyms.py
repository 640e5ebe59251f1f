"""The abbreviations that a Chinese text explains, with full names: 质量管理体系（QMS）, …（以下简称“影响评估”）.

No space says where a full name begins. It is taken only where that is certain: between 《》 or “”, or from the start
of its clause, less what can stand in front of a name and in none (根据, 应当建立). What is left must not read like a
clause, and be no longer than its abbreviation makes likely; a 简称 has its ideographs in the name's order. A text with
one that is not read so has no list: one that leaves some out is wrong. The demo's documents have seven, all right.
"""

import re
from collections.abc import Iterator

from docqa.text import CJK

LONGEST = 30
"""Characters of a full name; where the abbreviation is in letters, three a letter and three more."""

_BRACKET = re.compile("[（(][^（()）]*[)）]")
_CALLED = re.compile(f"[（(](?:以下|下)?(?:统|統)?[简簡][称稱]为?[:：]?[“「『《]?([{CJK}]{{2,10}})[”」』》]?[)）]")
_LETTERS = re.compile("[（(](?:[A-Za-z][A-Za-z' -]+[,，] ?)?(?:(?:以下)?[简簡][称稱])?“?([A-Z]{2,7})”?[)）]")
_EXPLAINS = re.compile("[简簡][称稱]|[缩縮][写寫]|(?<![A-Za-z0-9-])[A-Z]{2,7}(?![A-Za-z0-9-])")
"""What a bracket has that explains an abbreviation, or may."""

_NONE = frozenset("APP VIP USB PDF ID OK NO CEO".split())
"""Letters that name a thing and shorten no name."""

_MARKED = re.compile("(?:《([^《》]+)》|“([^“”]+)”|「([^「」]+)」)$")
_RUN = re.compile(f"[{CJK}A-Za-z0-9·-]*$")
_OPENING = re.compile(
    "^(?:第[一二三四五六七八九十百零]+[条條章节節项項]|[一二三四五六七八九十]+是|根据|根據|按照|依据|依據|依照|按|为了?|為了?|关于|關於|对于?|對於?|由|向|经|經"
    "|在|与|與|和|及|以及|其中|所谓|所謂)"
)
_VERBS = "|".join(
    (
        "建立 实施 實施 开展 開展 进行 進行 制定 编制 編制 采用 採用 使用 通过 通過 执行 執行 遵守 符合 设立 設立 "
        "成立 包括 采取 採取 提交 填写 填寫 完成 引入 应用 應用"
    ).split()
)
_DUTY = re.compile(f"^.*(?:应当|應當|必须|必須|可以|需要|不得|应|應)(?:{_VERBS})")
_DOES = re.compile(f"^(?:{_VERBS})(?:了|和{_VERBS})?")
_CLAUSE = re.compile(
    "|".join(
        (
            f"^本 [的了把被其该該此每且而或] {_VERBS} 适用于 適用於 按照 根据 根據 依照 列明 应当 應當 必须 必須 可以 "
            "不得 需要 如果 规定 規定 负责 負責 提供 开始 開始 之后 之後 以后 以後 之前 以前 称为 稱為 分别 分別"
        ).split()
    )
)
"""What stands in no name that can be told, or only in one that cannot."""

_JOINS = re.compile("(?<!共)[和与與及、]")


def full_names(text: str) -> dict[str, str]:
    """Abbreviation -> full name for all that stand in brackets; empty where one cannot be read, or two differ."""
    explained = [bracket for bracket in _BRACKET.finditer(text) if _EXPLAINS.search(bracket.group())]
    said = len(re.findall("[简簡][称稱]|[缩縮][写寫]", text))
    if said > sum(len(re.findall("[简簡][称稱]|[缩縮][写寫]", bracket.group())) for bracket in explained):
        return {}  # explained without a bracket, too
    found: dict[str, str] = {}
    for short, full in _read(text, explained):
        if not full or found.setdefault(short, full) != full:
            return {}
    return found


def _read(text: str, brackets: list[re.Match[str]]) -> Iterator[tuple[str, str]]:
    """The abbreviation and the full name of each bracket; "" for a name that cannot be told."""
    for bracket in brackets:
        called, letters = _CALLED.fullmatch(bracket.group()), _LETTERS.fullmatch(bracket.group())
        before = text[: bracket.start()]
        if called:
            yield called[1], _name(before, called[1])
        elif letters and letters[1] not in _NONE:
            yield letters[1], _name(before, letters[1])
        else:
            yield "", ""


def _name(before: str, short: str) -> str:
    """The name that ends where ``before`` ends; "" where its beginning cannot be told, or ``short`` does not fit it."""
    if marked := _MARKED.search(before):
        name = next(filter(None, marked.groups()))
    elif run := _RUN.search(before):
        name = _bare(run.group())
    return name if _fits(name, short) else ""


def _bare(run: str) -> str:
    """A clause up to its bracket without what stands in front of the name."""
    previous, name = "", _DUTY.sub("", run)
    while name != previous:
        previous, name = name, _DOES.sub("", _OPENING.sub("", name))
    return "" if _CLAUSE.search(name) else name


def _fits(name: str, short: str) -> bool:
    if short.isascii():
        return 2 * len(short) - 3 <= len(name) <= 3 * len(short) + 3 and not _JOINS.search(name)
    at = -1
    for char in short:
        at = name.find(char, at + 1)
        if at < 0:
            return False
    joined = _JOINS.search(name)
    return len(short) < len(name) <= LONGEST and (joined is None or name.find(short[0]) < joined.start())
