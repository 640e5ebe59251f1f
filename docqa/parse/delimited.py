"""csv and tsv become tables, as a sheet's cells do; delimiter and encoding are guessed.

``csv.Sniffer`` was tried: on a column of free text it takes a letter or a space for the delimiter, and it fails where
only some cells are quoted. What counts here is which delimiter gives the most rows of one and the same width.
"""

import csv
from collections import Counter
from pathlib import Path

from docqa.errors import ParseError
from docqa.parse.boxless import pages, plain
from docqa.parse.decode import decode
from docqa.parse.parsed import Parsed
from docqa.parse.regions import region_blocks

_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 16
_LONGEST_FIELD = 1 << 24


def read_delimited(path: Path) -> Parsed:
    """Read a csv or tsv file.

    Raises:
        ParseError: of kind ``wrong-type`` or ``damaged``.
    """
    text, encoding = decode(path.read_bytes())
    said, _, rest = text.partition("\n")
    if said[:4].lower() == "sep=" and len(said) == 5:
        delimiter, text = said[4], rest
    else:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(text[:_SAMPLE])
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
        cells = {(y, x): cell for y, row in enumerate(rows, 1) for x, cell in enumerate(map(plain, row), 1) if cell}
    except csv.Error as error:
        raise ParseError(f"the table is damaged ({error}); is a quotation mark not closed?", "damaged") from error
    blocks = tuple(region_blocks(cells, 1))
    guessed = (f"Read in the encoding {encoding}; save the file as UTF-8 if its text looks wrong.",)
    return Parsed("", tuple(pages(blocks, 1)), blocks, () if encoding.startswith("utf") else guessed)


def _delimiter(sample: str) -> str:
    """The delimiter that gives the most rows of one width, wider rows counting more."""

    def regular(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter))
        except csv.Error:
            return 0, 0
        return max(((times, width) for width, times in widths.items() if width > 1), default=(0, 0))

    return max(_DELIMITERS, key=regular)
