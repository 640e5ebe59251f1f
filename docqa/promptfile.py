"""Prompts from somebody's file: text, a prompt a line, or rows of which only what is asked is taken.

    {"prompt"} or {"question"}                      what it says; a list of messages in "prompt", too (TRL has those)
    {"instruction", "input"}                        both
    {"messages"} or {"conversations"}               what the user says last
    "..."                                           in a JSON array or JSON lines

A row that cannot be read ends the command before a model is asked anything, as it does in `docqa verify`. A row that
asks nothing is somebody's empty cell; it is told, and the others are answered.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from docqa.errors import SettingsError
from docqa.formats import last_asked
from docqa.rowfiles import entries

TEXT = ".txt"


class GivenPrompt(NamedTuple):
    """A prompt as it stands in a file.

    Attributes:
        number: of its row, from 1; in text and JSON lines that of the line.
        question: "" where the row asks nothing.
        input: the text that goes with it, or "".
        earlier: turns that came before it in its conversation, and are not shown.
    """

    number: int
    question: str
    input: str = ""
    earlier: int = 0


class Prompted(NamedTuple):
    """What is in a file of prompts: ``rows``, of which ``continued`` are the last turns of longer conversations."""

    rows: int
    continued: int


def look_through(path: Path) -> Prompted:
    """Read all of the file once.

    Raises:
        SettingsError: it cannot be read, a row of it is no prompt, or there is none.
    """
    rows = continued = asking = 0
    for prompt in prompts(path):
        rows += 1
        continued += bool(prompt.earlier)
        asking += bool(prompt.question)
    if not asking:
        raise SettingsError(f"{path}: there is no prompt in it; give text with a prompt a line, or rows with a prompt")
    return Prompted(rows, continued)


def prompts(path: Path) -> Iterator[GivenPrompt]:
    """Yield the prompts of a file; in text, lines without anything in them are none.

    Raises:
        SettingsError: the file cannot be read, or a row of it; names the row.
    """
    for number, data in _lines(path) if path.suffix.lower() == TEXT else entries(path):
        try:
            yield _prompt(number, data)
        except ValueError as error:
            raise SettingsError(f"{path}: row {number}: {error}; mend it or leave it out") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from ((number, line) for number, line in enumerate(file, start=1) if line.strip())
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text ({error.reason}); convert it first") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror or error}); check the path") from error


def _prompt(number: int, data: object) -> GivenPrompt:
    question, given, earlier = _asked(data)
    try:
        f"{question}{given}".encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair, which no UTF-8 file can hold") from None
    if not question.strip():
        question, given = given, ""
    return GivenPrompt(number, question.strip(), given.strip(), earlier)


def _asked(data: object) -> tuple[str, str, int]:
    """What is asked, the input and the number of earlier turns."""
    if isinstance(data, str):
        return data, "", 0
    if not isinstance(data, Mapping):
        raise ValueError("is neither text nor an object with fields")
    data = {name: value for name, value in data.items() if value is not None}  # a table has each column in each row
    name = next(
        (name for name in ("prompt", "instruction", "question", "messages", "conversations") if name in data), ""
    )
    if not name:
        raise ValueError(
            f"has the fields {sorted(data)}; needs prompt, instruction, question, messages or conversations"
        )
    value, given = data[name], data.get("input", "") if name == "instruction" else ""
    if name in ("messages", "conversations") or isinstance(value, list):
        question, earlier = last_asked(value)
        return question, "", earlier
    if not isinstance(value, str) or not isinstance(given, str):
        raise ValueError(f"{name if not isinstance(value, str) else 'input'} is not text")
    return value, given, 0
