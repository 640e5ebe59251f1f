"""Conversations without a model, of the extractive questions of a chunk.

A walk through a table goes from row to row and from column to column; the sentences' questions follow in reading order.
One or both make a conversation; between them the subject changes. The answers are those of the extractive rules, but
for the share of conversations whose system prompt asks for a form: the bare value, or the source first.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from docqa.generate import Borrowed, Made
from docqa.generate.dialogue.forms import LONGEST_VALUE, chosen
from docqa.generate.dialogue.said import Asked, asked, explains, said
from docqa.generate.dialogue.turns import NAME, TURNS, as_turn, chance
from docqa.generate.extractive import generate, item_of, places, tables
from docqa.generate.extractive.patterns import templates
from docqa.records import Chunk, Origin, QAItem, content_id
from docqa.text import squash

WITH_SYSTEM = 0.3
"""Share of the chunks whose conversations have a system prompt."""

_LEFT_OUT = ("explanation/section", "table/comparison")
"""Types that fit no conversation: what a whole section says leaves nothing to be asked after it."""


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The turns of one chunk, made by a worker, so that a rule which hangs or fails on it costs this chunk.

    Raises:
        WorkerError: it did.
    """
    work = partial(conversations, min_score=borrowed.settings.min_score)
    return Made(tuple(await borrowed.pool.call(work, chunk, timeout_s=borrowed.settings.timeout_s)))


def conversations(chunk: Chunk, min_score: float = 0.8) -> list[QAItem]:
    """The turns of a chunk's conversations: a table's walk and the sentences' questions, together or each alone.

    Args:
        min_score: the least measured precision (0 to 1) a template must have to be used.
    """
    sentences = _sentences(chunk, min_score)
    walks = [walk for index in range(len(chunk.pieces)) if (walk := _walk(chunk, index, min_score))]
    made: list[QAItem] = []
    for number, walk in enumerate(walks or [[]]):
        key = f"{chunk.id} {number}"
        made += _conversation(chunk, walk, sentences if number == 0 else [], key)
    return made


def _conversation(chunk: Chunk, walk: Sequence[Asked], sentences: Sequence[Asked], key: str) -> list[QAItem]:
    """The turns of one conversation; none where there is nothing to follow up. Bare values need a table to itself."""
    fewest, most = TURNS
    length = fewest + int(chance("length", key) * (most - fewest + 1))
    threads = [thread for thread in (walk, sentences) if thread]
    if chance("first", key) < 0.5:
        threads = threads[::-1]
    share = -(-length // len(threads)) if threads else 0
    line = [one for thread in threads for one in islice(thread, share)][:length]
    if len(line) < fewest:
        return []
    form, system = chosen(chunk, WITH_SYSTEM, *_forms(line, walk, chunk))
    if form == "value-only":
        line = list(walk[:length])
    dialogue = content_id(NAME, chunk.id, system, *(one.item.question for one in line))
    return [
        as_turn(_answered(one, form, chunk), said(one, line[:at], chunk, key), dialogue, at + 1, system)
        for at, one in enumerate(line)
    ]


def _forms(line: Sequence[Asked], walk: Sequence[Asked], chunk: Chunk) -> Iterator[str]:
    """The forms that all answers can be put in; a "Yes." has to stand first, and not behind a source."""
    if len(walk) >= TURNS[0] and all(map(_value, walk)):
        yield "value-only"
    if places.title(chunk) and not any(one.item.task_type.startswith("yes-no/") for one in line):
        yield "source-first"


def _answered(one: Asked, form: str, chunk: Chunk) -> QAItem:
    """The item with its answer in the form asked for; behind its source, it still comes to what it was."""
    answer, conclusion = one.item.answer, ""
    if form == "value-only":
        answer = _value(one)
    elif form == "source-first":
        conclusion = answer
        answer = f"{_source(chunk)}{'：' if chunk.language == 'zh' else ': '}{answer}"
    origin = Origin(method=NAME, prompt=one.item.origin.prompt)
    return one.item.model_copy(update={"answer": answer, "conclusion": conclusion, "origin": origin})


def _source(chunk: Chunk) -> str:
    """The document and its section, in their own words alone: an answer that copies holds no others."""
    title, section = places.title(chunk), places.section(chunk)
    if chunk.language == "zh":
        return f"《{title}》" + (f"“{section}”" if section else "")
    return f"“{title}”" + (f", “{section}”" if section else "")


def _value(one: Asked) -> str:
    """The bare value that answers a table's question; "" where it is none."""
    value = one.fact.value.rstrip("。") if one.fact else ""
    longest = LONGEST_VALUE // 2 if one.item.language == "zh" else LONGEST_VALUE
    return "" if len(value) > longest or value.endswith(".") or "\n" in value else value


def _sentences(chunk: Chunk, min_score: float) -> list[Asked]:
    """The questions that are not of a table, in reading order, none about what another one is about."""
    found: list[Asked] = []
    for item in generate(chunk, min_score):
        if item.task_type in _LEFT_OUT or item.task_type.startswith("table/"):
            continue
        one = asked(item)
        if not found or one.places.start >= found[-1].places.stop or explains(one, found[-1]):
            found.append(one)
    return found


def _walk(chunk: Chunk, index: int, min_score: float) -> list[Asked]:
    """Cells of the table ``chunk.pieces[index]``, each in the row or the column of the one before, and no value twice.

    It goes along the rows, and now and then across the columns.
    """
    if chunk.pieces[index].kind != "table" or chunk.language not in ("en", "zh"):
        return []
    known, left = templates("structure"), []
    for fact, draft in tables.cells(chunk, index):
        if known[draft.template].score >= min_score:
            left.append(asked(item_of(chunk, "structure", draft), fact, index))
    questions = [one.item.question for one in left]
    left = [one for one in left if questions.count(one.item.question) == 1]
    left.sort(key=lambda one: (chance("row", chunk.id, one.item.question) > 0.6, one.places.start))
    walk: list[Asked] = left[:1]
    while walk and len(walk) < TURNS[1]:
        across = chance("across", chunk.id, walk[-1].item.question) < 0.3
        steps = [one for one in left if _is_step(walk[-1], one, across)] or [
            one for one in left if _is_step(walk[-1], one, not across)
        ]
        values = {squash(one.fact.value) for one in walk if one.fact}
        new = [one for one in steps if one not in walk and one.fact and squash(one.fact.value) not in values]
        if not new:
            break
        walk.append(new[0])
    return walk


def _is_step(last: Asked, one: Asked, across: bool) -> bool:
    """Whether a cell stands in the row (``across``) or the column of the last one."""
    assert last.fact is not None
    assert one.fact is not None
    if (one.fact.row, one.fact.column) == (last.fact.row, last.fact.column):
        return False
    return one.fact.subject == last.fact.subject if across else one.fact.attribute == last.fact.attribute
