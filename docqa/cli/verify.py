"""``docqa verify``: items made anywhere, checked against a corpus."""

import sys
from pathlib import Path
from typing import Any

import click

from docqa.cli.options import model_options, resolved


@click.command()
@click.argument("items", type=click.Path(path_type=Path))
@click.option("--corpus", type=click.Path(path_type=Path), required=True, help="Folder of documents, or of a run.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("verified"), show_default=True, help="Run folder."
)
@model_options
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

    settings = resolved(flags, config)
    with progress(terminal=sys.stderr.isatty() and not quiet) as shown:
        done = audit(items, corpus, out, settings, shown)
    if not quiet:
        click.echo(terminal.audit_text(done, out, items.suffix))
    sys.exit(terminal.audit_code(done))
