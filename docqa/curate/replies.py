"""What stands in an answer's place or around it: a placeholder, a refusal, the prompt, a chat's pleasantries, markup.

These are lists, because no relation to the evidence gives them away, so they name what all wordings share: where it
stands (the first words, a label at a line's head, the last sentence) and who speaks (I, you).
"""

import re

_LABELS_EN = (
    "question|answer|context|passage|instruction|response|assistant|user|human|system|output|input|explanation|prompt|"
    "reply"
)
_LABELS_ZH = "问题|题目|答案|回答|回复|解析|问|答|指令|用户|助手|系统|上下文|输出|输入"

_PLACEHOLDER = re.compile(
    r"n ?/? ?a|nan|null|nil|tb[adc]|todo|to be (?:determined|confirmed|announced|added)|undefined|unknown|x{2,}|"
    r"none given|un(?:specified|answerable|answered)|no (?:answer|data|information|content)|lorem ipsum.*|"
    r"not (?:given|stated|known|applicable|specified|available|provided|mentioned|found)|"
    r"未知|不详|不明|待(?:定|补充|确认|填写?|补)|(?:此处|从)?略|留空|某某|暂?缺|[暂尚]无|不适用|不可用|"
    r"(?:暂?无|没有|尚无)(?:答案|数据|内容|信息|资料)|未(?:说明|提供|填写?|给出|提及|注明)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[{<【](?:none|empty|blank|(?:no )?answer|无|空白?|(?:没有)?答案)[)\]}>】]", re.IGNORECASE)

_LABEL = re.compile(
    rf"(?:^|\n)[\s*_>-]*(?:#{{2,}}\s*\w+\s*[:：]|(?:final |short )?(?:{_LABELS_EN}|Q|A)\s*\d*[*_]*\s*:|"
    rf"(?:最终)?(?:{_LABELS_ZH})\d*[*_]*\s*[:：])|"
    rf"[.:。：]\s*(?:(?:final )?answer|(?:最终)?答案)[*_]*\s*[:：]",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"<\|\w+\|>|\[/?INST\]|</?(?:think|s|answer|question)>|<</?SYS>>|\{\{.*?\}\}|```\s*json|"
    r"\{\s*[\"'](?:question|answer|instruction|output|response|问题|答案|回答)[\"']\s*:",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"^(?:sure|certainly|of course|absolutely|no problem|(?:great|good) question)\s*[!,.:]|"
    r"^here(?:'s| is| are)\b[^.]{0,30}\b(?:answers?|responses?|reply|replies|questions?|pairs|json)\b[^.]{0,10}:|"
    r"\b(?:as (?:you )?requested|(?:based on|following|per|according to) your (?:instructions?|request|prompt|"
    r"question))\b|"
    r"\bI(?: will|'ll) (?:now )?answer\b|\b(?:let me know if|I hope (?:this|that|it) helps|hope (?:this|that) helps|"
    r"feel free to ask|happy to help)\b|\byou are an? [^.]{0,30}\b(?:assistant|expert|language model|chatbot)\b|"
    r"^(?:好的|当然(?:可以)?|没问题|可以的|(?:这是个?)?好问题)\s*[，,！!。：:]|^以下是?[^。]{0,8}(?:答案|回答|回复|问答|问题)|"
    r"答案如下|(?:根据|按照|遵照)(?:[您你]的(?:要求|指令|问题|提示)|指令)|我(?:将|会)[^。]{0,8}(?:作答|回答)|"
    r"希望[^。]{0,8}(?:有所?帮助|帮到)|(?:请|随时)(?:告诉|问)我|你是一[个名位][^。]{0,12}(?:助手|助理|专家|模型)",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"</?(?:br|p|div|span|table|td|tr|th|li|ul|ol|font|sup|sub|img|h[1-6])\b[^>]*>|<a\s+href|&(?:nbsp|amp|lt|gt|quot|#\d+);|"
    r"\\(?:begin|end|textbf|textit|section|item)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:as|being) an? (?:ai|artificial|virtual|large language|language model)|"
    r"\blanguage model\b.{0,30}\b(?:can(?:not|'t)|unable)|"
    r"\bI(?:'m| am| was| must| have)? (?:sorry|apologi[sz]e|afraid|unable|not able|decline|no (?:way|idea|access)|"
    r"can(?:not|'t)|could(?:n't| not)|do(?:n't| not) (?:know|have|possess))\b|^(?:sorry|my apologies|regrettably|"
    r"unfortunately)\b|"
    r"\b(?:can(?:not|'t)|could not|unable to) (?:be )?(?:answer|determine|provide|find)(?:ed|d)?\b.{0,40}\b(?:question|"
    r"text|context|passage|information|document)|"
    r"(?:^|[.!?] )(?:there is |(?:I|we) (?:do not |don't )?have )?(?:not |in)(?:enough|sufficient) (?:information|data|"
    r"details|context)\b|(?:I|we) (?:do not|don't) have (?:enough|sufficient)\b|"
    r"^(?:not (?:mentioned|stated|specified|given|covered) (?:in|by)|no answer (?:could|can)|"
    r"it is (?:impossible|not possible) to (?:say|tell|answer|determine))\b|"
    r"(?:作为|身为|我是).{0,6}(?:人工智能|AI|语言模型|助手|智能助理)|^(?:非常|很|十分)?(?:抱歉|遗憾|对不起|不好意思)|^恕我|"
    r"(?:无法|不能|难以|没有?办法)(?:回答|作答|确定答案|提供答案|判断|得知|推断)|^无从得知|答不(?:上来|了)|"
    r"(?:文中|材料|原文|上下文|文档|文本|内容|段落|手册|资料)[中里]?(?:并?没有?|未|并未|只字未)(?:涉及|提及?到?|说明|给出|写|讲)|"
    r"我(?:不(?:知道|清楚|了解|确定)|没有(?:权限|能力))|^(?:不(?:知道|清楚|确定)|没有?提到|未(?:找到|查到|提及))|"
    r"(?:信息|资料)(?:不足|不够)，",
    re.IGNORECASE,
)


def no_answer(answer: str) -> str:
    """``empty answer`` for a text that only holds an answer's place."""
    bare = re.sub(r"^[\W_]+|[\W_]+$", "", answer)
    return "empty answer" if not bare or _PLACEHOLDER.fullmatch(bare) or _BRACKETED.fullmatch(answer) else ""


def refused(answer: str) -> str:
    """``refusal`` for an answer that says it gives none."""
    return "refusal" if _REFUSAL.search(answer) else ""


def left_over(text: str) -> str:
    """``prompt text`` or ``markup`` for what the prompt, the chat or the page has left in ``text``."""
    if _LABEL.search(text) or _TEMPLATE.search(text) or _CHAT.search(text.strip()):
        return "prompt text"
    return "markup" if _MARKUP.search(text) else ""
