"""The sentence that introduces a list, turned into the question that the list answers.

In Chinese the words "下列", "以下" and "如下" hold the place of the answer, so that putting "哪些" there makes the
question and the rest of the sentence stays as it is. In English only a few forms are turned, by their verb;
everything else ("Notably:", "See:", "as follows:" after half a sentence) is left alone.
"""

import re

from docqa.generate.extractive.places import place, script, title
from docqa.records import Chunk

_SHORTEST_EN, _SHORTEST_ZH, _LONGEST = 4, 7, 180

# ---------------------------------------------------------------------------------------------------------- English

_POINTING = re.compile(
    r"\b(?:this|these|those|that is|it|its|they|them|their|he|she|his|her|you|your|we|our|us|i|my|here|above|below|"
    r"such|former|latter|please|section|chapter|figure|table|note|previous|next|another|other)\b",
    re.IGNORECASE,
)
_MODAL = r"(?:shall|must|should|may|can|cannot|will|must not|shall not)"
_FOLLOWING = r"(?:(?:all|any|one|each|at least one)(?: (?:of|three of|two of|four of))* )?(?:the )?following"
_NOUN = r"(?P<noun>(?:[\w-]+ ){0,3}[a-z][\w-]*s)"
_TAIL = r"(?P<tail>(?: (?:in (?:this|the following|the given) order|in order|respectively))?)"
_ADVERBIAL = r"(?P<front>(?:(?:Before|After|During|For|In|When|If|On|At|Until|Upon|To)\b[^,:;]{2,70}, )?)"
_THE_FOLLOWING = re.compile(
    rf"^{_ADVERBIAL}(?i:the following) {_NOUN} (?P<rest>(?!(?:is|are|was|were)\b)[a-z].{{3,}}?):$"
)
_DOES_FOLLOWING = re.compile(
    rf"^{_ADVERBIAL}(?P<subject>(?:The|the|A|a|An|an|Each|each|Every|every|[A-Z])[^,:;]{{1,60}}?) "
    rf"(?P<modal>{_MODAL}) (?P<verb>(?:have )?[a-z]+(?: (?:out|up|on|for|in|with|to|at))?) "
    rf"{_FOLLOWING} {_NOUN}{_TAIL}:$"
)
_IF_FOLLOWING = re.compile(
    rf"^(?P<subject>[^,:;]{{3,60}}?) (?P<modal>{_MODAL}) (?P<verb>[^,:;]{{2,80}}?),? "
    rf"(?:if|when|unless|provided that|only if) {_FOLLOWING} (?P<noun>conditions|criteria|requirements|cases) "
    r"(?:is|are|apply|applies|occur|occurs|exist|exists)(?: met| fulfilled| satisfied| true)?:$"
)
_HAS_PARTS = re.compile(
    r"^(?P<subject>(?:The|A|An|Each|Every|[A-Z])[^,:;]{3,70}?) "
    r"(?P<verb>includes|include|comprises|comprise|contains|contain|consists of|consist of|requires|require|"
    rf"supports|support|provides|provide|offers|offer|covers|cover)(?: {_FOLLOWING}(?: (?:[\w-]+ )?[a-z][\w-]*s)?)?:$"
)
_ARE = re.compile(r"^(?P<subject>(?:The|All) [^,:;]{8,80}?) (?P<be>are|is)(?: as follows| the following)?:$")
_ABLE = re.compile(
    rf"^{_ADVERBIAL}(?P<subject>[^,:;]{{3,50}}?) (?P<modal>{_MODAL}) be able to:$",
)
_VERB_IN_SUBJECT = re.compile(rf"\b(?:{_MODAL}|is|are|was|were|be|has|have|which|that|who|if|when|because|and then)\b")


def question(lead: str, chunk: Chunk) -> str:
    """The question that the list after ``lead`` answers, or "" where the sentence has none of the known forms."""
    lead = lead.strip()
    if len(lead) > _LONGEST:
        return ""
    return _chinese(lead, chunk) if chunk.language == "zh" else _english(lead, chunk)


def stated(lead: str) -> str:
    """The lead-in without the number of its article ("第二十一条")."""
    return _ARTICLE.sub("", lead)


def _english(lead: str, chunk: Chunk) -> str:
    if len(lead.split()) < _SHORTEST_EN or _POINTING.search(lead.replace("in this order", "")) or lead.count(":") > 1:
        return ""
    asked = _asked(lead)
    document = title(chunk)
    if not asked or not document:
        return ""
    return f"According to “{document}”, {asked}?"


def _asked(lead: str) -> str:
    if match := _THE_FOLLOWING.match(lead):
        return f"{_lower(match['front'])}which {match['noun']} {match['rest']}"
    if match := _IF_FOLLOWING.match(lead):
        if not _VERB_IN_SUBJECT.search(match["subject"]):
            return f"under which {match['noun']} {match['modal']} {_lower(match['subject'])} {match['verb']}"
        return ""
    if match := _DOES_FOLLOWING.match(lead):
        if not _VERB_IN_SUBJECT.search(match["subject"]):
            parts = (match["noun"], match["modal"], _lower(match["subject"]), match["verb"])
            return f"{_lower(match['front'])}which {' '.join(parts)}"
        return ""
    if match := _ABLE.match(lead):
        if not _VERB_IN_SUBJECT.search(match["subject"]):
            return f"{_lower(match['front'])}what {match['modal']} {_lower(match['subject'])} be able to do"
        return ""
    if match := _ARE.match(lead):
        return "" if _VERB_IN_SUBJECT.search(match["subject"]) else f"what {match['be']} {_lower(match['subject'])}"
    if match := _HAS_PARTS.match(lead):
        if _VERB_IN_SUBJECT.search(match["subject"]):
            return ""
        verb = match["verb"]
        first, _, rest = verb.partition(" ")
        plural = not first.endswith("s")
        base = first if plural else first[:-1]
        return f"what {'do' if plural else 'does'} {_lower(match['subject'])} {base}{' ' + rest if rest else ''}"
    return ""


def _lower(text: str) -> str:
    """``text`` with a small first letter, where the first word is one that no name begins with."""
    first = re.match(r"(?:The|A|An|Each|Every|All|Before|After|During|For|In|When|If|On|At|Until|Upon|To)\b", text)
    return text[0].lower() + text[1:] if first else text


# ---------------------------------------------------------------------------------------------------------- Chinese

_ARTICLE = re.compile(r"^第[一二三四五六七八九十百零\d]+[条條][\s　]*")
_NOT_ASKED = re.compile(r"找到|参见|參見|参考|參考|阅读|閱讀|查阅|查閱|链接|連結|关于以下|關於以下")
_VERB_BEFORE = re.compile(
    r"(?:总结|總結|描述|列举|列舉|说明|說明|规定|規定|概括|归纳|歸納|表示|罗列|定义|定義|所示|解释|列)$"
)
_DEICTIC = re.compile(
    r"本(?:制度|办法|辦法|规程|規程|规定|規定|章|节|節|条|條|手册|手冊|指南|文|表|协议|協議|合同|条款|條款|流程|细则)|这|這|其(?!他|它|中)|该|該|它|他们|此|上述|前款|前条|您|你|我|"
    r"其中|请|請|见|見|例如|比如|注意"
)
_COUNT = (
    r"(?P<count>[一二两三四五六七八九十几幾\d]{1,3})(?P<measure>个|個|项|項|种|種|类|類|条|條|点|點|级|步|方面|部分)"
)
_FOLLOWS = r"(?:下列|以下|如下|下面(?:的|所列)?)"
_ORDER = re.compile(r"^(?:顺序|順序|次序|方式|方法|程序|流程|公式|规则|規則)")
_CASE_OF = re.compile(
    rf"^(?P<front>.*?)有{_FOLLOWS}情(?:形|况|況)(?:之一)?的?，(?P<be>为|為|属于|屬於|视为|視為|是)(?P<what>[^，。；]+)[：:]$"
)
_ENDS_IN = re.compile(r"(?P<before>.*(?:包括|包含|分为|分為|划分为|涵盖|由))[：:]$")


def _chinese(lead: str, chunk: Chunk) -> str:
    lead = re.sub(r"有[这這](?=[几幾])", "有以下", stated(lead))
    if (
        len(lead) < _SHORTEST_ZH
        or _DEICTIC.search(lead)
        or _NOT_ASKED.search(lead)
        or len(re.findall(_FOLLOWS, lead)) > 1
    ):
        return ""
    asked = _filled(lead, chunk)
    where = place(chunk)
    if not asked or not where:
        return ""
    return f"{script('根据', chunk)}{where}，{asked}？"


def _filled(lead: str, chunk: Chunk) -> str:
    """The lead-in with a question word where the list's place is held."""
    if match := _CASE_OF.match(lead):
        return f"{match['front']}哪些情形{script('属于', chunk)}{match['what']}"
    body = lead.rstrip("：:").strip()
    if match := re.search(rf"{_FOLLOWS}{_COUNT}(?P<of>的)?", body):
        rest = body[match.end() :]
        return f"{body[: match.start()]}哪{match['count']}{match['measure']}{rest}" if rest or match["measure"] else ""
    if match := re.search(rf"{_FOLLOWS}(?:各|所列)?(?:项|項)?", body):
        before, rest = body[: match.start()], body[match.end() :]
        if not rest:
            noun = match.group() == "如下" and len(before) > 4 and not _VERB_BEFORE.search(before)
            return f"{before}是{script('什么', chunk)}" if noun else ""
        if _ORDER.match(rest):
            return f"{before}{script('什么', chunk)}{rest}"
        return f"{before}哪些{rest}"
    if match := _ENDS_IN.match(lead):
        before = match["before"]
        what = (
            "哪几部分"
            if before.endswith("由")
            else script("哪些内容", chunk)
            if before[-2:] in ("包括", "包含")
            else "哪些"
        )
        return "" if before.endswith("由") else f"{before}{what}"
    return ""
