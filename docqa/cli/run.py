"""``docqa run``: documents to a set."""

import sys
from pathlib import Path
from typing import Any

import click

from docqa.cli.options import blend_options, export_options, model_options, resolved


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder."
)
@model_options
@click.option(
    "--method",
    "methods",
    multiple=True,
    metavar="NAME[:SHARE]",
    help="What makes the items (docqa methods; FILE.py is one of your own), on which share of the chunks (repeatable).",
)
@click.option("--rounds", type=int, help="How often methods that work from kept items run (evolve, ...).  [default: 1]")
@click.option("--target", type=int, metavar="COUNT", help="Kept items to aim for; the rounds go on until then.")
@click.option("--prompts", metavar="FOLDER", help="Prompts of your own, file by file in the place of the shipped ones.")
@click.option("--self-qa", type=click.Choice(["two-stage", "single"]), help="Calls for a chunk.  [default: two-stage]")
@click.option("--questions", type=int, help="Questions asked for a chunk.  [default: by its size]")
@click.option("--domain", metavar="TEXT", help="Field of the documents, in a few words, for the prompts.")
@click.option("--persona", metavar="TEXT", help="Who will ask, in a few words, for the prompts.")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file.  [default: ./docqa.toml if it exists]")
@blend_options
@export_options
@click.option(
    "--decontaminate", multiple=True, metavar="FILE", help="Test set whose texts no item may hold (repeatable)."
)
@click.option("--min-score", type=float, help="Least measured precision of a question template.  [default: 0.8]")
@click.option(
    "--score",
    type=click.Choice(["accuracy", "deita", "both", "none"]),
    help="What the model rates of each verified item.  [default: accuracy]",
)
@click.option("--min-accuracy", type=float, help="Least accuracy, 1 to 5, that keeps an item.  [default: 4.5]")
@click.option("--max-tokens", type=int, help="Largest chunk, in tokens.  [default: 512]")
@click.option("--workers", type=int, help="Worker processes; 0 is one a core.  [default: 0]")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors only.")
def run(source: Path, out: Path, config: Path | None, dry_run: bool, quiet: bool, **flags: Any) -> None:
    """Make a verified, blended SFT set from the documents in SOURCE (a folder or a file).

    \b
    Examples:
      docqa run ./manuals -o out
      docqa run ./manuals -o out --general alpaca.json:2 --general hf:tatsu-lab/alpaca --general-ratio 0.1
      docqa run ./manuals -o out --model Qwen/Qwen3-8B --engine-arg tensor_parallel_size=2
      docqa run ./manuals -o out --model Qwen/Qwen3-8B --method self-qa --method extractive:0.3
      docqa run ./manuals -o out --model qwen3:8b --base-url http://localhost:11434/v1 --concurrency 4

    A key for the servers is read from the environment, DOCQA_API_KEY, and from nowhere else.

    Stopped half-way? Start the same command again: what was finished is not done twice.
    """
    from docqa import pipeline, terminal
    from docqa.progress import progress

    settings = resolved(flags, config)
    if dry_run:
        for line in pipeline.plan(source, out, settings):
            click.echo(line)
        return
    with progress(terminal=sys.stderr.isatty() and not quiet) as shown:
        summary = pipeline.run(source, out, settings, shown)
    if not quiet:
        click.echo(terminal.summary_text(summary, out))
    sys.exit(terminal.exit_code(summary))
