"""``docqa bench``: measurements on the user's own documents."""

import sys
from pathlib import Path

import click


@click.group()
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
