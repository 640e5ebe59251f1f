"""Questions from tables: a cell by its row and column, what to do about a fault, and two rows compared.

The question quotes what it cannot safely join: "the flow of MC 40-160" is English whatever the table says, but "the new
of shaft run-out" is not, so there the answer is "given under “New”". A few cells are taken from each table, spread over
its rows and columns, since a set of nothing but cells teaches little; and a table without a caption, heading or title
to name is left alone, because nobody could find it again.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from docqa.generate.extractive.cells import Fact, facts
from docqa.generate.extractive.patterns import Draft
from docqa.generate.extractive.places import caption, place, script, section
from docqa.generate.extractive.units import is_amount, number
from docqa.records import Chunk

CELLS_PER_TABLE = 8

# Things a row may stand for that take "the" in English; the names of substances, places and people do not.
_THINGS = re.compile(
    r"^(?:parts?|components?|joints?|units?|equipment|dimensions?|quantity|quantities|parameters?|property|properties|"
    r"characteristics?|devices?|machines?|instruments?|modules?|positions?|features?|indicators?|assembly)$",
    re.IGNORECASE,
)
_ABBREVIATIONS = {"qty": "quantity", "qty.": "quantity", "temp": "temperature", "temp.": "temperature"}
_TIME = re.compile(
    r"(?<![/A-Za-z])(?:(?:hour|day|week|month|year|minute|second)s?|min|s|h)$|(?<!/)(?:[天日年月周秒]|小时|分钟)$"
)
_LONG = re.compile(
    r"(?:time|duration|interval|period|length|life)$|(?:时间|时限|时长|期限|周期|寿命|长度|時間|時限|時長)$"
)
# Labels that are words of judgement ("可能", "严重") read on into what follows unless they are quoted.
_GRADES = re.compile(r"(?:等级|等級|结论|結論|状态|狀態|程度|类别|類別|结果|結果|情况|情況|情形)$")
# Numbers that name rather than measure: more of them is not more of anything.
_NO_MEASURE = re.compile(
    r"\b(?:class|grade|category|type|level|item|number|no|code|DN|position|model|version|rank|year)$"
    r"|(?:级|级别|等级|类别|类型|编号|代码|型号|规格|版本|年份|序号)$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:溶媒|药品|品种|材料|材质|型号|规格|编号|代码|名称|情形|场景|方式|条件)$")
_HIGH = re.compile(
    r"(?:pressure|temperature|rate|speed|price|fee|cost|limit|level|score|torque|voltage|head|ratio|percentage|frequency|threshold)$"
    r"|(?:温度|压力|率|费|价|限额|限量|值|目标|转速|扬程|电压|频率)$"
)


def questions(chunk: Chunk, index: int) -> Iterator[Draft]:
    """The drafts of the table ``chunk.pieces[index]``."""
    found, where = _found(chunk, index)
    for fact in _spread(found, CELLS_PER_TABLE):
        yield _draft(chunk, fact, where)
    yield from _comparison(chunk, found, where)


def cells(chunk: Chunk, index: int) -> list[tuple[Fact, Draft]]:
    """Each fact of the table with its draft, all of them, row by row."""
    found, where = _found(chunk, index)
    return [(fact, _draft(chunk, fact, where)) for fact in found]


def _found(chunk: Chunk, index: int) -> tuple[list[Fact], str]:
    """The facts that can be asked about, and how a question names their table."""
    name = caption(chunk, index)[0]
    where = place(chunk, name)
    found = list(facts(chunk, index)) if where else []
    if not name and not section(chunk):
        # The title alone names a document, not one of its tables: "under “Occasionally”" could be any of them.
        found = [fact for fact in found if fact.kind != "entry"]
    return found, where


def _draft(chunk: Chunk, fact: Fact, where: str) -> Draft:
    return _chinese(chunk, fact, where) if chunk.language == "zh" else _english(fact, where)


def _spread(found: Sequence[Fact], most: int) -> list[Fact]:
    """At most ``most`` facts, and half of them, from as many rows and columns as there are; in the table's order."""
    rows = sorted({fact.row for fact in found})
    columns = sorted({fact.column for fact in found})
    at = {(fact.row, fact.column): fact for fact in found}
    most = min(most, -(-len(found) // 2))
    if len(rows) > most > 0:
        rows = [rows[i * len(rows) // most] for i in range(most)]
    chosen: list[Fact] = []
    for shift in range(len(columns)):
        for i, row in enumerate(rows):
            fact = at.get((row, columns[(i + shift) % len(columns)]))
            if fact and len(chosen) < most:
                chosen.append(fact)
    return sorted(chosen, key=lambda fact: (fact.row, fact.column))


# --------------------------------------------------------------------------------------------------------- English


def _english(fact: Fact, where: str) -> Draft:
    subject = named(fact.subject, fact.group)
    attribute = attribute_of(fact)
    if fact.kind == "entry" or subject.startswith("when "):
        return _english_entry(fact, subject, where)
    be = "are" if re.search(r"[^sui]s$| and ", re.sub(r"\s(?:of|for|in|at|per)\b.*", "", attribute)) else "is"
    link = "for" if fact.kind == "advice" or re.search(r"\b(?:fee|charge|price|cost)$", attribute) else "of"
    colon = (
        ":" if not is_amount(fact.value) and (len(fact.value.split()) > 4 or re.search(r"[.;,]\s", fact.value)) else ""
    )
    return Draft(
        template="table-remedy-en" if fact.kind == "advice" else "table-cell-en",
        question=f"What {be} the {attribute} {link} {subject} according to {where}?",
        answer=_sentence(f"The {attribute} {link} {subject} {be}{colon} {fact.value}"),
        quotes=fact.quotes,
    )


def _english_entry(fact: Fact, subject: str, where: str) -> Draft:
    link = subject if subject.startswith("when ") else f"for {subject}"
    value = fact.value if is_amount(fact.value) else f"“{fact.value}”"
    return Draft(
        template="table-entry-en",
        question=f"According to {where}, what is given under “{fact.attribute}” {link}?",
        answer=_sentence(f"{link[0].upper()}{link[1:]}, {value} is given under “{fact.attribute}”"),
        quotes=fact.quotes,
    )


def attribute_of(fact: Fact) -> str:
    """The attribute inside an English sentence."""
    return _ABBREVIATIONS.get(fact.attribute.casefold(), lower_first(fact.attribute))


def named(subject: str, group: str) -> str:
    """A subject inside an English sentence: bare for a name with digits, with "the" for a part, else quoted."""
    if re.match(r"[\d<>≤≥]", subject) and group:
        return f"when “{group}” is “{subject}”"
    if _THINGS.match(group) and not re.search(r"\s\d+$|\b(?:to|and)\b", subject):
        return f"the {lower_first(subject)}"
    if len(subject.split()) <= 4 and re.match(r"[\w .-]*(?:[A-Z][- ]?\d|\d-\d|[a-z] \d+$)[\w .-]*$", subject):
        return subject
    return f"“{subject}”"


def lower_first(text: str) -> str:
    """``text`` for the middle of an English sentence: its first letter small, unless a name or an acronym begins it."""
    words = text.split()
    if not words or not re.match(r"[A-Z][a-z]*(?:-[a-z]+)*$", words[0]) or (len(words[0]) == 1 and words[0] != "A"):
        return text
    if len(words) > 1 and words[1][:1].isupper() and words[1][1:2].islower():
        return text
    return text[0].lower() + text[1:]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "。", "!", "?")) else f"{text}."


# --------------------------------------------------------------------------------------------------------- Chinese


def _chinese(chunk: Chunk, fact: Fact, where: str) -> Draft:
    time = is_amount(fact.value) and _TIME.search(fact.value) and _LONG.search(fact.attribute)
    much = is_amount(fact.value) and fact.kind != "advice" and not _NAMED.search(fact.attribute)
    what = script("多长时间" if time else "多少" if much else "什么", chunk)
    value = (
        f"：{fact.value}" if re.search(r"[，；。、]|.{16}", fact.value) and not is_amount(fact.value) else fact.value
    )
    subject = named_zh(fact)
    if re.match(r"[\d<>≤≥]", fact.subject) and fact.group:
        subject, attribute, template = (
            f"“{fact.group}”{script('为', chunk)}“{fact.subject}”",
            f"“{fact.attribute}”",
            "entry",
        )
        middle = script("时，", chunk)
    elif fact.kind == "entry":
        subject, attribute, template, middle = (
            f"“{fact.subject}”",
            f"“{fact.attribute}”",
            "entry",
            script("对应的", chunk),
        )
    else:
        attribute, middle = fact.attribute, "的"
        template = "remedy" if fact.kind == "advice" else "cell"
    return Draft(
        template=f"table-{template}-zh",
        question=f"{where}中，{subject}{middle}{attribute}是{what}？",
        answer=f"{subject}{middle}{attribute}是{value.rstrip('。')}。",
        quotes=fact.quotes,
    )


def named_zh(fact: Fact) -> str:
    """A subject inside a Chinese sentence, quoted where it could be misread."""
    plain = re.fullmatch(r"[\w%％·-]{1,10}", fact.subject) and not _GRADES.search(fact.group)
    return fact.subject if plain else f"“{fact.subject}”"


# ------------------------------------------------------------------------------------------------------ comparisons


def _comparison(chunk: Chunk, found: Sequence[Fact], where: str) -> Iterator[Draft]:
    """One comparison of two subjects by a number in the same unit."""
    for a, b in combinations(found, 2):
        if a.attribute != b.attribute or a.kind != "attribute" or _NO_MEASURE.search(a.attribute):
            continue
        if a.subject[0].isdigit() or b.subject[0].isdigit():
            continue
        first, second = number(a.value), number(b.value)
        if first and second and first[1] == second[1] and first[0] != second[0]:
            more, less = (a, b) if first[0] > second[0] else (b, a)
            yield _compared(chunk, a, b, more, less, first[1], where)
            return


def _compared(chunk: Chunk, a: Fact, b: Fact, more: Fact, less: Fact, unit: str, where: str) -> Draft:
    quotes = tuple(sorted({*a.quotes, *b.quotes}))
    long = _TIME.search(unit) or _LONG.search(a.attribute)
    high = _HIGH.search(a.attribute)
    if chunk.language == "zh":
        word = script("更长" if long else "更高" if high else "更大", chunk)
        question = f"{where}中，{a.subject}和{b.subject}相比，哪一{script('个', chunk)}的{a.attribute}{word}？"
        answer = f"{more.subject}的{a.attribute}{word}，是{more.value}；{less.subject}的{a.attribute}是{less.value}。"
        return Draft("table-comparison-zh", question, answer, quotes)
    word = "longer" if long else "higher" if high else "greater"
    names = {fact: named(fact.subject, fact.group) for fact in (a, b)}
    attribute = attribute_of(a)
    return Draft(
        "table-comparison-en",
        f"According to {where}, which has the {word} {attribute}, {names[a]} or {names[b]}?",
        _upper(f"{names[more]} has the {word} {attribute}: {more.value}, against {less.value} for {names[less]}."),
        quotes,
    )


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
