"""Questions from the option entries of a manual page: ``-c, --copyright scan source for copyright and exit.``

An entry is asked about only where the page says which command the options belong to, by a name with its section number
(``debmake(1)``) in the title or a heading, since every command has a ``-c`` of its own.
"""

import re
from collections.abc import Iterator

from docqa.generate.extractive.chinese_grammar import in_script_of
from docqa.generate.extractive.english_grammar import is_base_verb
from docqa.generate.extractive.patterns import Draft
from docqa.records import Chunk
from docqa.text import is_cjk, sentences

_ENTRY = re.compile(
    r"^(?P<short>-\w)(?: ?(?P<argument>[^,\s-][^,]{0,40}?))?, (?P<long>--[\w-]+)"
    r"(?(argument)(?:[ =](?P=argument)|(?P=argument)))"
    r" ?(?P<means>.{8,400})$"
)
_COMMAND = re.compile(r"\b([a-z][\w+.-]{1,30})\(\d\)")


def questions(chunk: Chunk) -> Iterator[Draft]:
    """Yield one draft for each option entry among the chunk's paragraphs and list items."""
    named = _COMMAND.search(" ".join([chunk.title, *chunk.heading_path]))
    if named is None:
        return
    for piece in chunk.pieces:
        if piece.kind not in ("paragraph", "list"):
            continue
        match = _ENTRY.match(chunk.text[piece.start : piece.end])
        if match and (asked := _asked(named.group(1), match, chunk)):
            yield Draft(*asked, quotes=((piece.start, piece.end),))


def _asked(command: str, entry: re.Match[str], chunk: Chunk) -> tuple[str, str, str] | None:
    """Template, question and answer; None when the explanation does not say what the option does."""
    short, long, means = entry["short"], entry["long"], entry["means"].strip()
    start, end = next(sentences(means, chunk.language))
    means = means[start:end]  # what the option does; what follows it are remarks
    if (
        re.search(r"\s-\w, --", means) or means.count("(") != means.count(")") or means.count("”") % 2
    ):  # two entries that the layout ran together
        return None
    if is_cjk(means[0]):
        if (
            not means.endswith(("。", "）"))
            or means.count("（") != means.count("）")
            or re.match(r"[该該此其这這]", means)
        ):
            return None
        question = in_script_of(chunk.text, f"{command} 的 {short}（{long}）选项有什么作用？")
        answer = in_script_of(chunk.text, f"{command} 的 {short}（{long}）选项的作用是") + means
        return "option-zh", question, answer if answer.endswith(("。", "。）")) else answer + "。"
    first = means.split()[0]
    if not first.islower() or not is_base_verb(first) or chunk.language != "en":
        return None
    closing = "" if means.endswith((".", ")")) else "."
    question = f"What does the {short} ({long}) option of {command} do?"
    return "option-en", question, f"The {short} ({long}) option of {command} is used to {means}{closing}"
