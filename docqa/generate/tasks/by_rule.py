"""The tasks that rules do exactly: tables as JSON, acronyms and terms that a text explains, key sentences, a question.

The first three are done by rule with a model, too: a rule makes no mistake in copying a cell. Where there is no model,
key sentences stand in for a summary: they are the first ones of the paragraphs, and asked for as what they are; and
reading comprehension is one of the extractive questions, asked of the text that its answer stands in.
"""

import json
import re
from collections.abc import Iterator

from docqa.generate import extractive
from docqa.generate.answers import longer
from docqa.generate.extractive import places
from docqa.generate.items import item, part
from docqa.generate.tasks.chinese_acronyms import full_names
from docqa.generate.tasks.wordings import instruction
from docqa.records import CELL_SEPARATOR, Chunk, Origin, Piece, QAItem, content_id
from docqa.text import estimate_tokens, sentences, squash

METHOD = "tasks"

ROWS = (2, 25)
"""The fewest and the most rows of a table, its header aside."""

MOST_LEADS = 5
"""Paragraphs whose first sentences are still a summary; there must be two, and twice as many sentences in all.

Of the 22 that the demo's documents give, one reader found 20 to be fair extracts, three of them barely; in two an
example or a remark stands first. Of sentences chosen by how often their words recur, 6 of 10 were.
"""

LEAST_READ = 80
"""Tokens of a text that is worth reading for an answer."""

MOST_ANSWERED = 0.4
"""The largest share of such a text's words that the answer may be; above it, copying the text is as good."""

_PLACED = {
    "en": re.compile(
        r"^According to .{3,200}?, (?=(?:what|when|where|why|who|whom|whose|which|how|within|under|is|are|can|must)\b)"
    ),
    "zh": re.compile("^(?:根据|根據)《[^》]*》(?:“[^”]*”一[节節])?，"),
}
"""Where a question says that its answer stands (``extractive.subject``)."""

_LEANS = {
    "en": re.compile(
        r"^(?:It|They|This|These|That|Those|Such|He|She)\b|^[a-z\d]|\b(?:also|therefore|however|otherwise|following|above|below)\b"
    ),
    "zh": re.compile("^(?:其|该|此|这|上述|前款|但|因此|同时|另外)|下列|如下|以下(?![、。，的])"),
}
"""What leans on the sentence before it, or announces what comes after it."""

_ACRONYM = re.compile(r"((?:[A-Za-z][a-z-]+ ){1,6}[A-Za-z][a-z-]+) \(([A-Z][A-Z]{1,6})s?\)")
_IN_BRACKETS = re.compile(r"[(（][A-Z]{2,7}s?[)）]")
_TERM = {
    "en": re.compile(
        r"(?:^|(?<=\. ))[“\"]?([A-Z][\w -]{2,40}?)[”\"]? (?:means|refers to|is defined as) ([^.;\n]{8,200})\.(?=\s|$)",
        re.M,
    ),
    "zh": re.compile(
        r"(?:^|(?<=。))(?:[\d.]+\s*|[（(]?[一二三四五六七八九十]+[）)、]\s*)?“?([^，。；：、“”（）\s]{2,15})”?[，,]?"
        r"(?:是指|系指)([^。\n]{4,150})。",
        re.M,
    ),
}
_DEFINES = {
    "en": re.compile(r"\b(?:means|refers? to|defined as)\b|(?:^|(?<=\. ))[^,.;\n]{3,60} (?:is|are) (?:the|an?) ", re.M),
    "zh": re.compile("[是系]指|指的是|[，,]指|称为"),
}
"""What may be a definition. A list of terms is made only where each of these was read, or it would not be the list."""


def generate(chunk: Chunk, alone: bool = True, min_score: float = 0.8) -> list[QAItem]:
    """The items of one chunk.

    Args:
        alone: whether there is no model to write summaries and questions.
        min_score: of the templates that ask for reading comprehension; see ``extractive.generate``.
    """
    exact = [made for maker in (_tables, _acronyms, _terms) for made in maker(chunk)]
    return [*exact, *_key_sentences(chunk), *_reading(chunk, min_score)] if alone else exact


def _item(chunk: Chunk, kind: str, start: int, end: int, answer: str, question: str = "") -> QAItem:
    """A task about ``chunk.text[start:end]``."""
    asks, origin = instruction(kind, chunk, question), Origin(method=METHOD, prompt=kind)
    made = item(chunk, asks, answer, (), f"task/{kind}", origin, input=chunk.text[start:end])
    return made.model_copy(update={"evidence": (part(chunk, start, end),)})


def _tables(chunk: Chunk) -> Iterator[QAItem]:
    for piece in chunk.pieces:
        if piece.kind == "table" and _is_plain(piece, chunk):
            header, *rows = piece.rows
            records = [dict(zip(header, row, strict=True)) for row in rows]
            yield _item(chunk, "table-to-json", piece.start, piece.end, json.dumps(records, ensure_ascii=False))


def _is_plain(table: Piece, chunk: Chunk) -> bool:
    """Whether a table can be told from its text: one row of different headers, a cell for each, nothing merged."""
    header, rows = (table.rows[0], table.rows[1:]) if table.rows else ((), ())
    cells = [cell for row in table.rows for cell in row]
    return (
        table.header_rows == 1
        and ROWS[0] <= len(rows) <= ROWS[1]
        and len(header) > 1
        and all(header)
        and len(set(header)) == len(header)
        and all(sum(map(bool, row)) > len(row) / 2 and len(set(row)) > 1 for row in rows)
        and not any("\n" in cell or CELL_SEPARATOR.strip() in cell for cell in cells)
        and chunk.text[table.start : table.end] == "\n".join(CELL_SEPARATOR.join(row) for row in table.rows)
    )


def _acronyms(chunk: Chunk) -> Iterator[QAItem]:
    """All that stand in brackets, or none: a list that leaves some out is wrong."""
    if chunk.language == "zh":
        if chinese := full_names(chunk.text):
            lines = (f"{short}：{full}" for short, full in chinese.items())
            yield _item(chunk, "acronyms", 0, len(chunk.text), "\n".join(lines))
        return
    found = {match[2]: _spelt_out(match[1], match[2]) for match in _ACRONYM.finditer(chunk.text)}
    read = {short for short in found if found[short]}
    stand = {mark.strip("()（）").rstrip("s") for mark in _IN_BRACKETS.findall(chunk.text)}
    if read and read == stand:
        lines = (f"{short}: {full}" for short, full in found.items())
        yield _item(chunk, "acronyms", 0, len(chunk.text), "\n".join(lines))


def _spelt_out(text: str, acronym: str) -> str:
    """The tail of ``text`` whose words begin with the acronym's letters, small words aside; "" when none does."""
    said = text.split()
    for first in range(len(said)):
        tail = [word for whole in said[first:] for word in whole.split("-")]
        initials = "".join(word[0] for word in tail if word not in ("and", "of", "for", "the", "in", "on", "to"))
        if initials.upper() == acronym and said[first][0].upper() == acronym[0]:
            return " ".join(said[first:])
    return ""


def _terms(chunk: Chunk) -> Iterator[QAItem]:
    found = _TERM[chunk.language].findall(chunk.text)
    colon = "：" if chunk.language == "zh" else ": "
    if len(dict(found)) > 1 and len(found) == len(_DEFINES[chunk.language].findall(chunk.text)):
        lines = (f"{term}{colon}{meaning}" for term, meaning in dict(found).items())
        yield _item(chunk, "terms", 0, len(chunk.text), "\n".join(lines))


def _key_sentences(chunk: Chunk) -> Iterator[QAItem]:
    """The first sentence of each paragraph, where a paragraph goes on to say more of it."""
    if any(piece.kind not in ("paragraph", "heading") for piece in chunk.pieces) or _DEFINES[chunk.language].search(
        chunk.text
    ):
        return
    paragraphs = [chunk.text[piece.start : piece.end] for piece in chunk.pieces if piece.kind == "paragraph"]
    said = [[text[slice(*span)] for span in sentences(text, chunk.language)] for text in paragraphs]
    leads = [" ".join(each[0].split()) for each in said if each]
    if (
        MOST_LEADS >= len(leads) >= 2
        and sum(map(len, said)) >= 2 * len(leads)
        and not any(_LEANS[chunk.language].search(lead) or not lead.endswith((".", "。")) for lead in leads)
    ):
        yield _item(chunk, "key-sentences", 0, len(chunk.text), "\n".join(leads))


def _reading(chunk: Chunk, min_score: float) -> Iterator[QAItem]:
    """An extractive question whose answer stands there word for word, as a small part of the text.

    Where the question says in which document or section to look, it no longer does: the text is given. One that names
    its document all the same is taken only where there is no other; of several the chunk's content chooses.
    """
    if estimate_tokens(chunk.text) < LEAST_READ:
        return
    text, name = squash(chunk.text), places.title(chunk)
    exact = [
        (_PLACED[chunk.language].sub("", made.question), made)
        for made in extractive.generate(chunk, min_score)
        if squash(made.answer) in text and not longer(made.answer, chunk.text, MOST_ANSWERED)
    ]
    if exact:
        asked, one = min(exact, key=lambda pair: (bool(name) and name in pair[0], content_id(METHOD, pair[1].id)))
        question = asked[0].upper() + asked[1:]
        made = _item(chunk, "reading-comprehension", 0, len(chunk.text), one.answer, question)
        yield made.model_copy(update={"evidence": one.evidence, "difficulty": one.difficulty})
