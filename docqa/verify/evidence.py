"""Does the evidence stand where it says, and does it bear out the answer? The first line, and the cheapest.

A corrupted answer keeps its quotes, so comparing the two finds what no second reading has to: a changed number, a
negation put in or taken out, another item's answer. An extractive item promises that its quotes hold every content word
and number of the answer, and is held to that; a model rephrases, and only half of its words need be in its quotes.
"""

from collections.abc import Callable

from docqa import veto
from docqa.records import Chunk, Evidence, QAItem
from docqa.text import normalize
from docqa.verify.wording import content, uncovered

FRAME = frozenset(
    "given under against than higher lower greater larger smaller longer shorter more less earlier later same "
    "对 应 更 长 短 高 低 大 小 多 少 早 晚 时 均 都 共 项 即".split()
)
"""What a template may put around its spans without it standing in a quote."""

REPHRASED = 0.5
"""The least share of a model's answer whose words stand in its quotes."""


def flaw(item: QAItem, chunk_of: Callable[[str], Chunk]) -> str:
    """Why the evidence does not bear out the item, in a few words; "" when it does.

    Args:
        chunk_of: the chunk with an id; raises KeyError when there is none.
    """
    if not item.evidence:
        return "no quote"
    contexts: list[str] = []
    for evidence in item.evidence:
        try:
            chunk = chunk_of(evidence.chunk_id)
        except KeyError:
            return "no such chunk"
        if not stands(evidence, chunk):
            return "quote is not in its chunk"
        contexts += [chunk.title, *chunk.heading_path]
    quotes = [evidence.quote for evidence in item.evidence]
    if difference := _difference(item.answer, quotes, contexts):
        return difference
    missing = uncovered(item.answer, [*quotes, *contexts]) - FRAME
    if item.origin.method == "extractive":
        return f"not in a quote: {', '.join(sorted(missing))}" if missing else ""
    return "answer is not in the quotes" if len(missing) > (1 - REPHRASED) * len(content(item.answer)) else ""


def stands(evidence: Evidence, chunk: Chunk) -> bool:
    """Whether the quote is what stands at its offsets, white space and widths aside."""
    quote = normalize(evidence.quote)
    return bool(quote) and normalize(chunk.text[evidence.start : evidence.end]) == quote


def _difference(answer: str, quotes: list[str], contexts: list[str]) -> str:
    known = set().union(*(veto.numbers(text) for text in (*quotes, *contexts)))
    for number in veto.numbers(answer):
        if number not in known:
            return f"number {number} is in no quote"
    named = frozenset[str]().union(*(veto.identifiers(text) for text in (*quotes, *contexts)))
    for name in sorted(veto.identifiers(answer) - named):
        return f"{name} is in no quote"
    if any(veto.units_differ(answer, quote) for quote in quotes):
        return "another unit"
    if veto.flipped(answer, " . ".join(quotes)):
        return "a negation differs"
    return ""
