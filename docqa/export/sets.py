"""Both sides of a set -> its files in every format asked for, and LLaMA-Factory's registry of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from docqa.errors import SettingsError
from docqa.export.files import writing
from docqa.export.formats import COMPARED, FORMATS, REGISTRY, Apart, columns, format_row, styled
from docqa.records import Row
from docqa.runfolder import replacing, write_text
from docqa.settings import ExportSettings, FileType, Format

Side = Literal["train", "val"]
SIDES: tuple[Side, ...] = ("train", "val")


class File(NamedTuple):
    """A file of a set: ``train.jsonl`` in the first format asked for (``plain``), ``train.<format>.jsonl`` in others.

    ``key`` names it in LLaMA-Factory's registry.
    """

    name: str
    key: str
    side: Side
    form: Format
    plain: bool
    rows: int


def write_set(
    sides: Mapping[Side, Iterable[Row]],
    folder: Path,
    settings: ExportSettings,
    texts: Mapping[str, str] | None = None,
    pairs: Mapping[Side, Sequence[Row]] | None = None,
) -> list[File]:
    """Write the rows of each side in each format, and ``dataset_info.json``; the rows are read once, as they come.

    Entries that others have in ``dataset_info.json`` stay. A file that an earlier export listed there, and this one
    does not write, is removed: it is another set's.

    Args:
        texts: the chunks' texts by id, for ``context = "input"``.
        pairs: the rows of preference pairs. Where there are any, the formats that compare hold these and no others.

    Raises:
        BlendError: a row is not fit for a format; see ``format_row``.
        SettingsError: ``dataset_info.json`` is there and cannot be read.
    """
    compared = pairs if pairs and any(pairs.values()) else None
    files = [
        file
        for side in sides
        for file in write_rows(sides[side], folder, side, settings, texts, compared[side] if compared else None)
    ]
    _register(files, folder)
    return files


def write_rows(
    rows: Iterable[Row],
    folder: Path,
    side: Side,
    settings: ExportSettings,
    texts: Mapping[str, str] | None = None,
    pairs: Iterable[Row] | None = None,
) -> list[File]:
    """Write one side; all its files appear together, whole, and on an error the old ones stay as they are."""
    stems = {form: f"{side}.{form}" if place else side for place, form in enumerate(dict.fromkeys(settings.formats))}
    names = {form: f"{stem}.{settings.file_type}" for form, stem in stems.items()}
    counts = dict.fromkeys(stems, 0)
    with ExitStack() as replaced:
        parts = {form: replaced.enter_context(replacing(folder / name)) for form, name in names.items()}
        with ExitStack() as opened:
            writers = {
                form: opened.enter_context(writing(part, settings.file_type, columns(form, settings.provenance)))
                for form, part in parts.items()
            }
            apart = frozenset() if pairs is None else COMPARED
            for given, forms in ((rows, writers.keys() - apart), (pairs or (), writers.keys() & apart)):
                apart_in = {form: Apart(form, settings.turns) for form in forms}
                for row in given:
                    asked = styled(row, settings, texts or {})
                    for form in forms:
                        for place in apart_in[form].of(row):
                            one = asked if place < 0 else asked.singles[place]
                            for written in format_row(one, form, settings.provenance):
                                writers[form](written)
                                counts[form] += 1
    return [File(names[form], _key(stem), side, form, stem == side, counts[form]) for form, stem in stems.items()]


def dataset_info(files: Sequence[File]) -> dict[str, Any]:
    """LLaMA-Factory's registry of ``files``. One without rows gets no entry: the trainer's loader fails on it."""
    return {file.key: {"file_name": file.name, **REGISTRY[file.form]} for file in files if file.rows}


def _key(stem: str) -> str:
    return "docqa_" + stem.replace(".", "_")


def _register(files: Sequence[File], folder: Path) -> None:
    """Put ``files`` in the place of what an earlier export listed."""
    path = folder / "dataset_info.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if not isinstance(known, dict):
            raise ValueError("it is no object with an entry a file")
    except ValueError as error:
        raise SettingsError(f"{path}: is no registry ({error}); mend it, or write to another folder") from error
    written = {file.name for file in files}
    for side in SIDES:
        for stem in (side, *(f"{side}.{form}" for form in FORMATS)):
            listed = known.pop(_key(stem), {}).get("file_name")
            if listed in {f"{stem}.{suffix}" for suffix in get_args(FileType)} - written:
                (folder / listed).unlink(missing_ok=True)
    write_text(path, json.dumps(known | dataset_info(files), indent=2) + "\n")
