"""Both sides of a set -> its files in every format asked for, and LLaMA-Factory's registry of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from docqa.export.files import writing
from docqa.export.formats import FORMATS, REGISTRY, columns, format_row, styled
from docqa.records import Row
from docqa.runfolder import replacing, write_text
from docqa.settings import ExportSettings, FileType, Format

Side = Literal["train", "val"]
SIDES: tuple[Side, ...] = ("train", "val")


class File(NamedTuple):
    """A file of a set. ``key`` names it in LLaMA-Factory's registry; ``plain`` is the first format asked for."""

    name: str
    key: str
    side: Side
    form: Format
    plain: bool
    rows: int


def file_name(side: Side, form: Format, settings: ExportSettings) -> str:
    """``train.jsonl`` for the first format of ``settings``, ``train.<format>.jsonl`` for the others."""
    middle = "" if form == settings.formats[0] else f".{form}"
    return f"{side}{middle}.{settings.file_type}"


def write_set(
    sides: Mapping[Side, Iterable[Row]],
    folder: Path,
    settings: ExportSettings,
    texts: Mapping[str, str] | None = None,
    name: str = "docqa",
) -> list[File]:
    """Write the rows of each side in each format, and ``dataset_info.json``; the rows are read once, as they come.

    Entries that others have in ``dataset_info.json`` stay. A file that an earlier export listed there, and this one
    does not write, is removed: it is another set's.

    Args:
        texts: the chunks' texts by id, for ``context = "input"``.
        name: what the registry's entries begin with: ``docqa_train``, ``docqa_val_messages``, ...

    Raises:
        BlendError: a row is not fit for a format; see ``format_row``.
    """
    files = [file for side in sides for file in write_rows(sides[side], folder, side, settings, texts, name)]
    _register(files, folder, name)
    return files


def write_rows(
    rows: Iterable[Row],
    folder: Path,
    side: Side,
    settings: ExportSettings,
    texts: Mapping[str, str] | None = None,
    name: str = "docqa",
) -> list[File]:
    """Write one side; all its files appear together, whole, and on an error the old ones stay as they are."""
    forms = settings.formats
    paths = [folder / file_name(side, form, settings) for form in forms]
    counts = dict.fromkeys(forms, 0)
    with ExitStack() as replaced:
        parts = [replaced.enter_context(replacing(path)) for path in paths]
        with ExitStack() as opened:
            writers = [
                (form, opened.enter_context(writing(part, settings.file_type, columns(form, settings.provenance))))
                for form, part in zip(forms, parts, strict=True)
            ]
            for row in rows:
                asked = styled(row, settings, texts or {})
                for form, write in writers:
                    for written in format_row(asked, form, settings.provenance):
                        write(written)
                        counts[form] += 1
    return [
        File(path.name, _key(name, side, form, settings), side, form, form == forms[0], counts[form])
        for form, path in zip(forms, paths, strict=True)
    ]


def dataset_info(files: Sequence[File]) -> dict[str, Any]:
    """LLaMA-Factory's registry of ``files``. One without rows gets no entry: the trainer's loader fails on it."""
    return {file.key: {"file_name": file.name, **REGISTRY[file.form]} for file in files if file.rows}


def _key(name: str, side: Side, form: Format, settings: ExportSettings) -> str:
    return f"{name}_{side}" if form == settings.formats[0] else f"{name}_{side}_{form}"


def _register(files: Sequence[File], folder: Path, name: str) -> None:
    """Put ``files`` in the place of what an earlier export of this name listed."""
    path = folder / "dataset_info.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    written = {file.name for file in files}
    for side in SIDES:
        for form in (None, *FORMATS):
            key, stem = (f"{name}_{side}_{form}", f"{side}.{form}") if form else (f"{name}_{side}", side)
            listed = known.pop(key, {}).get("file_name")
            if listed in {f"{stem}.{suffix}" for suffix in get_args(FileType)} - written:
                (folder / listed).unlink(missing_ok=True)
    write_text(path, json.dumps(known | dataset_info(files), indent=2) + "\n")
