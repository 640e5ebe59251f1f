"""Just enough English grammar to ask about a clause: its subject, its finite verb, and what follows.

The tagger is textblob's bundled lexicon (no download). It errs often on manuals ("the pump/VB"), so its tags are
mended by their neighbours, and a clause whose subject is not a plain noun phrase is left alone: measured, that strict
test is what lifts precision from about half to above four in five, far more than any single template.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

Token = tuple[str, str]

Asked = tuple[str, str] | None
"""What a template makes of a sentence: its name and a question; None when the sentence has another form."""

MODALS = frozenset({"must", "shall", "should", "may", "can", "will", "cannot", "might", "could"})
BE = frozenset({"is", "are", "was", "were"})
OBJECT_TAGS = frozenset({"DT", "NN", "NNS", "NNP", "NNPS", "JJ", "CD", "VBN"})
"""Tags that an object begins with."""
_DETERMINERS = frozenset("the a an each every all any no some both either".split())
_NOUN = frozenset({"NN", "NNS", "NNP", "NNPS", "CD"})
_INSIDE = _NOUN | {"DT", "JJ", "JJR", "JJS", "VBN", "VBG", "POS", "RB", "IN", "CC"}
_OF = frozenset("of for in on with between from to at under by within without per during against across inside".split())
_AFTER_OBJECT = frozenset(
    "for in on with from to at under by within without when if before after until once unless while every using so "
    "because through into onto against daily weekly monthly".split()
)
_NOT_A_THING = frozenset("no none neither most many some any few several one both either".split())
_VAGUE = re.compile(
    r"\b(?:presented|similar|proposed|resulting|other|additional|corresponding|respective|remaining|mentioned|given)\b"
    r"|\b(?:second|third|fourth|last|next) (?:part|step|section|chapter|unit|phase|group|option|case)"
    r"|\b(?:graph|figure|table|plot|image|diagram|chart|row|column|photo|screenshot|example)s?\b",
    re.IGNORECASE,
)
"""What a reader must have seen before."""
_LONGEST_SUBJECT = 10

_NAME = re.compile(
    r"“[^”]+”|(?<!\S)[^\s(),“”]*\w[/_.+=-]+\w[^\s(),“”]*(?<![.,])|(?<!\S)[\w.-]+\(\d\)|(?<!\S)-{1,2}\w[\w-]*|\$[A-Z_]+"
)
"""A file, command, option or quotation: one name to the grammar, whatever marks it is made of."""

_HYPHENATED = re.compile(r"[A-Za-z]?[a-z]+(?:-[a-z]+)+")
_STAND_IN = "Zzname"


@lru_cache(maxsize=4096)
def tagged(text: str) -> tuple[Token, ...]:
    """Words and marks of ``text`` with Penn Treebank tags, mended by their neighbours; a name is one word."""
    from textblob.en import tag

    names = _NAME.findall(text)
    tokens: list[Token] = []
    for word, given in tag(_NAME.sub(_STAND_IN, text)):
        before = tokens[-1] if tokens else ("", "")
        if word == _STAND_IN and names:
            name = names.pop(0)
            tokens.append((name, "JJ" if _HYPHENATED.fullmatch(name) else "NNP"))
        else:
            tokens.append((word, _mended(word, str(given), before)))
    return tuple((word, _fitted(tokens, at)) for at, (word, _) in enumerate(tokens))


def _fitted(tokens: list[Token], at: int) -> str:
    """A tag mended by what stands on both sides: "the casing is", "the control file provides", "a set of"."""
    word, kind = tokens[at]
    before = tokens[at - 1][1] if at else ""
    after, following = tokens[at + 1] if at + 1 < len(tokens) else ("", "")
    ends = after in BE | MODALS or after in _OF or not after
    if kind == "JJ" and "-" in word and ends:
        return "NN"
    if before == "DT" and kind == "RB" and following in _NOUN:
        return "JJ"
    if before in ("DT", "JJ", "NN", "NNP", "IN", "CC") and (after in BE | MODALS or (before == "DT" and after == "of")):
        if kind == "VBZ" and word not in BE:
            return "NNS"
        if kind in ("VB", "VBP", "VBG", "JJ") or (kind == "VBN" and before == "DT"):
            return "NN"
    if kind in ("VB", "VBP") and before in ("NN", "NNP", "VBN") and following in ("NN", "NNS", "NNP", "VBZ"):
        return "NN"
    return "VBP" if kind == "VB" and before in ("NNS", "NNPS") and at < 6 else kind


def _mended(word: str, kind: str, before: Token) -> str:
    low = word.lower()
    if low in MODALS:
        return "MD"
    if low in BE:
        return "VBZ"
    if low in _DETERMINERS and kind != "IN":
        return "DT"
    if kind in ("VB", "VBP", "VBD") and (before[1] in ("DT", "JJ", "POS", "CD") or before[0].lower() == "of"):
        return "VBN" if low.endswith("ed") else "NN"
    if kind == "VB" and before[1] in ("NN", "NNP") and low.endswith("s"):
        return "VBZ"
    if re.search(r"\d", word) and kind not in _NOUN:
        return "CD" if word[0].isdigit() else "NNP"
    return kind


@dataclass(frozen=True)
class Clause:
    """A clause cut at its first finite verb.

    Attributes:
        subject: a noun phrase as it reads in mid sentence.
        verb: the finite verb or modal.
        rest: what follows the verb.
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
        return self.verb in ("are", "were", "have") or self.tag == "VBP"

    @property
    def head(self) -> str:
        """The subject's noun: its last word before any preposition, in small letters."""
        words = re.split(rf"\s(?:{'|'.join(sorted(_OF))}|and|or)\s", self.subject)[0].split()
        return words[-1].lower()

    def starts(self, pattern: str) -> re.Match[str] | None:
        """Match a pattern, up to a word's end, where the rest of the clause begins."""
        return re.match(rf"(?:{pattern})\b", self.rest)

    def asked(self, rest: str) -> str:
        """The clause in the order of a question, with another rest: "must the valve be closed"."""
        if self.tag == "MD" or self.verb in BE:
            return f"{self.verb} {self.subject} {rest}".strip()
        return f"{'do' if self.plural else 'does'} {self.subject} {base_form(self.verb)} {rest}".strip()


def clause(text: str) -> Clause | None:
    """Cut a main clause at its finite verb; None unless the subject is a plain noun phrase before it."""
    tokens = tagged(text)
    at = _finite(tokens)
    if at is None or at + 1 == len(tokens):
        return None
    end = at - 1 if tokens[at - 1][0].endswith("ly") and tokens[at - 1][1] == "RB" else at
    place, subject_end = _offset(text, tokens, at), _offset(text, tokens, end)
    if place is None or subject_end is None or not is_noun_phrase(tokens[:end]):
        return None
    verb, kind = tokens[at]
    return Clause(text[:subject_end].strip(), verb, text[place + len(verb) :].strip(), kind, tokens[at + 1 :])


def order(text: str) -> Clause | None:
    """An order as a clause about its object: "close the valve when ..." is "the valve should be closed when ...".

    None unless the object begins with an article and a preposition or a word of time follows it.
    """
    match = re.match(r"(?P<no>do not |never )?(?P<verb>[a-z]+) (?P<object>(?:the|all|each|every|an?) .+)$", text)
    if not match or not is_base_verb(match["verb"]):
        return None
    tokens, done = tagged(match["object"]), participle_of(match["verb"])
    end = next((at for at, (word, kind) in enumerate(tokens) if word in _AFTER_OBJECT or kind == "RB"), None)
    if end is None or not done or not is_noun_phrase(tokens[:end]):
        return None
    place = _offset(match["object"], tokens, end)
    if place is None:
        return None
    rest = f"{'not ' if match['no'] else ''}be {done} {match['object'][place:]}"
    return Clause(match["object"][:place].strip(), "should", rest, "MD", tagged(rest))


def _finite(tokens: tuple[Token, ...]) -> int | None:
    """Index of the first finite verb; None when a mark comes first or it comes too late."""
    for at, (word, kind) in enumerate(tokens[: _LONGEST_SUBJECT + 1]):
        if at and (kind == "MD" or word in BE or word in ("has", "have")):
            return at
        following = tokens[at + 1] if at + 1 < len(tokens) else ("", "")
        noun = following[0] in BE | MODALS or following[1] == "VBZ" or (following[0] == "of" and word != "consists")
        if at and kind == "VBZ" and not noun:
            return at
        if at and kind == "VBP" and tokens[at - 1][1] in ("NNS", "NNPS"):
            return at
        if kind in (",", ":", "(", ")", "``", "''", '"', "-", ".") or word in ("that", "which", "who", "when", "if"):
            return None
    return None


def is_noun_phrase(tokens: tuple[Token, ...]) -> bool:
    """Whether it is noun-final, of nouns, adjectives and short prepositional tails, without pronoun or loose verb."""
    if not tokens or tokens[-1][1] not in _NOUN or (tokens[-1][1] == "CD" and len(tokens) == 1):
        return False
    if tokens[0][1] in ("IN", "CC", "VBG", "VBN", "RB") or tokens[0][0].lower() in _NOT_A_THING:
        return False
    if tokens[0][1] == "CD" and (tokens[0][0].isdigit() and tokens[1][0][:1].isupper()):
        return False  # the number of a footnote
    if _VAGUE.search(" ".join(word for word, _ in tokens)):
        return False
    for at, (word, kind) in enumerate(tokens):
        low, following = word.lower(), tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if low in ("there", "you", "your", "not", "only", "more", "less", "than") or kind not in _INSIDE:
            return False
        if (kind == "IN" and low not in _OF) or (kind == "CC" and low not in ("and", "or")):
            return False
        if kind == "RB" and following not in ("JJ", "VBN"):
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


# ----------------------------------------------------------------------------------------------------- verb forms


def base_form(verb: str) -> str:
    """The base form of a finite verb: ``controls`` is ``control``."""
    from lemminflect import getLemma

    lemmas = getLemma(verb.lower(), upos="VERB")
    return str(lemmas[0]) if lemmas else verb


@lru_cache(maxsize=4096)
def is_base_verb(word: str) -> bool:
    """Whether ``word`` can begin an order: "open", "check", but not "suction"."""
    from lemminflect import getAllLemmas

    return word.lower() in getAllLemmas(word.lower()).get("VERB", ())


@lru_cache(maxsize=4096)
def is_participle(word: str) -> bool:
    """Whether ``word`` can follow "be" as what is done: "closed", "cut", "worn"."""
    from lemminflect import getAllLemmas, getInflection

    return any(word in getInflection(lemma, "VBN") for lemma in getAllLemmas(word).get("VERB", ()))


def participle_of(verb: str) -> str:
    """The past participle of a base form: ``close`` is ``closed``; "" for an unknown verb."""
    from lemminflect import getInflection

    forms = getInflection(verb, "VBN")
    return str(forms[0]) if forms else ""
