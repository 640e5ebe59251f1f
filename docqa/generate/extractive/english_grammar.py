"""Just enough English grammar to ask about a sentence: its subject, its verb, and whether it stands by itself.

The tagger is textblob's bundled lexicon (no download). It errs often on manuals ("the pump/VB"), so its tags are
mended by their neighbours, and a sentence whose subject is not a plain noun phrase is left alone: measured, that strict
test is what lifts precision from about half to above four in five, far more than any single template.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

Token = tuple[str, str]

MODALS = frozenset({"must", "shall", "should", "may", "can", "will", "cannot", "might", "could"})
BE = frozenset({"is", "are", "was", "were"})
_DETERMINERS = frozenset("the a an each every all any no some both either this that these those".split())
_NOUN = frozenset({"NN", "NNS", "NNP", "NNPS", "CD"})
_INSIDE = _NOUN | {"DT", "JJ", "JJR", "JJS", "VBN", "VBG", "POS", "RB", "VB", "VBP"}
_OF = frozenset({"of", "for", "in", "on", "with", "between", "from", "to", "at", "under"})
_LONGEST_SUBJECT = 10

_ANAPHORA = re.compile(
    r"\b(?:this|these|those|former|latter|aforementioned|above|below|following|previous|preceding|here|herein|there|"
    r"he|she|his|her|i|we|our|us|my|me|let)\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"\b(?:it|its|itself|they|them|their|such(?! as)|another|others?|ones?|next|same|that(?= \w+ is))\b", re.IGNORECASE
)
"""Words that point back, but inside a sentence mostly at its own subject."""
_OPENING_WORDS = 4
_POINTER = re.compile(
    r"\b(?:see|refer to|described|shown|listed|mentioned|discussed|noted|given)\b(?=.*\b(?:in|on|at|by|section|chapter|"
    r"table|figure|page|appendix|above|below|earlier|later)\b)"
    r"|\b(?:table|figure|fig\.|section|chapter|appendix|clause|page|step|example|note|equation)\s+"
    r"(?:\d|[A-Z]\b|[IVX]+\b)|§|\b(?:as follows|e\.g\.|i\.e\.|etc\.)",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b(?:currently|nowadays|today|recently|now|yet|so far|at the moment|at present|upcoming|latest|newest|"
    r"as of|last (?:year|month|week)|this year|no longer|since (?:19|20)\d\d|(?:in|by) (?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_JUNK = re.compile(r"https?://|www\.|[{}<>|\\^~#@]|\.\.|…|�|\s[+/*]\w|✓|•|[“”\"].*[“”\"].*[“”\"]")


_NAME = re.compile(
    r"“[^”]+”|(?<!\S)[^\s(),“”]*\w[/_.+=-]+\w[^\s(),“”]*(?<![.,])|(?<!\S)[\w.-]+\(\d\)|(?<!\S)-{1,2}\w[\w-]*"
)
"""A file, command, option or quotation: one name to the grammar, whatever marks it is made of."""

_STAND_IN = "Zzname"


@lru_cache(maxsize=4096)
def tagged(text: str) -> tuple[Token, ...]:
    """Words and marks of ``text`` with Penn Treebank tags, mended by their neighbours; a name is one word."""
    from textblob.en import tag

    names = _NAME.findall(text)
    tokens: list[Token] = []
    for word, given in tag(_NAME.sub(_STAND_IN, text)):
        before = tokens[-1] if tokens else ("", "")
        kind = str(given)
        if word == _STAND_IN and names:
            tokens.append((names.pop(0), "NNP"))
            continue
        low = word.lower()
        if low in MODALS:
            kind = "MD"
        elif low in BE:
            kind = "VBZ"
        elif low in _DETERMINERS and kind != "IN":
            kind = "DT"
        elif kind in ("VB", "VBP", "VBD") and (before[1] in ("DT", "JJ", "POS", "CD") or before[0].lower() == "of"):
            kind = "NN"
        elif kind == "VB" and before[1] in ("NN", "NNP") and low.endswith("s"):
            kind = "VBZ"
        elif re.search(r"\d", word) and kind not in _NOUN:
            kind = "CD" if word[0].isdigit() else "NNP"
        tokens.append((word, kind))
    return tuple(tokens)


def stands_alone(text: str) -> bool:
    """Whether a sentence can be read without what surrounds it: whole, plain, pointing nowhere, true on any day."""
    words = text.split()
    if not 5 <= len(words) <= 45 or not text.rstrip().endswith(".") or re.search(r":\s|;", text):
        return False
    if not (text[0].isupper() or text[0].isdigit() or _is_name(words[0])) or _JUNK.search(text):
        return False
    if any(text.count(a) != text.count(b) for a, b in ("()", "[]", "“”")) or text.count('"') % 2:
        return False
    if PRONOUN.search(" ".join(words[:_OPENING_WORDS])):
        return False
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return letters / len(text) > 0.7 and not (_ANAPHORA.search(text) or _POINTER.search(text) or _DATED.search(text))


def _is_name(word: str) -> bool:
    """Whether a sentence may begin with this word in lower case: a command or file, no word of the language."""
    from textblob.en import lexicon

    return len(word) > 2 and word[0].islower() and not word.endswith((",", ":")) and lexicon.get(word) is None


@dataclass(frozen=True)
class Clause:
    """A clause cut at its first finite verb.

    Attributes:
        subject: a noun phrase as it stands in the text.
        verb: the finite verb or modal.
        rest: what follows the verb, without the full stop.
        tag: the verb's tag: ``MD``, ``VBZ``, ``VBP`` or ``VBD``.
        rest_tags: tags of the words of ``rest``.
    """

    subject: str
    verb: str
    rest: str
    tag: str
    rest_tags: tuple[Token, ...]

    @property
    def plural(self) -> bool:
        return self.verb in ("are", "were") or self.tag == "VBP"


def clause(text: str) -> Clause | None:
    """Cut a sentence or main clause at its finite verb; None unless the subject is a plain noun phrase before it."""
    text = text.rstrip().rstrip(".").rstrip()
    tokens = tagged(text)
    at = _finite(tokens)
    if at is None or not _is_noun_phrase(tokens[:at]):
        return None
    place = _offset(text, tokens, at)
    if place is None:
        return None
    verb, kind = tokens[at]
    return Clause(text[:place].strip(), verb, text[place + len(verb) :].strip(), kind, tokens[at + 1 :])


def _finite(tokens: tuple[Token, ...]) -> int | None:
    """Index of the first finite verb; None when a mark comes first or it comes too late."""
    for at, (word, kind) in enumerate(tokens[: _LONGEST_SUBJECT + 1]):
        if at and (kind == "MD" or word in BE or word in ("has", "have")):
            return at
        if at and kind == "VBZ" and not (at + 1 < len(tokens) and tokens[at + 1][0] in BE | MODALS):
            return at
        if at and kind == "VBP" and tokens[at - 1][1] in ("NNS", "NNPS"):
            return at
        if kind in (",", ":", "(", ")", "``", "''", '"', "-", ".") or word in ("that", "which", "who", "when", "if"):
            return None
    return None


def _is_noun_phrase(tokens: tuple[Token, ...]) -> bool:
    """At most ten words, noun-final, of nouns, adjectives and short prepositional tails; no pronoun, no loose verb."""
    if not tokens or tokens[-1][1] not in _NOUN or (tokens[-1][1] == "CD" and len(tokens) == 1):
        return False
    for at, (word, kind) in enumerate(tokens):
        low = word.lower()
        if kind in ("PRP", "PRP$", "EX", "WDT", "WP", "WRB", "MD", "VBZ", "VBD", "RP", "TO") or low in ("there", "you"):
            return False
        if kind in ("IN", "TO") and (at == 0 or low not in _OF):
            return False
        if kind in ("VB", "VBP") or (kind == "RB" and at == 0):
            return False
        if kind == "CC" and low not in ("and", "or"):
            return False
        if kind not in _INSIDE and kind not in ("IN", "CC"):
            return False
    return True


def _offset(text: str, tokens: tuple[Token, ...], index: int) -> int | None:
    """Where ``tokens[index]`` stands in ``text``."""
    at = 0
    for word, _ in tokens[: index + 1]:
        found = text.find(word, at)
        if found < 0 or found - at > 3:
            return None
        start, at = found, found + len(word)
    return start


def base_form(verb: str) -> str:
    """The base form of a finite verb: ``controls`` is ``control``."""
    from lemminflect import getLemma

    lemmas = getLemma(verb.lower(), upos="VERB")
    return str(lemmas[0]) if lemmas else verb


def is_base_verb(word: str) -> bool:
    """Whether ``word`` can begin an order: "open", "check", but not "suction"."""
    from lemminflect import getAllLemmas

    lemmas = getAllLemmas(word.lower())
    return word.lower() in lemmas.get("VERB", ())


def lowered(phrase: str) -> str:
    """A phrase from a sentence's beginning as it stands inside one: articles and plain nouns lose their capital."""
    first, _, rest = phrase.partition(" ")
    if first.lower() in _DETERMINERS:
        return f"{first.lower()} {rest}".strip()
    if not first.isalpha() or not first[1:].islower() or not first[0].isupper():
        return phrase
    from lemminflect import getAllLemmas
    from textblob.en import lexicon

    named = str(lexicon.get(first) or "").startswith("NNP") or rest[:1].isupper()
    common = bool(getAllLemmas(first.lower())) and not named
    return f"{first.lower()} {rest}".strip() if common else phrase
