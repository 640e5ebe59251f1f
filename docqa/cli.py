"""The commands. Each is a few lines that read its flags and call the Python API.

Exit codes: 0 all good, 1 usage or set-up error, 2 finished with failed files, 3 nothing produced.
"""

import sys
from pathlib import Path
from typing import Any

import click

from docqa import __version__
from docqa.errors import DocqaError, ParseError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT, epilog="Start with: docqa run FOLDER -o out")
@click.version_option(__version__, prog_name="docqa")
def cli() -> None:
    """Turn a folder of documents into a supervised fine-tuning set that can be traced and trusted.

    The default needs no GPU, no network and no model: questions are made by rule, and each answer is verified against
    the whole corpus.
    """


@cli.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder."
)
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
    if flags["general_ratio"] and not flags["general"]:
        raise click.UsageError("--general-ratio needs the general data: name it with --general FILE")
    places = {
        "general": "blend",
        "general_ratio": "blend",
        "general_repeat": "blend",
        "formats": "export",
        "val_share": "export",
        "min_score": "generate",
        "max_tokens": "chunk",
        "workers": "parse",
    }
    nested: dict[str, Any] = {}
    for name, value in flags.items():
        if value is None or value == ():
            continue
        if name in places:
            nested.setdefault(places[name], {})[name] = value
        else:
            nested[name] = value
    return nested


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
def parse(file: Path, to: str) -> None:
    """Show what docqa sees in FILE: headings as #, tables as HTML tables."""
    from docqa.parse import show
    from docqa.pipeline import parse_one
    from docqa.settings import load

    try:
        document = parse_one(file, load().parse)
    except ParseError as error:
        raise click.ClickException(f"{file}: {error}") from error
    for warning in document.warnings:
        click.echo(f"{file}: {warning}", err=True)
    click.echo(show.to_json(document) if to == "json" else show.to_markdown(document))


@cli.command()
@click.option("--force", is_flag=True, help="Overwrite a docqa.toml that is there.")
def init(force: bool) -> None:
    """Write a docqa.toml that explains every setting."""
    from docqa.settings import Settings, to_toml

    path = Path("docqa.toml")
    if path.exists() and not force:
        raise click.ClickException("docqa.toml is there already; --force overwrites it")
    path.write_text(to_toml(Settings.model_construct(), comments=True), encoding="utf-8")
    click.echo("docqa.toml written; `docqa run` in this folder reads it")


def main() -> None:
    """Entry point: click's usage errors exit with 1, since 2 means failed files."""
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
