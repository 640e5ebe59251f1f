"""What English sentences say of things: what they are, do, serve and cause, and how much they are.

A template takes a sentence and returns its name and a question, or None when the sentence has another form. The
question reads as in mid sentence, without its mark; ``english`` adds the condition in front and the place. The answer
is always the whole sentence, so a template can only err in what it asks.
"""

import re

from docqa.generate.extractive import english_adverbials as adverbials
from docqa.generate.extractive.english_grammar import BE, OBJECT_TAGS, Asked, Clause, base_form, is_base_verb
from docqa.generate.extractive.english_sentences import Sentence
from docqa.generate.extractive.english_words import (
    ABSTRACT,
    COUNT,
    JUDGED,
    OBJECT_VERBS,
    PARTIES,
    PERSONS,
    PREPOSITION_VERBS,
    QUANTITY,
    TOOLS,
)

_PURPOSE_OF = re.compile(
    r"the (?:main |primary |overall )?(?P<kind>purpose|aim|goal|objective|function) of (?P<of>.{4,80}?) is "
    r"(?:to|that|the)\b"
)
_SERVES = (
    r"(?:mainly |mostly |primarily )?(?:(?P<do>designed|intended|meant) to|"
    r"(?P<for>used (?:for|to)|needed (?:for|to)|(?:designed|intended|meant|required|responsible|suitable) for)) \w+"
)
_EFFECT = re.compile(
    r"(?P<act>[a-z]+ing (?!to\b)[^,]{3,70}?) (?P<verb>lowers|reduces|increases|causes|prevents|leads to|results in|"
    r"damages|shortens|improves|helps|makes|allows|enables|raises|saves|requires) "
)


def purpose(sentence: Sentence) -> Asked:
    """ "The purpose of X is to ...", "X is used for ..."."""
    if match := _PURPOSE_OF.match(sentence.text):
        return "purpose", f"what is the {match['kind']} of {match['of']}"
    found = sentence.clause
    match = found.starts(_SERVES) if found and found.verb in ("is", "are") else None
    if not found or not match:
        return None
    if match["do"]:
        return "purpose", f"what {found.verb} {found.subject} {match['do']} to do"
    return "purpose", f"what {found.verb} {found.subject} {match['for'].split()[0]} for"


def cause(sentence: Sentence) -> Asked:
    """ "X must be Y to avoid Z", "X is Y because Z"."""
    return adverbials.why(sentence.clause)


def when(sentence: Sentence) -> Asked:
    """ "X is Y if Z"."""
    return None if sentence.front else adverbials.when(sentence.clause)


def within(sentence: Sentence) -> Asked:
    """ "X shall report Y within 24 hours"."""
    return adverbials.within(sentence.clause)


def passive(sentence: Sentence) -> Asked:
    """ "X is made of Y", "X is checked every week"."""
    found = sentence.clause
    return adverbials.passive(found, found.rest) if found and found.verb in ("is", "are") else None


def default(sentence: Sentence) -> Asked:
    """ "The default X is Y", "X defaults to Y"."""
    if match := re.match(r"the default (?P<of>[\w -]{3,60}?) (?P<is>is|are) ", sentence.text):
        return "quantity", f"what {match['is']} the default {match['of']}"
    found = sentence.clause
    if found and found.verb in ("defaults", "default") and found.rest.startswith("to "):
        return "quantity", f"what {'do' if found.plural else 'does'} {found.subject} default to"
    return None


def definition(sentence: Sentence) -> Asked:
    """ "X is a Y that ...", "X means ..."."""
    found = sentence.clause
    if found is None or sentence.front or found.head in ABSTRACT:
        return None
    if found.verb in ("means", "mean") and not found.starts("that"):
        return "definition", f"what {'do' if found.plural else 'does'} {found.subject} mean"
    if JUDGED.match(found.rest) or len(found.rest.split()) < 4 or not _defines(found):
        return None
    person = found.starts(r"(?:(?:the|an?) )?(?:person|someone|employee|member of staff|party|officer)s?")
    return "definition", f"{'who' if person else 'what'} {found.verb} {found.subject}"


def _defines(found: Clause) -> bool:
    """Whether a kind follows "is", or after "are" a kind and what sets it apart."""
    if found.verb == "is":
        return bool(found.starts(r"(?:an?|the|one of the|any) (?:[\w-]+ ){0,6}\w+"))
    apart = found.starts(r"(?:[a-z-]+ ){0,3}[a-z-]+s,? (?:that|which|for|of|used|with|to|such as)")
    return found.verb == "are" and bool(apart) and found.rest_tags[0][1] not in ("VBG", "IN", "RB", "VBN")


def quantity(sentence: Sentence) -> Asked:
    """ "X is 5 mm", "X weighs 24 kg", "X has three Y"."""
    found = sentence.clause
    if found is None:
        return None
    base, do = base_form(found.verb), "do" if found.plural else "does"
    measured = QUANTITY.match(found.rest)
    if measured and found.verb in ("is", "are"):
        return "quantity", f"what {found.verb} {found.subject}"
    if measured and base in ("weigh", "cost", "last", "take"):
        return "quantity", f"how {'much' if base in ('weigh', 'cost') else 'long'} {do} {found.subject} {base}"
    many = found.starts(rf"{COUNT} ((?:[a-z-]+ )?[a-z]{{3,}}s)")
    if many and base in ("have", "contain", "include", "comprise"):
        return "quantity", f"how many {many[1]} {do} {found.subject} {base}"
    return None


def effect(sentence: Sentence) -> Asked:
    """ "Reducing X lowers Y"."""
    match = _EFFECT.match(sentence.text)
    if not match or re.search(r"\b(?:that|which|is|are|can|will|and)\b", match["act"]):
        return None
    if not is_base_verb(base_form(match["act"].split()[0])):
        return None
    if match["verb"] == "requires":
        return "effect", f"what does {match['act']} require"
    return "effect", f"what effect does {match['act']} have"


def does(sentence: Sentence) -> Asked:
    """ "X controls Y": what X controls, or what X does."""
    found = sentence.clause
    if found is None or found.tag not in ("VBZ", "VBP") or found.verb in BE | {"has", "have", "does", "do"}:
        return None
    if found.head in PERSONS:
        return who(found)
    if "," in found.rest[:3]:
        return None
    verb, do, preposition = base_form(found.verb), "do" if found.plural else "does", found.rest.split()[0]
    if PREPOSITION_VERBS.get(verb) == preposition:
        return "does-prep", f"what {do} {found.subject} {verb} {preposition}{' do' if verb == 'aim' else ''}"
    if found.rest_tags[0][1] not in OBJECT_TAGS:
        return None
    tool = TOOLS.search(found.head)
    # "What does it build?" asks for less than "builds the package and checks it with lintian" says.
    if verb in OBJECT_VERBS and not (tool and re.search(r"\b(?:and|or|using|with|by)\b", found.rest)):
        return "does-object", f"what {do} {found.subject} {verb}"
    return ("does", f"what {do} {found.subject} do") if tool else None


def who(found: Clause) -> Asked:
    """ "The shift engineer decides ...": who, where the rest of the clause is telling enough."""
    if not found.subject.startswith("the ") or found.head not in PERSONS - PARTIES or len(found.rest.split()) < 5:
        return None
    if re.search(r"[,;]|\b(?:its|their|it|they|but)\b", found.rest):
        return None
    return "who", f"who {found.verb} {found.rest}"
