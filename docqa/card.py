"""The dataset card: a run's summary -> the README.md that goes with its files, on a disk or on the Hugging Face Hub.

Pure: the same summary and settings give the same bytes; there is no date in it. The YAML head is written as JSON
values, which are YAML, so a title with a colon or a quote cannot break it; text from documents is escaped where it
stands in a table.
"""

import json
import re
from collections.abc import Mapping, Sequence

from docqa.export import COMPARED, File
from docqa.summary import Blended, Counts, Coverage, RowCounts, Summary

_HUB_LICENSES = frozenset(
    "afl-3.0 agpl-3.0 apache-2.0 bsd bsd-2-clause bsd-3-clause c-uda cc cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 "
    "cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 "
    "cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0 "
    "cdla-sharing-1.0 etalab-2.0 gfdl gpl gpl-2.0 gpl-3.0 isc lgpl lgpl-2.1 lgpl-3.0 mit mpl-2.0 odbl odc-by other "
    "pddl unknown unlicense".split()
)
"""Licence identifiers that the Hub accepts; any other name goes into ``license_name`` beside ``license: other``."""

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

_LIMITS = (
    "Items are checked against the documents, not against the world: what a document gets wrong, the set repeats.",
    "Near-duplicates are found mostly by their words; the same fact asked in other words may stand twice.",
    "A question names its subject as its document does; where two documents mean different things by one name, it "
    "does not say which.",
)

_OPEN_LIMITS = (
    "No answer was checked against a document: what the model gets wrong, the set repeats.",
    "Near-duplicates are found mostly by their words; the same thing asked in other words may stand twice.",
)
"""Of a set that rests on no documents."""

_COMPARED = (
    "`rejected_by` says where a rejected answer comes from: `closed_book` and `retrieval` are answers that "
    "verification got without the chunk and found wrong; `sampled` ones are guesses of a model without what the right "
    "answer rests on; `number`, `unit`, `name` and `negation` are the right answer with that changed by rule."
)

_OF_ROWS = "Preference and KTO rows are made of domain rows only."

_OF_PAIRS = (
    "Preference and KTO rows are the preference pairs and nothing else: kept items beside a wrong answer, on the side "
    "of their document. A model marks both answers for accuracy, safety and helpfulness, 1 to 5; without one the "
    "accuracy of what was verified is 5, and of what was changed by rule 1."
)


_SINGLES = (
    "Formats without conversations have each of their turns as a row of its own, unless another row asks and answers "
    "the same; the rows counted above are those of the first format."
)

_TRACED = (
    "In the run folder `items.jsonl` holds every item made, kept or dropped, with its evidence, page and verdict; a "
    "row's `id` is the item's, a conversation's those of all its turns."
)


_OPEN_TRACED = "`items.jsonl` holds every item made, kept or dropped, with its reason; a row's `id` is the item's."


def card(summary: Summary, settings: str, license: str, files: Sequence[File], name: str) -> str:
    """Write the card.

    Args:
        settings: the run's settings as TOML.
        license: an identifier of the Hub (``cc-by-4.0``), any other licence's name, or "" when none was given.
        files: as exported.
        name: what the set is called.
    """
    items, rows = summary.items, summary.rows
    parts = [
        _metadata(rows, items.kept, license, files, name),
        f"# {_plain(name)}",
        f"{rows.total:,} rows for supervised fine-tuning, made with docqa: {_what(summary)}, and {_share(rows)}.",
        _counts(summary),
        _dropped(summary),
        _sources(summary),
        _list("Steps not done", summary.not_done, "None."),
        _list("Known limits", (*summary.notes, *(_LIMITS if summary.documents.read else _OPEN_LIMITS)), ""),
        _models(summary),
        f"## Settings\n\n{_fenced(settings, 'toml')}",
        _files(files, summary.pairs),
        _TRACED if summary.documents.read else _OPEN_TRACED,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def blend_card(blended: Blended, settings: str, license: str, files: Sequence[File], name: str) -> str:
    """Write the card of a set that ``docqa blend`` made; the arguments are as those of ``card``."""
    rows = blended.rows
    counts = [*_row_counts(rows), *_pair_counts(blended.pairs, rows.pairs_between)]
    parts = [
        _metadata(rows, blended.languages, license, files, name),
        f"# {_plain(name)}",
        f"{rows.total:,} rows for supervised fine-tuning, blended with docqa: {rows.domain:,} rows of "
        f"{_plain(blended.domain)}, which docqa has not checked, and {_share(rows)}.",
        "\n".join(["## What was done", "", "| | total | |", "|---|---:|---|", *counts]),
        _list("Known limits", blended.notes, "") if blended.notes else "",
        f"## Settings\n\n{_fenced(settings, 'toml')}",
        _files(files, blended.pairs),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what(summary: Summary) -> str:
    kept, read, given = f"{summary.items.kept_total:,}", summary.documents.read, summary.given
    if given and not read:
        return f"{kept} prompts of {_plain(given.file)}, answered by a model from what it knows"
    return (
        f"{kept} questions and answers from {read} documents, each traced to its page and checked against all of them"
    )


def _share(rows: RowCounts) -> str:
    of = "tokens" if rows.unit == "tokens" else "all"
    return f"{sum(rows.general.values()):,} general rows ({rows.ratio:.1%} of {of}; {rows.ratio_asked:.1%} asked for)"


def _metadata(rows: RowCounts, spoken: Counts, license: str, files: Sequence[File], name: str) -> str:
    fields: dict[str, object] = {"pretty_name": name}
    identifier = license.strip().casefold()
    if identifier in _HUB_LICENSES:
        fields["license"] = identifier
    elif identifier:
        fields |= {"license": "other", "license_name": re.sub(r"[^a-z0-9.]+", "-", identifier).strip("-") or "other"}
    else:
        fields["license"] = "unknown"
    if languages := sorted(language for language, count in spoken.items() if count):
        fields["language"] = languages
    fields |= {
        "task_categories": ["question-answering", "text-generation"],
        "size_categories": [next((label for limit, label in _SIZES if rows.total < limit), "n>1M")],
        "tags": ["sft", "docqa", "domain-adaptation"],
    }
    configs: dict[str, list[dict[str, str]]] = {}
    for file in files:
        if file.rows:
            split = {"train": "train", "val": "validation"}[file.side]
            configs.setdefault("default" if file.plain else file.form, []).append({"split": split, "path": file.name})
    if configs:
        fields["configs"] = [{"config_name": config, "data_files": listed} for config, listed in configs.items()]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _counts(summary: Summary) -> str:
    documents, items, given = summary.documents, summary.items, summary.given
    paired = f"{items.pairs:,} preference pairs, " if items.pairs else ""
    unread = _reasons(documents.skipped, "skipped") + _reasons(documents.failed, "failed")
    return "\n".join(
        [
            "## What was done",
            "",
            "| | total | |",
            "|---|---:|---|",
            f"| documents | {documents.found:,} | {documents.read:,} read{unread} |",
            _coverage("pages", summary.pages),
            _coverage("chunks", summary.chunks),
            *([f"| rows given | {given.rows:,} | {_plain(given.file)}{_failed(given.failed)} |"] if given else []),
            f"| items made | {items.made:,} | {items.kept_total:,} kept, {paired}"
            f"{sum(items.dropped.values()):,} dropped |",
            f"| items kept | {items.kept_total:,} | {_each(items.kept)} |",
            f"| their decisions | {items.kept_total:,} | {_each(summary.decisions)} |",
            f"| their task types | {items.kept_total:,} | {_each(summary.task_types)} |",
            *([f"| their mean scores | {items.kept_total:,} | {summary.mean_scores} |"] if summary.scores else []),
            *_row_counts(summary.rows),
            *_pair_counts(summary.pairs, summary.rows.pairs_between),
            f"| errors | {len(summary.failures):,} | a line each in errors.jsonl |",
        ]
    )


def _row_counts(rows: RowCounts) -> list[str]:
    general = ", ".join(f"{_plain(name)} {count:,}" for name, count in sorted(rows.general.items())) or "none"
    lines = [
        f"| rows written | {rows.total:,} | train {rows.train:,}, val {rows.val:,} |",
        f"| domain rows | {rows.domain:,} | {_joined(rows)}|",
        f"| general rows | {sum(rows.general.values()):,} | {general} |",
    ]
    if rows.unit == "tokens":
        lines.append(f"| tokens | {rows.tokens:,} | domain {rows.domain_tokens:,}, general {rows.general_tokens:,} |")
    if rows.between:
        lines.append(f"| domain rows left out | {rows.between:,} | of two documents, one in train and one in val |")
    if rows.left_out:
        lines.append(f"| general rows left out | {sum(rows.left_out.values()):,} | {_each(rows.left_out)} |")
    return lines


def _pair_counts(pairs: Counts, between: int) -> list[str]:
    lines = [f"| preference pairs, beside the rows | {sum(pairs.values()):,} | {_each(pairs)} |"] if pairs else []
    if between:
        lines.append(f"| pairs left out of them | {between:,} | of two documents, one in train and one in val |")
    return lines


def _joined(rows: RowCounts) -> str:
    if rows.joined:
        return f"a conversation is a row; {rows.joined:,} items are later turns of one "
    said = f"{rows.repeated:,} turns of conversations are left out, each asked and answered in another row as well "
    return said if rows.repeated else ""


def _coverage(name: str, counts: Coverage) -> str:
    used = f"{counts.used:,} used{_reasons(counts.skipped, 'skipped')}{_failed(counts.failed)}"
    return f"| {name} | {counts.total:,} | {used} |"


def _failed(count: int) -> str:
    return f", {count:,} failed" if count else ""


def _reasons(counts: Mapping[str, int], verb: str) -> str:
    return f", {sum(counts.values()):,} {verb} ({_each(counts)})" if counts else ""


def _each(counts: Mapping[str, int]) -> str:
    """``name count`` by falling count, then by name."""
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return ", ".join(f"{_plain(name)} {count:,}" for name, count in ranked)


def _dropped(summary: Summary) -> str:
    ranked = sorted(summary.items.dropped.items(), key=lambda entry: (-entry[1], entry[0]))
    if not ranked:
        return ""
    return "\n".join(
        [
            "## Why items were dropped",
            "",
            "| reason | items |",
            "|---|---:|",
            *(f"| {_plain(reason)} | {count:,} |" for reason, count in ranked),
        ]
    )


def _sources(summary: Summary) -> str:
    if not summary.sources:
        return ""
    return "\n".join(
        [
            "## Sources",
            "",
            "| file | title | language | pages | items made | kept |",
            "|---|---|---|---:|---:|---:|",
            *(
                f"| {_plain(source.path)} | {_plain(source.title)} | {source.language} | {source.pages:,} | "
                f"{source.made:,} | {source.kept:,} |"
                for source in summary.sources
            ),
        ]
    )


def _files(files: Sequence[File], pairs: Counts) -> str:
    lines = ["## Files", "", "| file | format | rows |", "|---|---|---:|"]
    lines += [f"| {file.name} | {file.form} | {file.rows:,} |" for file in files]
    lines += ["", "`dataset_info.json` is LLaMA-Factory's registry of those that have rows."]
    if len({file.rows for file in files if file.side == "train" and file.form not in COMPARED}) > 1:
        lines += ["", _SINGLES]
    if any(file.form in COMPARED for file in files):
        lines += ["", f"{_OF_PAIRS if pairs else _OF_ROWS} {_COMPARED}"]
    return "\n".join(lines)


def _list(heading: str, lines: Sequence[str], none: str) -> str:
    body = "\n".join(f"- {_plain(line)}" for line in lines) or none
    return f"## {heading}\n\n{body}"


def _models(summary: Summary) -> str:
    """What did the work, and with which prompts."""
    models = [f"- {_plain(role)}: {_plain(name)}" for role, name in summary.models.items()]
    prompts = [f"- prompt {_plain(file)}: `{version}`" for file, version in summary.prompts.items()]
    return "\n".join(["## Models", "", *models, *prompts]) if models else ""


def _plain(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown or HTML would act on."""
    line = re.sub(r"\s+", " ", text).strip()
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*\[\]|~]|(?<!\w)_|_(?!\w)|!(?=\[))", r"\\\1", line)


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text.strip()}\n{fence}"
