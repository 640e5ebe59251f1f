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
_SAYS_EN = (
    r"(?:says?|states?|mentions?|notes|explains?|describes?|indicates?|shows?|tells?|reads?|lists?|gives?|argues?|claims?|"
    r"suggests?|offers?|goes on|depicts?|illustrates?|is (?:about|silent|correct|true|false))"
)
_PAPER_EN = re.compile(  # what is nothing but a text, or a place in one
    rf"\b(?:the|this|that|these|those|each)\s+(?:(?:given|provided|above|following|source|present|quoted)\s+)?"
    rf"(?:text|passage|paragraph|excerpt|extract|snippet|context|chapter)s?\b"
    rf"(?!\s+(?:of|in|on|about|from|box|field|file|editor|message|menu|switch)\b)|"
    rf"\b(?:do|does|did|to|by|as|that|, )\s*the (?:author|writer|narrator)\b|"
    rf"^the (?:author|writer|narrator) (?!of\b|'s\b)|"
    rf"\b(?:the|this|each)\s+(?:(?:left|right)\s+)?(?:{_POINTED_AT}|picture|photo|drawing|example|quote|quotation|source|"
    rf"statement|option|bullet(?: point)?|line|sentence|row)\s+(?:(?:above|below|here|itself)\s+)?{_SAYS_EN}\b|"
    rf"\b(?:the|this)\s+(?:\w+\s+)?(?:information|details|facts|data|material)\s+(?:provided|supplied|given|above|below)"
    rf"(?=\s*(?:[,.;:?!]|$))|"
    rf"\b(?:the\s+)?(?:first|second|third|fourth|fifth|sixth|last|next|previous|preceding|top|bottom|left|right)\s+"
    rf"(?:row|column|bullet(?: point)?|paragraph|sentence|cell|entry|"
    rf"(?:line|item|point)(?=\s*(?:[?.,:]|$|on the list|of the (?:list|text|page|table))))"
    rf"(?!\s+(?:of|in) (?!the (?:list|text|page|table)))\b|"
    rf"\bwhich (?:option|statement|answer|choice|sentence)s? (?:is|are) (?:correct|true|right|false|wrong|best|not)\b|"
    rf"\bwhich (?:one )?of (?:these|those)\b|\b(?:listed|shown|described|mentioned|given) here\b|"
    rf"\bthe (?:above|below)\b(?!-)",
    re.IGNORECASE,
)
_LOOK_EN = re.compile(
    rf"\b(?:see|refer to|consult|look(?:ing)? at|turn to|f(?:ind|ound) (?:it )?in|(?:described|shown|listed|given) in)"
    rf"\s+(?:also\s+)?(?:the|this|that)\s+(?:\w+\s+)?(?:{_POINTED_AT}|appendix|picture|above|below)\b(?!\s+of\b)|"
    rf"\b(?:described|shown|listed|given|mentioned|stated|discussed|noted|explained) (?:above|below|earlier|before)\b|"
    rf"\bas (?:already |previously )?(?:mentioned|stated|described|discussed|noted|explained|seen)\s*,|"
    rf"^(?:it is |the answer is )?(?:option|choice) [A-E]\b|\b(?:from|in) (?:the|this) {_POINTED_AT}\s*,",
    re.IGNORECASE,
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
_TEXT_ZH = "(?:文章|文本|文档|原文|选段|选文|短文|引文|段落|课文|上下文|书|手册|材料|作者|笔者)"
_PAPER_ZH = re.compile(
    f"(?<![{CJK}])(?:{_TEXT_ZH})(?:中|里|上)?(?:还|也|又|主要|是怎么|是如何|为什么|怎[么样]|如何|在哪里|在何处|对[{CJK}]{{1,6}}[还又]?)?"
    "(?:所|已|明确)?(?:说|讲|写|提|谈|指|认为|表明|介绍|描述|建议|规定|告诉|解释|称|给|的说法|的数字|的观点)|"
    "(?:由|从|按照?|据|结合|根据|依照)(?:所给|给定|提供的)?(?:选段|选文|短文|原文|引文|文本|上下文|段落|材料)|"
    "(?:参考资料|原文|短文|选段|上下文|引文|段落|课文)(?:中|里|的|给|对|说|表)|"
    "(?:所|已|给出?|以?[上下])(?:给出|提供|给)?的?(?:信息|内容)(?=说明|回答|，|,|$)|"
    "(?:表格?|列表|图)(?:中|里|的)?第?(?:[一二三四五六\\d]+|最后一)[行列项条]|最后一[行列项句段](?:的|是|给|说)|"
    "[上下前后]一?[句节页段][中里的]?|(?:前面|前边|此处|这里|上面|下面|以上|以下)(?:所)?(?:哪|各|提|列|说|的(?:列表|图|表|内容|文字))|"
    "(?<![构地意试拼企])图[里中](?!的?心)|如[上下]?图|图(?:示|中所示|所示)|(?:本|这一?|该)(?:[章页表图]|部分)|这[段篇]"
)
_LOOK_ZH = re.compile(
    "(?:参[阅见照看]|详?见|查[看阅]|请看|可在|看)(?:[上下前后本附].{0,4}|[^，。]{0,4})(?:节|页|章|图表?|表格?|附录|文)|"
    "如[上前](?:文|面)?(?:所述|，)|前[面文](?:说|提|所)|上面的(?:列表|表|图)|[由从按](?:[上下]?[表图])(?:可知|中|里|可以|看)|"
    "(?:原句|答案在第|第[一二三四五]条写|选项?\\s*[A-E]\\b|^选\\s*[A-E])|(?<!地)下文(?:中|里|说|接|提|将|会|所)|引文(?:中|里|说|表)"
)
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
    for pattern in (_SOURCE_EN, _BESIDE_EN, _NUMBERED_EN, _PAPER_EN):
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
    for pattern in (_SOURCE_ZH, _SELF_ZH, _BESIDE_ZH, _NUMBERED_ZH, _ARTICLE_ZH, _PAPER_ZH):
        if found := pattern.search(named):
            return found.group()
    for found in _PRONOUN_ZH.finditer(named):
        if re.match(f"[{CJK}]", named[found.end() :]) and f"{named[found.end()]}”" in question:
            continue  # named further on: 该站为什么被称为“苏州街站”?
        if not re.search(f"[{CJK}\\w]", _EMPTY_WORDS_ZH.sub("", named[: found.start()])):
            return found.group()
    return ""


def vague_answer(answer: str, language: str) -> str:
    """The words in ``answer`` that send its reader to a page; "" when there are none."""
    answer = normalize(answer)
    if language != "zh":
        found = _SAID_EN.search(answer) or _PAPER_EN.search(answer) or _LOOK_EN.search(answer)
        return found.group() if found else ""
    if (
        found := _SAID_ZH.search(answer)
        or _SOURCE_ZH.search(answer)
        or _PAPER_ZH.search(answer)
        or _LOOK_ZH.search(answer)
    ):
        return found.group()
    pointer = re.search("上述|前述|前款|下列(?![^。]*[：:])|[上下]表", answer)
    return pointer.group() if pointer and len(re.findall(f"[{CJK}]", answer[: pointer.start()])) < 8 else ""


# ------------------------------------------------------------------------------------------- the paper, not its content

_IMPRINT_EN = re.compile(
    r"\b(?:the|each|which|what|this)\s+(?:(?:order|fax|page|file|last|copyright|back|document|chapter)\s+)*"
    r"(?:copyright|footer|header|isbn|issn|doi|manual|document|brochure|booklet|leaflet|report|paper|publication|"
    r"publisher|imprint|cover|back|index|table of contents|introduction|acknowledgements?|preface|"
    r"(?:licen[cs]e|copyright) notice|pages?|file|file name|font|website|revision|edition|page number)\b|"
    r"\bhow many pages\b",
    re.IGNORECASE,
)
_PRINTING_EN = frozenset(
    "own owns owned copyright footer header isbn issn doi manual document brochure booklet leaflet report paper "
    "publication publisher publish published imprint cover back index table contents introduction acknowledgement "
    "acknowledgements preface licence license notice terms page pages file font website revision edition number order "
    "fax e-mail email address printed print reprinted title version year line last first chapter follows begin begins "
    "begun start starts given more further information listed thanked thank say says said reproduce reproduced "
    "permission translated translate approved classified classification intentionally left blank trademark mentioned "
    "wrote written issued date dated have has contain contains it".split()
)
_IMPRINT_ZH = re.compile(
    "版权|页[脚眉码]|书号|(?<!单)文件|手册|修订|版次|印刷|出版|网站|索引|目录|译者|前言|资料|报告|致谢|文档|空白页|封[面底]|版本号|商标|论文|正文|翻印|多少页|字体"
)
_PRINTING_ZH = re.compile(
    "版权[页声明]*|页[脚眉码]|书号|文件[编名]?号?|名|手册|当前|修订|版[次本]号?|印刷|日期|出版社?|电子邮箱|更多|信息|访问|网站|标题|索引|开始|译者|"
    "目录|列出了?|前言|之后|后|资料|订货号|报告|致谢|感谢|声明|内容|文档|空白|封[面底]|最后一行|传真|号码|批准|密级|论文|DOI|正文|使用|字体|"
    "未经许可|能否|翻印|商标|归|所有|共有?|多少页|第几[页版]|页|印|写|年份|[一哪]一?[天年页章版]|章|之|上|里|每|的|了|是|第几|有"
)


def about_paper(question: str, language: str) -> bool:
    """Whether ``question`` asks after the paper a text is printed on (its pages, imprint, footer) and nothing else.

    It does when it names a part of the paper, and all its words are printers' words: "Who owns the copyright in a work
    made by an employee?" has others.
    """
    question = normalize(question)
    if language == "zh":
        rest = _EMPTY_WORDS_ZH.sub("", _PRINTING_ZH.sub("", question))
        return bool(_IMPRINT_ZH.search(question)) and not re.search(rf"[{CJK}\w]", rest)
    words = set(re.findall(r"[\w-]+", question.casefold()))
    return bool(_IMPRINT_EN.search(question)) and words <= _PRINTING_EN | _EMPTY_WORDS_EN


# -------------------------------------------------------------------------------------------------- dated wording

_DATED_EN = re.compile(
    r"\b(?:yesterday|tomorrow|as of now|until now|up to now|(?:this|last) (?:year|month|week|century)(?! of)|"
    r"\w+ (?:years|months|weeks|days) ago|state[- ]of[- ]the[- ]art)\b|"
    r"\bcurrently (?:supported|available|used|known|valid|applicable|in)\b|"
    r"(?<!most )(?<!least )\brecently\b(?!-)(?! used)|"
    r"(?<!up )(?<!up-)\bto date\b|"
    r"(?<!at the )\b(?:latest|newest|most recent) (?:version|release|edition|model|news|update|generation|standard|"
    r"research|technology|data|figures)s?\b|"
    r"\bcurrent (?:version|release|edition|year|month|century|decade|president|ceo|chairman|government|situation|trend|"
    r"law|legislation|generation|leader|population|research)s?\b",
    re.IGNORECASE,
)
_DATED_ZH = re.compile(
    "最近(?=几年|，|,|又|才|这|发生)|最新(?=版|的?(?:研究|数据|消息|进展|技术|规定|型号|统计|标准|款))|去年|今年|明年|昨[天日]|"
    "明天(?!冬)|今[天日](?!份)|近[日来](?!访)|不久前|截[至止]目前|"
    "当前(?=，|,|我国|市场|形势|阶段|版本|国内|国际|世界|全球|经济|正在|已经|尚)"
)

_NOW_EN = re.compile(
    r"\b(?:today(?:'s)?|nowadays|these days|presently|at present|at the moment|right now|"
    r"in recent (?:years|months|decades|times))\b|(?<!the )(?<!a )(?<!any )\bcurrently\b",
    re.IGNORECASE,
)
_NOW_ZH = re.compile("目前|(?<![出体表实呈发展显浮再兑闪重])现在(?!时)|如今|现今|当今|近年来?|迄今|至今|现阶段|眼下")

_CHANGING_EN = re.compile(
    r"\bhow (?:many|much|high|large|often)\b|\b(?:number|amount|rates?|prices?|costs?|fees?|charges?|limits?|"
    r"population|versions?|release|status|trends?|changes?|grow(?:s|n|th|ing)?|president|ceo|chair\w*|minister|director|manager|"
    r"leads?|leaders?|led|heads?|owns?|owners?|owned|employ\w*|members?|offer(?:s|ed)?|maintain\w*|support(?:s|ed)?|"
    r"available|valid|in force|under way)\b",
    re.IGNORECASE,
)
_CHANGING_ZH = re.compile(
    "多少|几[个名种家条台次项天年]|[利费汇税比]率|价格?|[费金限余]额|费用|数量|人数|人口|规模|版本|状态|变化|趋势|增长|总统|总理|主席|总裁|部长|"
    "校长|院长|市长|董事长|经理|主任|领导|负责人|职[位务]|任职|现任|成员|员工|供应|提供|有效|施行|实施|进行"
)


def dated(text: str, question: str, language: str) -> str:
    """The words in ``text`` that are true only on the day of writing; "" when there are none.

    "Now" counts where ``question`` asks for what is another thing next year: a rate, a count, who holds an office. What
    lasts ("Which plate is it part of at present?") stays true when it is read.
    """
    said, chinese = normalize(text), language == "zh"
    if found := (_DATED_ZH if chinese else _DATED_EN).search(said):
        return found.group()
    now = (_NOW_ZH if chinese else _NOW_EN).search(said)
    return now.group() if now and (_CHANGING_ZH if chinese else _CHANGING_EN).search(normalize(question)) else ""


def is_one_sentence(text: str, language: str) -> bool:
    """Whether ``text`` is a single sentence, so that a dated word colours all of it."""
    return sum(1 for _ in sentences(text.strip(), language)) <= 1
