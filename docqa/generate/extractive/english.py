"""English questions from sentences: each template knows one form of sentence and asks what that form answers.

Only sentences that stand by themselves are asked about (``english_grammar.stands_alone``), and the answer is always the
sentence, so nothing is made up. A subject that is not specific enough to be found in the whole corpus is asked about
with its section and document named.
"""

import re
from collections.abc import Callable, Iterator

from docqa.generate.extractive.english_grammar import (
    BE,
    PRONOUN,
    Clause,
    base_form,
    clause,
    is_base_verb,
    lowered,
    stands_alone,
    tagged,
)
from docqa.generate.extractive.english_naming import placed
from docqa.generate.extractive.patterns import ADMONITION, Draft
from docqa.records import Chunk
from docqa.text import sentences

Asked = tuple[str, str]
"""Template and question."""

_UNIT = r"(?:%|°C|°F|K|bar|mbar|[kM]?Pa|mm|cm|m|km|[mk]?g|t|[mk]?W|[mk]?V|[mk]?A|[kM]?Hz|rpm|L|l|ml|N·?m|kN|dB\(?A?\)?|"
_UNIT += (
    r"percent|euros?|EUR|USD|CNY|seconds?|minutes?|hours?|(?:calendar |working |business )?days?|weeks?|months?|years?)"
)
_QUANTITY = re.compile(rf"\d[\d,.]*(?:\s*(?:to|-|–|and)\s*\d[\d,.]*)?\s?{_UNIT}(?![\w])")
_ACTS = re.compile(
    r"(?:\w(?:er|or|ist|eer|ant|ee|ian)s?|staff|personnel|bank|party|parties|company|people|person|persons|everyone|anyone|"
    r"leader|department|team|users?|nurses?|crew|command|program|owner|holder|committee|board|branch)$",
    re.IGNORECASE,
)
"""Subjects that do something, of whom one asks what they must do."""
_NOT_ACTS = re.compile(
    r"(?:water|filter|converter|motor|temperature|register|number|layer|rotor|sensor|buffer|meter|power|order|paper|cover|liner|impeller|cylinder|spacer|hanger|breaker|strainer|diameter|letter|folder)s?$",
    re.I,
)
_STATES = re.compile(
    r"(?:made of|composed of|made from|based on|located|connected to|equipped with|fitted with|mounted|driven by|"
    r"sealed by|protected by|operated by|approved by|kept by|held by|charged|paid|calculated|determined by|stored in|"
    r"installed|offered by|provided by|supported by|controlled by|set by|taken from)\b"
)
_NOT_DEFINED = re.compile(r"^\w+ing\b|\b(?:purpose|aim|goal|reason|result|problem|idea|point)$", re.IGNORECASE)
_JUDGES = re.compile(r"(?:an?|the|one of the) (?:good|bad|major|hidden|common|best|moving|great|big|key|sign|matter)\b")
"""What "X is ..." says without saying what X is."""
_CONDITION = re.compile(r"^(If|When|Whenever|Before|After|Unless|While|Until|Once)\s+([^,]{8,110}),\s+(.+)$")
_CAUSE = re.compile(r"^(.{15,}?),?\s+(because|since|so that|in order to|due to|owing to)\s+(.{10,})\.$")
_ACRONYM = re.compile(
    r"((?:[A-Za-z][a-z]+[ -](?:(?:of|and|for|the|in|on|to) )?){1,6}[A-Za-z][a-z]+)\s\(([A-Z][A-Za-z]{1,6})s?\)"
)


def questions(chunk: Chunk) -> Iterator[Draft]:
    """Yield the drafts of one chunk's paragraphs and sentence-like list items, in reading order."""
    for piece in chunk.pieces:
        if piece.kind not in ("paragraph", "list"):
            continue
        for start, end in sentences(chunk.text[piece.start : piece.end], "en"):
            start, end = piece.start + start, piece.start + end
            marker = re.match(r"(?:[•◦▪‣*–-]|\(?\w{1,2}[.)])\s+", chunk.text[start:end])
            start += marker.end() if marker and piece.kind == "list" else 0
            yield from _sentence(chunk, start, end)


def _sentence(chunk: Chunk, start: int, end: int) -> Iterator[Draft]:
    """At most one question a sentence, by the most telling template; acronyms besides."""
    text = chunk.text[start:end].replace("\n", " ")
    for match in _ACRONYM.finditer(text):
        if full := _spelt_out(match.group(1), match.group(2)):
            answer = f"{match.group(2)} stands for {full}."
            yield Draft("acronym", f"What does the abbreviation {match.group(2)} stand for?", answer, ((start, end),))
    text = re.sub(
        r"^(?:However|Therefore|Thus|Hence|Moreover|Furthermore|In addition|Additionally|Generally|Normally|"
        r"Usually|Typically|In general|Note that|Please note that),?\s+",
        "",
        re.sub(ADMONITION, "", text),
    )
    text = text[:1].upper() + text[1:] if text != chunk.text[start:end] else text
    if not stands_alone(text):
        return
    addressed = re.search(r"\b(?:you|your|please)\b", text, re.IGNORECASE)
    for template in _ADDRESSED if addressed else _TEMPLATES:
        if (asked := template(text)) is not None:
            name, question, subject = asked
            named = placed(question, subject, chunk)
            if named and len(named) <= 220 and not PRONOUN.search(question):
                yield Draft(name, named, text, ((start, end),))
            return


def _spelt_out(words: str, acronym: str) -> str:
    """The tail of ``words`` whose initials are ``acronym``; "" when none is."""
    parts = words.split()
    for first in range(len(parts)):
        if parts[first].lower() in ("the", "and", "of", "for", "a"):
            continue
        tail = [part for piece in parts[first:] for part in piece.split("-")]
        initials = "".join(part[0] for part in tail if part not in ("of", "and", "for", "the", "in", "on", "to"))
        if initials.casefold() == acronym.casefold():
            return " ".join(parts[first:])
    return ""


# ------------------------------------------------------------------------------------------------------- templates

Found = tuple[str, str, str] | None
"""Template, question, and the words that must be specific; None when the sentence has another form."""


def _conditional(text: str) -> Found:
    match = _CONDITION.match(text.rstrip("."))
    if not match:
        return None
    word, condition, main = match.group(1).lower(), match.group(2), match.group(3)
    first = main.split()[0].strip(",").lower()
    if is_base_verb(first) and main[0].islower() and tagged(main)[0][1] not in ("NNS", "DT") and " " in main:
        if re.search(r"\b(?:to|be)$", main) or clause(main[0].upper() + main[1:]):
            return None
        return "told", f"What should be done {word} {lowered(condition)}?", condition
    found = clause(main[0].upper() + main[1:])
    if found is None or found.tag != "MD":
        return None
    question = _obligation(found)
    return ("condition-must", f"{question} {word} {lowered(condition)}?", condition) if question else None


def _obligation(found: Clause) -> str:
    """ "What must X do", "How must X be done", without the question mark; "" when the form is another."""
    subject, modal, rest = lowered(found.subject), found.verb, found.rest
    if modal not in ("must", "shall", "should", "may", "can") or not found.rest_tags:
        return ""
    negative = rest.startswith("not ")
    if negative:
        rest = rest[4:]
    first, *more = rest.split()
    if first == "be" or not is_base_verb(first) or not more:
        return ""
    if negative and first == "exceed":
        return f"What limit {modal} {subject} not exceed"
    if first in _OBJECT_ASKED and found.rest_tags[1 + negative][1] in _OBJECT_TAGS:
        return f"What {modal} {subject} {'not ' if negative else ''}{first}"
    if (
        modal in ("must", "shall", "should")
        and not negative
        and not (_ACTS.search(found.subject) and not _NOT_ACTS.search(found.subject))
    ):
        return f"What requirement applies to {subject}"
    return f"What {modal} {subject} {'not ' if negative else ''}do"


def _obliged(text: str) -> Found:
    found = clause(text)
    if found is None or found.tag != "MD":
        return None
    subject, modal = lowered(found.subject), found.verb
    words = found.rest.split()
    if (
        modal in ("must", "shall", "should", "may", "can")
        and len(words) > 3
        and words[0] == "be"
        and _participle(words[1])
    ):
        how = _adverbial(words[2:])
        if how:
            return (
                "passive-must",
                f"{how} {modal} {subject} be {words[1]}?",
                found.subject,
            )
        return None
    question = _obligation(found)
    if not question:
        return None
    name = "limit" if "limit" in question else "must-not" if " not do" in question else "must"
    if name == "must":
        name = "can" if modal in ("may", "can") else "requirement" if "requirement" in question else "must"
    return name, f"{question}?", found.subject


def _adverbial(words: list[str]) -> str:
    """The question word that the words after a participle answer; "" when they answer several or none."""
    rest = " ".join(words)
    if re.match(
        r"(?:at least )?(?:every \d|every (?:day|week|month|year|shift)|once (?:a|per|every)|daily|weekly|monthly|"
        r"annually|yearly)",
        rest,
    ):
        return "How often"
    if re.match(r"(?:before|after|when|whenever|once|immediately|within \d|until|as soon as)\b", rest):
        return "When"
    if (
        re.match(r"(?:by|with|using|through|via|in accordance with|crosswise|in two|in three)\b", rest)
        and len(words) > 2
    ):
        return "How"
    if re.match(r"(?:in|on|at|inside|outside|near|next to)\s+(?:a|an|the)\b", rest) and len(words) > 2:
        return "Where"
    if re.match(r"for (?:at least |at most |up to |about )?(?:\d|the life|one|two|three|several)", rest):
        return "How long"
    if re.match(r"(?:for \w+ing|to (?!the|a|an|its|each|all)[a-z]+)\b", rest) and len(words) > 2:
        return "For what purpose" if words[0] == "for" or is_base_verb(words[1]) else ""
    return ""


def _participle(word: str) -> bool:
    from lemminflect import getAllLemmas, getInflection

    lemmas = getAllLemmas(word.lower()).get("VERB", ())
    return any(word.lower() in getInflection(lemma, "VBN") for lemma in lemmas)


def _used_for(text: str) -> Found:
    found = clause(text)
    if found is None or found.verb not in BE:
        return None
    match = re.match(r"(used|designed|intended|required|needed|responsible) (for|to) (\w+)", found.rest)
    if not match:
        return None
    subject, word = lowered(found.subject), match.group(1)
    if word == "designed" and match.group(2) == "to":
        return "purpose", f"What {found.verb} {subject} designed to do?", found.subject
    return "purpose", f"What {found.verb} {subject} {word} for?", found.subject


def _default(text: str) -> Found:
    match = re.match(r"By default,? (.+)$", text)
    if match:
        found = clause(match.group(1)[0].upper() + match.group(1)[1:])
        if found is None or found.tag not in ("VBZ", "VBP") or found.verb in BE | {"has", "have"}:
            return None
        do = "do" if found.plural else "does"
        return "limit", f"What {do} {lowered(found.subject)} do by default?", found.subject
    match = re.match(r"The default ([\w -]{3,60}?) (is|are) ", text)
    return ("limit", f"What {match.group(2)} the default {match.group(1)}?", match.group(1)) if match else None


def _is(text: str) -> Found:
    found = clause(text)
    if found is None or found.verb not in ("is", "are"):
        return None
    subject = lowered(found.subject)
    if _QUANTITY.match(found.rest) or re.match(
        rf"(?:at (?:least|most)|about|between|approximately|up to|limited to) {_QUANTITY.pattern}", found.rest
    ):
        return "limit", f"What {found.verb} {subject}?", found.subject
    names = re.match(r"(?:an?|the|one of the) (?:\w+[ -]){0,6}\w+", found.rest)
    if names and found.verb == "is" and len(found.rest.split()) >= 4:
        if _NOT_DEFINED.search(found.subject) or _JUDGES.match(found.rest):
            return None
        return "definition", f"What is {subject}?", found.subject
    if (
        re.match(
            _STATES,
            found.rest,
        )
        and len(found.rest.split()) > 3
    ):
        verb = re.match(r"(\w+)(?: (of|from|on|to|with|by|in))?", found.rest)
        assert verb is not None
        if verb.group(2) and verb.group(1) not in ("located", "charged", "paid", "installed", "mounted"):
            return "passive", f"What {found.verb} {subject} {verb.group(0)}?", found.subject
        word = "Where" if verb.group(1) in ("located", "installed", "mounted") else "How"
        return "passive", f"{word} {found.verb} {subject} {verb.group(1)}?", found.subject
    return None


def _purpose(text: str) -> Found:
    match = re.match(r"The (?:main )?(purpose|aim|goal|objective|function) of (.{5,80}?) is (?:to|that) ", text)
    if match:
        return "purpose", f"What is the {match.group(1)} of {lowered(match.group(2))}?", match.group(2)
    match = re.match(r"(?:In order to|To) ([a-z]\w+ [^,]{8,90}), (.+)$", text)
    if match and is_base_verb(match.group(1).split()[0]):
        first = match.group(2).split()[0]
        if first.islower() and is_base_verb(first):
            return "how-to", f"What should be done to {match.group(1)}?", match.group(1)
    return None


def _because(text: str) -> Found:
    match = re.match(r"^(.{15,120}?),? because (?:of )?.{10,}\.$", text)
    if not match or "," in match.group(1):
        return None
    found = clause(match.group(1))
    if found is None or not (found.tag == "MD" or found.verb in BE):
        return None
    verb, rest = found.verb, found.rest
    if rest.startswith("not "):
        return "cause", f"Why {verb} {lowered(found.subject)} {rest}?", found.subject
    return "cause", f"Why {verb} {lowered(found.subject)} {rest}?", found.subject


def _by_means(text: str) -> Found:
    """ "You can do X with the Y command", "Use Y to do X": how, and with what."""
    tools = r"(?:command|option|tool|script|utility|program|package|function|button|key|wrench|gauge|form)s?"
    match = re.match(
        rf"You can (?:also |easily |automatically )?(\w+ .+?),? ((?:using|with) the [\w ./()-]*?{tools}|by \w+ing) ",
        text + " ",
    )
    if match and is_base_verb(match.group(1).split()[0]) and len(match.group(1).split()) > 1:
        return "how-can-you", f"How can you {match.group(1)}?", match.group(1)
    match = re.match(r"Use ((?:the|an?) [^,]+?) to (\w+ [^,]+)\.$", text)
    if match and is_base_verb(match.group(2).split()[0]):
        return "how-can-you", f"What should be used to {match.group(2)}?", match.group(2)
    return None


_OBJECT_VERBS = frozenset(
    "contain include comprise provide control support indicate measure prevent protect require produce display "
    "generate define describe specify supply store carry hold connect drive limit monitor record cover list set "
    "implement install create handle perform ensure allow enable mean affect reduce increase cause convert transmit "
    "keep show return accept take give make use run offer help consist refer apply charge pay approve issue review "
    "detect stop start close open lubricate cool seal guide remove separate".split()
)


_OBJECT_ASKED = frozenset(
    "contain include comprise provide require support prevent control measure indicate cover specify define".split()
)
_OBJECT_TAGS = frozenset({"DT", "NN", "NNS", "NNP", "NNPS", "JJ", "CD", "VBN"})


def _does(text: str) -> Found:
    found = clause(text)
    if found is None or found.tag not in ("VBZ", "VBP") or found.verb in BE | {"has", "have", "does", "do"}:
        return None
    verb = base_form(found.verb)
    agent = re.search(r"(?:command|option|tool|program|script|function|system|valve|device|utility)$", found.subject)
    if (verb not in _OBJECT_VERBS and not agent) or not found.rest_tags or "," in found.rest[:3]:
        return None
    do = "do" if found.plural else "does"
    subject = lowered(found.subject)
    if verb in ("consist", "refer", "apply"):
        preposition = found.rest.split()[0]
        if preposition not in ("of", "to"):
            return None
        return "does-prep", f"What {do} {subject} {verb} {preposition}?", found.subject
    if verb == "mean":
        return "definition", f"What {do} {subject} mean?", found.subject
    if found.rest_tags[0][1] not in _OBJECT_TAGS:
        return None
    if verb in _OBJECT_ASKED:
        return "does-object", f"What {do} {subject} {verb}?", found.subject
    return "does", f"What {do} {subject} do?", found.subject


def _told(text: str) -> Found:
    """ "If you ..., please do", "When ..., you should do": what the reader is told to do, and when."""
    match = _CONDITION.match(text.rstrip("."))
    if not match:
        return None
    word, condition, main = match.group(1).lower(), match.group(2), match.group(3)
    told = re.match(r"(?:please |you (should|must|can|may|need to|have to) )?(?:also |always )?([a-z]+) ", main)
    if told is None or not is_base_verb(told.group(2)) or clause(main[0].upper() + main[1:]) is not None:
        return None
    if told.group(1) is None and not main.startswith("please") and tagged(main)[0][1] in ("NN", "NNS", "JJ"):
        return None
    ask = "What can you do" if told.group(1) in ("can", "may") else "What should you do"
    return "told", f"{ask} {word} {lowered(condition)}?", condition


_ADDRESSED: tuple[Callable[[str], Found], ...] = (_by_means, _told)
"""For sentences that address the reader."""

_TEMPLATES: tuple[Callable[[str], Found], ...] = (
    _by_means,
    _conditional,
    _purpose,
    _default,
    _because,
    _used_for,
    _obliged,
    _is,
    _does,
)
