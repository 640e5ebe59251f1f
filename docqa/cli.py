"""The commands. Each is a few lines that read its flags and call the Python API.

Exit codes: 0 all good, 1 usage or set-up error, 2 finished with failed files, 3 nothing produced.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

from docqa import __version__
from docqa.errors import DocqaError, ParseError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


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


def _model_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that may ask a model and decides what is kept."""
    for option in reversed(_MODEL_OPTIONS):
        command = option(command)
    return command


@click.group(context_settings=CONTEXT, epilog="Start with: docqa run FOLDER -o out")
@click.version_option(__version__, prog_name="docqa")
def cli() -> None:
    """Turn a folder of documents into a supervised fine-tuning set that can be traced and trusted.

    The default needs no GPU, no network and no model: questions are made by rule, and each answer is verified against
    the whole corpus. With --model, a language model asks, answers and verifies in the same pipeline.
    """


@cli.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder."
)
@_model_options
@click.option("--self-qa", type=click.Choice(["two-stage", "single"]), help="Calls for a chunk.  [default: two-stage]")
@click.option("--questions", type=int, help="Questions asked for a chunk.  [default: by its size]")
@click.option("--domain", metavar="TEXT", help="Field of the documents, in a few words, for the prompts.")
@click.option("--persona", metavar="TEXT", help="Who will ask, in a few words, for the prompts.")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file.  [default: ./docqa.toml if it exists]")
@click.option("--general", multiple=True, metavar="FILE", help="General instruction data to blend in (repeatable).")
@click.option("--general-ratio", type=float, help="Share of the rows written that are general.  [default: 0.1]")
@click.option("--general-repeat", is_flag=True, default=None, help="Use general rows more than once if too few.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["alpaca", "sharegpt", "messages"]),
    help="Format of the rows (repeatable; the first is train.jsonl).  [default: alpaca]",
)
@click.option("--min-score", type=float, help="Least measured precision of a question template.  [default: 0.8]")
@click.option("--max-tokens", type=int, help="Largest chunk, in tokens.  [default: 512]")
@click.option("--val-share", type=float, help="Share of the rows held out, by document.  [default: 0.1]")
@click.option("--seed", type=int, help="Seed of the rows' order.  [default: 0]")
@click.option("--workers", type=int, help="Worker processes; 0 is one a core.  [default: 0]")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors only.")
def run(source: Path, out: Path, config: Path | None, dry_run: bool, quiet: bool, **flags: Any) -> None:
    """Make a verified, blended SFT set from the documents in SOURCE (a folder or a file).

    \b
    Examples:
      docqa run ./manuals -o out
      docqa run ./manuals -o out --general alpaca.json --general-ratio 0.1 --format sharegpt
      docqa run ./manuals -o out --model Qwen/Qwen3-8B --engine-arg tensor_parallel_size=2
      docqa run ./manuals -o out --model qwen3:8b --base-url http://localhost:11434/v1 --concurrency 4

    A key for the servers is read from the environment, DOCQA_API_KEY, and from nowhere else.

    Stopped half-way? Start the same command again: what was finished is not done twice.
    """
    from docqa import pipeline, terminal
    from docqa.progress import progress
    from docqa.settings import load

    settings = load(_nested(flags), config)
    if dry_run:
        for line in pipeline.plan(source, out, settings):
            click.echo(line)
        return
    with progress(terminal=sys.stderr.isatty() and not quiet) as shown:
        summary = pipeline.run(source, out, settings, shown)
    if not quiet:
        click.echo(terminal.summary_text(summary, out))
    sys.exit(terminal.exit_code(summary))


def _nested(flags: dict[str, Any]) -> dict[str, Any]:
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


@cli.command()
@click.argument("items", type=click.Path(path_type=Path))
@click.option("--corpus", type=click.Path(path_type=Path), required=True, help="Folder of documents, or of a run.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("verified"), show_default=True, help="Run folder."
)
@_model_options
@click.option("--config", type=click.Path(path_type=Path), help="Settings file.  [default: ./docqa.toml if it exists]")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors only.")
def verify(items: Path, corpus: Path, out: Path, config: Path | None, quiet: bool, **flags: Any) -> None:
    """Verify the questions and answers in ITEMS, made anywhere, against a corpus.

    ITEMS is JSON or JSON lines: Alpaca, ShareGPT, messages, or question and answer. What is kept and what is dropped is
    written to two files in the same form, and every verdict with its evidence to items.jsonl.

    \b
    Examples:
      docqa verify alpaca.json --corpus ./manuals -o verified
      docqa verify items.jsonl --corpus out --policy strict --base-url http://localhost:8000/v1
    """
    from docqa import terminal
    from docqa.audit import audit
    from docqa.progress import progress
    from docqa.settings import load

    settings = load(_nested(flags), config)
    with progress(terminal=sys.stderr.isatty() and not quiet) as shown:
        done = audit(items, corpus, out, settings, shown)
    if not quiet:
        click.echo(terminal.audit_text(done, out, items.suffix))
    sys.exit(terminal.audit_code(done))


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(["markdown", "json", "html"]), default="markdown", show_default=True)
@click.option(
    "-o", "--out", type=click.File("w", encoding="utf-8"), default="-", help="File to write.  [default: stdout]"
)
def parse(file: Path, to: str, out: TextIO) -> None:
    """Show what docqa sees in FILE.

    \b
    markdown  headings as #, tables as HTML tables
    json      the record, with each block's place
    html      each page's picture with the blocks drawn over it in reading order, to see why something went wrong
    """
    from docqa.corpus import parse_one, pictures_of
    from docqa.parse import overlay, show
    from docqa.settings import load

    settings = load().parse
    try:
        document = parse_one(file, settings)
    except ParseError as error:
        raise click.ClickException(f"{file}: {error}") from error
    for warning in document.warnings:
        click.echo(f"{file}: {warning}", err=True)
    if to == "html":
        out.write(overlay.to_html(document, pictures_of(file, settings)))
    else:
        out.write((show.to_json(document) if to == "json" else show.to_markdown(document)) + "\n")


@cli.group()
def bench() -> None:
    """Measure docqa on your own documents."""


@bench.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--save", metavar="FILE", type=click.Path(path_type=Path), help="Write each document's metrics.")
@click.option("--against", metavar="FILE", type=click.Path(path_type=Path), help="Compare with what --save wrote.")
@click.option("--tolerance", type=float, default=0.005, show_default=True, help="What a metric may lose.")
def extraction(folder: Path, save: Path | None, against: Path | None, tolerance: float) -> None:
    """Measure how well docqa reads the PDFs in DIR that have their truth beside them.

    The truth of NAME.pdf is NAME.md: what stands in it, in reading order, with headings as # and tables as HTML or with
    pipes; or NAME.tables.json, its tables alone. With --against, ends with 1 and names the documents when a metric got
    worse.

    \b
    Examples:
      docqa parse manual.pdf -o manual.md    # then correct it by hand
      docqa bench extraction ./truth --save scores.json
      docqa bench extraction ./truth --against scores.json
    """
    from docqa.bench import extraction, scores
    from docqa.settings import load

    before = scores.load(against, "docqa") if against else {}
    measured, faults = extraction.measure(folder, load().parse)
    for fault in faults:
        click.echo(fault, err=True)
    click.echo(extraction.report(measured))
    if save:
        scores.save(save, {"docqa": measured})
    if against:
        lines, good = scores.verdict(before, measured, tolerance)
        click.echo("\n".join(lines))
        sys.exit(0 if good else 1)


@cli.command()
@click.option("--force", is_flag=True, help="Overwrite a docqa.toml that is there.")
@click.option("--prompts", is_flag=True, help="Copy the prompts to ./prompts, to be changed, and use them.")
def init(force: bool, prompts: bool) -> None:
    """Write a docqa.toml that explains every setting."""
    import shutil

    from docqa.prompts import shipped
    from docqa.settings import Settings, to_toml

    path, folder = Path("docqa.toml"), Path("prompts")
    for made in [path, *([folder] if prompts else [])]:
        if made.exists() and not force:
            raise click.ClickException(f"{made} is there already; --force overwrites it")
    text = to_toml(Settings.model_construct(), comments=True)
    if prompts:
        shutil.copytree(shipped(), folder, dirs_exist_ok=True)
        text = text.replace('# prompts = ""', 'prompts = "prompts"')
        click.echo("prompts/ written; prompts/README.md says how they work")
    path.write_text(text, encoding="utf-8")
    click.echo("docqa.toml written; `docqa run` in this folder reads it")


def main() -> None:
    """Entry point: click's usage errors exit with 1, since 2 means failed files."""
    gc.set_threshold(200_000, 20, 100)  # a run makes many small objects and few cycles: a tenth less CPU a call
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("\nStopped. Start the same command again to go on where it was.", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = 1
    except DocqaError as error:
        click.echo(f"Error: {error}", err=True)
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
