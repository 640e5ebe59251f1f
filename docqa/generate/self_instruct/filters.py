"""What Self-Instruct drops by rule, each with its reason: the paper's section 2.3, and its published code's lists.

Changed: words for what a text model cannot do (``image``, ``file``) are no fault where the passage itself has them; in
the manual of a web server a file is a thing to ask about, not an attachment.
"""

import re
from functools import cache

from docqa.generate.self_instruct.seeds import seeds
from docqa.records import Chunk, QAItem
from docqa.rouge import Pool
from docqa.text import cjk_ratio, squash, words

ALIKE = 0.7
"""ROUGE-L F1 from which two instructions are the same (the paper's)."""

SHORTEST = {"en": 4, "zh": 6}
LONGEST = {"en": 150, "zh": 240}
"""Words, or ideographs, of an instruction; the English ones are the paper's."""

_ELSEWHERE = re.compile(
    r"\b(?:images?|graphs?|pictures?|photos?|files?|maps?|screenshots?|videos?|audio|attachments?|links?|draw|plot"
    r"|go to|write an? (?:program|script))\b"
    r"|图片|图像|照片|图表|曲线图|流程图|示意图|截图|地图|视频|音频|录音|附件|链接|画出|画一|绘制|编写程序|写一个程序",
    re.IGNORECASE,
)
"""What would have to be seen, heard, opened or drawn. 文件 is not among them: in an office it is any document."""

_MARK = re.compile(r"[\W_]")


def of_instruction(instruction: str, chunk: Chunk) -> str:
    """Why an instruction is not used, or ""."""
    count = len(words(instruction))
    language = chunk.language
    if count < SHORTEST[language]:
        return f"unfit-instruction: too short ({count} words)"
    if count > LONGEST[language]:
        return f"unfit-instruction: too long ({count} words)"
    if _MARK.match(instruction) and instruction[0] not in "“《\"'":
        return f"unfit-instruction: begins with {instruction[0]!r}"
    if (cjk_ratio(instruction) > 0.15) != (language == "zh"):
        return "unfit-instruction: in another language"
    text = squash("\n".join((chunk.title, *chunk.heading_path, chunk.text)))
    for found in _ELSEWHERE.finditer(instruction):
        if squash(found.group()) not in text:
            return f"unfit-instruction: {found.group()!r} is not for a text model"
    return like_a_seed(instruction, language)


def like_a_seed(instruction: str, language: str) -> str:
    """Which seed the instruction is like, as a reason; or ""."""
    place = _pool(language).like(instruction, ALIKE)
    return "" if place is None else f"like-a-seed: {seeds(language)[place].instruction[:60]}"


def of_instance(made: QAItem) -> str:
    """Why an instance is not used, or "": one that repeats its task teaches nothing."""
    if not made.answer:
        return "no-instance: the passage does not support it"
    answer = squash(made.answer)
    if answer == squash(made.input):
        return "repeated: the output is the input"
    if answer == squash(made.question):
        return "repeated: the output is the instruction"
    return ""


@cache
def _pool(language: str) -> Pool:
    pool = Pool()
    for seed in seeds(language):
        pool.add(seed.instruction)
    return pool
