"""The flags that several commands have, and their places in the settings."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from docqa.settings import Settings

_MODEL_OPTIONS = (
    click.option(
        "--model",
        metavar="NAME",
        help="Model for vLLM in this process (folder or Hugging Face name), or on --base-url.",
    ),
    click.option(
        "--base-url",
        "base_urls",
        multiple=True,
        metavar="URL",
        help="OpenAI-compatible server with the model (repeatable).",
    ),
    click.option(
        "--engine-arg",
        "engine_args",
        multiple=True,
        metavar="NAME=VALUE",
        help="Option of vLLM in this process (repeatable).",
    ),
    click.option(
        "--request-arg", "request_args", multiple=True, metavar="NAME=VALUE", help="Field of each request (repeatable)."
    ),
    click.option(
        "--judge-model", metavar="NAME", help="Model that reads, compares and rates to verify.  [default: --model]"
    ),
    click.option("--judge-base-url", "judge_base_urls", multiple=True, metavar="URL", help="Server with the judge."),
    click.option(
        "--student-model", metavar="NAME", help="Model that will be trained, for the closed book.  [default: --model]"
    ),
    click.option(
        "--student-base-url", "student_base_urls", multiple=True, metavar="URL", help="Server with the student."
    ),
    click.option(
        "--embedder",
        metavar="NAME",
        help="Dense embedder: folder or Hugging Face name for sentence-transformers, or on --embedder-url.",
    ),
    click.option("--embedder-url", metavar="URL", help="OpenAI-compatible server with /embeddings."),
    click.option("--concurrency", type=int, help="Calls under way at a time, a server.  [default: 320]"),
    click.option(
        "--policy",
        type=click.Choice(["default", "strict", "lenient", "retrieval-only"]),
        help="Which verdicts are kept; the README has the table.  [default: default]",
    ),
    click.option(
        "--samples", type=int, help="Drop answers that so many samples of them do not agree with.  [default: 0]"
    ),
    click.option(
        "--min-logprob",
        type=float,
        help="Drop answers of a lower mean log-probability, like -0.5; with --samples, keep those of a higher.",
    ),
)


_BLEND_OPTIONS = (
    click.option(
        "--general",
        multiple=True,
        metavar="FILE[:WEIGHT]",
        help="General data to blend in: a file or hf:NAME#SPLIT, and a weight beside the others (repeatable).",
    ),
    click.option(
        "--general-ratio",
        "--ratio",
        "general_ratio",
        type=float,
        help="Share of what is written that is general.  [default: 0.1]",
    ),
    click.option(
        "--general-ratio-by",
        "--ratio-by",
        "ratio_by",
        type=click.Choice(["rows", "tokens"]),
        help="What that is a share of.  [default: rows]",
    ),
    click.option(
        "--general-repeat",
        "--repeat",
        "general_repeat",
        is_flag=True,
        default=None,
        help="Use general rows more than once if too few.",
    ),
    click.option(
        "--mix",
        type=click.Choice(["shuffle", "interleave", "blocks"]),
        help="Order: at random, general rows at even distances, or domain first.  [default: shuffle]",
    ),
    click.option("--val-share", type=float, help="Share of the rows held out, by document.  [default: 0.1]"),
    click.option("--seed", type=int, help="Seed of the rows' order.  [default: 0]"),
)


_EXPORT_OPTIONS = (
    click.option(
        "--format",
        "formats",
        multiple=True,
        type=click.Choice(["alpaca", "sharegpt", "messages", "preference", "kto"]),
        help="Format of the rows (repeatable; the first has the plain file names).  [default: alpaca]",
    ),
    click.option("--file-type", type=click.Choice(["jsonl", "json", "parquet"]), help="[default: jsonl]"),
    click.option("--system", metavar="TEXT", help="System prompt of the domain rows."),
    click.option(
        "--context",
        type=click.Choice(["none", "input"]),
        help="none: closed book; input: a domain row has the text of its chunk.  [default: none]",
    ),
    click.option(
        "--turns",
        type=click.Choice(["conversations", "single"]),
        help="single: the turns of a conversation are rows of their own in all formats.  [default: conversations]",
    ),
    click.option(
        "--no-provenance",
        "provenance",
        flag_value=False,
        default=None,
        help="Leave out the columns that trace a row: id, source, document, pages, ...",
    ),
)


def model_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that may ask a model and decides what is kept."""
    return _with(_MODEL_OPTIONS, command)


def blend_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that blends a set and splits it."""
    return _with(_BLEND_OPTIONS, command)


def export_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that writes rows."""
    return _with(_EXPORT_OPTIONS, command)


def _with(options: Sequence[Callable[[Any], Any]], command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(options):
        command = option(command)
    return command


def resolved(flags: dict[str, Any], config: Path | None) -> "Settings":
    """The settings of a command: the flags that were given over all else.

    Raises:
        SettingsError: as ``settings.load``.
    """
    from docqa.settings import load

    settings = load(_nested(flags), config)
    if flags.get("general_ratio") and not settings.blend.general:
        raise click.UsageError("--general-ratio needs the general data: name it with --general FILE")
    return settings


def _nested(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags that were given, in the sections of the settings file."""
    flags["name"] = flags.pop("model", None)
    places = {
        "name": "model",
        "base_urls": "model",
        "engine_args": "model",
        "request_args": "model",
        "concurrency": "model",
        "methods": "generate",
        "self_qa": "generate",
        "questions": "generate",
        "rounds": "generate",
        "target": "generate",
        "prompts": "generate",
        "domain": "generate",
        "persona": "generate",
        "general": "blend",
        "general_ratio": "blend",
        "general_repeat": "blend",
        "ratio_by": "blend",
        "mix": "blend",
        "decontaminate": "curate",
        "formats": "export",
        "file_type": "export",
        "system": "export",
        "context": "export",
        "turns": "export",
        "provenance": "export",
        "val_share": "export",
        "min_score": "generate",
        "max_tokens": "chunk",
        "workers": "parse",
        "policy": "verify",
        "samples": "verify",
        "min_logprob": "verify",
        "score": "curate",
        "min_accuracy": "curate",
        "embedder": "index",
        "base_url": "index",
    }
    flags["base_url"] = flags.pop("embedder_url", None)
    nested: dict[str, Any] = {}
    for role in ("judge", "student"):
        named = {"name": flags.pop(f"{role}_model", None), "base_urls": flags.pop(f"{role}_base_urls", None)}
        if given := {place: value for place, value in named.items() if value}:
            nested[role] = given
    for name, value in flags.items():
        if value is None or value == ():
            continue
        if name in places:
            nested.setdefault(places[name], {})[name] = value
        else:
            nested[name] = value
    return nested
