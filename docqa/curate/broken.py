"""What is wrong with a question or answer as text: cut off, garbled, repeated, in the wrong language, a pasted passage.

Most tests compare the item with itself (its own evidence, its own question) instead of looking for phrases, because
wordings change and these relations do not: an answer that stops inside a word of its quote was cut off whatever it
says, and an answer that shares next to nothing with its evidence is a refusal, a remark about the document or another
item's answer. What this costs: an honest answer in words entirely of its own is lost too.
"""

import re
from collections import Counter
from itertools import pairwise

from docqa.curate.cut_off import OPEN_WORDS, cut_off
from docqa.curate.garbled import garbled
from docqa.curate.replies import left_over, no_answer, refused
from docqa.curate.wording import about_paper
from docqa.records import QAItem
from docqa.text import CJK, cjk_ratio, normalize, sentences, squash, tokens, words

# Lengths in words and ideographs. A question beyond these is a heading's stump or a pasted paragraph; an answer
# beyond its limit trains copying.
_QUESTION_LENGTH = {"en": (3, 60), "zh": (4, 90)}
_ANSWER_LIMIT = 400
_LONGEST_DONE = 1200
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_ASKS_FOR_MARKUP = re.compile(r"html|xml|svg|latex|\btag|网页|标签", re.IGNORECASE)
_FACT_LIMIT = {"en": 40, "zh": 80}
_COPY_LIMIT = {"en": 120, "zh": 200}

_MIN_SHARED = {"en": 0.2, "zh": 0.1}
"""Least share of an answer's content words that must stand in its evidence or question.

Measured on 1,560 items with planted defects, with the lists of refusals and the language test switched off: 76 of 80
refusals and 80 of 80 answers in another language are still found, and none of 520 sound items is lost to it.
"""

_ASKS_EN = re.compile(
    r"^(?:please\s+)?(?:list|name|describe|explain|state|define|give|summari[sz]e|outline|identify|compare|specify)\b|"
    r"\b(?:what|who|whom|whose|which|when|where|why|how)\b",
    re.IGNORECASE,
)
_ASKS_ZH = re.compile(
    "什么|哪|谁|何|多少|几|如何|怎|是否|吗|呢|多[大长久高重远宽快]|列出|说明|简述|解释|描述|概述|请|有没有|能否|可否|会不会|要不要|是不是"
)
_INSTRUCTS = ("instruct", "evolved")
"""Families whose questions may be instructions that begin with any verb."""

_WHOLE = re.compile(r"(?:what|which|who|whose|where|when|why|how)\b(?!.*\b(?:do|does|did|can|could|may|must)\b)", re.I)
_FACT_EN = re.compile(
    r"\b(?:who|when|where|which|how (?:many|much|long|often|far|old|fast|large|high|hot))\b|\bwhat\?|"
    r"\bwhat (?!is|are|was|were|do|does|did|has|have|can|must|may|shall|should|will|would|happens|steps|to\b)[a-z]+\b|"
    r"\bwhat is the (?:name|value|limit)\b",
    re.IGNORECASE,
)
_FACT_ZH = re.compile("谁|何时|何地|哪[一个年国里家位种]|多少|第?几|什么时候|什么地方")

_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("《", "》"), ("「", "」"), ("『", "』"), ("【", "】"))
_LIST_MARK = re.compile(r"(?:(?<=\s)|(?<=[;；,，。])|^)[\da-zA-Z一二三四五六七八九十]{1,3}\)", re.MULTILINE)
_STUTTER = re.compile(r"\b(the|a|an|of|to|and|in|for|with|is|are|was|be|by|or|from|on|this)\s+\1\b", re.IGNORECASE)
_LOOP = re.compile(r"(.{2,60}?)(?:[\s,.;，。、；]*\1){3,}", re.DOTALL)
_SHORT_LOOP = re.compile(r"(.{2,5}?)(?:[\s,.;，。、；]*\1){3,}", re.DOTALL)
_CONTENTLESS_EN = frozenset(
    "a an the and or of in on at by for from to with as is are was were be been it its this that these those not no "
    "yes there their they you your can may must shall should will would do does did has have had i we my".split()
)


def spoilt(item: QAItem) -> str:
    """Say what stands in ``item``'s text that belongs into no text: garbled characters, a refusal, the prompt."""
    answer = normalize(item.answer)
    return (
        no_answer(answer)
        or garbled(item.question)
        or garbled(item.input)
        or garbled(item.answer)
        or left_over(item.answer)
        or refused(answer)
    )


def misdone(item: QAItem) -> str:
    """Say what is broken in an answer to a prompt that need be no question, and that no passage was read for."""
    question, answer = normalize(item.asked), normalize(item.answer)
    prose = _FENCED.sub(" ", item.answer)
    left = left_over(prose)
    return (
        no_answer(answer)
        or garbled(item.asked)
        or garbled(item.answer)
        or ("" if left == "markup" and _ASKS_FOR_MARKUP.search(question) else left)
        or refused(normalize(prose))
        or ("answer repeats the question" if squash(question) == squash(answer) else "")
        or _repeated(answer)
        or ("answer cut off" if answer[-1] in ",，、(（" else "")
        or ("answer too long" if len(words(answer)) > _LONGEST_DONE else "")
    )


def misasked(item: QAItem) -> str:
    """Say what is broken in ``item``'s question, or garbled in its answer, which is a refusal."""
    return (
        no_answer(normalize(item.answer))
        or garbled(item.question)
        or garbled(item.answer)
        or left_over(item.question)
        or _question_form(normalize(item.question), item)
    )


def broken(item: QAItem) -> str:
    """Say what is broken in ``item``'s text; "" when nothing is."""
    question, answer = normalize(item.question), normalize(item.answer)
    return (
        no_answer(answer)
        or garbled(item.question)
        or garbled(item.answer)
        or left_over(item.question)
        or left_over(item.answer)
        or _question_form(question, item)
        or ("about the paper" if about_paper(question, item.language) else "")
        or _echo(question, answer)
        or refused(answer)
        or _foreign(question, answer)
        or _repeated(question)
        or _repeated(answer)
        or _unbalanced(question)
        or _unbalanced(answer)
        or _length(question, answer, item)
        or cut_off(answer, item)
        or _unrelated(question, answer, item)
    )


def _question_form(question: str, item: QAItem) -> str:
    ending = question.rstrip("\"'”’」』)）")
    if ending.endswith("?"):
        return ""
    marked = ending.endswith((".", "。", "!", ":"))
    if marked and item.task_type.partition("/")[0] in _INSTRUCTS:
        return ""
    asks = (_ASKS_ZH if item.language == "zh" else _ASKS_EN).search(question)
    return "" if asks and (marked or _whole_without_mark(ending, item)) else "not a question"


def _whole_without_mark(question: str, item: QAItem) -> bool:
    """Whether an English question lacks only its mark: "What religion were the Normans".

    It has a verb behind what it asks for, and ends on a name or word of its evidence that was not cut. One cut between
    two words may pass for whole; if it then asks for something else, its verification finds another answer.
    """
    said = question.split()
    last = re.sub(r"\W+$", "", said[-1])
    quoted = any(re.search(rf"\b{re.escape(last)}\b", normalize(evidence.quote)) for evidence in item.evidence)
    verb = re.search(r"\w (?:(?:is|are|was|were) |\w+ed )", question)
    return bool(_WHOLE.match(question) and verb) and len(said) >= 5 and quoted and last.casefold() not in OPEN_WORDS


def _echo(question: str, answer: str) -> str:
    if squash(question).rstrip("?") == squash(answer).rstrip("?"):
        return "answer repeats the question"
    said = words(answer)
    if len(said) < 4 or re.search(r"\bor\b|还是|或", question):
        return ""
    # Single ideographs recur by chance; in Chinese the answer must stand in the question as a whole.
    within = squash(answer) in squash(question) if cjk_ratio(answer) else set(said) <= set(words(question))
    return "answer repeats the question" if within else ""


def _foreign(question: str, answer: str) -> str:
    latin = re.findall(r"[a-z]+", answer.casefold())
    function_words = sum(word in _CONTENTLESS_EN for word in latin)
    if cjk_ratio(question) > 0.3 and cjk_ratio(answer) == 0 and len(latin) >= 6 and function_words >= len(latin) / 4:
        return "answer in another language"
    if cjk_ratio(question) == 0 and cjk_ratio(answer) > 0.3 and not re.search(r"\bChinese|Japanese\b", question):
        return "answer in another language"
    return ""


def _repeated(text: str) -> str:
    said = tokens(text)
    if len(said) >= 24 and len(set(said)) / len(said) < 0.25:
        return "repetition"
    return "repetition" if _STUTTER.search(text) or _echoes(text) or _loops(text[:2000]) else ""


def _echoes(text: str) -> bool:
    """Whether a sentence of five words or more follows itself, or stands there three times."""
    language = "zh" if cjk_ratio(text) else "en"
    spans = list(sentences(text, language))
    if len(spans) < 2:
        return False
    said = [squash(text[start:end]).rstrip(".。") for start, end in spans]
    long = [sentence for sentence in said if len(words(sentence)) >= 5 or len(sentence) >= 20]
    return any(a == b for a, b in pairwise(long)) or max(Counter(long).values(), default=0) >= 3


def _loops(text: str) -> bool:
    """Whether something with a letter in it stands there four times in a row."""
    # What loops and is longer than five characters has six that stand there four times, as hardly any text has; the
    # search for it takes a quarter of a millisecond.
    sixes = Counter([text[at : at + 6] for at in range(len(text) - 5)])
    loop = (_LOOP if max(sixes.values(), default=0) >= 4 else _SHORT_LOOP).search(text)
    return loop is not None and re.search(r"[^\W\d_]", loop[1]) is not None


def _unbalanced(text: str) -> str:
    unmarked = _LIST_MARK.sub("", text)  # "a) first b) second" is balanced, and so is "(39 m3)", whose end looks alike
    for left, right in _PAIRS:
        if text.count(left) != text.count(right) and unmarked.count(left) != unmarked.count(right):
            return "unbalanced brackets"
    quotes, inches = len(re.findall('["“”]', text)), len(re.findall(r'\d"', text))
    return "unbalanced quotes" if quotes % 2 and (quotes - inches) % 2 else ""


def _length(question: str, answer: str, item: QAItem) -> str:
    low, high = _QUESTION_LENGTH["zh" if item.language == "zh" else "en"]
    asked = len(words(question))
    if not low <= asked <= high:
        return "question too short" if asked < low else "question too long"
    said = len(words(answer))
    if said > _ANSWER_LIMIT:
        return "answer too long"
    wants_fact = (_FACT_ZH if item.language == "zh" else _FACT_EN).search(question)
    limit = (_FACT_LIMIT if wants_fact else _COPY_LIMIT)["zh" if item.language == "zh" else "en"]
    copied = "\n" not in item.answer and any(squash(answer) in squash(e.quote) for e in item.evidence)
    return "answer is a copied passage" if copied and (said > limit or _begins_elsewhere(question, answer)) else ""


def _begins_elsewhere(question: str, answer: str) -> bool:
    """Whether an answer begins with a sentence that has nothing of the question, and a later one has most of it."""
    spans = sentences(answer, "zh" if cjk_ratio(answer) else "en")
    said = [answer[start:end] for start, end in spans if end - start > 1]
    if len(said) < 3:
        return False
    asked = set(_content(question))
    shares = [len(asked & set(_content(sentence))) / max(1, len(asked)) for sentence in said]
    return len(asked) > 2 and shares[0] < 0.2 and max(shares) >= 0.5


def _unrelated(question: str, answer: str, item: QAItem) -> str:
    content = _content(answer)
    if len(content) < 3 or not item.evidence:
        return ""
    known = set(_content(question)).union(*(_content(normalize(evidence.quote)) for evidence in item.evidence))
    shared = sum(piece in known for piece in content) / len(content)
    least = _MIN_SHARED["zh" if item.language == "zh" else "en"]
    return "answer unlike its evidence" if shared < least else ""


def _content(text: str) -> list[str]:
    """Content words, and pairs of neighbouring ideographs: a single ideograph is found in any text."""
    if text.isascii():
        return [word for word in words(text) if word not in _CONTENTLESS_EN]
    pairs = re.findall(f"(?=([{CJK}]{{2}}))", text)
    return pairs + [word for word in words(text) if word not in _CONTENTLESS_EN and not re.match(f"[{CJK}]", word)]
