"""What a section says about its subject, and how a task is done that a sentence names and a listing shows.

Both are asked from a paragraph and what belongs to it: the heading above names the subject, the code below is part of
the answer. Whole paragraphs are answered, so these teach an explanation rather than a fact; one is made a section.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from docqa.generate.extractive import places
from docqa.generate.extractive.chinese_grammar import in_script_of
from docqa.generate.extractive.patterns import Draft
from docqa.records import Chunk, Piece
from docqa.text import detect_language, is_cjk, sentences

_ELSEWHERE = re.compile(
    r"\b(?:above|below|see|refer|this (?:section|chapter|appendix|document|guide)|let['’]s|figure|table|i|we|my|our|"
    r"us)\b"
    r"|https?:|\b(?:Note|Tip|Caution|Warning)\n|下面|上述|上面|前述|本[节節章文]|参见|參見|请见|請見|(?<![常意可])[见見]|我们|我們"
    r"|Section|Chapter",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"\b(?:following|as follows|here (?:is|are)|these)\b|[:：]$|下列|以下|如下|[这這][里裡]", re.IGNORECASE
)
_SURELY_UNCUT = 350
"""Tokens; a chunk much smaller than the chunker's size (512) holds its whole section."""
_POINTS_BACK = re.compile(
    r"(?:this|that|these|those|it|they|he|she|such|however|therefore|thus|but|and|so|then|also)\b|"
    r"第[一二三四五六七八九十百零〇\d]+[条條]|[这這那此该該它其]|但|因此|所以|然而|不过|不過",
    re.IGNORECASE,
)
_COMMON_HEADING = re.compile(
    r"(?:introduction|overview|general.*|notes?|tips?|examples?|summary|background|scope|purpose|description|name|"
    r"synopsis|options|contents|preface|references|acknowledge?ments?|abstract|conclusions?|copyright|author|"
    r"license|see also|document.*|terms.*|definitions.*|术语.*|術語.*|定义.*|概述|总则|總則|附则|附則|说明|說明|"
    r"目的|范围|範圍|介绍|介紹|简介|簡介|注意.*|提示|示例|其他|其它|前言|引言|"
    r"名称|名稱|描述|选项|選項|摘要|作者|许可证|許可證|.{0,1})",
    re.IGNORECASE,
)
_HOW_EN = re.compile(
    r"^(?:You can|You may|One can|Users can) (?:also |easily )?(?P<task>[a-z]+ [^:;]{8,110}?)"
    r"(?: as follows| like this| as below| by the following| with the following commands?)?[.:]$"
)
_HOW_PASSIVE_EN = re.compile(
    r"^(?P<subject>(?:The |A |An )?[A-Za-z][\w ./-]{4,60}?) (?P<can>can|may|should|must) be "
    r"(?P<done>[a-z]+(?:ed|en|wn|un|t|d))"
    r"(?P<rest> [^:;,]{0,70}?)?(?: as follows| like this| with the following| by the following)[.:]$"
)
_HOW_ZH = re.compile(
    r"^(?:[您你]|用户|用戶)?(?:还|也|還)?(?:可以|可|能)?(?:使用|通过|通過|用|按照?|以|运行|執行|执行)"
    r"(?:[^，。：]{0,24}?(?:命令|方式|工具|选项|選項|步骤|步驟|软件包|套件|程序|方法|脚本))(?:来|來|以)?"
    r"(?P<task>[^，。：；]{4,50})[。：:]$"
)


def questions(chunk: Chunk) -> Iterator[Draft]:
    """Yield the section's question, then one for each listing that a sentence introduces."""
    yield from _section(chunk)
    for before, piece in pairwise(chunk.pieces):
        if before.kind == "paragraph" and piece.kind == "code" and piece.end - piece.start <= 400:
            yield from _listing(chunk, before, piece)


def _section(chunk: Chunk) -> Iterator[Draft]:
    heads = [piece for piece in chunk.pieces if piece.kind == "heading"]
    rest = chunk.pieces[len(heads) :]
    if not heads or not rest or not chunk.heading_path:
        return
    heading, outer = places.section(chunk), _outer(chunk)
    body = _body(chunk, rest)
    if not heading or not outer or not body or not _is_subject(heading, chunk.language == "zh"):
        return
    answer = chunk.text[body[0].start : body[-1].end]
    if len(body) < len(rest) and not _speaks_of(heading, answer):
        return
    quotes = tuple((piece.start, piece.end) for piece in body)
    if chunk.language == "zh":
        question = in_script_of(chunk.text, f"{outer}中关于“{heading}”是怎样说明的？")
        yield Draft("section-zh", question, answer, quotes)
    else:
        yield Draft("section-en", f"What does {outer} say about “{heading}”?", answer, quotes)


def _speaks_of(heading: str, text: str) -> bool:
    """Whether a first paragraph is about its heading: a word of the heading, or two of its ideographs, are in it."""
    named = [word for word in re.findall(r"[\w-]+", heading.casefold()) if len(word) > 1 and not is_cjk(word[0])]
    wide = [a + b for a, b in pairwise(heading) if is_cjk(a) and is_cjk(b)]
    return any(part in text.casefold() for part in (*named[-1:], *wide))


def _outer(chunk: Chunk) -> str:
    """How a question names what the section stands in: the document, or its chapter; "" when neither has a name."""
    title = places.title(chunk)
    if title and detect_language(title) in ("und", chunk.language):
        return f"《{title}》" if chunk.language == "zh" else f"“{title}”"
    chapter = places.strip_number(chunk.heading_path[0])
    if len(chunk.heading_path) < 2 or len(chapter) < 2 or detect_language(chapter) not in ("und", chunk.language):
        return ""
    return in_script_of(chunk.text, f"“{chapter}”一章") if chunk.language == "zh" else f"the chapter “{chapter}”"


def _body(chunk: Chunk, rest: Sequence[Piece]) -> Sequence[Piece]:
    """The whole section where it is short and stands by itself, else its first paragraph; () when neither does."""
    text = chunk.text[rest[0].start : rest[-1].end]
    kinds = {piece.kind for piece in rest}
    whole = chunk.tokens <= _SURELY_UNCUT and kinds <= {"paragraph", "list", "code"} and len(rest) > 1
    if whole and _explains(text, chunk.language, longest=1300) and not text.rstrip().endswith((":", "：")):
        return rest
    first = chunk.text[rest[0].start : rest[0].end]
    if rest[0].kind == "paragraph" and not _LEADS.search(first) and _explains(first, chunk.language, longest=900):
        return rest[:1]
    return ()


def _is_subject(heading: str, chinese: bool) -> bool:
    """Whether a heading names something that can be said something about, not a step, a sentence or a common word."""
    if _COMMON_HEADING.fullmatch(heading) or re.search(r"[?？!！:：]$|^[–—-]|^\W", heading):
        return False
    if chinese:
        return 2 <= len(heading) <= 24 and not re.match(r"(?:第.{1,3}步|步骤)", heading)
    return len(heading.split()) <= 8 and not re.match(r"(?:step|how|what|why|when) ", heading, re.IGNORECASE)


def _explains(text: str, language: str, longest: int) -> bool:
    """Whether a text stands by itself as an explanation: whole sentences and lists that point nowhere else."""
    size = sum(map(is_cjk, text)) * 2.5 if language == "zh" else len(text)
    if not 90 <= size <= longest or _ELSEWHERE.search(text) or _POINTS_BACK.match(text):
        return False
    if detect_language(text) != language or any(text.count(a) != text.count(b) for a, b in ("()", "（）", "“”")):
        return False
    first = text.split("\n")[0].rstrip()
    return first.endswith((".", "。", ":", "：")) and any(True for _ in sentences(text, language))


def _listing(chunk: Chunk, before: Piece, code: Piece) -> Iterator[Draft]:
    text = chunk.text[before.start : before.end]
    *_, (start, end) = sentences(text, chunk.language) or [(0, 0)]
    sentence = text[start:end]
    asked = _asked_zh(sentence) if chunk.language == "zh" else _asked_en(sentence)
    if not asked or _names_nothing(asked):
        return
    quotes = ((before.start + start, before.start + end), (code.start, code.end))
    answer = f"{sentence}\n{chunk.text[code.start : code.end]}"
    if chunk.language == "zh":
        yield Draft("listing-zh", in_script_of(chunk.text, asked), answer, quotes)
    else:
        yield Draft("listing-en", asked, answer, quotes)


def _asked_en(sentence: str) -> str:
    if match := _HOW_EN.match(sentence):
        return f"How can you {match['task']}?"
    if match := _HOW_PASSIVE_EN.match(sentence):
        subject = match["subject"]
        subject = subject[0].lower() + subject[1:] if re.match(r"(?:The|An?) ", subject) else subject
        return f"How {match['can']} {subject} be {match['done']}{match['rest'] or ''}?"
    return ""


def _asked_zh(sentence: str) -> str:
    match = _HOW_ZH.match(sentence)
    return f"如何{match['task'].strip()}？" if match else ""


def _names_nothing(question: str) -> bool:
    return bool(
        re.search(r"\b(?:it|this|these|them|that|following|above|below|here|my|our)\b", question, re.IGNORECASE)
        or re.search(r"(?<!应)[该這这此那它其]|以下|如下|上述", question)
    )
