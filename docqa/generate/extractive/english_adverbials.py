"""What the end of an English clause answers: why, when, how often, within what time, where, how, by whom.

Only the last adverbial is asked for, or in a passive the first one after the participle: the words before it stay in
the question and fix what is asked. Each test below keeps out a reading that was met: "designed to prevent" is no
reason, "any payment made after the block" has no time of its own, "in the form of" is no place.
"""

import re

from docqa.generate.extractive.english_grammar import BE, Asked, Clause, base_form, is_base_verb, is_participle
from docqa.generate.extractive.english_words import COUNT, DURATION, PERSONS, SCALES

_REASON = re.compile(
    r"(?P<head>[^,]{4,90}?),? (?:so that|in order to|so as to|because|due to|owing to|to (?:avoid|prevent|ensure|"
    r"protect|reduce|allow|keep|guarantee|minimi[sz]e|carry away|make sure|save)) .{8,}$"
)
_NO_REASON = re.compile(
    r"\b(?:used|designed|able|enough|needed|required|intended|order|part|way|how)$| and [a-z]+s\b",
)
_TIME = re.compile(
    r"(?P<head>[^,]{3,90}?) (?P<word>only if|only when|only after|if|when|whenever|after|before|until|as soon as|once|"
    r"each time|as long as) (?P<end>[^,]{8,})$"
)
_NO_TIME = re.compile(
    r"\b(?:and|or|not|used|even|know|see|check|only|decide|shortly|\d+ \w+|long|hours|days)$"
    r"|\b(?:would|which|that|whether|how|could)\b|\bto (?!the\b|an?\b|each\b|grade\b)[a-z]+ "
)
_SECOND_CLAUSE = re.compile(r" and [a-z]+s (?:the|an?|all|its|it)\b")
_LASTING = re.compile(rf"(?P<head>.+) for (?:at least |up to )?{DURATION}$")
_WITHIN = re.compile(
    rf"(?P<head>[^,]{{4,90}}?) (?:within|not later than) {DURATION}(?: (?:days?|hours?|weeks?|months?))?"
    r"(?P<after> (?:after|of|from|before) [^,]+)?$"
)
_NOT_WITHIN = re.compile(
    r"\b(?:it|they|its|their)\b|\band (?:[a-z]+s? (?:the|an?|its)|shall|must|should|may)\b|^(?:be|not) "
)


def why(found: Clause | None) -> Asked:
    """Why a clause holds, where its end says so."""
    if found is None or not _is_general(found):
        return None
    match = _REASON.match(found.rest)
    if not match or _NO_REASON.search(match["head"]):
        return None
    active = found.tag != "MD" and found.verb not in BE
    if active and not re.search(r"\b(?:because|so that)\b", found.rest):
        return None
    return "cause", f"why {found.asked(match['head'])}"


def when(found: Clause | None) -> Asked:
    """When or under what condition a clause holds, where its end says so."""
    if found is None or not _is_general(found):
        return None
    match = _TIME.match(found.rest)
    if not match or _NO_TIME.search(match["head"]) or _SECOND_CLAUSE.search(match["end"]):
        return None
    head, word, last = match["head"], match["word"].removeprefix("only "), match["head"].split()[-1]
    if " " in head.removeprefix("be ") and is_participle(last) and not is_base_verb(last):
        return None
    if lasting := _LASTING.match(head):
        return "when", f"how long {found.asked(lasting['head'])}"
    if re.match(r"[a-z]+ing\b", match["end"]) and word not in ("before", "after", "when"):
        return None
    if word == "until":
        return ("when", f"how long {found.asked(head)}") if re.search(r"\bbe |remain|stay|run|wait", head) else None
    return "when", f"{'under what condition' if word in ('if', 'as long as') else 'when'} {found.asked(head)}"


def within(found: Clause | None) -> Asked:
    """Within what time something is done: "the bank decides on an application within five business days"."""
    if found is None or not _is_general(found) or not (found.tag == "MD" or is_base_verb(base_form(found.verb))):
        return None
    match = _WITHIN.match(found.rest)
    if not match or _NOT_WITHIN.search(match["head"]):
        return None
    return "within", f"within what time {found.asked(match['head'])}{match['after'] or ''}"


def _is_general(found: Clause) -> bool:
    """Whether a clause is no report of what once was, and its verb one that a question can turn around."""
    return found.verb not in ("was", "were", "has", "have") and found.tag != "VBD"


# -------------------------------------------------------------------------------------------------------- passives

_EVERY = re.compile(
    r"(?:at least )?(?:every (?:\d+|day|week|month|year|shift|two|three|six)|once (?:a|per|every|in)|daily|weekly|"
    r"monthly|annually|yearly)\b"
)
_SCALE = re.compile(
    r"at (?:about |least |most )?[−-]?\d[\d.,]*(?: ?(?:°C|K))?(?: to [−-]?\d[\d.,]*)? ?(°C|K|bar|kPa|MPa|rpm)\b"
)
_MADE = frozenset(
    "made composed formed built based derived split divided taken connected attached added converted restricted "
    "limited assigned organized organised generated calculated computed determined".split()
)
_HOW = re.compile(
    r"(?:by [a-z]+ing|by means of|with (?:the|an?) |using|through (?:the|an?) |via|in accordance with|crosswise)\b"
)
_NOT_HOW = frozenset("compared associated concerned faced provided left".split())
_WHERE = re.compile(
    rf"(?:in (?:the|an?)|at (?:the|an?|{COUNT})|(?:inside|outside|near|next to|between) (?:the|an?))\b(?! (?:form|same|"
    r"case|end|event|basis|way|manner|order|time|beginning|start|rate|speed|pressure|temperature|future|user|level|cost|"
    r"minimum|maximum|view))"
)
_NOT_WHERE = frozenset(
    "seen observed found expressed written described used interested involved engaged based specified".split()
)


def passive(found: Clause, rest: str) -> Asked:
    """What the words after a participle answer.

    Args:
        found: a clause with "is" or "are", or with a modal and "be".
        rest: the words from the participle on.
    """
    words = rest.split()
    if len(words) < 4 or not is_participle(words[0]):
        return None
    if words[1].endswith("ly") and not _EVERY.match(words[1]):
        words.pop(1)
    done, after = words[0], " ".join(words[1:])
    be = f"{found.verb} {found.subject}{' be' if found.tag == 'MD' else ''} {done}"
    if ask := _time(after):
        return "when", f"{ask} {be}"
    if preposition := _preposition(done, after):
        return "passive", f"what {be} {preposition}"
    agent = re.match(r"(?:only )?by (?:the |an? )?(?:[a-z]+ ){0,2}?([a-z]+?)s?\b", after)
    if agent and agent[1] in PERSONS and done != "used":
        return "by-whom", f"by whom {be}"
    if found.tag != "MD" and re.match(r"by (?:the |an? )", after):
        return ("passive", f"what {be} by") if found.head not in PERSONS else None
    if done not in _NOT_HOW and _HOW.match(after):
        return "how", f"how {be}"
    return ("where", f"where {be}") if done not in _NOT_WHERE and _WHERE.match(after) else None


def _time(after: str) -> str:
    """The question words that a time, a frequency or a scale answers; "" for anything else."""
    if _EVERY.match(after):
        return "how often"
    if re.match(r"within \d+ \w+", after):
        return "within what time"
    if re.match(r"until\b|for (?:at least |at most |up to |about )?(?:\d|two|three|six|several)", after):
        return "how long"
    if re.match(r"(?:before|after|when|whenever|once|immediately|as soon as|each time)\b", after):
        return "when"
    scale = _SCALE.match(after)
    return f"at what {SCALES[scale[1]]}" if scale else ""


def _preposition(done: str, after: str) -> str:
    """The preposition that asks for what something is made of, divided into or filled with; "" without one."""
    word = after.split()[0]
    if done in _MADE:
        # "Organised to list" and "made to order" are no such wholes.
        joined = done in ("connected", "attached", "added", "converted", "restricted", "limited", "assigned")
        allowed = ("on",) if done == "based" else ("of", "from", "into", "to") if joined else ("of", "from", "into")
        return word if word in allowed else ""
    contained = done in ("filled", "equipped", "fitted", "lubricated", "sealed", "marked", "provided", "supplied")
    return word if contained and word in ("with", "by") else ""
