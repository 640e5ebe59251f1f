"""Questions from entries: a list item that names a term, an option or a command, and explains it.

Only lists most of whose items are such entries are used: one "Note: ..." among sentences is not a glossary. What the
entry is decides the question: a noun phrase explains what the term means, a verb what the option or command does.
"""

import re
from collections.abc import Iterator, Sequence

from docqa.generate.extractive.patterns import Draft
from docqa.generate.extractive.places import place, script
from docqa.records import Chunk

_ENTRY = re.compile(
    r"^(?P<term>[^：:—。.;；]{1,60}?|-{1,2}[\w-]+(?: \w+)?)\s*(?:[:：]\s*|\s[—–]\s|——|\s=\s)(?P<means>\S.{5,400})$"
)
_OPTION = re.compile(r"^-{1,2}[A-Za-z][\w-]*$")
_COMMAND = re.compile(r"\b(?P<name>[a-z][\w+.-]{1,20})(?:\(\d\))? (?:command|options?)\b")
_NO_TERM = re.compile(
    r"^(?:note|tip|warning|caution|e\.g|example|see|https?|if|when|for|to|in|at)\b|^(?:注意|注|例如|如|对|對|如果|若)",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:this|these|those|above|below|see|former|latter)\b|https?://|上述|如下|见上|本条|以下|下列", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:a|an|the|any)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:can|will|shall|should|must|may|is|are|was|were|has|have)\b")
_RELATIVE = re.compile(r"\b(?:who|which|that|where|when|whose|to)\b")
_OBJECT = re.compile(r"^[a-z]+ (?:the|a|an|all|any|each|every|new|your|only|no|both|one)\b")


def questions(chunk: Chunk, items: Sequence[tuple[int, int, str]], lead: str | None) -> Iterator[Draft]:
    """The drafts of one list.

    Args:
        items: (start, end, text without marker) of each item.
        lead: the sentence that introduces the list, if there is one.
    """
    entries = [(start, end, match) for start, end, body in items if (match := _ENTRY.match(body))]
    if len(entries) < 2 or len(entries) < 0.6 * len(items):
        return
    where = place(chunk)
    for start, end, match in entries:
        term, means = match["term"].strip().strip("“”\"'‘’"), match["means"].strip()
        if _NO_TERM.search(term) or _POINTING.search(means) or means.endswith((":", "：", ",", "，")) or not term:
            continue
        draft = (
            _chinese(chunk, term, means, where) if chunk.language == "zh" else _english(chunk, term, means, where, lead)
        )
        if draft:
            yield Draft(draft[0], draft[1], draft[2], ((start, end),))


def _english(chunk: Chunk, term: str, means: str, where: str, lead: str | None) -> tuple[str, str, str] | None:
    if _OPTION.match(term):
        return _option(chunk, term, means, lead)
    if len(term.split()) > 6 or len(means.split()) < 4 or not where:
        return None
    end = "" if means.endswith((".", ")")) else "."
    if (
        _ARTICLE.match(means)
        and not _CLAUSE.search(_RELATIVE.split(means, maxsplit=1)[0])
        and not re.match(r"\d|One |Two ", term)
    ):
        return "term-means-en", f"What does “{term}” mean in {where}?", f"“{term}” means {means}{end}"
    if _is_order(means) and re.match(r"[a-z][\w-]{2}", term):
        return "term-does-en", f"What is “{term}” used for according to {where}?", f"“{term}” is used to {means}{end}"
    return None


def _option(chunk: Chunk, option: str, means: str, lead: str | None) -> tuple[str, str, str] | None:
    """An option of the command that the lead-in or a heading names."""
    named = next(
        (m["name"] for text in (lead or "", *reversed(chunk.heading_path)) if (m := _COMMAND.search(text))), ""
    )
    if not named or len(means.split()) < 3:
        return None
    subject = f"the {option} option of {named}"
    if not _is_order(means):
        return None
    end = "" if means.endswith(".") else "."
    return "option-en", f"What does {subject} do?", f"T{subject[1:]} is used to {means}{end}"


def _is_order(text: str) -> bool:
    """Whether a text begins with a verb's base form: one that is no noun, or has an object ("list all")."""
    from lemminflect import getAllLemmas

    word = re.match(r"[a-z]+\b", text)
    lemmas = getAllLemmas(word.group()) if word else {}
    if not word or word.group() not in lemmas.get("VERB", ()):
        return False
    return "NOUN" not in lemmas or bool(_OBJECT.match(text))


def _chinese(chunk: Chunk, term: str, means: str, where: str) -> tuple[str, str, str] | None:
    if len(term) > 30 or len(means) < 6 or not where or re.search(r"[，,？?]", re.sub(r"[（(].*?[)）]", "", term)):
        return None
    end = "" if means.endswith(("。", "）", ".")) else "。"
    if re.match(r"^(?:是指|指)", means):
        means = re.sub(r"^(?:是指|指)", "", means)
    question = f"{where}中，“{term}”{script('指什么', chunk)}？"
    if not re.search(
        r"(?:的|者|人|员|員|物|品|法|方式|过程|過程|成员|行为|状态|条件)(?:。|$|（|。)",
        re.split(r"。", means)[0] + "。",
    ):
        return None
    return "term-means-zh", question, f"“{term}”指{means}{end}"
