"""Questions from the structure of a chunk: its tables, its lists, its sections and their listings.

Structure carries more than any sentence pattern: a cell is named by its row and column, a numbered list under a heading
is the procedure the heading names. This file only hands each piece to the rules for its kind.
"""

from collections import Counter
from collections.abc import Iterator

from docqa.generate.extractive import lists, options, sections, tables
from docqa.generate.extractive.patterns import Draft
from docqa.records import Chunk


def questions(chunk: Chunk) -> Iterator[Draft]:
    """The drafts from a chunk's structure, without those whose question has two answers in the chunk."""
    drafts = [
        draft
        for index, piece in enumerate(chunk.pieces)
        if piece.kind == "table"
        for draft in tables.questions(chunk, index)
    ]
    drafts += lists.questions(chunk)
    drafts += [*options.questions(chunk), *sections.questions(chunk)]
    asked = Counter(draft.question for draft in drafts)
    yield from (draft for draft in drafts if asked[draft.question] == 1)
