"""Sentences, words, widths and languages, in English and Chinese.

Everything here is rule-based and small on purpose: it runs on every page of every document. What was tried before: a
statistical sentence splitter was no better on manuals and regulations than the abbreviations below, and script ratios
with function words tell apart the languages that matter (which rules may be applied) without a model.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from string import ascii_letters

CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b"  # radicals, 々〇, Hangzhou numerals
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
"""The ideographs, as the inside of a regular expression's character class."""

CJK_PUNCTUATION = "\u3000-\u3004\u3008-\u3020\u3030\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
"""Full-width punctuation, likewise; no space belongs beside it."""

_IDEOGRAPH = re.compile(f"[{CJK}]")
_ASCII_LETTERS = ascii_letters.encode()
_CJK_SPACE = re.compile(f"(?<=[{CJK}{CJK_PUNCTUATION}])[ \\t]+(?=[{CJK}{CJK_PUNCTUATION}])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


def is_cjk(char: str) -> bool:
    """Whether ``char`` is a Chinese ideograph."""
    return bool(_IDEOGRAPH.match(char))


def cjk_ratio(text: str) -> float:
    """Ideographs as a share of all letters; 0.0 for a text without letters."""
    if text.isascii():
        return 0.0
    letters = sum(map(str.isalpha, text))
    return len(_IDEOGRAPH.findall(text)) / letters if letters else 0.0


def normalize(text: str) -> str:
    """Fold what does not change the meaning: widths and ligatures (NFKC), invisible characters, white space.

    Two texts are the same to docqa's evidence check when their normal forms are equal.
    """
    if text.isascii():  # the same at a tenth of the cost; this is called more than anything else
        return " ".join(text.split())
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = re.sub(r"\s+", " ", text).strip()
    return _CJK_SPACE.sub("", text)


def squash(text: str) -> str:
    """``normalize`` without any white space or hyphens, in lower case: equal for one text however its lines break."""
    return re.sub(r"[\s\u2010-\u2015-]+", "", normalize(text)).casefold()


def join_lines(first: str, second: str, known: Collection[str] = ()) -> str:
    """Join two lines of one paragraph: no space between CJK, and a word hyphenated at the line's end made whole.

    Args:
        known: the document's ``vocabulary``, by which "heavy-" and "duty" keep their hyphen.
    """
    first, second = first.rstrip(), second.lstrip()
    if not first or not second:
        return first + second
    if first[-1] == "\u00ad":
        return first[:-1] + second
    if (head := _BROKEN.search(first)) and second[0].islower():
        return first + second if _is_compound(head[1], second, known) else first[:-1] + second
    wide = f"[{CJK}{CJK_PUNCTUATION}]"
    if re.match(wide, first[-1]) and re.match(wide, second[0]):
        return first + second
    if first[-1] in "-\u2010/" and re.search(r"\w.$", first):
        return first + second
    return f"{first} {second}"


_BROKEN = re.compile(r"([^\W\d_]{2,})[-\u2010]$")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?![-\u2010\w])")


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """The words that stand whole in these lines, compounds with their hyphens, in lower case."""
    return frozenset(word.casefold() for line in lines for word in _WORDS.findall(line))


def _is_compound(head: str, second: str, known: Collection[str]) -> bool:
    """Whether the hyphen at a line's end is the word's own: it is written so elsewhere, or both halves are words."""
    match = _LETTERS.match(second)
    head, tail = head.casefold(), match.group().casefold() if match else ""
    if head + tail in known:
        return False
    return f"{head}-{tail}" in known or (min(len(head), len(tail)) > 2 and head in known and tail in known)


# --------------------------------------------------------------------------------------------------- sentences

_ABBREVIATIONS = frozenset(
    "e.g i.e etc cf vs approx fig figs tab eq no nos vol ch sec art para p pp ed eds al mr mrs ms dr prof st jr sr inc "
    "ltd co corp dept est min max jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
_ENGLISH_END = re.compile(r"""[.!?]+["'\u201d\u2019)\]]*(?=\s+["'\u201c\u2018(\[]*[A-Z0-9\u2022]|\s*$)""")
_CHINESE_END = re.compile(r"[。！？；!?]+[”’」』）)]*|(?<=[\u4e00-\u9fff])\.(?=\s|$)")


def sentences(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of ``text``, white space around it left out.

    A newline always ends a sentence: blocks are stored one paragraph a line. In Chinese a full-width semicolon ends
    one too, since regulations chain independent rules with it.
    """
    at = 0
    for line in text.split("\n"):
        yield from _line_sentences(text, at, at + len(line), language)
        at += len(line) + 1


def _line_sentences(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    pattern = _CHINESE_END if language == "zh" else _ENGLISH_END
    at = start
    for match in pattern.finditer(text, start, end):
        if language != "zh" and _is_abbreviation(text[at : match.start()], match.group()):
            continue
        yield from _trimmed(text, at, match.end())
        at = match.end()
    yield from _trimmed(text, at, end)


def _is_abbreviation(before: str, mark: str) -> bool:
    if mark != ".":
        return False
    word = re.search(r"\S*$", before)
    last = word.group().lstrip("([\"'").casefold() if word else ""
    return last in _ABBREVIATIONS or bool(re.fullmatch(r"[a-z]|(?:[a-z]\.)+[a-z]", last))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


# ------------------------------------------------------------------------------------------------------- words

_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,'\u2019/:+-][^\W_{CJK}]+)*|[^\s\w]")


def tokens(text: str) -> list[str]:
    """Words, ideographs and punctuation marks, normalised and in lower case; ``P-101`` and ``1,000.5`` are one each."""
    return _WORD.findall(normalize(text).casefold())


def words(text: str) -> list[str]:
    """``tokens`` without the punctuation."""
    return [token for token in tokens(text) if token[0].isalnum()]


def estimate_tokens(text: str) -> int:
    """Estimate how many tokens a language model's tokenizer makes of ``text``, without having one.

    One token an ideograph or full-width mark, and one for every four other characters that are not white space (two
    for marks and digits, which tokenizers split finely). Byte-pair tokenizers of 2023 to 2026 need 0.6 to 1.1 tokens
    an ideograph, so for Chinese this errs on the large side: a chunk is never larger than it says.
    """
    text = "".join(text.split())
    if text.isascii():
        rest = len(text.encode().translate(None, _ASCII_LETTERS))
        return -(-(len(text) - rest) // 4) + -(-rest // 2)
    wide = len(re.findall(f"[{CJK}{CJK_PUNCTUATION}]", text))
    letters = sum(c.isalpha() for c in text) - len(_IDEOGRAPH.findall(text))
    rest = max(0, len(text) - wide - letters)
    return wide + -(-letters // 4) + -(-rest // 2)


# --------------------------------------------------------------------------------------------------- languages

_FUNCTION_WORDS = {
    "en": "the of and to in is for that with are be this by on it as or an from can not shall must which you",
    "de": "der die und das ist zu den mit von für sie ein eine nicht auf werden im dem des wird als auch oder bei sich",
    "fr": "le la les des et est une dans pour que qui sur par au du avec pas vous ce sont plus aux ou il cette",
    "es": "el la los de que y en un una es para con por las se del al no su como más este puede lo o",
    "it": "il di che e la per un una del con non sono della si è nel alla da le gli dei come anche questo",
    "pt": "o de que e do da em um para com não uma os no se na por mais as dos como ao das à é",
    "nl": "de het een en van in is dat op te voor met zijn niet aan door als worden bij ook of om naar deze",
    "pl": "w i na z do nie się że jest to przez dla od po oraz są lub jak może być które tym ten",
    "sv": "och att det som en på är av för med den till inte om ett har kan de vid eller från",
}
_LISTED = {code: frozenset(words.split()) for code, words in _FUNCTION_WORDS.items()}
_SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "hi": re.compile("[\u0900-\u097f]"),
}


def detect_language(text: str) -> str:
    """The language most of ``text`` is in: ``zh`` (either script), ``en``, another ISO 639-1 code, or ``und``.

    A script's share of the letters decides where a script is enough; function words tell the Latin ones apart. An
    ideograph says as much as a few Latin letters, so 30 % ideographs among program names is Chinese. ``ru`` stands
    for Cyrillic at large and ``ar`` for Arabic script: docqa only needs to know that its rules do not apply there.
    """
    letters = sum(map(str.isalpha, text))
    if not letters:
        return "und"
    for code, script in () if text.isascii() else _SCRIPTS.items():
        if len(script.findall(text)) / letters > (0.05 if code == "ja" else 0.3):
            return code
    if cjk_ratio(text) > 0.15:
        return "zh"
    counts = Counter(re.findall(r"[^\W\d_]+", text.casefold()))
    total = sum(counts.values())
    shares = {code: sum(counts[word] for word in counts.keys() & listed) / total for code, listed in _LISTED.items()}
    best = max(shares, key=lambda code: shares[code])
    return best if shares[best] > 0.08 else "und"
