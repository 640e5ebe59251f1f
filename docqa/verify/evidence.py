"""Does the evidence stand where it says, and does it bear out the answer? The first line, and the cheapest.

A corrupted answer keeps its quotes, so comparing the two finds what no second reading has to: a changed number, a
negation put in or taken out, another item's answer. An extractive item promises that its quotes hold every content word
and number of the answer, and is held to that; a model rephrases, and only half of its words need be in its quotes. What
it reasons may come from the question, too, and from its calculations where they are right when worked out again.
"""

import re
from collections.abc import Callable

from docqa import veto
from docqa.arithmetic.steps import stated, worked_out
from docqa.records import Chunk, Evidence, QAItem
from docqa.terms import stem
from docqa.text import normalize, squash
from docqa.verify.wording import asked, content, uncovered

FRAME = frozenset(
    stem(word)
    for word in (
        "given under against than higher lower greater larger smaller longer shorter more less earlier later same "
        "stand option "
        "mean refer call define known use used apply include consist follow step reason "
        "对 应 更 长 短 高 低 大 小 多 少 早 晚 时 均 都 共 项 即 指 选 選 項 的 作 用 条 規 规"
    ).split()
)
"""What a template may put around its spans without it standing in a quote."""

COPIES = frozenset({"extractive", "dialogue"})
"""Methods whose rules copy: what they make without a model is made of its quotes and a template."""

SHORT = 40
"""Characters of a quote that is one phrase, as a table's cell is."""

_DENIAL = re.compile(r"^(?:not |no |never |do not |不得|不可|不能|不应|不|禁止|严禁|无需|未)", re.IGNORECASE)

_REPLIES_YES = re.compile(r"\s*(?:yes|是的?|可以|能)\s*[,，]", re.IGNORECASE)
_REPLIES_NO = re.compile(r"\s*(?:no|否|不是|不可以|不能)\s*[,，]", re.IGNORECASE)

REPHRASED = 0.5
"""The least share of a model's answer whose words stand in its quotes."""


def flaw(item: QAItem, chunk_of: Callable[[str], Chunk]) -> str:
    """Why the evidence does not bear out the item, in a few words; "" when it does.

    Args:
        chunk_of: the chunk with an id; raises KeyError when there is none.
    """
    if not item.answer:
        return "the passage does not answer it"
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
    if item.steps:
        contexts += [item.question, *worked_out(item)]
    answer = veto.statement(stated(item))
    if difference := _difference(answer, quotes, contexts):
        return difference
    missing = frozenset(word for word in uncovered(answer, [*quotes, *contexts]) if stem(word) not in FRAME)
    extractive = item.origin.method in COPIES and not item.origin.model
    # Words that were put otherwise can deny by other means than "not"; there the judge has to say, and so it has where
    # a case does not meet its condition.
    if not item.steps and (extractive or not missing) and (_flipped(answer, quotes, contexts) or _misreplied(item)):
        return "a negation differs"
    if extractive:
        return f"not in a quote: {', '.join(sorted(missing))}" if missing else ""
    return "answer is not in the quotes" if len(missing) > (1 - REPHRASED) * len(content(answer)) else ""


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
    return ""


def _flipped(answer: str, quotes: list[str], contexts: list[str]) -> bool:
    """Whether the answer has a negation more or less than what it was taken from."""
    borne = sum(veto.negations(text) for text in (*quotes, *contexts))
    return veto.negations(answer) > borne or veto.flipped(answer, " . ".join(quotes)) or _affirmed(answer, quotes)


def _misreplied(item: QAItem) -> bool:
    """Whether a "Yes," stands before a denial of the question, or a "No," before the question's own statement."""
    stated = veto.statement(item.answer)
    if _REPLIES_YES.match(item.answer):
        return veto.flipped(item.question, stated)
    if _REPLIES_NO.match(item.answer) and veto.negations(stated) == veto.negations(item.question):
        return asked(item.question) <= content(stated)
    return False


def _affirmed(answer: str, quotes: list[str]) -> bool:
    """Whether a cell that only denies ("not suitable") is answered without its negation."""
    denials = [quote.strip() for quote in quotes if _DENIAL.match(quote.strip())]
    said = squash(answer) if denials else ""
    for quote in denials:
        bare = _DENIAL.sub("", quote, count=1)
        if len(bare) <= SHORT and squash(bare) in said and squash(quote) not in said:
            return True
    return False
