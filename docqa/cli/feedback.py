"""``docqa feedback``: what came back from use, into the set."""

import sys
from pathlib import Path
from typing import Any

import click

from docqa.cli.options import model_options, resolved


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@model_options
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors only.")
def feedback(run: Path, file: Path, quiet: bool, **flags: Any) -> None:
    """Take what came back from use in FILE into the set of the run folder RUN, and make the set again.

    FILE is json, jsonl or csv, a row an answer that somebody got: question, answer, thumbs (up or down, 1 or -1, true
    or false) and, where they gave one, the correction. A correction and an answer with thumbs up become items, which
    are verified against the documents of RUN like all others; thumbs down without a correction is recorded. An item of
    the set that was corrected goes when its correction was verified.

    The rows are kept in RUN/feedback.jsonl, each once, and every later run into RUN takes them in. The documents
    themselves are not needed. All settings are those of RUN; flags given here come before them.

    \b
    Examples:
      docqa feedback out answers.jsonl
      docqa feedback out answers.csv --base-url http://localhost:8000/v1
    """
    from docqa import terminal
    from docqa.flywheel import feed_back
    from docqa.progress import progress

    settings_file = run / "settings.toml"
    settings = resolved(flags, settings_file if settings_file.exists() else None)
    with progress(terminal=sys.stderr.isatty() and not quiet) as shown:
        done = feed_back(run, file, settings, shown)
    if not quiet:
        click.echo(terminal.feedback_text(done, run))
    sys.exit(terminal.exit_code(done.run))
