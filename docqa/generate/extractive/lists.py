"""Questions from lists: a procedure from numbered steps, an enumeration from its lead-in, a term from its entry.

A list is used only when it is surely whole: its steps count from one without a gap, no code or table stands between
its items, and it does not end where the chunk was cut. Half a procedure is worse than none. The answer is the list as
it stands, marker by marker, so nothing is made up; the question comes from the sentence that introduces the list or,
for steps, from the heading that names the task.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from docqa.generate.extractive import entries, leads
from docqa.generate.extractive.patterns import Draft
from docqa.generate.extractive.places import script, section, strip_number, title
from docqa.records import Chunk, Piece
from docqa.text import cjk_ratio, sentences

FEWEST, MOST = 3, 14
"""Steps of a procedure; an enumeration may have two items."""

_LONGEST = 1600
_SURELY_UNCUT = 350
"""Tokens. The chunker cuts a list only where list and lead-in are larger than a whole chunk (512 tokens by default), so
a chunk much smaller than that does not end with a cut list."""

_MARKER = re.compile(
    r"\s*(?:[-–—•●○◦▪■□‣·*➢§✓]\s*|(?:Step\s+)?(?P<digits>\d{1,2})[.)、．:：]\s*|[(（](?P<inner>\d{1,2})[)）]\s*"
    r"|[(（]?(?P<letter>[a-z])[.)）]\s+|[(（]?(?P<numeral>[一二三四五六七八九十]{1,3})[)）、.．]\s*"
    r"|第(?P<step>[一二三四五六七八九十]{1,3})步[：:，、]?\s*|(?P<circled>[①-⑳])\s*)"
)
_NUMERALS = "一二三四五六七八九十"

_TASK_EN = re.compile(
    r"(?:procedure|instructions?|steps?|checks?|test|start(?:-?up)?|shut-?down|lock-out|tag-out|installation|removal|replacement|"
    r"maintenance|inspection|assembly|disassembly|calibration|cleaning|commissioning|opening|closing|application|registration|"
    r"handover|reassembly|\w+ing)\b",
    re.IGNORECASE,
)
_TASK_ZH = re.compile(
    r"(?:步骤|步驟|流程|程序|顺序|順序|操作|方法|如何|怎样|安装|安裝|拆卸|更换|更換|启动|啟動|停止|停机|清洗|清洁|检查|檢查|检修|维护|保养|调配|调试|处理|處理|"
    r"处置|處置|响应|更衣|交接|装箱|验收|核对|申请|申請|办理|辦理|开通|注销|销户|开户|挂失|审批|报告|上报|启用|配置|构建|打包|上传)$"
)
_NO_TASK = re.compile(
    r"\b(?:objectives?|outcomes?|goals?|results?|features?|references?|questions?|topics?)$|目标|目的|要求$",
    re.IGNORECASE,
)
_IN_ORDER = re.compile(
    r"\b(?:order|steps?|procedure|sequence|checks|actions|stages)\b|步骤|步驟|顺序|順序|次序|流程|程序|操作",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:this|these|those|it|its|they|them|he|she|here|above|below)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """A list item: the whole text, the text after its marker, and its number if it has one."""

    start: int
    end: int
    text: str
    body: str
    number: int | None


@dataclass(frozen=True)
class Run:
    """Items that follow each other, the index of the first one's piece, and whether the list is surely all there."""

    items: tuple[Item, ...]
    first: int
    whole: bool


def questions(chunk: Chunk) -> Iterator[Draft]:
    """The drafts of the chunk's lists, in reading order."""
    runs = list(_runs(chunk))
    steps = [run for run in runs if _is_procedure(run)]
    for run in runs:
        lead = _lead(chunk, run)
        yield from entries.questions(
            chunk, [(item.start, item.end, item.body) for item in run.items if item.number is None], lead and lead[2]
        )
        if not run.whole or sum(item.end - item.start for item in run.items) > _LONGEST:
            continue
        draft = lead and _enumeration(chunk, run, lead)
        if draft:
            yield draft
        elif run in steps and len(steps) == 1:
            yield from _procedure(chunk, run)


# ------------------------------------------------------------------------------------------------------------ lists


def _runs(chunk: Chunk) -> Iterator[Run]:
    at = 0
    for is_list, group in groupby(chunk.pieces, key=lambda piece: piece.kind == "list"):
        pieces = list(group)
        if is_list and len(pieces) > 1:
            # A nested item belongs to the item above it, which is not whole without it.
            flat = len({piece.level for piece in pieces}) == 1
            items = tuple(_item(chunk, piece) for piece in pieces)
            yield Run(items, at, flat and _whole(chunk, items, at + len(pieces)))
        at += len(pieces)


def _item(chunk: Chunk, piece: Piece) -> Item:
    text = chunk.text[piece.start : piece.end]
    marker = _MARKER.match(text)
    if not marker:
        return Item(piece.start, piece.end, text, text.strip(), None)
    return Item(piece.start, piece.end, text, text[marker.end() :].strip(), _number(marker))


def _number(marker: re.Match[str]) -> int | None:
    if digits := marker["digits"] or marker["inner"]:
        return int(digits)
    if marker["letter"]:
        return ord(marker["letter"]) - ord("a") + 1
    if marker["circled"]:
        return ord(marker["circled"]) - ord("①") + 1
    numeral = marker["numeral"] or marker["step"]
    if not numeral:
        return None
    tens, _, ones = numeral.rpartition("十")
    ten = 10 * (_NUMERALS.index(tens) + 1 if tens else 1) if "十" in numeral else 0
    return ten + (_NUMERALS.index(ones) + 1 if ones else 0)


def _whole(chunk: Chunk, items: Sequence[Item], after: int) -> bool:
    """Whether the list begins and ends here: numbers count from 1, and what follows closes it."""
    numbers = [item.number for item in items]
    if any(numbers) and numbers != list(range(1, len(items) + 1)):
        return False
    if any(not _readable(item, chunk.language) or item.body.endswith((":", "：", ",", "，", "…")) for item in items):
        return False
    if after < len(chunk.pieces):
        following = chunk.pieces[after]
        if following.kind in ("code", "formula", "table", "caption"):
            return False
        later = next((piece for piece in chunk.pieces[after:] if piece.kind == "list"), None)
        marker = _MARKER.match(chunk.text, later.start, later.end) if later else None
        return not (marker and any(numbers) and _number(marker) == len(items) + 1)
    if chunk.tokens <= _SURELY_UNCUT:
        return True
    marks = {item.body[-1] for item in items[:-1]}
    return marks <= set(";；") and items[-1].body[-1] in ".。"


def _readable(item: Item, language: str) -> bool:
    """Whether an item says something in the chunk's language: translations are often left unfinished in the middle."""
    return bool(item.body) and (language != "zh" or cjk_ratio(item.body) > 0.1 or len(item.body.split()) < 4)


def _lead(chunk: Chunk, run: Run) -> tuple[int, int, str] | None:
    """The sentence before the list that ends in a colon, as (start, end, text)."""
    if not run.first or chunk.pieces[run.first - 1].kind != "paragraph":
        return None
    piece = chunk.pieces[run.first - 1]
    text = chunk.text[piece.start : piece.end]
    if not text.rstrip().endswith((":", "：")):
        return None
    *before, (start, end) = sentences(text, chunk.language)
    if not before and _breaks_off(chunk, run.first - 2):
        return None
    return piece.start + start, piece.start + end, text[start:end]


def _breaks_off(chunk: Chunk, index: int) -> bool:
    """Whether a paragraph ends in the middle of its sentence, as one does that a page break cut in two."""
    if index < 0 or chunk.pieces[index].kind != "paragraph":
        return False
    return not chunk.text[: chunk.pieces[index].end].rstrip().endswith(tuple('。.!?！？：:；;”"）)'))


# ------------------------------------------------------------------------------------------------------ enumerations


def _enumeration(chunk: Chunk, run: Run, lead: tuple[int, int, str]) -> Draft | None:
    start, end, text = lead
    question = leads.question(text, chunk)
    if not question:
        return None
    ordered = run.items[0].number is not None
    template = f"{'steps' if ordered and _IN_ORDER.search(text) else 'items'}-lead-{chunk.language}"
    lines = [item.text.strip() if ordered else f"- {item.body}" for item in run.items]
    return Draft(
        template=template,
        question=question,
        answer="\n".join([leads.stated(text), *lines]),
        quotes=((start, end), *((item.start, item.end) for item in run.items)),
    )


# -------------------------------------------------------------------------------------------------------- procedures


def _is_procedure(run: Run) -> bool:
    return FEWEST <= len(run.items) <= MOST and run.items[0].number == 1


def _procedure(chunk: Chunk, run: Run) -> Iterator[Draft]:
    """The steps of the task that the heading names."""
    task = section(chunk)
    where = title(chunk)
    if not task or not where or len(task) > 60 or _NO_TASK.search(task):
        return
    if chunk.language == "zh":
        yield from _procedure_zh(chunk, run, task, where)
    elif _TASK_EN.search(task) and _mostly_imperative(run) and not _POINTING.search(task):
        above = strip_number(chunk.heading_path[-2]) if len(chunk.heading_path) > 1 else ""
        within = f"the section “{above}” of “{where}”" if above and above not in (where, task) else f"“{where}”"
        yield Draft(
            template="steps-heading-en",
            question=_ask(task, within),
            answer="\n".join(item.text.strip() for item in run.items),
            quotes=tuple((item.start, item.end) for item in run.items),
        )


def _ask(task: str, within: str) -> str:
    gerund = re.match(r"[A-Z][a-z]+ing\b(?: (?:the|a|an|of)\b| and [a-z]+ing\b)", task)
    if gerund:
        return f"What are the steps for {task[0].lower()}{task[1:]} according to {within}?"
    return f"What steps does {within} give for “{task}”?"


def _procedure_zh(chunk: Chunk, run: Run, task: str, where: str) -> Iterator[Draft]:
    if not _TASK_ZH.search(task) or re.search(r"[。？?！]", task):
        return
    above = strip_number(chunk.heading_path[-2]) if len(chunk.heading_path) > 1 else ""
    part = f"“{above}”" if above and above not in (where, task) else ""
    asks = "是什么" if task.endswith(("步骤", "步驟", "流程", "程序", "顺序", "順序", "方法")) else "有哪些步骤"
    yield Draft(
        template="steps-heading-zh",
        question=script(f"根据《{where}》{part}，{task}{asks}？", chunk),
        answer="\n".join(item.text.strip() for item in run.items),
        quotes=tuple((item.start, item.end) for item in run.items),
    )


def _mostly_imperative(run: Run) -> bool:
    """Whether at least 7 in 10 steps begin as an order does: with a verb's base form, or a condition before one."""
    from lemminflect import getAllLemmas

    def order(body: str) -> bool:
        word = re.match(r"[A-Za-z]+", body)
        if not word:
            return False
        first = word.group().casefold()
        if first in ("if", "when", "where", "do", "after", "before", "never", "always", "be", "then", "using", "with"):
            return True
        return first in getAllLemmas(first).get("VERB", ())

    return sum(order(item.body) for item in run.items) >= 0.7 * len(run.items)
