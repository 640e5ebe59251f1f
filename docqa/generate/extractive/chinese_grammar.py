"""Just enough Chinese grammar to ask about a sentence: where its subject ends, and whether it stands by itself.

Rules work on characters, not on a tagger's words: jieba's tags are of little use on Traditional text and on manuals
full of Latin names, and a second for its dictionary is longer than most documents take. A subject is what stands before
the first predicate word; it is used only when it begins and ends as a noun phrase can.
"""

import re
from dataclasses import dataclass

from docqa.text import cjk_ratio, is_cjk

_POINTING = re.compile(
    r"(?<![应應])[该該]|(?<![因如彼])此(?!外)|[这這]|那(?!么|麼)|本(?:条|條|节|節|章|款|项|項|文|表|图|圖|指南|手册|手冊)|上述|前述|前款|前文|上文|下文|以上|以下|下列|"
    r"下述|如下|如上|下面|上面|前面|后面|後面|(?<![常意可])[见見]|参照|參照|参考|參考|图\d|圖\d|表\s?\d|附录|附錄|我|咱|"
    r"另一|同样|同樣|同上|假设|假設|注意|请看|請看|Section|Chapter|Table|Figure"
)
PRONOUN = re.compile(r"[它她]|(?<!其)他(?!人)|(?<![尤极極与與])其(?![中他它余餘实實次])")
"""Words that point back, but inside a sentence mostly at its own subject."""
_OPENING = 10
_DATED = re.compile(
    r"目前|现在|現在|现阶段|近年|最近|近期|今后|今後|如今|当今|當今|截至|至今|眼下|今年|去年|(?:19|20)\d\d年|最新"
)
_JUNK = re.compile(r"https?:|www\.|[{}<>|\\^~#@…�]|\.\.|[“”].*[“”].*[“”]|::")
_NO_START = re.compile(
    r"^(?:如果|如|若|当|當|在|对|對|按|根据|根據|为|為|由|因|从|從|将|將|把|与|與|和|及|并|並|但|且|或|则|則|而|以|就|"
    r"所以|因此|然后|然後|否则|否則|不过|不過|虽然|雖然|只|可|请|請|使用|通过|通過|经|經|除|每|应|應|不|有|没|沒|"
    r"再|也|都|还|還|又|便|您|你|用户可|同时|同時|另外|此外|一般|通常|需|须|須|凡|首先|其次|最后|最後|必须|必須|严禁|嚴禁|"
    r"[\d一二三四五六七八九十]+[、.．）)])"
)
_NO_END = re.compile(
    r"[了的地得不也都还還就均则則并並才再又将將会會能可要时時后後前上下是有在与與和及或为為被把让讓使由按向从從对對以于於]$"
)
_TAIL = re.compile(
    r"(?:，|一般|通常|原则上|原則上|均|都|也|还|還|则|則|只|仅|僅|一律|可以|同时|同時|分别|分別|主要|必须|必須|应当|應當|"
    r"(?<![反适適供相对對效响響感])[应應])+$"
)
_HANZI_OR_NAME = re.compile(r"^[\w\s/+.&()（）“”·—:-]+$")


def stands_alone(text: str) -> bool:
    """Whether a sentence can be read without what surrounds it: whole, plain, pointing nowhere, true on any day."""
    hanzi = sum(map(is_cjk, text))
    if not 8 <= hanzi <= 140 or cjk_ratio(text) < 0.3 or not re.search(r"[。；！]$", text):
        return False
    if any(text.count(a) != text.count(b) for a, b in ("（）", "()", "“”", "《》", "「」", "【】")):
        return False
    if PRONOUN.search(text[:_OPENING]):
        return False
    return not (_JUNK.search(text) or _POINTING.search(text) or _DATED.search(text) or "？" in text or "：" in text)


@dataclass(frozen=True)
class Predicate:
    """A sentence cut at its predicate: ``subject``, ``verb`` and ``rest`` without the closing mark."""

    subject: str
    verb: str
    rest: str


MUST = "应当|應當|(?<![反适適供相对對效响響感])[应應](?![用急答付对對激届屆])|必须|必須|须|須"
"""An obligation; not the same character in 反应, 适应, 应急 and the like."""


def predicate(text: str, verbs: str, comma: bool = False) -> Predicate | None:
    """Cut ``text`` at the first of ``verbs`` (a regular expression); None unless a plain noun phrase stands before it.

    Args:
        comma: whether a comma may stand between subject and verb, as in definitions ("X，是指").
    """
    match = re.match(rf"^([^，,。；：]{{2,40}}?){'，?' if comma else ''}({verbs})(.+)[。；！]$", text)
    if not match:
        return None
    subject = re.split("又称|又稱|也称|简称|簡稱", _TAIL.sub("", match.group(1)).strip())[0]
    if not is_noun_phrase(subject) or subject.startswith(("任何", "所有", "各")):
        return None
    return Predicate(subject, match.group(2), match.group(3).strip())


_PREDICATE = re.compile(
    r"应当|應當|必须|必須|不得|不能|不会|不會|可以|能够|能夠|是否|如果|因为|因為|由于|由於|需要|已|时候|時候|就是|来说|來說|许多|許多|"
    r"(?<![认認行作])[为為](?!\w?[主准])|(?<![自理缘])由|[对對]比|通常|并[带帶]"
)
"""What a noun phrase does not hold."""


def is_noun_phrase(text: str) -> bool:
    """Whether ``text`` begins and ends as a noun phrase can, and has no predicate of its own."""
    if len(text) < 2 or not _HANZI_OR_NAME.match(text) or _NO_START.match(text) or _NO_END.search(text):
        return False
    if any(text.count(a) != text.count(b) for a, b in ("（）", "“”", "()")):
        return False
    return not _PREDICATE.search(text)


_TO_TRADITIONAL = str.maketrans(
    "么谁应当为负责据规时间长别对样须会没选项关于说", "麼誰應當為負責據規時間長別對樣須會沒選項關於說"
)
_TRADITIONAL = re.compile(
    "[這說為無與個們來時間對應開關電實現發過還進運機設備處於從當會長經內門題數據類級別規則條節軟檔幫冊頁碼許證權構執調選項網檢測試錯誤變換請將"
    "體員學藥醫護師標簽單雙壓縮錄號縣銀產業務價傳輸嚴]"
)
_SIMPLIFIED = re.compile(
    "[这说为无与个们来时间对应开关电实现发过还进运机设备处于从当会长经内门题数据类级别规则条节软档帮册页码许证权构执调选项网检测试错误变换请将"
    "体员学药医护师标签单双压缩录号县银产业务价传输严]"
)


def in_script_of(text: str, words: str) -> str:
    """A template's ``words`` in the script of ``text``: Traditional where it is."""
    traditional = len(_TRADITIONAL.findall(text)) > len(_SIMPLIFIED.findall(text))
    return words.translate(_TO_TRADITIONAL) if traditional else words
