"""Rows -> the files a trainer reads: alpaca, sharegpt and messages in JSON lines, and LLaMA-Factory's registry.

Every row of a file has the same keys, so that readers which infer a schema from the first megabytes (Arrow) do not
break on a row further down. Rows are written as they come, in flat memory, to files with a temporary name that are
renamed when all are whole: a reader never sees half a set. A row that LLaMA-Factory would skip without a word (an
empty answer, a conversation in a format without turns) is an error here.

``formatting: openai`` in LLaMA-Factory adds words to the system prompt, so messages are registered as ``sharegpt``
with tags, as its own ``mllm_demo`` is.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

from docqa.errors import BlendError
from docqa.records import Row

Format = Literal["alpaca", "sharegpt", "messages"]
FORMATS: tuple[Format, ...] = ("alpaca", "sharegpt", "messages")

_REGISTRY: dict[Format, dict[str, Any]] = {
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
}


def format_row(row: Row, form: Format) -> dict[str, Any]:
    """``row`` as an object of the format, with ``id`` and ``source`` to trace it by: trainers ignore other columns.

    Raises:
        BlendError: a trainer would skip the row without a word; the message says why and what to do.
    """
    trace = {"id": row.item_id, "source": row.source}
    where = f"row {row.item_id}" if row.item_id else f"a row of {row.source}"
    if not all(
        text.strip() for text in (row.instruction, row.output, *(text for turn in row.history for text in turn))
    ):
        raise BlendError(f"{where} has an empty question or answer, which trainers skip; leave it out of the set")
    if form == "alpaca":
        if row.history:
            raise BlendError(
                f"{where} is a conversation of {len(row.history) + 1} turns, which the alpaca format does not hold; "
                "choose --format sharegpt or messages, or general data of single turns"
            )
        return {"instruction": row.instruction, "input": row.input, "output": row.output, "system": row.system, **trace}
    turns = [text for turn in (*row.history, (_prompt(row), row.output)) for text in turn]
    if form == "sharegpt":
        spoken = [{"from": ("human", "gpt")[place % 2], "value": text} for place, text in enumerate(turns)]
        return {"conversations": spoken, "system": row.system, **trace}
    system = [{"role": "system", "content": row.system}] if row.system else []
    said = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(turns)]
    return {"messages": system + said, **trace}


def _prompt(row: Row) -> str:
    return f"{row.instruction}\n{row.input}" if row.input else row.instruction


def file_name(side: str, form: Format, formats: Sequence[Format]) -> str:
    """``train.jsonl`` for the first of ``formats``, ``train.<format>.jsonl`` for the others."""
    return f"{side}.jsonl" if form == formats[0] else f"{side}.{form}.jsonl"


def write_rows(rows: Iterable[Row], folder: Path, side: str, formats: Sequence[Format]) -> int:
    """Write ``rows`` once for each format, into ``folder``, and return how many there were.

    All files appear together, whole, when the last row is written; on an error the old ones stay as they are.

    Args:
        side: ``train`` or ``val``, the files' first name.
        formats: without repetition; the first one's file has the plain name.

    Raises:
        BlendError: a row is not fit for a format; see ``format_row``.
    """
    paths = {form: folder / file_name(side, form, formats) for form in formats}
    parts = {form: path.with_name(f".{path.name}.part") for form, path in paths.items()}
    count = 0
    try:
        with ExitStack() as stack:
            files = {
                form: stack.enter_context(part.open("w", encoding="utf-8", newline="\n"))
                for form, part in parts.items()
            }
            for row in rows:
                for form, file in files.items():
                    file.write(json.dumps(format_row(row, form), ensure_ascii=False) + "\n")
                count += 1
        for form, part in parts.items():
            os.replace(part, paths[form])
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return count


def dataset_info(counts: Mapping[str, int], formats: Sequence[Format], name: str = "docqa") -> dict[str, Any]:
    """LLaMA-Factory's registry: an entry for each file that has rows, ``NAME_train``, ``NAME_val_messages``, ...

    An empty file gets no entry: the trainer's loader fails on it.

    Args:
        counts: rows by side (``train``, ``val``).
    """
    return {
        f"{name}_{side}" if form == formats[0] else f"{name}_{side}_{form}": {
            "file_name": file_name(side, form, formats),
            **_REGISTRY[form],
        }
        for form in formats
        for side, count in counts.items()
        if count
    }
