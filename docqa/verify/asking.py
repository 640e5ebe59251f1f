"""What kind of answer a question asks for: one thing or several, a value, a reason, a definition, a duty, an article.

Told by the words of the question, names in quotation marks left out: the title "Procedure for ..." asks for none.
"""

import re
from dataclasses import dataclass

from docqa import veto
from docqa.text import squash
from docqa.verify.wording import without_place

_QUANTITY = re.compile(
    r"\bhow (?:many|much|long|often|far|high|deep|large|old|fast|wide|heavy)\b"
    r"|多少|多大|多[长長]|多久|多高|[几幾]|何[时時]|什[么麼][时時]候",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"^(?:[^,]*, )?when\b|\bwhat (?:year|date|day|month)\b|哪一?年|何[时時]|什[么麼][时時]候", re.IGNORECASE
)
_WHY = re.compile(r"\bwhy\b|[为為]什[么麼]|[为為]何|原因", re.IGNORECASE)
_BECAUSE = re.compile(
    r"\b(?:because|since|due to|so that|as a result|in order to|otherwise|therefore|to avoid|to prevent)\b"
    r"|因[为為]|由[于於]|因此|以免|防止|避免|所以|[导導]致",
    re.IGNORECASE,
)
_DEFINE = re.compile(
    r"\bwhat (?:is|are) (?:an? )?[^,]{1,60}\?$|\bmeans?\b|\bstand for\b|什[么麼]是|是指|是什[么麼]|含[义義]|定[义義]",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"\b(?:means|refers to|is an?|is the|are|stands for|denotes)\b|是指|系指|[,，]指|称为|稱為|即|是.*的", re.IGNORECASE
)
_OBLIGE = re.compile(r"\b(?:must|shall|should)\b|要求|[应應][当當]做|不得做", re.IGNORECASE)
_OBLIGES = re.compile(
    r"\b(?:must|shall|should|is to be|are to be)\b|[应應][当當]?|必[须須]|不得|禁止|[须須]", re.IGNORECASE
)
_SEVERAL = re.compile(
    r"\b(?:what|which) (?:are|were|(?!is|was|does|has)\w{2,}s\b)|\bwhich has\b"
    r"|\b(?:list|steps|procedure|order|explain|describe|compared?|differ|difference)\b"
    r"|\bhow (?:do|does|is|are|should|shall|must|can|to)\b"
    r"|\bwhat does\b.*\b(?:say|cover|describe|contain|specify|require|state|regulate)\b"
    r"|哪些|哪一?[个個种種]|相比|哪[几幾两兩二三四五六七八九十]|如何|怎[样樣么麼]|步[骤驟]|[顺順]序|流程|内容|[规規]定|[区區][别別]|不同",
    re.IGNORECASE,
)
_KINDS = ((_WHY, _BECAUSE), (_DEFINE, _DEFINES), (_OBLIGE, _OBLIGES))
"""What a question asks for, and what shows that a unit has it."""

_NAMES = re.compile(r"“[^”]*”|《[^》]*》|\"[^\"]*\"")
"""What a question quotes says nothing about the kind of answer it wants."""

_COMPARES = re.compile(r"\bwhich has\b|\bcompared?\b|\bdiffer|相比|区别|不同", re.IGNORECASE)

_SAID_OF = re.compile(r"\bsay about\b|怎[样樣][说說]明")
_STANDS_FOR = re.compile(r"\b([A-Za-z][\w-]{1,9}) stand for\b")

ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百千\d]+[条條]")


@dataclass(frozen=True)
class Asking:
    """A question as the reader looks at it.

    Attributes:
        whole: squashed, to look up the names of sections in.
        rest: squashed without where the answer stands, to look up the names of rows and columns in.
        several: whether it wants a list, a procedure or a comparison rather than one thing.
        compares: whether it wants things compared.
        value: whether it wants a number; ``numbers`` are those it has itself.
        denies: whether it asks what is not, or must not be.
        shows: patterns of what an answer of the kind asked for has.
        article: the article of a law it asks for by number, or "".
        told_of: names of sections, squashed, when it asks what is said about one.
    """

    whole: str
    rest: str
    several: bool
    compares: bool
    value: bool
    numbers: frozenset[str]
    denies: bool
    shows: tuple[re.Pattern[str], ...]
    article: str
    told_of: frozenset[str]


def asking(question: str) -> Asking:
    """Tell what ``question`` asks for."""
    plain = _NAMES.sub(" ", question)
    shows = [shows for asks, shows in _KINDS if asks.search(plain)]
    if stands_for := _STANDS_FOR.search(question):
        shows.append(re.compile(rf"\({re.escape(stands_for.group(1))}s?\)"))
    names = _NAMES.findall(question) if _SAID_OF.search(plain) else []
    article = ARTICLE.search(question)
    return Asking(
        whole=squash(question),
        rest=squash(without_place(question)),
        several=bool(_SEVERAL.search(plain)),
        compares=bool(_COMPARES.search(plain)),
        value=bool(_QUANTITY.search(plain) or _WHEN.search(plain)),
        numbers=frozenset(veto.numbers(question)),
        denies=veto.negations(plain) > 0,
        shows=tuple(shows),
        article=article.group() if article else "",
        told_of=frozenset(squash(name.strip('“”《》"')) for name in names),
    )
