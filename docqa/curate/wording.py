"""What a question or answer says that only makes sense beside its page, or only on the day it was written.

The unit is the pointer, not the phrase: a word that points (it, this, 该, 上述) is harmless once the question itself
has named something it can point to, so "When the pump overheats, what does it do?" stays and "What does it do?" goes.
Dated words are told from technical ones by their neighbours ("rated current", "the currently open file", 当前目录).

A list of whole phrases was tried first and fell from .79 to .39 recall on wordings it had not seen; the price of
pointers is that a question whose antecedent really is inside it, but is itself empty ("What happens if it fails?"),
is lost: precision before yield.
"""

import re

from docqa.text import CJK, normalize, sentences

# ---------------------------------------------------------------------------------------------- pointers, English

_POINTED_AT = (
    r"(?:text|passage|paragraph|section|table|figure|diagram|image|picture|chart|document|article|chapter|page|list|"
    r"context|excerpt|extract|material|example|manual|guide|clause|report|paper|book|author|writer|story|snippet)s?"
)
_SOURCE_EN = re.compile(
    rf"\b(?:according to|based (?:up)?on|as (?:\w+ )?(?:stated|described|mentioned|shown|given|noted|discussed|"
    rf"defined) in|in|from|by|per|(?:do|does|did))\s+(?:(?:the|this|that|these|those|our|your)\s+)"
    rf"(?:(?:given|provided|above|following|preceding|previous|attached|supplied|present|current|same)\s+)?"
    rf"{_POINTED_AT}(?:\s+(?:above|below|provided|given))?(?=\s*(?:[,.;:?!]|$)|\s+(?:say|says|mention|state|describe|is|are|"
    rf"was|were|does|do|did|can|what|which|who|how|where|when|why)\b)",
    re.IGNORECASE,
)
_BESIDE_EN = re.compile(
    rf"\b(?:the|this|these)\s+(?:above|below|following|preceding|aforementioned|aforesaid)\b(?!-)|"
    rf"\b(?:mentioned|listed|shown|described|given|stated|noted|discussed|defined|quoted)\s+(?:above|below|here|earlier|"
    rf"previously)\b|\babove[- ]mentioned\b|"
    rf"\b(?:previous|preceding|next|following)\s+{_POINTED_AT}\b|\b{_POINTED_AT}\s+(?:above|below)\b",
    re.IGNORECASE,
)
_NUMBERED_EN = re.compile(
    r"\b(?:table|figure|fig\.|appendix|annex|section|chapter|clause|equation|listing|page|step)\s+"
    r"(?:\d[\w-]*+(?:\.\w+)*+|[A-Z](?:\.\d+)*+)(?=[\s,;:?.)]|$)(?!\s+(?:of|in)\s+(?:the\s+)?[\"“'A-Z])",
    re.IGNORECASE,
)
_DETERMINED_EN = re.compile(r"\b(?:this|these|those)\s+([a-z][\w-]*)", re.IGNORECASE)
_PRONOUN_EN = re.compile(  # "is it safe to ..." and "what is it called when ..." point at nothing
    r"\b(?:it(?! called| \w+ (?:to|that|for)\b)|its|itself|they|them|their|theirs|he|she|him|his|her|hers|this|these|"
    r"those)\b",
    re.IGNORECASE,
)
_EMPTY_WORDS_EN = frozenset(
    "a an the and or but if when while as of in on at by for from to with without about into than that be is are was "
    "were been being do does did done has have had can could may might must shall should will would not no what which "
    "who whom whose where why how much many long often far there then so only also any some each all both please "
    "happens happen called mean means purpose name use used type kind part according".split()
)
_SAID_EN = re.compile(
    rf"\b(?:as|like)\s+(?:\w+\s+)?(?:mentioned|stated|described|shown|noted|discussed|indicated|explained|seen|said|given|"
    rf"written|specified|outlined|per)\b(?=.{{0,20}}\b(?:above|below|earlier|previously|here|{_POINTED_AT})\b)|"
    rf"\b(?:the|this)\s+(?:{_POINTED_AT})\s+(?:above\s+|below\s+)?(?:says|states|mentions|notes|explains|describes|"
    rf"indicates|shows|tells)\b|"
    rf"\b(?:according to|based on|in)\s+(?:the|this)\s+(?:(?:given|provided|above)\s+)?(?:text|passage|context|excerpt|"
    rf"paragraph|article)\b|"
    r"\b(?:see|refer to|shown in|listed in|given in)\s+(?:also\s+)?(?:the\s+)?(?:table|figure|fig\.|section|chapter|"
    r"appendix|page|below|above)\b|\b(?:shown|listed|given|described)\s+(?:below|above)\b",
    re.IGNORECASE,
)

# ---------------------------------------------------------------------------------------------- pointers, Chinese

_THINGS_ZH = (
    "(?:节|章|文|表|图|页|段|条|款|项|篇|书|附录|附件|手册|文件|文档|文章|指南|规程|规定|规范|标准|办法|细则|条例|制度|"
    "协议|合同|说明|材料|资料|内容|列表|目录|例|案例)"
)
_SELF_ZH = re.compile(
    f"(?<![日资成基样版课剧文书根原脚范副译抄标保读账户])本(?:{_THINGS_ZH}|法(?!人|院)|品|机(?!械|场|会)|行|公司|产品|设备|装置|系统|院)"
)
_SOURCE_ZH = re.compile(
    "(?:根据|依据|按照|依照|结合|阅读|参照|由|从)(?:所给|给定|提供的|上述|以上|下列|以下|这[段篇份]|该|本)?"
    "(?:的)?(?:上文|下文|上下文|文章|短文|文本|材料|资料|原文|段落|选文|文段|文中|文档|内容|信息|文字)(?:的?(?:内容|信息|描述|所述))?"
    "(?:可知|中)?(?=[，,：:]|$)"
)
_BESIDE_ZH = re.compile(
    "上述|前述|前款|前文|后文|上文|下文|如上|如下|上[表图页节段](?!示)|下[表图页节段]|下列|(?<![\\d\\w])前[一两]?[条款节章项段]|"
    "以上(?=内容|材料|文|表|图|所述|信息|资料|规定|描述|段|各|哪|几)|以下(?=哪|各|几|所|内容|选项|情形|情况|说法|措施|条件|表|图|关于)|"
    "(?<![中英外论条正译语韩日法德俄作散诗课公电])文中|(?<![仪地报列代附外年])[表图]中(?!的?心)"
)
_NUMBERED_ZH = re.compile(r"(?<![仪地报列代附外年发])[表图]\s*\d|附[录表件图]\s*[A-Z\d一二三四五六七八九十]")
_ARTICLE_ZH = re.compile(r"(?:^|[，,、在按照据由对])第[\d一二三四五六七八九十百零〇]+[条款章节项]")
_PRONOUN_ZH = re.compile(
    "(?<![应活本])该(?!当)|这(?!样)|(?<![如彼因从由就为])此(?!外|后|前|时)|它们?|(?<!其)他们?(?!人|国|乡|法|项|方)|"
    "她们?|(?<![尤极与及])其(?!他|它|余|次|实|间)"
)
_EMPTY_WORDS_ZH = re.compile(
    "请问|为什么|什么|怎么样?|怎样|如何|何时|何|哪[些个种项]?|谁|多少|几|是否|是|在|对于?|关于|根据|按照|当|如果|若|从|由|被|把|将|"
    "为|以|及|和|与|中|的|于|到|使|让|请|简述|说明|列出|试述|时"
)
_SAID_ZH = re.compile(
    "(?:文中|文章|原文|材料|资料|上文|文本|段落|文档|作者)(?:中|里)?(?:已|曾|所|明确|还)?(?:提到|提及|指出|说|写|表明|显示|描述|说明|所述|认为)|"
    "如上所述|如前所述|综上所述|如[上下][表图]?|(?:详|参|另)?见(?:本|上|下|第|附|[表图]\\s*\\d|《)|如[表图]\\s*\\d|[上下][表图]"
)


def vague_question(question: str, language: str) -> str:
    """The words in ``question`` that point outside it; "" when it stands alone."""
    question = normalize(question)
    if language == "zh":
        return _vague_zh(question)
    question = re.sub("“[^”]*”", "“name”", question)
    for pattern in (_SOURCE_EN, _BESIDE_EN, _NUMBERED_EN):
        if found := pattern.search(question):
            return found.group()
    for found in _DETERMINED_EN.finditer(question):
        noun = found[1].casefold()
        before = question[: found.start()].casefold()
        if noun not in _EMPTY_WORDS_EN and noun.rstrip("s") not in before and _is_empty_en(before):
            return found.group()
        if re.fullmatch(_POINTED_AT, noun) and noun not in before:
            return found.group()
    for found in _PRONOUN_EN.finditer(question):
        if _is_empty_en(question[: found.start()]):
            return found.group()
    return ""


def _is_empty_en(text: str) -> bool:
    return all(word in _EMPTY_WORDS_EN for word in re.findall(r"\w+", text.casefold()))


def _vague_zh(question: str) -> str:
    # What is called by its name is no pointer: the title, and the table or section in it.
    named = re.sub("《[^》]*》(?:“[^”]*”)?(?:表|一节|一節|一章)?中?", "《title》", question)
    named = re.sub("“[^”]*”(?:表|一节|一節|一章)中?", "《title》", named)
    for pattern in (_SOURCE_ZH, _SELF_ZH, _BESIDE_ZH, _NUMBERED_ZH, _ARTICLE_ZH):
        if found := pattern.search(named):
            return found.group()
    for found in _PRONOUN_ZH.finditer(named):
        if not re.search(f"[{CJK}\\w]", _EMPTY_WORDS_ZH.sub("", named[: found.start()])):
            return found.group()
    return ""


def vague_answer(answer: str, language: str) -> str:
    """The words in ``answer`` that send its reader to a page; "" when there are none."""
    answer = normalize(answer)
    if language != "zh":
        found = _SAID_EN.search(answer)
        return found.group() if found else ""
    if found := _SAID_ZH.search(answer):
        return found.group()
    pointer = re.search("上述|前述|前款|下列(?![^。]*[：:])|[上下]表", answer)
    return pointer.group() if pointer and len(re.findall(f"[{CJK}]", answer[: pointer.start()])) < 8 else ""


# -------------------------------------------------------------------------------------------------- dated wording

_DATED_EN = re.compile(
    r"\b(?:today(?:'s)?|nowadays|these days|yesterday|tomorrow|presently|at present|at the moment|right now|as of now|"
    r"until now|up to now|in recent (?:years|months|decades|times)|(?:this|last) (?:year|month|week|century)(?! of)|"
    r"\w+ (?:years|months|weeks|days) ago|state[- ]of[- ]the[- ]art)\b|"
    r"\bcurrently (?:supported|available|used|known|valid|applicable|in)\b|"
    r"(?<!the )(?<!a )(?<!any )\bcurrently\b|(?<!most )(?<!least )\brecently\b(?!-)(?! used)|"
    r"(?<!up )(?<!up-)\bto date\b|"
    r"(?<!at the )\b(?:latest|newest|most recent) (?:version|release|edition|model|news|update|generation|standard|"
    r"research|technology|data|figures)s?\b|"
    r"\bcurrent (?:version|release|edition|year|month|century|decade|president|ceo|chairman|government|situation|trend|"
    r"law|legislation|generation|leader|population|research)s?\b",
    re.IGNORECASE,
)
_DATED_ZH = re.compile(
    "目前|(?<![出体表实呈发展显浮再兑闪重])现在(?!时)|如今|现今|当今|今[天日](?!份)|近年来?|最近(?=几年|，|,|又|才|这|发生)|"
    "最新(?=版|的?(?:研究|数据|消息|进展|技术|规定|型号|统计|标准|款))|去年|今年|明年|昨[天日]|明天(?!冬)|迄今|至今|现阶段|眼下|"
    "近[日来](?!访)|不久前|截[至止]目前|当前(?=，|,|我国|市场|形势|阶段|版本|国内|国际|世界|全球|经济|正在|已经|尚)"
)


def dated(text: str, language: str) -> str:
    """The words in ``text`` that are true only on the day of writing; "" when there are none."""
    found = (_DATED_ZH if language == "zh" else _DATED_EN).search(normalize(text))
    return found.group() if found else ""


def is_one_sentence(text: str, language: str) -> bool:
    """Whether ``text`` is a single sentence, so that a dated word colours all of it."""
    return sum(1 for _ in sentences(text.strip(), language)) <= 1
