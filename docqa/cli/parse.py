"""``docqa parse``: what docqa sees in a file."""

from pathlib import Path
from typing import TextIO

import click

from docqa.errors import ParseError


@click.command()
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
