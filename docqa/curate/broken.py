"""What is wrong with a question or answer as text: cut off, garbled, repeated, refused, in the wrong language.

Most tests compare the item with itself (its own evidence, its own question) instead of looking for phrases, because
wordings change and these relations do not: an answer that stops inside a word of its quote was cut off whatever it
says, and an answer that shares next to nothing with its evidence is a refusal, a remark about the document or another
item's answer. What this costs: an honest answer in words entirely of its own is lost too.
"""

import re
from collections import Counter
from collections.abc import Iterator

from docqa.records import QAItem
from docqa.text import CJK, cjk_ratio, normalize, squash, tokens, words

# Lengths in words and ideographs. A question beyond these is a heading's stump or a pasted paragraph; an answer
# beyond its limit trains copying.
_QUESTION_LENGTH = {"en": (3, 60), "zh": (4, 90)}
_ANSWER_LIMIT = 400
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
_FACT_EN = re.compile(
    r"\b(?:who|when|where|which|how (?:many|much|long|often|far|old|fast|large|high|hot))\b|\bwhat\?|"
    r"\bwhat (?!is|are|was|were|do|does|did|has|have|can|must|may|shall|should|will|would|happens|steps|to\b)[a-z]+\b|"
    r"\bwhat is the (?:name|value|limit)\b",
    re.IGNORECASE,
)
_FACT_ZH = re.compile("谁|何时|何地|哪[一个年国里家位种]|多少|第?几|什么时候|什么地方")

_PLACEHOLDER = re.compile(r"(?:n/?a|nan|null|nil|tbd|todo|undefined|unknown|未知|不详|待定|略)[.。]?", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:^|\n)\s*(?:#{2,}\s*\w+\s*[:：]|(?:question|answer|context|passage|instruction|response|assistant|user|human|system|"
    r"output|input|Q|A)\s*:|(?:问题|答案|回答|问|答|指令|用户|助手|上下文|输出|输入)\s*[:：])",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"<\|\w+\|>|\[/?INST\]|</?(?:think|s|answer|question)>|<</?SYS>>|\{\{.*?\}\}")
_MARKUP = re.compile(
    r"</?(?:br|p|div|span|table|td|tr|th|li|ul|ol|font|sup|sub|img|h[1-6])\b[^>]*>|<a\s+href|&(?:nbsp|amp|lt|gt|quot|#\d+);|"
    r"\\(?:begin|end|textbf|textit|section|item)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\bas an? (?:ai|artificial|large language|language model)|\blanguage model\b.{0,30}\b(?:can(?:not|'t)|unable)|"
    r"\bI(?:'m| am)? (?:sorry|apologi[sz]e|afraid|unable|can(?:not|'t)|do(?:n't| not) (?:know|have))\b|"
    r"\b(?:can(?:not|'t)|could not|unable to) (?:be )?(?:answer|determine|provide|find)(?:ed|d)?\b.{0,40}\b(?:question|"
    r"text|context|passage|information|document)|\bnot (?:enough|sufficient) information\b|"
    r"(?:作为|身为).{0,6}(?:人工智能|AI|语言模型|助手)|^(?:很?抱歉|对不起|不好意思)|"
    r"(?:无法|不能|难以)(?:回答|作答|确定答案|提供答案)|"
    r"(?:文中|材料|原文|上下文|文档)(?:并?没有|未|并未)(?:提及|提到|说明|给出)",
    re.IGNORECASE,
)
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("《", "》"), ("「", "」"), ("『", "』"), ("【", "】"), ("“", "”"))
_LIST_MARK = re.compile(r"(?:(?<=\s)|(?<=[;；,，。])|^)[\da-zA-Z一二三四五六七八九十]{1,3}\)", re.MULTILINE)
_OPEN_END_EN = frozenset(
    "a an the and or but of in on at by for from to with into as than that which who whose is are was were be been has "
    "have had can may must shall should will would if when while because although".split()
)
_GOES_ON_EN = frozenset(
    "and or but when if which where because unless so before after while although though by for with".split()
)
_STUTTER = re.compile(r"\b(the|a|an|of|to|and|in|for|with|is|are|was|be|by|or|from|on|this)\s+\1\b", re.IGNORECASE)
_LOOP = re.compile(r"(.{2,60}?)(?:[\s,.;，。、；]*\1){3,}", re.DOTALL)
_SHORT_LOOP = re.compile(r"(.{2,5}?)(?:[\s,.;，。、；]*\1){3,}", re.DOTALL)
_CONTENTLESS_EN = frozenset(
    "a an the and or of in on at by for from to with as is are was were be been it its this that these those not no "
    "yes there their they you your can may must shall should will would do does did has have had i we my".split()
)


def broken(item: QAItem) -> str:
    """Say what is broken in ``item``'s text; "" when nothing is."""
    question, answer = normalize(item.question), normalize(item.answer)
    return (
        _empty(answer)
        or _garbled(item.question)
        or _garbled(item.answer)
        or _leftover(item.question)
        or _leftover(item.answer)
        or _question_form(question, item.language)
        or _echo(question, answer)
        or _refused(answer)
        or _foreign(question, answer)
        or _repeated(question)
        or _repeated(answer)
        or _unbalanced(question)
        or _unbalanced(answer)
        or _length(question, answer, item)
        or _cut_off(answer, item)
        or _unrelated(question, answer, item)
    )


def _empty(answer: str) -> str:
    if not any(char.isalnum() for char in answer) or _PLACEHOLDER.fullmatch(answer):
        return "empty answer"
    return ""


def _garbled(text: str) -> str:
    """Replacement and control characters, and UTF-8 that was read in another encoding (the idea of ftfy).

    Bytes of real text in those encodings are practically never valid UTF-8, so a run that decodes was garbled.
    """
    if re.search("[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]", text):
        return "garbled characters"
    for run in re.findall(r"[^\x00-\x7f]{2,}", text):
        if _decodes(run, "latin-1") or _decodes(run, "cp1252") or (len(run) >= 6 and _decodes(run, "gb18030")):
            return "garbled characters"
    return ""


def _decodes(run: str, encoding: str) -> bool:
    try:
        data = run.encode(encoding)
    except UnicodeEncodeError:
        return False
    read = data.decode("utf-8", errors="ignore")
    return len(read.encode()) > 0.8 * len(data)


def _leftover(text: str) -> str:
    if _LABEL.search(text) or _TEMPLATE.search(text):
        return "prompt text"
    return "markup" if _MARKUP.search(text) else ""


def _question_form(question: str, language: str) -> str:
    ending = question.rstrip("\"'”’」』)）")
    if ending.endswith("?"):
        return ""
    asks = (_ASKS_ZH if language == "zh" else _ASKS_EN).search(question)
    return "" if asks and ending.endswith((".", "。", "!", ":")) else "not a question"


def _echo(question: str, answer: str) -> str:
    if squash(question).rstrip("?") == squash(answer).rstrip("?"):
        return "answer repeats the question"
    said = words(answer)
    if len(said) < 4 or re.search(r"\bor\b|还是|或", question):
        return ""
    # Single ideographs recur by chance; in Chinese the answer must stand in the question as a whole.
    within = squash(answer) in squash(question) if cjk_ratio(answer) else set(said) <= set(words(question))
    return "answer repeats the question" if within else ""


def _refused(answer: str) -> str:
    return "refusal" if _REFUSAL.search(answer) else ""


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
    return "repetition" if _STUTTER.search(text) or _loops(text[:2000]) else ""


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
    inches = len(re.findall(r'\d"', text))
    return "unbalanced quotes" if text.count('"') % 2 and (text.count('"') - inches) % 2 else ""


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
    if said > limit and "\n" not in item.answer and any(squash(answer) in squash(e.quote) for e in item.evidence):
        return "answer is a copied passage"
    return ""


def _cut_off(answer: str, item: QAItem) -> str:
    """Whether the answer stops where nobody stops: inside a word or a clause of its quote, or on an open word."""
    last = re.search(r"([^\W\d_]+)\W*$", answer)
    open_word = item.language != "zh" and last and last[1] in _OPEN_END_EN and len(words(answer)) > 2
    if answer[-1] in ",，、(（-—" or (open_word and not re.search(r"[”\"']\W*$", answer)):
        return "answer cut off"
    bare = answer.rstrip(".。…")
    stops = [
        _stops_midway(quote[:at], bare, quote[at + len(bare) :])
        for quote in (normalize(evidence.quote) for evidence in item.evidence)
        for at in _places(bare, quote)
    ]
    return "answer cut off" if stops and all(stops) else ""


def _places(part: str, text: str) -> Iterator[int]:
    """Where ``part`` stands in ``text``."""
    at = text.find(part)
    while at >= 0 and part:
        yield at
        at = text.find(part, at + len(part))


def _stops_midway(before: str, said: str, rest: str) -> bool:
    """Whether ``said``, between ``before`` and ``rest`` in its quote, ends inside a word or, begun whole, a clause."""
    tail = re.match(r"[a-zA-Z]*", rest)
    if tail and tail.group() and said[-1].isascii() and said[-1].isalpha():
        return tail.group() not in ("s", "es") and not re.search(r"[^\W_]$", before)
    begins = not before or bool(re.search(r"[.。!?！？;；:：\n]\s*$", before))
    following = re.match(r"\s*([^\W\d_]+)", rest)
    if not begins or not following or len(words(said)) < 12:
        return False
    if re.match(f"[{CJK}]", following[1]):
        return not rest.startswith(" ") and bool(re.search("[,，;；]", said))
    return following[1].casefold() not in _GOES_ON_EN


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
    pairs = re.findall(f"(?=([{CJK}]{{2}}))", text)
    return pairs + [word for word in words(text) if word not in _CONTENTLESS_EN and not re.match(f"[{CJK}]", word)]
