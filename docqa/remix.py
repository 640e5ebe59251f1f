"""A set made anywhere + general data -> a set for the trainer: the last step of a run, for a set of somebody else's."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docqa import export, outputs
from docqa.blend import pairs_from_items, rows_from_items
from docqa.card import blend_card
from docqa.errors import SettingsError
from docqa.export.rejected import rejected
from docqa.formats import row_from
from docqa.pipeline import open_general
from docqa.records import QAItem, Row, content_id
from docqa.rowfiles import entries
from docqa.runfolder import MEMO, read_records, write_card
from docqa.settings import ExportSettings, Settings, to_toml
from docqa.summary import Blended, counted

GROUPS = ("document_id", "document", "group", "id")
"""Columns that say what rows belong together; the first that a row has counts."""


def remix(domain: Path, out: Path, settings: Settings) -> Blended:
    """Blend the rows of ``domain`` with the general data of the settings, and write ``out`` as a run does.

    Args:
        domain: a run folder, whose kept items are taken, or a file of instruction data.

    Raises:
        SettingsError: a file cannot be used, or ``out`` is a run folder or that of ``domain``.
        BlendError: there are too few general rows, or a row does not fit its format.
    """
    if (out / MEMO).exists() or out.resolve() in (domain.resolve(), domain.resolve().parent):
        raise SettingsError(f"{out}: what is there would be written over; name another folder with -o")
    compared: list[Row] = []
    if domain.is_dir():
        items = _items(domain)
        rows, compared, name = rows_from_items(items), pairs_from_items(items), domain.resolve().name
    else:
        _check_for_a_file(domain, settings.export)
        rows, name = list(_rows(domain)), domain.name
        _check_comparable(domain, rows, settings.export)
    if not rows:
        raise SettingsError(f"{domain}: there are no rows in it; give a file of instruction data or a run folder")
    mixed = outputs.blended(rows, compared, open_general(settings, out), settings)
    texts = outputs.context_texts(domain, settings.export) if domain.is_dir() else {}
    files = export.write_set(mixed.rows, out, settings.export, texts, mixed.pairs)
    blended = Blended(
        domain=name,
        languages=counted(row.language for row in outputs.as_written(rows, settings.export)),
        rows=mixed.counts,
        pairs=counted(row.rejected_by for row in compared),
        notes=(mixed.note,) if mixed.note else (),
    )
    name = f"{out.resolve().name} SFT set"
    write_card(out, blend_card(blended, to_toml(settings), settings.export.license, files, name))
    return blended


def _check_for_a_file(domain: Path, asked: ExportSettings) -> None:
    """Refuse what only the items of a run have: the text of a chunk."""
    if asked.context == "input":
        raise SettingsError(f"{domain}: --context input needs a run folder, whose items have chunks")


def _check_comparable(domain: Path, rows: Sequence[Row], asked: ExportSettings) -> None:
    """Refuse preference rows where no answer of the file has anything that could be changed to reject it."""
    if "preference" in asked.formats and rows and not any(rejected(row)[0] for row in rows):
        raise SettingsError(
            f"{domain}: --format preference rejects an answer with a number, unit, name or negation changed, and none "
            "in it has one; name a run folder, or another format"
        )


def _items(folder: Path) -> list[QAItem]:
    items = folder / "items.jsonl"
    if not items.exists():
        raise SettingsError(f"{folder}: is no run folder, there is no items.jsonl in it; name a file or a run folder")
    return list(read_records(items, QAItem))


def _rows(path: Path) -> Iterator[Row]:
    """The rows of a file, each in its group."""
    for number, data in entries(path):
        try:
            row = row_from(data, "domain")
            if data.get("kept") is False:
                raise ValueError("was dropped by docqa; name the run's folder, of which the kept items are taken")
            if data.get("pair"):
                raise ValueError("is a preference pair of docqa; name the run's folder, which has its item, too")
        except ValueError as error:
            raise SettingsError(f"{path}: row {number}: {error}; mend it or leave it out") from error
        columns = (("item_id", "id"), ("path", "document"), ("task_type", "task_type"))
        traced = {name: str(data.get(column) or "") for name, column in columns}
        yield row.model_copy(update={"group": _group(data, row), **traced})


def _group(data: Mapping[str, object], row: Row) -> str:
    named = (data.get(column) for column in GROUPS)
    return next(
        (str(value) for value in named if value not in (None, "")),
        content_id(row.instruction, row.input, *(text for turn in row.history for text in turn)),
    )
