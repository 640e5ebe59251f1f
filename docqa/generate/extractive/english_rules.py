"""What English sentences demand, allow and advise: obligations, prohibitions, conditions, and orders to the reader.

An order is read as a clause about its object ("Close the valve when ..." says when the valve should be closed), so that
orders and obligations share their questions. A prohibition is asked as what it denies: "May X be Y?" "No. X must not
be Y.", and some permissions are asked the same way, or every such question would be answered by no.
"""

import re

from docqa.generate.extractive import english_adverbials as adverbials
from docqa.generate.extractive.english_facts import who
from docqa.generate.extractive.english_grammar import (
    BE,
    OBJECT_TAGS,
    Asked,
    Clause,
    is_base_verb,
    is_participle,
    order,
    tagged,
)
from docqa.generate.extractive.english_sentences import Sentence
from docqa.generate.extractive.english_words import PARTIES, PERSONS, REQUIRED_OBJECTS

_CONDITION = re.compile(r"(?:if|when|whenever|before|after|once|as soon as|in case of|in the event of)\b")
_BINDING = ("must", "shall", "should")
_TOOL = r"[^,]*?(?:command|option|tool|script|utility|program|package|function|button|key|wrench|gauge|form)s?"
_YOU_CAN = re.compile(
    rf"you can (?:easily |automatically )?(?P<task>\w+ .+?),? (?:(?:using|with|by) the {_TOOL}|by \w+ing)(?: |$)"
)
_USE = re.compile(r"use (?:the|an?) [^,]+? to (?P<task>[a-z]\w+ [^,]+ [^,]+)$")
_TELL = re.compile(
    r"(?P<you>please |you (?P<modal>should|must|can|may|need to|have to|are required to) )?(?:always |please )?"
    r"(?P<verb>[a-z]+) (?!think\b)"
)
_YOU_SHOULD = re.compile(
    r"you (?P<modal>should|must|need to) (?P<task>[a-z]+ [^,]{8,80}?),? (?:so that|in order to|because|"
    r"to (?:save|avoid|prevent|ensure|make|keep|reduce|limit|get|allow)) "
)
_YOU_NEED_NOT = re.compile(r"you (?:don['’]t|do not) (?P<need>need|have) to (?P<task>[a-z]+ .{6,90})$")
_YOU_MUST_NOT = re.compile(r"you (?P<modal>should|must|can)(?:not| not|n['’]t) (?P<task>[a-z]+ .{6,90})$")
_ONLY = re.compile(r"only (?P<who>[^,]{4,80}?) (?P<verb>may|can|shall|must|should|is|are) (?P<rest>[^,]{10,120})$")
_BACK = re.compile(r"\b(?:it|its|they|their|them|but)\b|,")
_REASON_FOLLOWS = re.compile(r",? (?:because|since|so that|as)\b|, (?:and|but|which|including|so)\b")


def how_can_you(sentence: Sentence) -> Asked:
    """ "You can do X with the Y command", "Use Y to do X"."""
    if (match := _YOU_CAN.match(sentence.text)) and _is_task(match["task"]):
        return "how-can-you", f"how can you {match['task']}"
    if (match := _USE.match(sentence.text)) and _is_task(match["task"]):
        return "how-can-you", f"what should be used to {match['task']}"
    return None


def _is_task(text: str) -> bool:
    verb, _, rest = text.partition(" ")
    return is_base_verb(verb) and bool(rest)


def told(sentence: Sentence) -> Asked:
    """What the reader is told to do under a condition, or for a purpose."""
    front, main = sentence.front, sentence.text
    match = _TELL.match(main)
    if not front or not match or not is_base_verb(match["verb"]) or sentence.clause or len(main.split()) < 3:
        return None
    if not match["you"] and tagged(main)[0][1] in ("NNS", "JJ", "DT", "IN"):
        return None
    able = match["modal"] in ("can", "may")
    ask = "what can you do" if able else "what should you do" if match["you"] else "what should be done"
    if re.match(r"(?:in order )?to ", front):
        return "how-to", f"{ask} {front}"
    return ("told", f"{ask} {front}") if _CONDITION.match(front) else None


def why_should_you(sentence: Sentence) -> Asked:
    """ "You should do X to achieve Y"."""
    match = _YOU_SHOULD.match(sentence.text)
    if not match or sentence.front or not _is_task(match["task"]):
        return None
    ask = "do you need to" if match["modal"] == "need to" else f"{match['modal']} you"
    return "cause", f"why {ask} {match['task']}"


def need_you(sentence: Sentence) -> Asked:
    """ "You don't need to do X": no."""
    if (match := _YOU_NEED_NOT.match(sentence.text)) and not _REASON_FOLLOWS.search(match["task"]):
        return ("no", f"do you {match['need']} to {match['task']}") if not _BACK.search(match["task"]) else None
    if (match := _YOU_MUST_NOT.match(sentence.text)) and not _REASON_FOLLOWS.search(match["task"]):
        return ("no", f"{match['modal']} you {match['task']}") if not _BACK.search(match["task"]) else None
    return None


def only(sentence: Sentence) -> Asked:
    """ "Only X may do Y": who or what may."""
    match = _ONLY.match(sentence.text)
    if not match or re.match(r"(?:if|when|after|one)\b", match["who"]):
        return None
    if re.search(r"\b(?:who|that|which|is|are)\b", match["who"]):
        return None
    head = re.split(r" (?:of|from|in|with) ", match["who"])[0].split()[-1].rstrip("s")
    ask = "who" if head in PERSONS or head.endswith(("ist", "people")) else "what"
    return "only", f"{ask} {'is' if match['verb'] == 'are' else match['verb']} {match['rest']}"


def ordered(sentence: Sentence) -> Asked:
    """ "Close the valve when ...": when the valve should be closed."""
    found = order(sentence.text)
    if found is None or sentence.front:
        return None
    if re.search(r"\band (?:then )?[a-z]+ (?:the|it|them|all)\b|, (?:and|then) ", found.rest):
        return None
    if found.rest.startswith("not "):
        return _denied(found, found.rest[4:])
    asked = adverbials.why(found) or adverbials.when(found) or adverbials.passive(found, found.rest[3:])
    return ("order", asked[1]) if asked else None


def happens(sentence: Sentence) -> Asked:
    """ "If X, the machine does Y": what happens if X; "If X, Y shall be done": what shall be done."""
    found = sentence.clause
    if found is None or not _CONDITION.match(sentence.front):
        return None
    if found.verb in _BINDING:
        if found.starts("be") and is_participle(found.rest.split()[1]):
            return "happens", f"what {found.verb} be done {sentence.front}"
        return ("happens", f"what {found.verb} {found.subject} do {sentence.front}") if found.head in PERSONS else None
    active = found.tag in ("VBZ", "VBP") and found.verb not in BE | {"has", "have"}
    done = found.verb in ("is", "are") and is_participle(found.rest.split()[0])
    stated = found.starts("required|needed|used|recommended")
    return ("happens", f"what happens {sentence.front}") if active or (done and not stated) else None


# ----------------------------------------------------------------------------------------------------- obligations


def obliged(sentence: Sentence) -> Asked:
    """ "X must (not) do Y", "X shall be done ...", "X has to ..."."""
    found = sentence.clause
    if found is None:
        return None
    bound = {"has": "to", "have": "to", "is": "(?:required|obliged) to", "are": "(?:required|obliged) to"}
    if found.verb in bound and found.starts(rf"{bound[found.verb]} [a-z]+ \w+"):
        return "requirement", f"what requirement applies to {found.subject}"
    if found.verb in ("does", "do") and found.rest.startswith("not "):
        return _denied(found, found.rest[4:])
    if found.verb not in (*_BINDING, "may", "can", "cannot"):
        return None
    rest = re.sub(r"^(?:not|never) ", "", found.rest)
    if found.verb == "cannot" or rest != found.rest:
        return _denied(found, rest)
    if len(rest.split()) < 2:
        return None
    if rest.startswith("be "):
        return _to_be(found, rest[3:])
    # Under a condition one asks for the duty, not for the one who has it.
    if found.verb in _BINDING and found.head in PERSONS and _CONDITION.match(sentence.front):
        return "must", f"what {found.verb} {found.subject} do"
    return _to_do(found, rest)


def _denied(found: Clause, rest: str) -> Asked:
    """The limit that is not exceeded, or a question that the sentence denies."""
    if rest.startswith("exceed "):
        return "limit", f"what {'limit' if found.tag == 'MD' else 'value'} {found.verb} {found.subject} not exceed"
    asked = _REASON_FOLLOWS.split(rest)[0]
    if len(asked.split()) < 3 or _BACK.search(asked) or re.search(r"\b(?:any|only)\b", asked):
        return None
    if not is_base_verb(asked.split()[0]) or re.match(r"(?:any|all|every|some|no)\b", found.subject):
        return None
    # "May not" says as often that something is possible as that it is forbidden.
    if found.verb == "may" or (found.verb == "should" and not asked.startswith("be ")):
        return None
    verb = {"must": "may", "shall": "may", "cannot": "can"}.get(found.verb, found.verb)
    return "no", f"{verb} {found.subject} {asked}"


def _to_be(found: Clause, rest: str) -> Asked:
    """ "X must be <rest>"."""
    if not is_participle(rest.split()[0]):
        return ("requirement", f"what requirement applies to {found.subject}") if found.verb in _BINDING else None
    if asked := adverbials.why(found) or adverbials.when(found) or adverbials.passive(found, rest):
        name, question = asked
        return "must-when" if name == "when" else name, question
    allowed = found.verb == "may" and len(rest.split()) > 3 and not _BACK.search(rest) and " by " not in rest
    return ("yes", f"may {found.subject} be {rest}") if allowed else None


def _to_do(found: Clause, rest: str) -> Asked:
    """ "X must <rest>"."""
    first, binding, person = rest.split()[0], found.verb in _BINDING, found.head.rstrip("s") in PERSONS
    if not is_base_verb(first):
        return None
    if asked := who(found):
        return asked
    if first in REQUIRED_OBJECTS and found.rest_tags[1][1] in OBJECT_TAGS:
        return "must-object" if binding else "can", f"what {found.verb} {found.subject} {first}"
    if found.verb == "may":
        allowed = found.head in PARTIES and len(rest.split()) > 4 and not _BACK.search(rest)
        return ("yes", f"may {found.subject} {rest}") if allowed else None
    if found.verb == "can":
        return None if person else ("can", f"what can {found.subject} do")
    if first == "feel":  # "should feel free to" obliges nobody
        return None
    if person and first != "have":
        return "must", f"what {found.verb} {found.subject} do"
    return "requirement", f"what requirement applies to {found.subject}"
