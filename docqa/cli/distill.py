"""``docqa distill``: somebody's prompts, answered by a model."""

import sys
from pathlib import Path
from typing import Any

import click

from docqa.cli.options import blend_options, export_options, model_options, resolved


@click.command()
@click.argument("file", metavar="PROMPTS", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("distilled"), show_default=True, help="Run folder."
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    help="Folder of documents, or of a run, that the answers are to come from.  [default: what the model knows]",
)
@model_options
@click.option("--prompts", metavar="FOLDER", help="Prompts of your own, file by file in the place of the shipped ones.")
@click.option("--domain", metavar="TEXT", help="Field of the prompts, in a few words, for the model.")
@click.option(
    "--score",
    type=click.Choice(["accuracy", "deita", "both", "none"]),
    help="What the model rates of each answer; without --corpus accuracy or none.  [default: accuracy]",
)
@click.option("--min-accuracy", type=float, help="Least accuracy, 1 to 5, that keeps an item.  [default: 4.5]")
@click.option(
    "--decontaminate", multiple=True, metavar="FILE", help="Test set whose texts no item may hold (repeatable)."
)
@blend_options
@export_options
@click.option("--config", type=click.Path(path_type=Path), help="Settings file.  [default: ./docqa.toml if it exists]")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors only.")
def distill(file: Path, out: Path, corpus: Path | None, config: Path | None, quiet: bool, **flags: Any) -> None:
    """Have a model, the teacher, answer the prompts in PROMPTS, and make a set for its student.

    PROMPTS is text with a prompt a line, or rows (json, jsonl, csv, parquet) with prompt, question, instruction and
    input, or messages, of which the user's last turn is taken.

    Without --corpus the model answers from what it knows. No document bears that out: the decision is "distilled",
    the answer is rated for its accuracy, and the rules drop refusals and what is broken. With --corpus it answers from
    the passages that a search finds, with quotes, and is verified like the items of a run; a prompt that they do not
    answer is dropped as "unanswered by the corpus".

    \b
    Examples:
      docqa distill prompts.txt --model Qwen/Qwen3-32B -o distilled
      docqa distill questions.jsonl --corpus ./manuals --base-url http://localhost:8000/v1
      docqa distill alpaca.json --model Qwen/Qwen3-32B --min-accuracy 4 --format sharegpt

    Stopped half-way? Start the same command again: no finished call is made twice.
    """
    from docqa import terminal
    from docqa.distill import distill
    from docqa.progress import progress

    settings = resolved(flags, config)
    with progress(terminal=sys.stderr.isatty() and not quiet) as shown:
        summary = distill(file, out, settings, corpus, shown)
    if not quiet:
        click.echo(terminal.summary_text(summary, out))
    sys.exit(terminal.exit_code(summary))
