"""Where a question belongs: titles, headings and captions as they are named in a question.

A row label or a step means little outside its table or section, so questions from structure name the place. Numbers
in front of a heading ("2.1", "第三章") are left out, since they differ between editions; a title that is only a
file's name is not used, since no reader of the corpus would know the document by it.
"""

import re

from docqa.records import Chunk, Piece
from docqa.text import cjk_ratio

_NUMBER = re.compile(
    r"^\s*(?:"
    r"(?:Chapter|Section|Part|Appendix|Annex|Article)\s+(?:\d+(?:\.\d+)*|[IVXLC]+|[A-Z])\b[.:]?\s+"
    r"|\d{1,3}(?:\.\d+)+[.)、．]?\s*|\d{1,3}[.)]?\s+|\d{1,3}[、．]\s*|[A-Z](?:\.\d+)+[.)]?\s+|[A-Z]\.\s+|[IVX]+\.\s+"
    r"|第[一二三四五六七八九十百零\d]+[章节節编編篇部][、.:：]?\s*"
    r"|[一二三四五六七八九十]+[、.．]\s*|[（(][一二三四五六七八九十\d]+[)）]\s*)"
)
_CAPTION_NUMBER = re.compile(
    r"^\s*(?:Table|Tab\.|TABLE|Exhibit|表格?)\s*"
    r"(?:[A-Z]?[\d一二三四五六七八九十]+(?:[-–.．]\d+)*|[IVX]+)?(?:\s*[.:：、|—–-]\s*|\s+|$)"
)
_FILE_NAME = re.compile(
    r"\.\w{2,4}$|^[\w.-]*[_\d][\w.-]*$|^(?-i:[a-z])[\w.-]*$|^(?:microsoft word|untitled|document\d*\b)", re.I
)

_TRADITIONAL = frozenset(
    "這說為無與個們來時間對應開關電實現發過還進運機設備處於後從當會長經內門題數據據類級別規則條節藥劑"
)
_SIMPLIFIED = frozenset(
    "这说为无与个们来时间对应开关电实现发过还进运机设备处于后从当会长经内门题数据类级别规则条节药剂"
)
_TO_TRADITIONAL = str.maketrans(
    "么据节骤说样两对关于较处个时长应问题还换栏选类别", "麼據節驟說樣兩對關於較處個時長應問題還換欄選類別"
)


def strip_number(heading: str) -> str:
    """A heading without its number: ``2.1 Scope`` and ``第三章 Scope`` are ``Scope``."""
    return _NUMBER.sub("", heading, count=1).strip() or heading.strip()


def title(chunk: Chunk) -> str:
    """The document's title as a question can name it, or "" when it is only a file's name."""
    text = strip_number(chunk.title).strip("《》")
    stem = chunk.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if (
        len(text) < (2 if cjk_ratio(text) > 0 else 4)
        or len(text) > 120
        or text == stem
        or (chunk.language == "en" and cjk_ratio(text) > 0)
    ):
        return ""
    return "" if text.isascii() and _FILE_NAME.search(text) else text


def section(chunk: Chunk) -> str:
    """The innermost heading above the chunk without its number; "" when there is none or it is the title again."""
    text = strip_number(chunk.heading_path[-1]) if chunk.heading_path else ""
    if len(text) > 90 or text == title(chunk) or re.fullmatch(r"\S+\.[A-Za-z]\w{1,5}", text):
        return ""
    return text.rstrip(":：")


def caption(chunk: Chunk, index: int) -> tuple[str, Piece | None]:
    """The caption of the table ``chunk.pieces[index]`` without its number, and its piece; ("", None) without one."""
    for near in (index - 1, index + 1):
        if 0 <= near < len(chunk.pieces) and chunk.pieces[near].kind == "caption":
            piece = chunk.pieces[near]
            text = chunk.text[piece.start : piece.end].strip()
            number = _CAPTION_NUMBER.match(text)
            name = text[number.end() :].strip() if number else text
            if (number or near < index) and 2 < len(name) <= 120:
                return name.rstrip(".。"), piece
    return "", None


def place(chunk: Chunk, caption: str = "") -> str:
    """How a question names the table or section: a phrase to follow "in", or in Chinese to stand before "中".

    It is "" where a reader of the whole corpus could not find the place: a section of a document without a title, or a
    caption of a word or two ("Student responses").
    """
    name, document = caption or section(chunk), title(chunk)
    if not document and not (caption and len(caption if chunk.language == "zh" else caption.split()) >= 4):
        return ""
    if chunk.language == "zh":
        kind = "表" if caption else script("一节", chunk)
        inside = f"“{name}”{kind}" if name else ""
        return (f"《{document}》" if document and document != name else "") + inside
    inside = f"the {'table' if caption else 'section'} “{name}”" if name else ""
    if not document or document == name:
        return inside
    return f"{inside} {'in' if caption else 'of'} “{document}”" if inside else f"“{document}”"


def is_traditional(chunk: Chunk) -> bool:
    """Whether a chunk is in Traditional Chinese."""
    traditional = sum(char in _TRADITIONAL and char not in _SIMPLIFIED for char in chunk.text)
    simplified = sum(char in _SIMPLIFIED and char not in _TRADITIONAL for char in chunk.text)
    return traditional > simplified


def script(words: str, chunk: Chunk) -> str:
    """A template's words in the script of the chunk: Traditional where its text is."""
    return words.translate(_TO_TRADITIONAL) if is_traditional(chunk) else words
