"""What is wrong with an item of the family ``instruct``: its instruction's form, and its output where it has an input.

The form is what Self-Instruct and Stanford Alpaca filter (arXiv 2212.10560, section 2.2; ``generate_instruction.py``):
too short, too long, asking for what is no text. What they cannot check, an output against its source, is checked here
by rules, for an item with an input is looked up nowhere: its numbers stand in the passage or the input, its words rest
on its quotes and its input, its label is one that was offered. Whether it is a good output a model's rating says.
"""

import re

from docqa.generate.answers import made_up, negation, other_language, unrelated
from docqa.records import Chunk, QAItem
from docqa.terms import terms
from docqa.text import normalize, squash, words

SHORTEST, LONGEST = 4, 150
"""Words, or ideographs, of an instruction (Alpaca's)."""

NO_INPUT = frozenset("<noinput>|noinput|<no input>|no input|none|n/a|<无输入>|无输入|无|（无）|(无)|没有".split("|"))
"""What a model writes for an input that there is not."""

_NO_TEXT = {
    "en": re.compile(
        r"^(?:please )?(?:draw(?! up)|sketch|plot|paint|photograph|record|play|open|click|visit|upload|download)\b"
        r"|\b(?:the|this|an?) (?:attached|following|given) (?:image|picture|photo|graph|chart|video|audio|file|link)\b"
        r"|\b(?:make|create|generate|produce|design) (?:me )?(?:the|an?) (?:\w+ )?"
        r"(?:image|picture|photo|graph|flow ?chart|diagram|video|drawing|poster)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "^请?(?:帮我)?(?:画|绘制|绘出|拍摄|录制|播放|点击|打开|上传|下载|上网)|附图|下图|这张图|该图片|(?:附件|图|视频|音频)中"
        "|(?:制作|生成|设计)(?:一[张幅段个份])?[^，。]{0,6}(?:图片|海报|视频|音频|流程图|示意图)"
    ),
}
"""What cannot be done with text alone (the word list of both, cut down to what is no subject of a manual)."""

_PLACEHOLDER = re.compile(
    r"\[(?:insert|your|enter|add|name|text|date|company|customer|product|patient)\b[^\]]*\]|<(?:text|name|input|insert|your)\b[^>]*>"
    r"|\blorem ipsum\b|\byour text here\b|\bX{3,}\b"
    r"|[\[【（(](?:请?(?:在此)?(?:填写|输入|插入)|此处)[^\]】）)]*[\]】）)]|(?:某某|[×]{2,}|XX+)(?=[公银医先女产药])",
    re.IGNORECASE,
)
_TRANSLATES = re.compile(
    r"\btranslat|\b(?:in|into|from) (?:English|Chinese)\b|翻译|译成|译为|英文|英语|中文", re.IGNORECASE
)
_REPLIES = frozenset("yes no true false correct incorrect 是 否 不是 对 错 正确 错误 可以 不可以 符合 不符合".split())
_OFFERS = re.compile(r"^.*(?:options?|labels?|classes|categories|选项|类别|标签).*$", re.IGNORECASE | re.MULTILINE)


def wrong(item: QAItem, chunk: Chunk) -> str:
    """What is wrong with the item, in a few words; "" when nothing is found."""
    if not item.answer:
        return "no output"
    return _form(item, chunk) or (_output(item, chunk) if item.input else "")


def _form(item: QAItem, chunk: Chunk) -> str:
    asked = len(words(item.question))
    if not SHORTEST <= asked <= LONGEST:
        return f"the instruction is too {'short' if asked < SHORTEST else 'long'}"
    if other_language(item.question, item.language):
        return "the instruction is in another language"
    if found := _NO_TEXT[item.language].search(item.question):
        return f"asks for more than text: {found.group()!r}"
    if squash(item.answer) in (squash(item.input), squash(item.question)):
        return f"the output is the {'input' if squash(item.answer) == squash(item.input) else 'instruction'} again"
    found = _PLACEHOLDER.search(f"{item.asked}\n{item.answer}")
    return f"a placeholder: {found.group()!r}" if found and found.group() not in chunk.text else ""


def _output(item: QAItem, chunk: Chunk) -> str:
    if not {term for term in terms(item.asked) if len(term) > 1} & set(terms(chunk.text)):
        return "the input has nothing to do with the passage"
    if item.task_type.endswith("/classification"):
        return _label(item)
    given = "\n".join((chunk.text, chunk.title, *chunk.heading_path, item.asked))
    quotes = "\n".join(evidence.quote for evidence in item.evidence)
    if _TRANSLATES.search(item.question):
        return made_up(item.answer, given)
    return (
        other_language(item.answer, item.language)
        or made_up(item.answer, given)
        or unrelated(item.answer, f"{quotes}\n{item.asked}", "the quotes or the input")
        or negation(item.answer, quotes)
    )


def _label(item: QAItem) -> str:
    """A label is a yes or no, or one that the instruction offers, or a line of the input that lists them."""
    label = normalize(item.answer).casefold().strip(".。\"'“”")
    offered = normalize("\n".join((item.question, *_OFFERS.findall(item.input)))).casefold()
    stands = bool(label) and re.search(rf"(?<![a-z0-9]){re.escape(label)}(?![a-z0-9])", offered)
    return "" if stands or label in _REPLIES else f"label {item.answer[:40]!r} is none of those offered"
