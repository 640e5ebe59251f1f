"""The flags that several commands have, and their places in the settings."""

from collections.abc import Callable
from typing import Any

import click

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
)


def model_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that may ask a model and decides what is kept."""
    for option in reversed(_MODEL_OPTIONS):
        command = option(command)
    return command


def nested(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags that were given, in the sections of the settings file."""
    if flags.get("general_ratio") and not flags["general"]:
        raise click.UsageError("--general-ratio needs the general data: name it with --general FILE")
    flags["name"] = flags.pop("model")
    places = {
        "name": "model",
        "base_urls": "model",
        "engine_args": "model",
        "request_args": "model",
        "concurrency": "model",
        "self_qa": "generate",
        "questions": "generate",
        "domain": "generate",
        "persona": "generate",
        "general": "blend",
        "general_ratio": "blend",
        "general_repeat": "blend",
        "decontaminate": "curate",
        "formats": "export",
        "val_share": "export",
        "min_score": "generate",
        "max_tokens": "chunk",
        "workers": "parse",
        "policy": "verify",
        "embedder": "index",
        "base_url": "index",
    }
    flags["base_url"] = flags.pop("embedder_url")
    student = {"name": flags.pop("student_model"), "base_urls": flags.pop("student_base_urls")}
    nested: dict[str, Any] = {"student": given} if (given := {k: v for k, v in student.items() if v}) else {}
    for name, value in flags.items():
        if value is None or value == ():
            continue
        if name in places:
            nested.setdefault(places[name], {})[name] = value
        else:
            nested[name] = value
    return nested
