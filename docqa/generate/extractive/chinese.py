"""Chinese questions from sentences and articles: each template knows one form and asks what that form answers.

Only sentences that stand by themselves are asked about (``chinese_grammar.stands_alone``), and the answer is always the
sentence or the article, so nothing is made up. A subject that is not specific enough to be found in the whole corpus
is asked about with its document or section named.
"""

import re
from collections.abc import Callable, Iterator

from docqa.generate.extractive import places
from docqa.generate.extractive.chinese_grammar import (
    MUST,
    PRONOUN,
    in_script_of,
    is_noun_phrase,
    predicate,
    stands_alone,
)
from docqa.generate.extractive.chinese_naming import all_text, is_title, placed
from docqa.generate.extractive.patterns import ADMONITION, Draft
from docqa.records import Chunk, Piece
from docqa.text import is_cjk, sentences

Found = tuple[str, str, str] | None
"""Template, question (template words in Simplified), and the words that must be specific."""

_NUMBER = r"(?:约|約|±|[-−－])?\d[\d,.]*(?:\s*(?:[-~～－—至到]|±)\s*[-−－]?\d[\d,.]*)?\s*"
_UNIT = (
    r"(?:℃|°C|%|％|‰|摄氏度|小时|小時|分钟|分鐘|秒|天|日|个工作日|個工作日|工作日|周|週|个月|個月|月|年|元|万元|萬元|亿元|人|名|次|份|支|瓶|片|袋|mm|cm|m|km|"
    r"毫米|厘米|米|mg|g|kg|mL|ml|L|毫升|升|毫克|克|公斤|单位|單位|U|IU|MB|GB|KB|bar|[kM]?Pa|mol|mmol|倍|个|個|级|級|点|點|位|层|層|项|項|件|台|笔|筆|户|年期|个百分点)"
)
_QUANTITY = rf"{_NUMBER}{_UNIT}"
_AGENT = re.compile(
    r"(?:人|人员|人員|者|员|員|师|師|士|生|部|部门|部門|科|科室|室|处|處|组|組|委员会|委員會|银行|銀行|行|客户|客戶|用户|用戶|医院|醫院|"
    r"药房|藥房|药剂科|单位|單位|机构|機構|公司|中心|班组|主任|护士|药师|医师|领导|长|長|方)$"
)
_KIND_OF_THING = re.compile(
    r"的[^，的]{0,6}(?:命令|工具|程序|脚本|腳本|指令碼|文件|檔案|方法|方式|过程|過程|机构|部门|制度|系统|系統|软件|指标|依据|"
    r"凭证|费用|利率|产品|人员|药品|措施|标准|环节|手段|格式|包|套件|装置|设备)$"
)
_JUDGES = re.compile(r"[不否由为為]|(?:最|很|非常|十分)")
_THIS_DOCUMENT = (
    "本(?:制度|规程|規程|规定|規定|办法|辦法|条款|條款|流程|细则|細則|标准|標準|协议|協議|合同|章程|指引|须知)"
)
_ARTICLE = re.compile(r"^第[一二三四五六七八九十百零〇\d]+条\s*")


def questions(chunk: Chunk) -> Iterator[Draft]:
    """Yield the drafts of one chunk's paragraphs and sentence-like list items, in reading order."""
    for piece in chunk.pieces:
        if piece.kind not in ("paragraph", "list"):
            continue
        text = chunk.text[piece.start : piece.end]
        yield from _article(chunk, piece)
        for start, end in sentences(text, "zh"):
            marker = re.match(
                r"(?:[•◦▪‣·–—*-]|[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[）)、．.]|[①-⑳]|第[一二三四五六七八九十百零〇\d]+条)\s*",
                text[start:end],
            )
            start += marker.end() if marker else 0
            yield from _sentence(chunk, piece.start + start, piece.start + end)


def _sentence(chunk: Chunk, start: int, end: int) -> Iterator[Draft]:
    """At most one question a sentence, by the most telling template."""
    text = chunk.text[start:end]
    core = re.sub(
        r"^(?:文中的|因此|所以|此外|另外|同时|同時|一般来说|一般來說|一般而言|通常|原则上|原則上|但是|但|不过|不過|并且|而且)，?",
        "",
        re.sub(ADMONITION, "", text),
    )
    core = core.strip()
    if not stands_alone(core):
        return
    answer = core.rstrip("；！") + "。" if core[-1] in "；！" else core
    for template in _TEMPLATES:
        if (found := template(core)) is not None:
            name, question, subject = found
            title = places.title(chunk)
            if re.search(_THIS_DOCUMENT, question):
                if not is_title(title):
                    return
                question, subject = re.sub(_THIS_DOCUMENT, f"《{title}》", question), title
            question = re.sub(r"(对|如果|什么是|为了|当)(?=[A-Za-z.])", r"\1 ", question)
            question = re.sub(r"(?<=[A-Za-z.])(?=是什么|的目的|的用途|需要|不会)", " ", question)
            named = placed(in_script_of(all_text(chunk), question), subject, chunk)
            if named and len(named) <= 110 and not PRONOUN.search(question):
                yield Draft(name, named, answer, ((start, end),))
            return


def _article(chunk: Chunk, piece: Piece) -> Iterator[Draft]:
    """What an article of a regulation says, asked by its number and the regulation's name."""
    text = chunk.text[piece.start : piece.end]
    match = _ARTICLE.match(text)
    title = places.title(chunk)
    if not match or not is_title(title) or not text.endswith("。") or text.count("。") > 4:
        return
    body = text[match.end() :]
    if not 20 <= sum(map(is_cjk, body)) <= 220 or re.search(
        r"[：:]|上述|前款|前条|本条|下列|以下|如下|下表|见表|第[一二三四五六七八九十]+条|(?<!应)该|(?<!因)此|(?<!尤)其",
        body,
    ):
        return
    question = f"《{title}》{match.group().strip()}规定了什么内容？"
    yield Draft("article", in_script_of(chunk.text, question), body, ((piece.start + match.end(), piece.end),))


# ------------------------------------------------------------------------------------------------------- templates


def _definition(text: str) -> Found:
    found = predicate(text, r"是指|系指|指的是|是一种|是一種|是一个|是一個|是一款|是一类|是一類", comma=True)
    if found and len(found.rest) >= 8:
        return (
            "definition",
            f"{found.subject}是什么？" if "指" not in found.verb else f"什么是{found.subject}？",
            found.subject,
        )
    found = predicate(text, r"是")
    if found and len(found.rest) >= 8 and _KIND_OF_THING.search(found.rest) and not _JUDGES.match(found.rest):
        if re.search(r"(?:目的|原因|问题|办法|做法)$", found.subject):
            return None
        return "definition-is", f"{found.subject}是什么？", found.subject
    return None


def _limit(text: str) -> Found:
    bounds = (
        r"不得超过|不得超過|不应超过|不應超過|不能超过|不超过|不超過|不得低于|不得低於|不低于|不低於|不得少于|不得少於|不应少于|不少于|不少於|"
        r"不得高于|不高于|不得早于|不得晚于|不得大于|不得小于|不大于|不小于|应控制在|应保持在|应维持在|控制在|保持在|应达到|至少为|最高为|最低为|最长为|最多为|上限为|下限为"
    )
    found = predicate(text, bounds)
    if found and re.match(rf"(?:（含）)?{_QUANTITY}", found.rest) and len(found.rest) < 40 and "，" not in found.rest:
        return "quantity", f"{found.subject}{found.verb}多少？", found.subject
    found = predicate(text, r"应为|應為|为|為|是|约为")
    if found and re.fullmatch(rf"(?:人民币)?{_QUANTITY}(?:以[上下内])?(?:（[^）]*）)?", found.rest):
        return "quantity", f"{found.subject}{found.verb}多少？", found.subject
    return None


def _how_long(text: str) -> Found:
    match = re.match(
        rf"^([^，。；]{{2,30}}?)((?:应|應|应当|應當|须|必须|需|可)?)在([^，。；]{{0,20}}?)({_NUMBER}(?:小时|小時|分钟|分鐘|秒|天|日|个工作日|工作日|周|个月|年))(内|之内|以内)([^，；]{{3,40}})[。；]$",
        text,
    )
    if match and is_noun_phrase(match.group(1)):
        subject, modal, after, _, inside, done = match.groups()
        return "quantity", f"{subject}{modal}在{after}多长时间{inside}{done}？", subject + after
    match = re.match(
        r"^([^，。；]{2,30}?)((?:应|應|应当|應當|须|必须|需)?)(每(?:[\d一二三两四五六七八九十半]*\s?(?:个|個)?(?:小时|天|日|周|月|季度|年|班|班次)))(?:至少)?([^，；]{2,30}?)(?:[一\d]+次)?[。；]$",
        text,
    )
    if match and is_noun_phrase(match.group(1)) and match.group(2):
        subject, modal, _, done = match.groups()
        done = re.sub(r"[一两\d]+次$", "", done)
        return "quantity", f"{subject}{modal}多久{done}一次？", subject if len(done) < 3 else subject + done
    return None


def _who(text: str) -> Found:
    match = re.match(
        r"^([^，。；]{2,24}?)((?:应|應|应当|應當|必须|须|均)?)由([^，。；]{2,24}?)(负责|負責|保管|审批|審批|批准|执行|执行|组织|组织|实施|實施|核对|核對|检查|检查|签字|签署|承担|承擔|维护|維護|制定|审核|审查|受理|办理|提供)([^，；]{0,24})[。；]$",
        text,
    )
    if match and is_noun_phrase(match.group(1)) and is_noun_phrase(match.group(3)):
        subject, modal, _, verb, rest = match.groups()
        return "responsible", f"{subject}{modal}由谁{verb}{rest}？", subject
    found = predicate(text, r"[负負][责責](?!人)")
    if found and "由" not in found.subject and len(found.rest) >= 4:
        return (
            "responsible",
            f"{found.subject}负责什么？",
            found.subject,
        )
    return None


def _conditional(text: str) -> Found:
    match = re.match(
        r"^(?!如果?(?:转而|轉而|类型|型別|類型))(如果|如|若|当|當|一旦|凡)([^，。；]{5,36}?)"
        r"(时|時|的|后|後|的时候|的時候|的话)?，(.{6,90})[。；]$",
        text,
    )
    if (
        match
        and re.search(r"^[^，]{0,30}(?:会|會|将|將|可能|就|则|則|即)", match.group(4))
        and not re.search(r"[你您]|好主意|建议|建議", text)
    ):
        condition = match.group(2).strip()
        return (
            "condition-outcome",
            f"{match.group(1) if match.group(1) != '凡' else '如果'}{condition}，会怎么样？",
            condition,
        )
    if not match or not re.search(r"应|應|必须|必須|不得|须|須|需|可以|请|請|立即|禁止", match.group(4)):
        return None
    word, condition, tail, _ = match.groups()
    if re.search(r"[你您]", text) and not re.search(r"您(?:需要|想|希望|应|必须|可以)", text):
        return None
    if word == "如" and condition[0] in "图表上下前同何":
        return None
    condition = condition.strip()
    if condition.startswith(("您", "你")):
        return None
    when = f"{condition}{'时' if tail in (None, '的话', '的') else tail}"
    ask = "应当怎么做" if re.search(r"应|應|必须|必須|须|須|不得|禁止|立即|请|請", match.group(4)) else "可以怎么做"
    return "condition", f"{when}，{ask}？", condition


_TOOL = r"(?:命令|工具|选项|選項|软件包|套件|程序|功能|脚本|参数|參數|渠道|网点|柜台)"


def _in_order_to(text: str) -> Found:
    match = re.match(r"^(?:为了?|為了?)([^，。；是]{4,30})，([^，].{6,80})[。；]$", text)
    if match and re.search(rf"{MUST}|需要|可以", match.group(2)) and not re.search(r"[您你]", text):
        return "in-order-to", f"为了{match.group(1)}，应当怎么做？", match.group(1)
    match = re.match(
        r"^(?:如需|如要|若要|若需|要想|要(?=[^求]))([^，。；]{4,36})，(?:请|請|[您你]?(?:可以|可|应|應|需要|需|须|必须))[^。；]{4,100}[。；]$",
        text,
    )
    if match:
        return "how-to", f"如何{match.group(1).strip()}？", match.group(1)
    for opening in (r"(?:[您你]|用户)?(?:还|也|還)?(?:可以|可|能够|能)(?:使用|通过|通過|利用|用)", r"(?:请|請)?使用"):
        match = re.match(
            rf"^{opening} ?([^来來将將，]{{2,40}}?{_TOOL}) ?(?:来|來|以|，)?([^，。；]{{4,44}})[。；]$", text
        )
        if match and not re.match(r"(?:的|中|和|与|與|并|並|时|時|后|後|或)|.*(?:成为|成為|是)", match.group(2)):
            return "how-to", f"如何{match.group(2).strip()}？", match.group(2)
    return None


def _purpose(text: str) -> Found:
    found = predicate(text, r"(?<![适適])用于|(?<![适適])用於|用来|用來|旨在|的目的是|的作用是|的用途是")
    if found and len(found.rest) >= 4 and not re.search(r"的[，。]|的，", found.rest):
        subject = re.sub("(?:可|是|设计|設計)$", "", found.subject)
        if not is_noun_phrase(subject):
            return None
        ask = {"旨在": f"{subject}旨在什么？"}.get(found.verb, f"{subject}的用途是什么？")
        if found.verb.startswith("的"):
            ask = f"{subject}{found.verb}什么？"
        return "purpose", f"{subject}的目的是什么？" if found.verb == "旨在" else ask, subject
    found = predicate(text, r"适用于|適用於")
    if found and len(found.rest) >= 4:
        return "purpose", f"{found.subject}适用于什么？", found.subject
    return None


def _includes(text: str) -> Found:
    found = predicate(text, r"包括但不限于|包括|包含|分为|分為")
    if found and found.rest.count("、") >= 1 and not re.search(r"等等?$", found.rest) and "，" not in found.rest:
        return "includes", f"{found.subject}{found.verb.removesuffix('但不限于')}哪些？", found.subject
    return None


def _default(text: str) -> Found:
    found = predicate(
        text, r"的默认值是|的默认值为|的預設值是|的預設值為|默认为|默认是|預設為|預設是|默认使用|預設使用"
    )
    if found:
        traditional = "預設" in found.verb
        return "quantity", f"{found.subject}的{'預設' if traditional else '默认'}值是什么？", found.subject
    match = re.match(r"^([^，。；]{2,24}的(?:默认|預設)[^，。；是]{1,10})是 ?[^，；]{1,40}[。；]$", text)
    if match and is_noun_phrase(match.group(1)):
        return "quantity", f"{match.group(1)}是什么？", match.group(1)
    return None


def _must(text: str) -> Found:
    found = predicate(text, r"不得|严禁|嚴禁|禁止|不应|不應|不可以|切勿")
    if found:
        if len(found.rest) < 4 or not _AGENT.search(found.subject):
            return None
        return "agent-must", f"{found.subject}{found.verb}做什么？", found.subject
    found = predicate(text, MUST)
    if found is None or len(found.rest) < 6 or found.rest.startswith(("由", "为", "是", "该")):
        return None
    if _AGENT.search(found.subject) and "在" not in found.subject:
        return "agent-must", f"{found.subject}应当做什么？", found.subject
    return "must-thing", f"对{found.subject}有什么要求？", found.subject


_KINDS = r"命令|工具|程序|程式|脚本|腳本|指令碼|软件包|套件|选项|選項|文件|檔案|软件|系统|系統|装置|功能"
_ACTS = (
    r"提供|支持|支援|检查|檢查|生成|产生|產生|创建|建立|执行|執行|显示|顯示|设置|設定|定义|定義|列出|包含|允许|允許|安装|安裝|构建|構建|"
    r"记录|記錄|自动|自動|帮助|幫助|调用|呼叫|输出|輸出|打印|列印|读取|讀取|处理|處理|管理|转换|轉換|更新|下载|下載|上传|上傳|添加|新增|"
    r"修改|发出|發出|忽略|检测|檢測|扫描|掃描|简化|簡化|完成|控制|保护|保護|监测|測量|测量|排除|解析|运行"
)


def _function(text: str) -> Found:
    match = re.match(
        rf"^([^，。；]{{0,45}}?(?:{_KINDS}))(?:可以|会|會|能够|能夠|能|将|將)?(?:完整|同时|额外)?({_ACTS})(?![后後时時的])"
        r"(了?[^；]{4,80})[。；]$",
        text,
    )
    if match and is_noun_phrase(match.group(1)):
        return "function", f"{match.group(1).strip()}的作用是什么？", match.group(1)
    found = predicate(text, r"可能需要|也许需要|也許需要|可能造成|可能导致|可能導致|不会|不會|需要")
    if found and len(found.rest) >= 4 and not re.search(r"^[的被在由是]|[的时時]，", found.rest):
        ask = f"{found.verb}做什么" if found.verb in ("不会", "不會") else f"{found.verb}什么"
        return "needs", f"{found.subject}{ask}？", found.subject
    return None


_TEMPLATES: tuple[Callable[[str], Found], ...] = (
    _definition,
    _limit,
    _how_long,
    _who,
    _default,
    _conditional,
    _in_order_to,
    _purpose,
    _includes,
    _must,
    _function,
)
