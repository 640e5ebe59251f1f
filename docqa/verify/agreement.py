"""The embedded judge: do two answers to one question say the same?

Differences first, because overlap is blind to them: token F1 ranks a changed number at .92 to .94, a negation at .82 to
.95, and a right short answer against a long one at .14 to .22. So a number, unit, identifier or negation that differs
ends it; one answer inside the other is agreement; the rest is weighed by content, words that stand in the question
already counting little, since every answer on the topic has them.
"""

import re

from docqa import veto
from docqa.text import squash
from docqa.verify.uniform import dates, in_units_of, uniform
from docqa.verify.wording import asked, content

KNOWN_WEIGHT = 0.25
"""What a term of the answer counts when the question has it already, beside 1."""

LEAST_RECALL = 0.3
"""An answer that says only part of the expected one must say at least this much of it to count."""

_YES = re.compile(r"^\s*(?:yes|是的?|可以|能|需要|应当?|对)\s*(?:[,.，。]|$)", re.IGNORECASE)
_NO = re.compile(r"^\s*(?:no|否|不是|不可以|不能|不需要|不应当?|不)\s*(?:[,.，。]|$)", re.IGNORECASE)


class LexicalJudge:
    """Agreement by rule; it can always tell, so it never returns None for an answer that was given."""

    async def agreement(self, question: str, expected: str, given: str, language: str) -> float | None:
        """See ``agreement``; None when ``given`` is empty."""
        return agreement(question, expected, given) if given.strip() else None


def agreement(question: str, expected: str, given: str) -> float:
    """How far ``given`` says what ``expected`` says, 0 to 1; saying more than that is no fault."""
    if (replied := _replied(question, expected, given)) is not None:
        return 1.0 if replied else 0.0
    given = in_units_of(given, expected)
    if _vetoed(question, expected, given):
        return 0.0
    if squash(_statement(expected)) in squash(given):
        return 1.0
    return _overlap(question, uniform(expected), uniform(given))


def settled(question: str, expected: str, given: str) -> float | None:
    """Agreement where the words alone tell, so that no judge need be asked; None where they don't.

    Softer than ``agreement``: a person's or a model's answer may leave a number out, or have one more, and still mean
    the same, so only numbers or names that stand against each other end it.
    """
    first, second = _reply(expected), _reply(given)
    if first is not None and second is not None and (first != second or not content(_statement(expected))):
        return 1.0 if first == second else 0.0
    as_given, given = given, in_units_of(given, expected)
    if veto.units_differ(expected, given) or veto.flipped(expected, given) or _other_date(expected, given):
        return 0.0
    known = veto.numbers(question).keys() | veto.identifiers(question)
    wanted = (veto.numbers(expected).keys() | veto.identifiers(expected)) - known
    said = (veto.numbers(given).keys() | veto.identifiers(given)) - known
    if wanted - said and said - wanted:
        return 0.0
    stated = squash(_statement(expected))
    # Putting it in the other's units writes numerals in digits; what is the same word for word is so before that.
    repeated = stated in squash(given) or stated in squash(as_given)
    return 1.0 if stated and wanted <= said and repeated else None


def _overlap(question: str, expected: str, given: str) -> float:
    known = asked(question)
    wanted, said = content(_statement(expected)), content(given)

    def weight(terms: frozenset[str]) -> float:
        return sum(KNOWN_WEIGHT if term in known else 1.0 for term in sorted(terms))

    shared = weight(wanted & said)
    recall = shared / weight(wanted) if wanted else 0.0
    precision = shared / weight(said) if said else 0.0
    # A part of the answer, and nothing else, agrees; the more so the more of it is said.
    # Not so when the subject that was asked for is missing from what was expected: another subject's answer.
    echoed = said & known
    strayed = bool(wanted - said - known) and 3 * len(echoed - wanted) >= len(echoed) > 0
    partial = 0.9 * precision if recall >= LEAST_RECALL and not strayed else 0.0
    return round(max(recall, partial), 3)


def _vetoed(question: str, expected: str, given: str) -> bool:
    known, said = veto.numbers(question), veto.numbers(given)
    wanted = veto.numbers(expected) - known
    # A number that stands in the question ("3 to 5") is no answer, unless the answer does not say the question again.
    free = said - known if known <= said else said
    if wanted and not wanted.keys() <= free.keys() and (said or not content(given) <= content(expected)):
        return True
    names = veto.identifiers(expected) - veto.identifiers(question)
    if not names <= veto.identifiers(given) and not content(given) <= content(expected):
        return True
    return veto.units_differ(expected, given) or veto.flipped(expected, given) or _other_date(expected, given)


def _other_date(expected: str, given: str) -> bool:
    """Whether both give whole dates, and none in common: the numbers of 3 May and 5 March are the same."""
    wanted, said = dates(expected), dates(given)
    return bool(wanted and said) and not wanted & said


def _replied(question: str, expected: str, given: str) -> bool | None:
    """Whether both say yes, or both no, to the question; None where neither answer is a yes or no and nothing else."""
    first, second = _reply(expected), _reply(given)
    lone = [reply for answer, reply in ((expected, first), (given, second)) if not content(_statement(answer))]
    if not lone or lone[0] is None:
        return None
    if first is None:
        first = not veto.flipped(question, expected)
    if second is None:
        second = not veto.flipped(question, given)
    return first == second


def _reply(answer: str) -> bool | None:
    """True for an answer that begins with a yes, False for a no, None for one that does not reply."""
    return True if _YES.match(answer) else False if _NO.match(answer) else None


def _statement(answer: str) -> str:
    """The answer without a leading "Yes," or "No,"."""
    return _NO.sub("", _YES.sub("", answer))
