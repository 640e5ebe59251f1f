"""Row -> what a trainer reads of it, in each format, and what LLaMA-Factory's registry says of the format.

    alpaca        {"instruction", "input", "output", "system"}
    sharegpt      {"conversations": [{"from", "value"}, ...], "system"}
    messages      {"messages": [{"role", "content"}, ...]}                    OpenAI's and TRL's
    preference    {"prompt", "chosen", "rejected", "system"}                  DPO and its like
    kto           {"prompt", "completion", "label", "system"}                 a row an answer; the label is a boolean

each with the columns of ``TRACE`` behind it if wanted, which trainers ignore. Every row of a file has the same keys, so
that readers which infer a schema from the first megabytes (Arrow) do not break on a row further down.

Preference and KTO rows are plain texts because that is what both LLaMA-Factory and TRL read. ``formatting: openai`` in
LLaMA-Factory adds words to the system prompt, so messages are registered as ``sharegpt`` with tags, as its own
``mllm_demo`` is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from docqa.errors import BlendError
from docqa.export.rejected import rejected
from docqa.records import Marks, Row, content_id
from docqa.settings import ExportSettings, Format, Turns
from docqa.text import squash

Written = dict[str, Any]
"""A row as it is written: its columns in order."""

COLUMNS: dict[Format, tuple[str, ...]] = {
    "alpaca": ("instruction", "input", "output", "system"),
    "sharegpt": ("conversations", "system"),
    "messages": ("messages",),
    "preference": ("prompt", "chosen", "rejected", "system"),
    "kto": ("prompt", "completion", "label", "system"),
}
"""What a trainer reads. All are text but ``TURNS`` and ``label``, which is a boolean."""

FORMATS: tuple[Format, ...] = tuple(COLUMNS)

TURNS = {"conversations": ("from", "value"), "messages": ("role", "content")}
"""Columns that hold a list of turns, and what a turn has."""

TRACE = ("id", "source", "document", "pages", "task_type", "language", "decision")
"""Columns to trace a row by; "" where a general row has nothing to say."""

CONVERSATIONS: frozenset[Format] = frozenset({"sharegpt", "messages"})
"""Formats that hold conversations; in the others each turn of a domain conversation is a row of its own."""

COMPARED: frozenset[Format] = frozenset({"preference", "kto"})
"""Formats that set a right answer against a rejected one; they hold domain rows only."""

REJECTED_BY = "rejected_by"
"""Their column more: where a rejected answer comes from, as ``rejected.rejected`` names it; "" for a right one."""

ASPECTS = ("accuracy", "safety", "helpfulness")
"""What the answers of a preference pair are marked for, 1 to 5; "" where they are not, as in a row of no pair."""

MARKED: dict[Format, tuple[str, ...]] = {
    "preference": tuple(f"{answer}_{aspect}" for answer in ("chosen", "rejected") for aspect in ASPECTS),
    "kto": ASPECTS,
}
"""Their columns for that: text, as all columns to trace by are, so that no reader infers a type from the first rows."""

REGISTRY: dict[Format, dict[str, Any]] = {
    "alpaca": {
        "formatting": "alpaca",
        "columns": {"prompt": "instruction", "query": "input", "response": "output", "system": "system"},
    },
    "sharegpt": {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system"},
        "tags": {
            "role_tag": "from",
            "content_tag": "value",
            "user_tag": "human",
            "assistant_tag": "gpt",
        },
    },
    "messages": {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    },
    "preference": {
        "formatting": "alpaca",
        "ranking": True,
        "columns": {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected", "system": "system"},
    },
    "kto": {
        "formatting": "alpaca",
        "columns": {"prompt": "prompt", "response": "completion", "kto_tag": "label", "system": "system"},
    },
}


def columns(form: Format, provenance: bool) -> tuple[str, ...]:
    """The columns of a format's rows, in order."""
    trace = (*TRACE, REJECTED_BY, *MARKED[form]) if form in COMPARED else TRACE
    return COLUMNS[form] + (trace if provenance else ())


def holds_conversations(form: Format, turns: Turns) -> bool:
    """Whether a conversation is one row, and not its turns one by one."""
    return turns == "conversations" and form in CONVERSATIONS


class Apart:
    """The rows that domain rows are in a format, as they come: a conversation may be one row, or its turns one by one.

    A turn by itself may ask and answer what another row does, which followed what was said before it: of those only the
    first is written.
    """

    def __init__(self, form: Format, turns: Turns) -> None:
        self._whole = holds_conversations(form, turns)
        self._seen: set[str] = set()
        self._spare: set[str] = set()  # turns that were written, and may yet be met as rows

    def of(self, row: Row) -> tuple[int, ...]:
        """The places of its turns that are rows; (-1,) where it is one itself."""
        if self._whole or not row.group or (row.history and not row.singles):
            return (-1,)
        asked = [_asked(single) for single in row.singles or (row,)]
        if row.singles:
            new = tuple(place for place, one in enumerate(asked) if one not in self._seen and one not in asked[:place])
            self._spare.update(asked[place] for place in new)
        else:
            new = () if asked[0] in self._spare else (-1,)
            self._spare.discard(asked[0])
        self._seen.update(asked)
        return new


def _asked(row: Row) -> str:
    return content_id(row.group, row.system, row.instruction, row.input, row.output)


def styled(row: Row, settings: ExportSettings, texts: Mapping[str, str]) -> Row:
    """A domain row with the system prompt and the context that the settings ask for; a general row as it is.

    A row that has its input keeps it: that is the part of the chunk that it is about. A conversation that has a system
    prompt has it behind the set's, since its answers are as that asks, and the context in its first question.

    Args:
        texts: the chunks' texts by id.

    Raises:
        BlendError: a chunk's text is not there.
    """
    if not row.group:
        return row
    changes: dict[str, Any] = {}
    if row.singles:
        changes["singles"] = tuple(styled(single, settings, texts) for single in row.singles)
    if settings.system:
        changes["system"] = "\n".join(filter(None, (settings.system, row.system)))
    if settings.context == "input" and not row.input:
        try:
            text = "\n\n".join(texts[chunk] for chunk in row.chunk_ids)
        except KeyError as error:
            raise BlendError(f"{_name(row)}: the text of its chunk {error} is missing; do the run again") from error
        if row.history:
            (first, answer), *others = row.history
            changes["history"] = ((f"{first}\n{text}", answer), *others)
        else:
            changes["input"] = text
    return row.model_copy(update=changes) if changes else row


def format_row(row: Row, form: Format, provenance: bool = True) -> list[Written]:
    """What ``row`` becomes in a format: one row; in ``preference`` none or one, in ``kto`` none, one or two.

    Those two have domain rows only (where a set has preference pairs, ``sets`` gives them these), and ``preference``
    only those with a rejected answer. That turns alternate and are
    of the right number holds by construction: a Row has its earlier turns in pairs.

    Raises:
        BlendError: a trainer would skip the row without a word, or the format does not hold its turns; the message says
            why and what to do.
    """
    said = (row.instruction, row.output, *(text for turn in row.history for text in turn))
    if not all(text.strip() for text in said):
        raise BlendError(f"{_name(row)} has an empty question or answer, which trainers skip; leave it out of the set")
    made = _MAKERS[form](row)
    if provenance:
        for written in made:
            written |= _trace(row)
            if form in COMPARED:
                written[REJECTED_BY] = "" if written.get("label") else _wrong(row)[1]
                chosen, rejected = _marks(row.chosen_marks), _marks(row.marks)
                marks = chosen + rejected if form == "preference" else chosen if written["label"] else rejected
                written |= zip(MARKED[form], marks, strict=True)
    return made


def _marks(marks: Marks | None) -> list[str]:
    """As ``ASPECTS`` has them."""
    given = (marks.accuracy, marks.safety, marks.helpfulness) if marks else (None, None, None)
    return ["" if mark is None else f"{mark:g}" for mark in given]


def _alpaca(row: Row) -> list[Written]:
    _check_single_turn(row, "alpaca")
    return [{"instruction": row.instruction, "input": row.input, "output": row.output, "system": row.system}]


def _sharegpt(row: Row) -> list[Written]:
    spoken = [{"from": ("human", "gpt")[place % 2], "value": text} for place, text in enumerate(_turns(row))]
    return [{"conversations": spoken, "system": row.system}]


def _messages(row: Row) -> list[Written]:
    system = [{"role": "system", "content": row.system}] if row.system else []
    said = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(_turns(row))]
    return [{"messages": system + said}]


def _preference(row: Row) -> list[Written]:
    wrong, _ = _wrong(row)
    if not wrong:
        return []
    _check_single_turn(row, "preference")
    return [{"prompt": _prompt(row), "chosen": row.output, "rejected": wrong, "system": row.system}]


def _kto(row: Row) -> list[Written]:
    if not row.group:
        return []
    _check_single_turn(row, "kto")
    answers = [(row.output, True)]
    wrong, _ = _wrong(row)
    if wrong:
        answers.append((wrong, False))
    return [
        {"prompt": _prompt(row), "completion": text, "label": label, "system": row.system} for text, label in answers
    ]


_MAKERS: dict[Format, Callable[[Row], list[Written]]] = {
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
    "messages": _messages,
    "preference": _preference,
    "kto": _kto,
}


def _check_single_turn(row: Row, form: Format) -> None:
    if row.history:
        raise BlendError(
            f"{_name(row)} is a conversation of {len(row.history) + 1} turns, which the {form} format does not hold; "
            "choose --format sharegpt or messages, or data of single turns"
        )


def _wrong(row: Row) -> tuple[str, str]:
    """The answer to reject and where it comes from; ("", "") for none.

    Raises:
        BlendError: it is the right one again.
    """
    wrong, source = rejected(row)
    if wrong and squash(wrong) == squash(row.output):
        raise BlendError(f"{_name(row)} rejects the answer that it gives; leave its rejected answer out")
    return wrong, source


def _turns(row: Row) -> list[str]:
    return [text for turn in (*row.history, (_prompt(row), row.output)) for text in turn]


def _prompt(row: Row) -> str:
    return f"{row.instruction}\n{row.input}" if row.input else row.instruction


def _trace(row: Row) -> Written:
    places = [(row.path, row.pages), *((other.path, other.pages) for other in row.beside)]
    path = "; ".join(path for path, _ in places)
    pages = "; ".join(", ".join(map(str, numbers)) for _, numbers in places)
    values = (row.item_id, row.source, path, pages, row.task_type, row.language, row.decision)
    return dict(zip(TRACE, values, strict=True))


def _name(row: Row) -> str:
    return f"row {row.item_id}" if row.item_id else f"a row of {row.source}"
