"""Question and passage as ``support`` reads them: words with their places, what is asked for, what kind an answer is.

English words are lemmas (``wrote`` is ``write``) with their part of speech from textblob's bundled lexicon; Chinese is
characters and their bigrams, with jieba's tags for the answer only, which is short. All of it is kept per text, since
a passage comes back for its other questions.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from docqa.quantities import in_digits, numbers, plain
from docqa.terms import FUNCTION_WORDS, stem
from docqa.text import CJK, is_cjk, sentences

_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,'\u2019/+-][^\W_{CJK}]+)*|[^\s\w]")
_CHINESE_FUNCTION = frozenset("的地得了着过是在和与及或等为之其该此这那有也都就而且并将把被由于以对从到中上下内者所")
_SMALL = FUNCTION_WORDS | frozenset(
    "not no n't 's s about after before during under over between through against up out off while but because until "
    "use used using many much other some any most more such only own same very just both each few all one".split()
)
"""English words that are no content, prepositions included."""

ROOT = 5
"""Two words with these many first letters in common are of one root: ``invent``, ``invention``, ``inventor``."""

QUESTION_WORDS = re.compile(
    "什[么麼]样|什[么麼][时時]候|为什[么麼]|為什[么麼]|为何|為何|什[么麼]|哪[里裡儿兒]|哪[一]?(?:些|[个個]|[种種]|位|年|月|日|天|座|所|部|家|[条條]|[项項]|支|[届屆])?"
    "|多少|多[长長]|多大|多久|多高|多[远遠]|多[宽寬]|多重|[几幾]|如何|怎[样樣么麼]样?|[谁誰]|何[时時地人处處种種]?|[吗嗎呢]"
)


@dataclass(frozen=True)
class Reading:
    """A text by its words.

    Attributes:
        text: ``plain`` text, to which the places refer.
        words: as they stand there, punctuation included.
        keys: what each word is compared by; "" for function words and punctuation.
        places: start and end of each word.
        sentence: the number of each word's sentence.
        tags: part of speech of each word (English), "" otherwise.
        found: where each key, each Chinese bigram and each root (behind ``~``) stands.
    """

    text: str
    words: tuple[str, ...]
    keys: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    sentence: tuple[int, ...]
    tags: tuple[str, ...]
    found: dict[str, tuple[int, ...]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The words that stand between two places of the text."""
        first = bisect_right([place[1] for place in self.places], start)
        last = bisect_left([place[0] for place in self.places], end)
        return first, max(last, first + 1)


@lru_cache(maxsize=512)
def read(text: str, language: str) -> Reading:
    """The reading of a passage, a question or an answer."""
    text = plain(text)
    matches = list(_WORD.finditer(text))
    words = tuple(match.group() for match in matches)
    places = tuple(match.span() for match in matches)
    ends = [end for _, end in sentences(text, language)]
    keys = tuple(_key(word) for word in words)
    tags = _tags(words) if language == "en" else ("",) * len(words)
    found: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        for name in _names_of(keys, words, at):
            found.setdefault(name, []).append(at)
    return Reading(
        text=text,
        words=words,
        keys=keys,
        places=places,
        sentence=tuple(bisect_left(ends, end) for _, end in places),
        tags=tags,
        found={name: tuple(at) for name, at in found.items()},
    )


def _names_of(keys: Sequence[str], words: Sequence[str], at: int) -> Iterator[str]:
    key = keys[at]
    if not key:
        return
    yield key
    if is_cjk(key):
        if at + 1 < len(words) and is_cjk(words[at + 1]):
            yield key + words[at + 1]
    elif len(key) > ROOT:
        yield root(key)


def root(key: str) -> str:
    """What words of one root have in common."""
    return f"~{key[:ROOT]}"


@lru_cache(maxsize=65536)
def _key(word: str) -> str:
    if not word[0].isalnum():
        return ""
    if is_cjk(word):
        return word
    word = word.casefold().removesuffix("'s").removesuffix("\u2019s")
    if word in _SMALL or (len(word) == 1 and not word.isdigit()):
        return ""
    return stem(_lemma(word)) if word.isascii() and word.isalpha() else word


@lru_cache(maxsize=65536)
def _lemma(word: str) -> str:
    from lemminflect import getAllLemmas

    found = getAllLemmas(word)
    for kind in ("VERB", "NOUN", "ADJ"):
        if kind in found:
            return str(found[kind][0])
    return word


def _tags(words: Sequence[str]) -> tuple[str, ...]:
    from textblob.en import tag

    tagged = tag(" ".join(words), tokenize=False)
    return tuple(tag for _, tag in tagged) if len(tagged) == len(words) else ("",) * len(words)


# ------------------------------------------------------------------------------------------------ what is asked for

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
    ("date", "什[么麼][时時][候间期]?|何[时時年]|哪一?[年月日天]|哪[个個][年月时時]|[几幾][年月日号]|年份|时间|[时時]代|什么季节|哪个季节"),
    ("who", "[谁誰]|哪位|何人|哪[一]?[个個几]?人|什么人|作者|主编"),
    ("where", "哪[里裡儿兒]|何[处處地]|什[么麼]地[方区區点點]|哪[个個一些]*(?:地|国|國|省|市|[县縣]|城|州|区|區|岛|島|[处處])|位[于於]什|位置"),
    ("how", "如何|怎[样樣么麼]"),
    ("which", "哪"),
    ("what thing", "(?:什[么麼]|何)[^？?，,]"),
    ("what", ""),
)  # fmt: skip
_EN_EXPECTED = (
    ("why", r"\bwhy\b|\bwhat (?:was|is|were) the (?:reason|cause)|\b(?:for )?what (?:reason|purpose)|\bwhat caused"),
    ("number", r"\bhow (?:many|much|long|far|high|large|big|old|tall|wide|fast|deep|often|heavy|hot)\b"),
    ("date", r"\bwhen\b|\bwhen'?s\b"),
    ("who", r"\bwho(?:m|se)?\b"),
    ("where", r"\bwhere\b"),
    ("how", r"\bhow\b"),
    ("do", r"\bwhat (?:does|did|do|can|could|would|will|must|should)\b.*\b(?:do|happen|happens)\b"),
)


@dataclass(frozen=True)
class Asked:
    """A question: its terms, the kind of answer it wants, and where its question word stands.

    Attributes:
        reading: the question by its words.
        terms: what the passage should have, each once, in order.
        expected: ``who``, ``date``, ... : what is asked for.
        head: keys of the noun that names it (``which museum``, 哪所大学), maybe none.
        asks: first and last word of the question word.
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


_WH = frozenset("what which who whom whose when where why how".split())
_AUXILIARY = frozenset("is are was were do does did has have had can could will would shall should may might".split())


def _asked_in_english(reading: Reading) -> Asked:
    lower = [word.casefold() for word in reading.words]
    at = next((at for at, word in enumerate(lower) if word in _WH), 0)
    head = _head_noun(reading, lower, at)
    nouns = set(head)
    expected = next((name for name, shows in _EN_EXPECTED if re.search(shows, reading.text, re.IGNORECASE)), "")
    if lower[at : at + 1] and lower[at] in ("what", "which") and expected != "why":
        kinds = (("number", _NUMBER_NOUNS), ("date", _DATE_NOUNS), ("where", _PLACE_NOUNS), ("who", _PERSON_NOUNS))
        named = next((kind for kind, known in kinds if {_key(noun) for noun in known} & nouns), "")
        bare = "what thing" if head and at + 1 < len(lower) and lower[at + 1] not in _AUXILIARY else "what"
        expected = named or (expected if expected == "do" else bare)
    after = lower[at + 1] if at + 1 < len(lower) else ""
    auxiliary = next((place for place in range(at + 1, len(lower)) if lower[place] in _AUXILIARY), None)
    subject = None
    if after and expected in ("who", "what", "what thing", "where", "number"):
        subject = auxiliary is None or not reading.tags[at + 1].startswith("N") and after not in _AUXILIARY
    terms = dict.fromkeys(key for key in reading.keys if key)
    names = {
        key
        for place, (key, word) in enumerate(zip(reading.keys, reading.words, strict=True))
        if key and place and word[0].isupper()
    }
    return Asked(
        reading,
        tuple(terms),
        expected or "what",
        head,
        (at, at + 1),
        frozenset(names),
        frozenset(numbers(reading.text)),
        subject,
    )


def _head_noun(reading: Reading, lower: Sequence[str], at: int) -> tuple[str, ...]:
    """The last noun of the phrase behind the question word: ``what kind of valves`` gives kind and valves."""
    place = at + 1
    while place < len(lower) and (lower[place] in _AUXILIARY or lower[place] in ("the", "a", "an", "many", "much")):
        place += 1
    heads: list[str] = []
    while place < len(lower):
        tag = reading.tags[place]
        if tag.startswith(("NN", "CD")):
            run = place
            while run + 1 < len(lower) and reading.tags[run + 1].startswith("NN"):
                run += 1
            heads.append(reading.keys[run])
            if run + 1 < len(lower) and lower[run + 1] == "of" and len(heads) < 2:
                place = run + 2
                continue
            break
        if not tag.startswith(("JJ", "DT", "VBG", "VBN", "RB", "POS", "PRP")):
            break
        place += 1
    return tuple(filter(None, heads))


def _asked_in_chinese(reading: Reading) -> Asked:
    match = QUESTION_WORDS.search(reading.text)
    asks = reading.span(*match.span()) if match else (len(reading.words), len(reading.words))
    expected = next(name for name, shows in _ZH_EXPECTED if re.search(shows, reading.text))
    bare = QUESTION_WORDS.sub(lambda found: "，" * len(found.group()), reading.text)
    terms = dict.fromkeys(_chinese_terms(bare))
    after = [word for word in reading.words[asks[1] : asks[1] + 6]]
    head: list[str] = []
    for word in after:
        if not is_cjk(word) or word in _CHINESE_FUNCTION:
            break
        head.append(word)
    latin = {key for key in terms if key.isascii() and not key.isdigit()}
    return Asked(
        reading, tuple(terms), expected, tuple(head), asks, frozenset(latin), frozenset(numbers(reading.text)), None
    )


def _chinese_terms(text: str) -> Iterator[str]:
    run = ""
    for word in (*_WORD.findall(text), ""):
        if word and is_cjk(word) and word not in _CHINESE_FUNCTION:
            run += word
            continue
        if len(run) == 1:
            yield run
        yield from (run[at : at + 2] for at in range(len(run) - 1))
        run = ""
        if word and _key(word):
            yield _key(word)


# --------------------------------------------------------------------------------------------- what an answer is

_MONTHS = "january february march april may june july august september october november december".split()
_DATE = re.compile(
    rf"\b(?:{'|'.join(_MONTHS)})\b|\b1[0-9]\d\d\b|\b20\d\d\b|\bcentur|\b\d+0s\b|\b\d+(?:st|nd|rd|th) cent",
    re.IGNORECASE,
)
_ZH_DATE = re.compile("[年月日]|世[纪紀]|年代|[时時]期|[时時]代|季|朝|期[间間]|以[后後前]|之[后後前]|初|末")
_CLAUSE = re.compile(r"\b(?:because|due to|since|so that|to|that|if|when)\b", re.IGNORECASE)


@lru_cache(maxsize=16384)
def answer_class(answer: str, language: str) -> str:
    """The kind of thing an answer is: ``date``, ``number``, ``name``, ``reason``, ``action``, ``clause``, ``phrase``."""
    text = plain(answer)
    return _english_class(text) if language == "en" else _chinese_class(text)


def _english_class(text: str) -> str:
    reading = read(text, "en")
    kept = [(word, tag) for word, tag in zip(reading.words, reading.tags, strict=True) if word[0].isalnum()]
    if not kept:
        return "phrase"
    if _DATE.search(text) and len(kept) <= 6:
        return "date"
    if numbers(text) and len(kept) <= 5:
        return "number"
    content = [(word, tag) for word, tag in kept if _key(word)]
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


def _chinese_class(text: str) -> str:
    import jieba.posseg

    size = len(text)
    if re.match("[因由]|[为為]了", text) and size > 6:
        return "reason"
    digits = bool(numbers(text)) or bool(re.search(r"\d", in_digits(text)))
    if size <= 20 and _ZH_DATE.search(text) and (digits or size <= 8):
        return "date"
    if digits and size <= 10:
        return "number"
    if re.match('[《「『〈“"]', text):
        return "title"
    if size > 14 and re.search("[，,；;。]", text):
        return "clause"
    if "、" in text:
        return "list"
    tags = [(pair.word, pair.flag) for pair in jieba.posseg.lcut(text) if pair.flag != "x"]
    if not tags:
        return "phrase"
    if re.fullmatch(r"[A-Za-z0-9 .'-]+", text):
        return "latin"
    last = tags[-1][1]
    if "·" in text or any(flag.startswith("nr") for _, flag in tags[-2:]):
        return "person"
    if any(flag.startswith("ns") for _, flag in tags) and size <= 14:
        return "place"
    if last.startswith("nt"):
        return "name"
    if any(flag.startswith("v") for _, flag in tags) and size > 4:
        return "action"
    if last.startswith("a"):
        return "adjective"
    return "long phrase" if size > 8 else "phrase"
