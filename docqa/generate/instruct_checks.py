"""What is wrong with an item of the family ``instruct``: its instruction's form, and its output where it has an input.

The form is what Self-Instruct and Stanford Alpaca filter (arXiv 2212.10560, section 2.2; ``generate_instruction.py``):
too short, too long, asking for what is no text. What they cannot check, an output against its source, is checked here
by rules, for an item with an input is looked up nowhere: its numbers stand in the passage or the input, its words rest
on its quotes and its input, its label is one that was offered. A number that was worked out from others stands nowhere,
so such an item is dropped. Whether it is a good output a model's rating says.
"""

import re

from docqa.generate.answers import made_up, negation, other_language, unrelated
from docqa.records import Chunk, QAItem
from docqa.terms import terms
from docqa.text import normalize, squash, words

ALIKE = 0.7
"""ROUGE-L F1 from which two instructions are the same: Self-Instruct's, and Alpaca's."""

SHORTEST = {"en": 4, "zh": 6}
LONGEST = {"en": 150, "zh": 240}
"""Words, or ideographs, of an instruction; the English ones are those of both."""

_NO_INPUT = re.compile(
    r"\W*(?:none|no ?input|n/a|not needed|无|無|没有|沒有|无输入|無輸入|不需要|无需输入|無需輸入)?\W*", re.IGNORECASE
)
"""What a model writes for an input that there is not."""

_TO_DO = {
    "en": re.compile(
        r"^(?:please |(?:can|could) you )?"
        r"(?:draw(?! (?:up|on|conclusions|an? (?:conclusion|distinction))\b)|sketch|plot|paint|photograph|click|visit"
        r"|upload|download|go to|open (?:the|this|an?) (?:file|link|attachment|page|web ?site|app))\b"
        r"|\b(?:play|record) (?:me )?(?:an?|the|some|this|your) (?:voice|sound|song|music|video|audio|recording)\b"
        r"|\b(?:make|create|generate|produce|design) (?:me )?(?:the|an?) (?:\w+ )?"
        r"(?:image|picture|photo|graph|flow ?chart|diagram|video|drawing|poster)\b"
        r"|\bwrite an? (?:program|script)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "^[请請]?(?:[帮幫]我)?(?:[画畫]|[绘繪][制製出]|拍[摄攝]|[录錄]制|播放|[点點][击擊]|打[开開](?=[^，。]{0,4}(?:文件|附件|[链鏈][接結]|[网網][页頁站]))|上[传傳]|下[载載]|上[网網])"
        "|(?:制作|製作|生成|[设設][计計])(?:一[张張幅段个個份])?[^，。]{0,6}"
        "(?:[图圖]片|海[报報]|[视視][频頻]|音[频頻]|流程[图圖]|示意[图圖])"
        "|(?:[编編][写寫]|[写寫]一[个個段])(?:程序|程式)"
    ),
}
"""What cannot be done with text alone."""

_TO_SEE = {
    "en": re.compile(
        r"\b(?:images?|graphs?|pictures?|photos?|files?|maps?|screenshots?|videos?|audio|attachments?|links?)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "[图圖](?:片|像|表)|照片|曲[线線][图圖]|流程[图圖]|示意[图圖]|截[图圖]|地[图圖]|附[图圖件]|下[图圖]|[这這][张張][图圖]"
        "|[视視][频頻]|[音录錄][频頻音]|[链鏈][接結]"
    ),
}
"""What would have to be seen, heard or opened: no fault where the passage itself has it, for in the manual of a web
server a file is a thing to ask about. 文件 is not among them: in an office it is any document."""

_MARK = re.compile(r"[^\w\s“《「『\"']")
_PLACEHOLDER = re.compile(
    r"\[(?:insert|your|enter|add|name|text|date|company|customer|product|patient)\b[^\]]*\]|<(?:text|name|input|insert|your)\b[^>]*>"
    r"|\blorem ipsum\b|\byour text here\b|\bX{3,}\b"
    r"|[\[【（(](?:[请請]?(?:在此)?(?:填[写寫]|[输輸]入|插入)|此[处處])[^\]】）)]*[\]】）)]|(?:某某|[×]{2,}|XX+)(?=[公银銀医醫先女产產药藥])",
    re.IGNORECASE,
)
_TRANSLATES = re.compile(
    r"\btranslat|\b(?:in|into|from) (?:English|Chinese)\b|翻[译譯]|[译譯][成为為文]|英文|英[语語]|中文", re.IGNORECASE
)
_REPLIES = {
    "en": frozenset("yes no true false correct incorrect".split()),
    "zh": frozenset("是 否 不是 对 對 错 錯 不对 不對 正确 正確 错误 錯誤 可以 不可以 能 不能 符合 不符合".split()),
}
_OFFERS = re.compile(
    r"^.*(?:options?|labels?|classes|categories|选项|選項|类别|類別|标签|標籤).*$", re.IGNORECASE | re.M
)
_ENUMERATOR = re.compile(
    r"^\s*(?:[-*•]\s*)?(?:step\s+)?[(（]?\d{1,2}[.):：）、．](?!\d)|第\d{1,2}步", re.IGNORECASE | re.MULTILINE
)
"""The number of a step or an entry, which no text need give."""


def given_with(said: str) -> str:
    """The input that a model gives with its instruction; "" for whatever it writes where there is none."""
    return "" if _NO_INPUT.fullmatch(said) else said.strip()


def unfit(instruction: str, chunk: Chunk) -> str:
    """What is wrong with an instruction, whatever is said to it; "" when nothing is found."""
    count, language = len(words(instruction)), chunk.language
    if not SHORTEST[language] <= count <= LONGEST[language]:
        return f"too {'short' if count < SHORTEST[language] else 'long'} ({count} words)"
    if _MARK.match(instruction):
        return f"begins with {instruction[0]!r}"
    if other_language(instruction, language):
        return "in another language"
    if found := _TO_DO[language].search(instruction):
        return f"asks for more than text: {found.group()!r}"
    text = squash("\n".join((chunk.title, *chunk.heading_path, chunk.text)))
    seen = (found.group() for found in _TO_SEE[language].finditer(instruction))
    return next((f"asks for more than text: {word!r}" for word in seen if squash(word) not in text), "")


def wrong(item: QAItem, chunk: Chunk) -> str:
    """What is wrong with the item, in a few words; "" when nothing is found."""
    if not item.answer:
        return "no output"
    if why := unfit(item.question, chunk):
        return f"instruction {why}"
    return _form(item, chunk) or _output(item, chunk)


def named(label: str, text: str) -> bool:
    """Whether a text names a label, as a word of its own."""
    wanted = re.escape(normalize(label).casefold().strip(".。\"'“”"))
    return bool(wanted) and bool(re.search(rf"(?<![a-z0-9-]){wanted}(?![a-z0-9-])", normalize(text).casefold()))


def _form(item: QAItem, chunk: Chunk) -> str:
    if squash(item.answer) in (squash(item.input), squash(item.question)):
        return f"the output is the {'input' if squash(item.answer) == squash(item.input) else 'instruction'} again"
    found = _PLACEHOLDER.search(f"{item.asked}\n{item.answer}")
    return f"a placeholder: {found.group()!r}" if found and found.group() not in chunk.text else ""


def _output(item: QAItem, chunk: Chunk) -> str:
    sorts = item.task_type.endswith("/classification")
    translates = bool(_TRANSLATES.search(item.question))
    if not sorts and not translates and (why := other_language(item.answer, item.language)):
        return why
    if not item.input:
        return ""  # it is looked up in the corpus
    about = {term for term in terms(item.input if sorts else f"{item.input}\n{item.answer}") if len(term) > 1}
    if not about & set(terms(chunk.text)):
        return "it has nothing to do with the passage"
    if sorts:
        return _label(item)
    said = _ENUMERATOR.sub(" ", item.answer)
    quotes = "\n".join(evidence.quote for evidence in item.evidence)
    if why := made_up(said, "\n".join((chunk.text, chunk.title, *chunk.heading_path, item.asked))):
        return why
    if translates:
        return ""
    return unrelated(said, f"{quotes}\n{item.asked}", "the quotes or the input") or negation(said, quotes)


def _label(item: QAItem) -> str:
    """A label is a yes or no, or one that the instruction offers, or a line of the input that lists them."""
    offered = "\n".join((item.question, *_OFFERS.findall(item.input)))
    reply = normalize(item.answer).casefold().strip(".。") in _REPLIES[item.language]
    return "" if reply or named(item.answer, offered) else f"label {item.answer[:40]!r} is none of those offered"
