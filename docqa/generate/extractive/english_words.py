"""The English word lists that the templates share: who acts, what is measured, which verbs take what.

They are closed lists on purpose. A tagger's guess ("filter" ends as "fitter" does) asks "who?" of a machine, and a word
that is missing here costs one question, not a wrong one.
"""

import re

_MEASURED = (
    r"(?:%|°C|°F|K|bar|mbar|[kM]?Pa|mm|cm|m|km|[mk]?g|t|[mk]?W|[mk]?V|[mk]?A|[kM]?Hz|rpm|L|l|ml|N·?m|kN|dB\(?A?\)?|MΩ|"
    r"percent|euros?|EUR|USD|CNY|seconds?|minutes?|hours?|(?:calendar |working |business )?days?|weeks?|months?|years?)"
)
QUANTITY = re.compile(
    r"(?:(?:at (?:least|most)|about|between|approximately|up to|limited to|more than|less than) )?"
    rf"[−-]?\d[\d,. ]*(?:\s*(?:to|-|–|and)\s*[−-]?\d[\d,.]*)?\s?{_MEASURED}(?!\w)"
)
"""A number with its unit, a range or a bound."""

COUNT = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
DURATION = r"(?:\d[\d.,]*|two|three|four|five|six|seven|ten) [a-z]+"
"""A number of days, or of anything else: "within" and "for" before it make it a time."""

SCALES = {
    "°C": "temperature",
    "K": "temperature",
    "bar": "pressure",
    "kPa": "pressure",
    "MPa": "pressure",
    "rpm": "speed",
}
"""What is asked "at what ...?" by the unit of the answer."""

PERSONS = frozenset(
    "operator engineer fitter leader manager officer nurse physician pharmacist doctor representative owner customer "
    "holder bank employee supervisor technician inspector developer maintainer teacher instructor student learner "
    "committee board department team company supplier manufacturer contractor party branch staff personnel council "
    "authority ministry agency person administrator reviewer auditor director electrician observer driver worker "
    "attendant visitor cardholder borrower lender programmer beginner reader researcher scientist author user "
    "individual".split()
)
"""Those who act, of whom one asks what they must do."""

PARTIES = frozenset("bank customer company party supplier contractor holder branch user author".split())
"""Persons of whom a whole document speaks: "who?" would ask for nothing."""

ABSTRACT = frozenset(
    "purpose aim goal reason result problem idea point difference case way key question value content name number "
    "limitation advantage disadvantage consequence exception solution method rest majority part example".split()
)
"""Nouns that a sentence with "is" does not define."""

JUDGED = re.compile(
    r"(?:an?|the|one of the) (?:\w+ )?(?:good|great|bad|major|key|important|critical|common|powerful|useful|big|best|"
    r"very \w+|part of|choice|default|challenge|problem|reason|result|way|matter|question|idea|same|first|second|third|"
    r"last|only|case|must|consequence|example|sign|cause|witness|symptom|indication|resource|success|failure|member|"
    r"fan|function of|more|most)\b"
)
"""What follows "is" in a judgement, which is no definition: "X is a major challenge"."""

OBJECT_VERBS = frozenset(
    "contain include comprise provide control support indicate measure prevent protect require produce display "
    "generate define describe specify supply store carry hold connect drive limit cover implement create handle allow "
    "enable affect reduce increase cause lower raise convert transmit offer determine decide enclose represent "
    "withstand accept automate address combine cool clean absorb detect signal monitor record separate remove "
    "introduce state name list show explain present teach explore facilitate improve shorten change damage save "
    "exclude add simplify extend replace invoke release".split()
)
"""Verbs whose object is asked for: "What does X control?"."""

REQUIRED_OBJECTS = frozenset(
    "contain include comprise provide require support prevent indicate cover specify define state show".split()
)
"""The same after "must"."""

PREPOSITION_VERBS = {
    "depend": "on",
    "consist": "of",
    "lead": "to",
    "result": "in",
    "apply": "to",
    "refer": "to",
    "belong": "to",
    "rely": "on",
    "correspond": "to",
    "point": "to",
    "focus": "on",
    "contribute": "to",
    "aim": "to",
    "serve": "as",
}
"""Verbs whose object follows their preposition: "What does X depend on?"."""

TOOLS = re.compile(
    r"(?:command|options?|tool|program|script|function|system|valve|device|utility|package|plug|ring|seal|pump|sensor|"
    r"relay|line|holes|switch|module|library|service)$"
)
"""Things with a function, of which one asks what they do."""
