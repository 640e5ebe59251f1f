"""What a question asks for, and what kind of thing an answer is, as far as their words tell.

The kinds are coarse on purpose: how well a kind of answer fits a kind of question is a table in support.toml, fitted on
a few hundred pairs. jieba's tags told Chinese kinds no better than the endings below (AUROC .950 against .951) and take
most of the time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from docqa.quantities import in_digits, numbers, plain
from docqa.text import is_cjk
from docqa.verify.support_reading import WORD, Reading, key_of, read

_CHINESE_FUNCTION = frozenset("的地得了着过是在和与及或等为之其该此这那有也都就而且并将把被由于以对从到中上下内者所")
_QUESTION_WORDS = re.compile(
    "什[么麼]样|什[么麼][时時]候|[为為]什[么麼]|[为為]何|什[么麼]|哪[里裡儿兒]"
    "|哪一?(?:些|[个個]|[种種]|位|年|月|日|天|座|所|部|家|[条條]|[项項]|支|[届屆])?"
    "|多少|多[长長]|多大|多久|多高|多[远遠]|多[宽寬]|多重|[几幾]|如何|怎[样樣么麼]样?|[谁誰]|何[时時地人处處种種]?|[吗嗎呢]"
)


_NUMBER_NOUNS = frozenset(
    "percentage percent number amount population height length width size temperature speed rate cost price age "
    "distance area quantity proportion fraction ratio total score depth volume".split()
)
_DATE_NOUNS = frozenset("year date day month century decade era time period season".split())
_PLACE_NOUNS = frozenset(
    "city country state place location region area town river continent district province county island village "
    "street building park site fort lake sea mountain nation".split()
)
_PERSON_NOUNS = frozenset(
    "person man woman king queen president leader general author scientist philosopher engineer inventor governor "
    "commander minister founder composer chief officer physicist mathematician people".split()
)

_ZH_EXPECTED = (
    ("why", "[为為]什[么麼]|[为為]何|原因|何以|因何|缘故"),
    ("number", "多少|[几幾](?![年月日号])|多[长長大久高远遠宽寬重]|比例|面积|人口|海拔"),
    (
        "date",
        "什[么麼][时時][候间期]?|何[时時年]|哪一?[年月日天]|哪[个個][年月时時]|[几幾][年月日号]|年份|时间|[时時]代|什么季节|哪个季节",
    ),
    ("who", "[谁誰]|哪位|何人|哪一?[个個几]?人|什[么麼]人|作者|主编"),
    (
        "where",
        "哪[里裡儿兒]|何[处處地]|什[么麼]地[方区區点點]|位[于於]什|位置"
        "|哪[个個一些]*(?:地|国|國|省|市|[县縣]|城|州|区|區|岛|島|[处處])",
    ),
    ("how", "如何|怎[样樣么麼]"),
    ("which", "哪"),
    ("what thing", "(?:什[么麼]|何)[^？?，,]"),
    ("what", ""),
)
"""What a Chinese question asks for, the first that fits."""

_NOUNS = {
    "why": frozenset("reason cause purpose".split()),
    "number": _NUMBER_NOUNS,
    "date": _DATE_NOUNS,
    "where": _PLACE_NOUNS,
    "who": _PERSON_NOUNS,
}
_MEASURED = frozenset("many much long far high large big old tall wide fast deep often heavy hot".split())
_WH = frozenset("what which who whom whose when where why how".split())
_THING = frozenset("what which who whom whose".split())
_AUXILIARY = frozenset(
    "is are was were do does did has have had can could will would shall should may might must".split()
)


@dataclass(frozen=True)
class Asked:
    """A question: its terms, the kind of answer it wants, and where its question word stands.

    Attributes:
        reading: the question by its words.
        terms: what the passage should have, each once, in order.
        expected: ``who``, ``date``, ... : what is asked for.
        head: keys of the noun that names it (``which museum``, 哪所大学), maybe none.
        asks: first word of the question word, and the one behind its last.
        names: keys of names among the terms; ``numbers`` are its numbers by value.
        subject: True where the answer is the subject ("who built"), False where it is not, None where unknown.
    """

    reading: Reading
    terms: tuple[str, ...]
    expected: str
    head: tuple[str, ...]
    asks: tuple[int, int]
    names: frozenset[str]
    numbers: frozenset[str]
    subject: bool | None


@lru_cache(maxsize=4096)
def ask(question: str, language: str) -> Asked:
    """What ``question`` asks."""
    reading = read(question, language)
    return _asked_in_english(reading) if language == "en" else _asked_in_chinese(reading)


def _asked_in_english(reading: Reading) -> Asked:
    lower = [word.casefold() for word in reading.words]
    at = _question_word(lower)
    head, behind = _head_noun(reading, lower, at)
    terms = dict.fromkeys(key for key in reading.keys if key)
    names = {
        key
        for place, (key, word) in enumerate(zip(reading.keys, reading.words, strict=True))
        if key and place and word[0].isupper()
    }
    return Asked(
        reading=reading,
        terms=tuple(terms),
        expected=_expected_in_english(lower, at, head),
        head=head,
        asks=(at, at + 1),
        names=frozenset(names),
        numbers=frozenset(numbers(reading.text)),
        subject=_is_subject(reading, lower, behind),
    )


def _question_word(lower: Sequence[str]) -> int:
    """Where the question word stands; in "When it runs, what ...?" it is the second."""
    places = [at for at, word in enumerate(lower) if word in _WH]
    if not places:
        return 0
    thing = [at for at in places if lower[at] in _THING]
    if places[0] == 0 and lower[0] in _THING:
        return 0
    if places[0] == 0:
        return next((at for at in places[1:] if lower[at - 1] == ","), 0)
    return thing[0] if thing else places[0]


def _expected_in_english(lower: Sequence[str], at: int, head: Sequence[str]) -> str:
    word = lower[at] if lower else ""
    after = lower[at + 1] if at + 1 < len(lower) else ""
    if word in ("who", "whom", "whose"):
        return "who"
    if word in ("when", "where", "why"):
        return {"when": "date"}.get(word, word)
    if word == "how":
        return "number" if after in _MEASURED else "how"
    if word not in ("what", "which"):
        return "yes or no" if word in _AUXILIARY else "what"
    for kind, known in _NOUNS.items():
        if any(key_of(noun) in head for noun in known):
            return kind
    if after in ("does", "did", "do", "can", "could", "would", "will", "must", "should"):
        return "do" if {"do", "happen"} & set(lower[at + 2 :]) else "what object"
    return "what" if after in _AUXILIARY or not head else "what thing"


def _head_noun(reading: Reading, lower: Sequence[str], at: int) -> tuple[tuple[str, ...], int]:
    """The nouns that name what is asked for, and where the phrase of the question word ends.

    ``what kind of valves`` gives kind and valves, ``what is the name of`` gives name; ``what did the pump`` none.
    """
    place = at + 1
    asks = lower[at] if lower else ""
    if asks not in ("what", "which", "whose", "how"):
        return (), place
    direct = place
    if asks != "how" and place < len(lower) and lower[place] in ("is", "are", "was", "were"):
        place += 1
    heads: list[str] = []
    end = direct
    while place < len(lower):
        tag, word = reading.tags[place], lower[place]
        if tag.startswith("NN"):
            while place + 1 < len(lower) and reading.tags[place + 1].startswith("NN"):
                place += 1
            heads.append(reading.keys[place])
            end = place + 1
            if place + 1 < len(lower) and lower[place + 1] == "of" and len(heads) < 2:
                place += 2
                continue
            break
        if word in _AUXILIARY or not tag.startswith(("JJ", "DT", "VBG", "VBN", "RB", "POS", "PRP$", "CD")):
            break
        place += 1
    if direct < len(lower) and lower[direct] in _AUXILIARY:
        end = direct
    return tuple(filter(None, heads)), end


def _is_subject(reading: Reading, lower: Sequence[str], behind: int) -> bool | None:
    """Whether the question asks for the subject of its verb; None where the order does not tell."""
    if behind + 1 >= len(lower):
        return None
    if lower[behind] in ("do", "does", "did"):
        return False
    if lower[behind] in _AUXILIARY:
        return reading.tags[behind + 1].startswith(("VB", "RB"))
    return True if reading.tags[behind].startswith("VB") else None


LONGEST_NOUN = 6
"""Characters behind the question word that may name what is asked for."""


def _asked_in_chinese(reading: Reading) -> Asked:
    match = _QUESTION_WORDS.search(reading.text)
    asks = reading.span(*match.span()) if match else (len(reading.words), len(reading.words))
    expected = next(name for name, shows in _ZH_EXPECTED if re.search(shows, reading.text))
    bare = _QUESTION_WORDS.sub(lambda found: "，" * len(found.group()), reading.text)
    terms = dict.fromkeys(_chinese_terms(bare))
    head: list[str] = []
    for word in reading.words[asks[1] : asks[1] + LONGEST_NOUN]:
        if not is_cjk(word) or word in _CHINESE_FUNCTION:
            break
        head.append(word)
    latin = {key for key in terms if key.isascii() and not key.isdigit()}
    return Asked(
        reading=reading,
        terms=tuple(terms),
        expected=expected,
        head=tuple(head),
        asks=asks,
        names=frozenset(latin),
        numbers=frozenset(numbers(reading.text)),
        subject=None,
    )


def _chinese_terms(text: str) -> Iterator[str]:
    run = ""
    for word in (*WORD.findall(text), ""):
        if word and is_cjk(word) and word not in _CHINESE_FUNCTION:
            run += word
            continue
        if len(run) == 1:
            yield run
        yield from (run[at : at + 2] for at in range(len(run) - 1))
        run = ""
        if word and key_of(word):
            yield key_of(word)


# --------------------------------------------------------------------------------------------- what an answer is

_MONTHS = "january february march april may june july august september october november december".split()
_DATE = re.compile(
    rf"\b(?:{'|'.join(_MONTHS)})\b|\b1[0-9]\d\d\b|\b20\d\d\b|\bcentur|\b\d+0s\b|\b\d+(?:st|nd|rd|th) cent",
    re.IGNORECASE,
)
_ZH_DATE = re.compile(
    "[年月]|(?<!^)日(?!本)|世[纪紀]|年代|[时時]期|[时時]代|季|朝|期[间間]|以[后後前]|之[后後前]|初|末"
)


@lru_cache(maxsize=16384)
def answer_class(answer: str, language: str) -> str:
    """The kind of thing an answer is: ``date``, ``number``, ``name``, ``reason``, ``action``, ``clause``, ..."""
    text = plain(answer)
    return _english_class(text) if language == "en" else _chinese_class(text)


SENTENCE = 6
"""An answer of at least this many words (characters) may be a sentence that says the question again."""


LEAST_ECHO = 0.34
"""The share of its content words that it then has from the question."""


@lru_cache(maxsize=16384)
def bare(question: str, answer: str, language: str) -> str:
    """The answer without the words in which it says the question again.

    "The tightening torque of the casing bolt is 45 N·m." is 45 N·m to the question for the torque; other answers stay
    as they are.
    """
    reading, terms = read(answer, language), set(ask(question, language).terms)
    echo = _echoed(reading, terms)
    content = [at for at, key in enumerate(reading.keys) if key]
    if len(content) < SENTENCE or sum(at in echo for at in content) < LEAST_ECHO * len(content):
        return answer
    runs: list[list[int]] = [[]]
    for at in content:
        if at in echo:
            runs.append([])
        else:
            runs[-1].append(at)
    longest = max(runs, key=len)
    return reading.extract(longest[0], longest[-1] + 1) if longest else answer


def _echoed(reading: Reading, terms: set[str]) -> set[int]:
    """The words of an answer that stand in the question."""
    echo: set[int] = set()
    for at, key in enumerate(reading.keys):
        pair = key + reading.keys[at + 1] if at + 1 < len(reading.keys) else ""
        if key and key in terms:
            echo.add(at)
        if key and is_cjk(key) and pair in terms:
            echo |= {at, at + 1}
    return echo


def _english_class(text: str) -> str:
    reading = read(text, "en")
    kept = [(word, tag) for word, tag in zip(reading.words, reading.tags, strict=True) if word[0].isalnum()]
    if not kept:
        return "phrase"
    if _DATE.search(text) and len(kept) <= 6:
        return "date"
    if numbers(text) and len(kept) <= 5:
        return "number"
    content = [(word, tag) for word, tag in kept if key_of(word)]
    if content and sum(word[0].isupper() for word, _ in content) > len(content) / 2 and len(content) <= 8:
        return "name"
    if re.match(r"(?:because|due to|since|as a result|so that|in order)\b", text, re.IGNORECASE):
        return "reason"
    first = kept[0][1]
    if first.startswith(("VB", "TO")) or (first == "IN" and len(kept) > 1 and kept[1][1] == "VBG"):
        return "action"
    if first == "IN":
        return "preposition"
    if len(kept) > 7:
        return "clause"
    last = kept[-1][1]
    if last.startswith("NNS"):
        return "plural"
    if last.startswith("JJ") and len(kept) <= 2:
        return "adjective"
    return "phrase" if len(kept) > 1 else "word"


_ZH_PLACE = re.compile(
    "(?:省|市|[县縣]|[区區]|[镇鎮]|[乡鄉]|[国國]|洲|州|[岛島]|[湾灣]|海|河|江|湖|山|村|街|路|道|里|地|部|海域|流域|附近|境内|之间)$"
    "|^(?:[东東]京|日本|香港|台[湾灣]|澳[门門]|北京|上海|美[国國]|[欧歐亚亞非][洲])$"
)
_ZH_BODY = re.compile(
    "(?:公司|大[学學]|[学學]院|[学學]校|局|[会會]|[党黨]|[队隊]|[团團]|院|社|站|部|中心|[馆館]|[厅廳]|[军軍]|[组組][织織]"
    "|[银銀]行|[联聯]盟|[高中小][中学學])$"
)
_ZH_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂"
    "苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷"
    "钱錢汤湯尹黎易常武乔贺賴赖龚文司"
)
_ZH_VERB = re.compile(
    "[使令将把被让給给向]|进行|成[为為]|可以|能够|不[^同]|[与與].+[战戰]|[进進出入][行入]|[获獲]得|提供|[发發]展"
)


def _chinese_class(text: str) -> str:
    text = text.strip(" 。，,.")
    size = len(text)
    if re.match("[因由]|[为為]了", text) and size > 6:
        return "reason"
    digits = bool(numbers(text)) or bool(re.search(r"\d", in_digits(text)))
    if size <= 20 and _ZH_DATE.search(text) and (digits or size <= 8) and not _ZH_BODY.search(text):
        return "date"
    if digits and size <= 10 and re.match("[约約大概近超过至少共总總]*[\\d一二三四五六七八九十百千万两半第]", text):
        return "number"
    if re.match('[《「『〈“"]', text):
        return "title"
    if size > 14 and re.search("[，,；;。]", text):
        return "clause"
    if "、" in text:
        return "list"
    if re.fullmatch(r"[A-Za-z0-9 .'&-]+", text):
        return "latin"
    if "·" in text or (2 <= size <= 3 and text[:1] in _ZH_SURNAMES):
        return "person"
    if _ZH_BODY.search(text):
        return "body"
    if size <= 14 and _ZH_PLACE.search(text):
        return "place"
    if size > 4 and _ZH_VERB.search(text):
        return "action"
    return "long phrase" if size > 8 else "phrase" if size > 3 else "word"
