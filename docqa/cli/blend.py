"""``docqa blend``: a set made anywhere, blended with general data."""

from pathlib import Path
from typing import Any

import click

from docqa.cli.options import blend_options, export_options, resolved


@click.command()
@click.argument("domain", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("blended"), show_default=True, help="Folder to write."
)
@blend_options
@export_options
@click.option("--config", type=click.Path(path_type=Path), help="Settings file.  [default: ./docqa.toml if it exists]")
@click.option("-q", "--quiet", is_flag=True, help="No summary; errors only.")
def blend(domain: Path, out: Path, config: Path | None, quiet: bool, **flags: Any) -> None:
    """Blend the set in DOMAIN with general data, and write it split for the trainer.

    DOMAIN is a run folder, whose kept items are taken, or a file: Alpaca, ShareGPT, messages, or question and answer;
    json, jsonl, csv or parquet. General data has the same forms, or is a dataset of the Hugging Face Hub by its name.

    Val is split off by document, for a file by its first column of: document_id, document, group, id. A file without
    any is split row by row, and then what is asked in val may be said in train.

    \b
    Examples:
      docqa blend out --general alpaca.json --ratio 0.1 -o blended
      docqa blend manual.jsonl --general alpaca.json:2 --general hf:tatsu-lab/alpaca:1 --ratio 0.2 --ratio-by tokens
    """
    from docqa.remix import remix
    from docqa.terminal import blended_text

    blended = remix(domain, out, resolved(flags, config))
    if not quiet:
        click.echo(blended_text(blended, out))
