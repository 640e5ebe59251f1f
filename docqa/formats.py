"""Instruction data from other people's files -> Rows, the shape recognised from the row and not from its name.

    Alpaca      {"instruction", "input", "output", "system", "history": [[question, answer], ...]}
    ShareGPT    {"conversations": [{"from": "human", "value": ...}, {"from": "gpt", ...}], "system"}
    messages    {"messages": [{"role": "user", "content": ...}, {"role": "assistant", ...}]}
    and         {"question", "answer"}

A trainer skips a row it cannot use without a word (LLaMA-Factory does), and the mix is then not the one asked for;
here such a row is an error that says what is wrong with it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from docqa.errors import SettingsError
from docqa.records import Row
from docqa.rowfiles import SUFFIXES, entries, is_array
from docqa.text import detect_language

_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "system": "system",
}

_TELLING = 500
"""Characters of a row that its language is told by; more cost time and tell nothing new."""


class GivenItem(NamedTuple):
    """A question and its answer as somebody's file has them.

    Attributes:
        data: the row itself.
        in_lines: whether the file is JSON lines and not one JSON array.
    """

    question: str
    answer: str
    data: Mapping[str, Any]
    in_lines: bool


def read_items(path: Path) -> list[GivenItem]:
    """Read the rows of a file as questions and answers, whatever its form.

    Of a conversation the last turn is taken; Alpaca's input is part of the question.

    Raises:
        SettingsError: the file is no JSON or JSON lines, or a row of it is no instruction data; names the row.
    """
    if path.suffix in SUFFIXES - {".json", ".jsonl"}:
        raise SettingsError(f"{path}: rows are given back in the form they came in; convert it to JSON lines first")
    in_lines = not _is_array(path)
    items = []
    for number, data in entries(path):
        try:
            row = row_from(data, "")
        except ValueError as error:
            raise SettingsError(f"{path}: row {number}: {error}; mend it or leave it out") from error
        asked = "\n".join(part.strip() for part in (row.instruction, row.input) if part.strip())
        items.append(GivenItem(asked, row.output.strip(), data, in_lines))
    if not items:
        raise SettingsError(f"{path}: there are no rows in it; give a JSON array or JSON lines")
    return items


def _is_array(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return is_array(file)
    except (OSError, UnicodeDecodeError):
        return False  # which ``entries`` will tell


def row_from(data: object, source: str) -> Row:
    """One row of instruction data, whatever its shape.

    Raises:
        ValueError: it is not instruction data; the message says what is wrong with it.
    """
    if not isinstance(data, Mapping):
        raise ValueError("is not an object with fields")
    data = {name: value for name, value in data.items() if value is not None}  # a table has each column in each row
    given, history = "", []
    if "question" in data and "answer" in data:
        system, question, answer = (_text(data, key) for key in ("system", "question", "answer"))
    elif "conversations" in data or "messages" in data:
        turns = data["conversations"] if "conversations" in data else data["messages"]
        system, questions, answers = _conversation(turns, _text(data, "system"))
        *history, (question, answer) = zip(questions, answers, strict=True)
    elif "instruction" in data and "output" in data:
        system, question, given, answer = (_text(data, key) for key in ("system", "instruction", "input", "output"))
        history = _history(data.get("history"))
        if not question.strip():
            question, given = given, ""
    else:
        raise ValueError(
            f"has the fields {sorted(data)}; needs instruction and output, question and answer, "
            "conversations, or messages"
        )
    for name, text in (("question", question), ("answer", answer)):
        if not text.strip():
            raise ValueError(f"has an empty {name}")
    everything = "\n".join((system, given, *(text for turn in (*history, (question, answer)) for text in turn)))
    try:
        everything.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair, which no UTF-8 file can hold") from None
    return Row(
        instruction=question,
        output=answer,
        input=given,
        system=system,
        language=detect_language(f"{question}\n{answer}"[:_TELLING]),
        source=source,
        history=tuple(history),
    )


def last_asked(turns: object) -> tuple[str, int]:
    """What the user says last in a conversation, and how many turns come before it.

    Raises:
        ValueError: they are no turns, or the user says nothing; the message says so.
    """
    turns = _unpacked(turns)
    if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
        raise ValueError("the turns are not a list of objects")
    spoken = [turn for turn in turns if _role(turn) != "system"]
    for place in range(len(spoken) - 1, -1, -1):
        if _role(spoken[place]) == "user":
            text = spoken[place].get("value", spoken[place].get("content"))
            if not isinstance(text, str):
                raise ValueError("the user's last turn has no text")
            return text, place
    raise ValueError("no turn is the user's")


def _role(turn: Mapping[str, Any]) -> str | None:
    name = turn.get("from", turn.get("role"))
    return _ROLES.get(name) if isinstance(name, str) else None


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{key} is not text")
    return value


def _unpacked(value: object) -> object:
    """A list that stands in a table's cell as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValueError("its turns are text and not a list, nor JSON of one") from error


def _history(value: object) -> list[tuple[str, str]]:
    if not value:
        return []
    value = _unpacked(value)
    if not isinstance(value, list) or not all(
        isinstance(turn, list) and len(turn) == 2 and all(isinstance(text, str) and text.strip() for text in turn)
        for turn in value
    ):
        raise ValueError("history is not a list of [question, answer]")
    return [(question, answer) for question, answer in value]


def _conversation(turns: object, system: str) -> tuple[str, list[str], list[str]]:
    """Read turns as (system, what the user says, what the assistant answers)."""
    turns = _unpacked(turns)
    if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
        raise ValueError("the turns are not a list of objects")
    said: list[tuple[str, str]] = []
    for number, turn in enumerate(turns, start=1):
        text, role = turn.get("value", turn.get("content")), _role(turn)
        if role is None:
            by = turn.get("from", turn.get("role"))
            raise ValueError(f"turn {number} is by {by!r}; docqa blends plain conversations, without tools or pictures")
        if not isinstance(text, str) or not (text.strip() or role == "system"):
            raise ValueError(f"turn {number} has no text")
        said.append((role, text))
    if said and said[0][0] == "system":
        system = said.pop(0)[1]
    roles = [role for role, _ in said]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2):
        raise ValueError("its turns do not alternate between user and assistant, ending with the assistant")
    texts = [text for _, text in said]
    return system, texts[::2], texts[1::2]
