"""The programs that are compared: each a function that loads it and gives one that reads a file.

Loading raises ImportError where the program isn't installed. The peers' settings are those that suit this measurement
best: page headers and footers left out where a program can tell them.
"""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from docqa.bench.tables import grid_table
from docqa.bench.truth import Content, Piece, from_document, from_lines, from_markdown

Reader = Callable[[Path], Content]


def docqa() -> Reader:
    """This program, in this process."""
    from docqa.parse import parse_file

    return lambda path: from_document(parse_file(path, path.parent))


def pymupdf_text() -> Reader:
    """Plain text, in the order of the file."""
    import pymupdf

    def read(path: Path) -> Content:
        with pymupdf.open(path) as document:
            return from_lines("\n".join(page.get_text() for page in document))

    return read


def _pymupdf_markdown(layout: bool) -> Reader:
    import pymupdf4llm

    pymupdf4llm.use_layout(layout)

    def read(path: Path) -> Content:
        with redirect_stdout(sys.stderr):
            if layout:
                text = pymupdf4llm.to_markdown(str(path), header=False, footer=False, use_ocr=False)
            else:
                text = pymupdf4llm.to_markdown(str(path))
        return from_markdown(text)

    return read


def pymupdf_markdown() -> Reader:
    """PyMuPDF's own Markdown with its layout models."""
    import pymupdf.layout  # noqa: F401

    return _pymupdf_markdown(layout=True)


def pymupdf_markdown_rules() -> Reader:
    """PyMuPDF's own Markdown without models."""
    return _pymupdf_markdown(layout=False)


def pypdfium2() -> Reader:
    """Plain text."""
    import pypdfium2

    def read(path: Path) -> Content:
        with pypdfium2.PdfDocument(path) as document:
            return from_lines("\n".join(page.get_textpage().get_text_bounded() for page in document))

    return read


def pdfplumber() -> Reader:
    """Plain text, and tables found by their lines."""
    import pdfplumber

    def read(path: Path) -> Content:
        with pdfplumber.open(path) as document:
            text = "\n".join(page.extract_text() for page in document.pages)
            tables = [rows for page in document.pages for rows in page.extract_tables()]
        return from_lines(text, (grid_table([[cell or "" for cell in row] for row in rows]) for rows in tables))

    return read


def unstructured_fast() -> Reader:
    """unstructured without models."""
    from unstructured.partition.pdf import partition_pdf

    def read(path: Path) -> Content:
        found = partition_pdf(str(path), strategy="fast")
        body = [element for element in found if element.category not in ("Header", "Footer")]
        return Content(
            tuple(
                Piece(element.text, (element.metadata.category_depth or 0) + 1 if element.category == "Title" else 0)
                for element in body
            )
        )

    return read


def markitdown() -> Reader:
    """Markdown by markitdown."""
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)
    return lambda path: from_markdown(converter.convert(path).markdown)


SYSTEMS: dict[str, Callable[[], Reader]] = {
    "docqa": docqa,
    "pymupdf": pymupdf_text,
    "pymupdf-markdown": pymupdf_markdown,
    "pymupdf-markdown-rules": pymupdf_markdown_rules,
    "pypdfium2": pypdfium2,
    "pdfplumber": pdfplumber,
    "unstructured-fast": unstructured_fast,
    "markitdown": markitdown,
}
