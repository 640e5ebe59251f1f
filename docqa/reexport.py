"""A finished run -> its set again, in other formats: the rows are those of the run, and nothing is made or asked."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from docqa import export
from docqa.card import card
from docqa.errors import SettingsError
from docqa.outputs import SUMMARY, context_texts, pairs_path, rows_path
from docqa.records import Row
from docqa.runfolder import read_record, read_records, write_card
from docqa.settings import ExportSettings, Turns, load, to_toml
from docqa.summary import Summary


def export_run(run: Path, out: Path, settings: ExportSettings) -> list[export.File]:
    """Write the set of the run folder ``run`` to ``out``, with its registry and card.

    Raises:
        SettingsError: ``run`` is not the folder of a finished run of this docqa, ``out`` cannot be written to, or a
            package is missing.
        BlendError: a row is not fit for a format.
    """
    export.check_installed(settings.file_type)
    for path in (run / SUMMARY, run / "settings.toml", *(rows_path(run, side) for side in export.SIDES)):
        if not path.is_file():
            raise SettingsError(f"{path}: there is no such file; give the folder of a finished `docqa run`")
    summary = read_record(run / SUMMARY, (run / SUMMARY).read_text(encoding="utf-8"), Summary)
    sides = {side: read_records(rows_path(run, side), Row) for side in export.SIDES}
    pairs = {side: _pairs(run, side) for side in export.SIDES}
    files = export.write_set(sides, out, settings, context_texts(run, settings), pairs)
    name = f"{run.resolve().name} SFT set"
    write_card(
        out, card(_recounted(summary, files, settings.turns), _settings(run, settings), settings.license, files, name)
    )
    return files


def _pairs(run: Path, side: export.Side) -> list[Row]:
    """The preference pairs of a side; a run of the time before there were any has none."""
    path = pairs_path(run, side)
    return list(read_records(path, Row)) if path.is_file() else []


def _recounted(summary: Summary, files: Sequence[export.File], turns: Turns) -> Summary:
    """The summary with the rows that are written here, where a conversation may be one or several.

    Formats that compare answers leave rows out, which those of the run count nonetheless.
    """
    first = [file for file in files if file.plain and file.form not in export.COMPARED]
    if not first:
        return summary
    rows = summary.rows
    domain = sum(file.rows for file in first) - sum(rows.general.values())
    fewer = rows.domain + rows.joined + rows.repeated - domain
    whole = export.holds_conversations(first[0].form, turns)
    sides: dict[str, int] = {file.side: file.rows for file in first}
    counts = {**sides, "domain": domain, "joined": fewer if whole else 0, "repeated": 0 if whole else fewer}
    return summary.model_copy(update={"rows": rows.model_copy(update=counts)})


def _settings(run: Path, written: ExportSettings) -> str:
    """What the set was made with: the run's settings, whatever the environment says now, and how it is written here."""
    file = run / "settings.toml"
    made_with = tomllib.loads(file.read_text(encoding="utf-8"))
    made_with["export"] |= written.model_dump(exclude={"val_share"})
    return to_toml(load(made_with, file))
