"""A question that retrieval cannot place -> the same question with its subject named, once.

The embedded backend names the document, and the innermost heading where the title alone says too little: "In
“Operation and Maintenance Manual”, ..." or 根据《…》，.... A question that names the document already is given the
heading, and one that names both is left as it is.
"""

import re

from docqa.records import Chunk
from docqa.text import squash

_NUMBERING = re.compile(
    r"^(?:(?:Chapter|Appendix|Part|Section) [\dA-Z]+\b\.?|(?:[A-Z]\.)?\d+(?:\.\d+)*\.?"
    r"|第[一二三四五六七八九十百零\d]+[章节条]|[一二三四五六七八九十]+、)\s*"
)
_OPENERS = frozenset(
    "what which who whom whose when where why how is are was were do does did can could may must shall should will "
    "would in at on under for if during after before according to".split()
)


def name_subject(question: str, chunk: Chunk, language: str) -> str | None:
    """The question with the chunk's document and section named in front; None when it names them already."""
    heading = _NUMBERING.sub("", chunk.heading_path[-1]).strip(" :：") if chunk.heading_path else ""
    title = _NUMBERING.sub("", chunk.title).strip("《》 ")
    asked = squash(question)
    names = [name for name in dict.fromkeys([title, heading]) if name and squash(name) not in asked]
    if not names:
        return None
    if language == "zh":
        by, part = ("根據", "一節") if re.search("[麼樣關於說誰應條規]", question) else ("根据", "一节")
        if names == [heading] != [title]:  # in 《》 it would be another document beside the one that the question names
            return f"{by}“{heading}”{part}，{question}"
        return f"{by}《{names[0]}》，{question}" if len(names) == 1 else f"{by}《{names[0]}》“{names[1]}”，{question}"
    if names == [heading] != [title]:
        return f"In the section “{heading}”, {_lower(question)}"
    place = f"“{names[0]}”" if len(names) == 1 else f"the section “{names[1]}” of “{names[0]}”"
    return f"In {place}, {_lower(question)}"


def _lower(question: str) -> str:
    """The question with a small first letter, if its first word is one that is never a name."""
    first = question.split(" ", 1)[0]
    return question[0].lower() + question[1:] if first.casefold() in _OPENERS else question
