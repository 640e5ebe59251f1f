"""The don'ts of SFT data, each a plain function: an item in, "" or what is wrong with it out.

    vague-reference     points at something the student will not see ("this section", 上述)
    time-bound          true only on the day the document was written
    broken              not a whole, readable question with a whole, readable answer
    ungrounded-number   a number that no evidence quote holds, and that was not worked out from them

The fifth, near-duplicates and contradictions between items, needs the other items and stands in ``dedup``. Rules are
ordered from the most to the least telling reason; the first that fires names the drop.

Measured on 1,040 items with 13 kinds of planted defects and 520 without, half English, half Chinese (`python -m
benchmarks.curation`): macro recall .99; of the 520, 10 (.019) are dropped, 6 of which do point away
("文中的“严重影响”指什么?"). 12 more went for asking about "now", until that counted only where the question is about
something that changes. The wordings of that file are few. Of 1,060 items of our own, 60 or more a kind
(tests/curate/defects.toml), macro recall was .65, and is .96 since the rules were mended by them; on 64 wordings
written after that, for the four kinds that hang on wording, .42 and .67.
"""

import re
from collections.abc import Callable

from docqa import veto
from docqa.arithmetic.steps import worked_out
from docqa.curate.broken import broken, misasked, misdone, spoilt
from docqa.curate.wording import dated, is_one_sentence, vague_answer, vague_question
from docqa.records import Decision, QAItem
from docqa.text import normalize

Rule = Callable[[QAItem], str]
"""An item to what is wrong with it, in a few words, or ""."""

_LIST_MARK = re.compile(
    r"^\s*(?:step\s+|第)?[(（]?\d{1,2}(?:[.)）、:：](?!\d)|步)|(?<=[\s;；,，。])[(（]?\d{1,2}[)）]", re.MULTILINE | re.I
)
_NAMED_NUMBER = re.compile(
    r"《[^》]*》|[\"“][^\"”]*[\"”]|第[\d一二三四五六七八九十百千零〇]+[条款章节项步]|"
    r"\b(?-i:[A-Z]{2,}(?:/[A-Z]+)?)[ -]?\d[\w.-]*|"  # a standard: ISO 9906, GB/T 50156-2012
    r"\b(?:section|chapter|article|clause|part|appendix|step|table|figure)\s+[\w.-]+",
    re.IGNORECASE,
)
_COUNTED = re.compile("[一二两三四五六七八九十]+(?=[个种项条类步点方大部级次款部分])")


def vague_reference(item: QAItem) -> str:
    """The pointer in the question, or in the answer, that leads out of the item."""
    return vague_question(item.question, item.language) or vague_answer(item.answer, item.language)


def time_bound(item: QAItem) -> str:
    """The dated word in the question or in an answer of one sentence."""
    if found := dated(item.question, item.question, item.language):
        return found
    return dated(item.answer, item.question, item.language) if is_one_sentence(item.answer, item.language) else ""


def ungrounded_number(item: QAItem) -> str:
    """A number in the answer, or written in digits in the question, that stands in no evidence quote.

    List marks are not numbers, and the number in a title or in "section 4.2" is where a thing stands, not a fact.
    A count in the question ("哪三种") is borne out by the list that answers it. Reasoning starts from the question's
    numbers, too, and has those that it worked out.
    """
    sources = [evidence.quote for evidence in item.evidence]
    if item.steps:
        sources += [item.question, *worked_out(item)]
    quoted = set().union(*map(veto.numbers, sources))
    question = _COUNTED.sub("", _NAMED_NUMBER.sub(" ", normalize(item.question)))
    asked = veto.numbers(question) if re.search(r"\d", question) else {}
    answered = veto.numbers(_LIST_MARK.sub(" ", item.answer))
    missing = [number for number in (*answered, *asked) if number not in quoted]
    named = _inside_identifiers(item) if missing else frozenset()
    return next((number for number in missing if number not in named), "")


def _inside_identifiers(item: QAItem) -> frozenset[str]:
    """The numbers that are part of a name such as ``P-101``; names are the verifier's business."""
    names = veto.identifiers(item.question) | veto.identifiers(item.answer)
    return frozenset(number for name in names for number in veto.numbers(name))


RULES: tuple[tuple[str, Rule], ...] = (
    ("broken", broken),
    ("vague-reference", vague_reference),
    ("time-bound", time_bound),
    ("ungrounded-number", ungrounded_number),
)


WITH_INPUT: tuple[tuple[str, Rule], ...] = (("broken", spoilt),)
"""The rules for an item that carries its input. What it points at ("the following text") is there to be seen, its
question is a task, and its task has checked the answer, which may be JSON, a label or in another language."""


UNANSWERABLE: tuple[tuple[str, Rule], ...] = (
    ("broken", misasked),
    ("vague-reference", lambda item: vague_question(item.question, item.language)),
)
"""The rules for an item that says that there is no answer: its question must be a whole one, its answer refuses."""


DISTILLED: tuple[tuple[str, Rule], ...] = (
    ("broken", misdone),
    ("vague-reference", lambda item: "" if item.input else vague_question(item.question, item.language)),
    ("time-bound", time_bound),
)
"""The rules for a prompt that a model answered without a passage: it need be no question and has no evidence, and its
answer may be a list, code or in another language, where the prompt asks for that."""


def first_objection(item: QAItem) -> str:
    """``name:detail`` of the first rule that objects to ``item``; "" when none does."""
    for name, rule in _rules(item):
        if detail := rule(item):
            return f"{name}:{detail}"
    return ""


def _rules(item: QAItem) -> tuple[tuple[str, Rule], ...]:
    if item.verdict and item.verdict.decision is Decision.DISTILLED:
        return DISTILLED
    return WITH_INPUT if item.input else RULES if item.answerable else UNANSWERABLE
