"""What workers do with a PDF: look around in it, read a window of its pages, make the document of all.

Between the calls a page lies in a file of its own, in a folder that is made for the one PDF and removed with it. So the
process that asks never holds the pages, whatever their number, and when a worker is stopped in the middle of its
window, what it had read is there and the first page that is missing is the one it was stopped at.
"""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docqa.parse import check, to_document
from docqa.parse.parsed import Parsed
from docqa.parse.pdf import ReadPage, Survey, assemble, read_pages, survey
from docqa.records import Document, Page
from docqa.runfolder import replacing


@dataclass(frozen=True)
class Pages:
    """The pages of a PDF as they were read into ``folder``, loaded one by one each time they are gone over.

    Attributes:
        lost: why pages, by their number, are not there.
    """

    folder: Path
    count: int
    lost: Mapping[int, str]

    def __iter__(self) -> Iterator[ReadPage]:
        for number in range(1, self.count + 1):
            if number in self.lost:
                yield ReadPage(Page(number=number, failed=self.lost[number]), [])
            else:
                yield pickle.loads((self.folder / str(number)).read_bytes())


def begin(path: Path) -> Survey:
    """Look around in a PDF.

    Raises:
        ParseError: it cannot be read.
    """
    check(path)
    return survey(path)


def read_window(numbers: Sequence[int], path: Path, folder: Path) -> None:
    """Read these pages of the PDF ``path`` into ``folder``, one after the other.

    Raises:
        ParseError: the file cannot be read.
    """
    for number, read in zip(numbers, read_pages(path, numbers), strict=True):
        with replacing(folder / str(number)) as beside:
            beside.write_bytes(pickle.dumps(read))


def left(numbers: Sequence[int], folder: Path) -> Sequence[int]:
    """Which of these pages have not been read, in their order."""
    return [number for number in numbers if not (folder / str(number)).exists()]


def finish(pages: Pages, known: Survey, path: Path, root: Path) -> Document:
    """Make the document of all pages.

    Raises:
        ParseError: there is no text in the file.
    """
    return to_document(path, root, Parsed(*assemble(known, pages)))
