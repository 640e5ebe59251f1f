"""A PDF is read in windows of pages: the windows do not show, and a page that stops its worker costs only itself."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pymupdf
import pytest

from docqa import windows
from docqa.corpus import open_pool, parse_file
from docqa.parse import parse_file as parse_here
from docqa.parse import pdf
from docqa.parse.lines import read_pieces
from docqa.parse.running import edge_rows, running_rows
from docqa.records import Document
from docqa.seen import Seen
from docqa.settings import ParseSettings

SENTENCE = "The discharge valve shall be closed before the pump is started."


def parsed(path: Path, timeout_s: float = 60, workers: int = 2, sizes: Sequence[int] = (32,)) -> list[Document]:
    """The document for each size of windows, read by workers as a run does."""
    settings = ParseSettings(workers=workers, timeout_s=timeout_s)

    async def main() -> list[Document]:
        documents = []
        async with open_pool(settings) as pool:
            for size in sizes:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(pdf, "WINDOW", size)
                    documents.append(await parse_file(pool, path, path.parent, settings))
        return documents

    return asyncio.run(main())


def write(path: Path, pages: int, hanging: set[int] = frozenset()) -> Path:
    """A PDF with a sentence a page; a ``hanging`` page draws forms in forms in forms, for years."""
    document = pymupdf.open()
    for number in range(1, pages + 1):
        document.new_page().insert_text((72, 300), f"{SENTENCE} Page {number}.")
    for number in hanging:
        page = document[number - 1]
        inner = page.get_contents()[0]
        resources = document.xref_get_key(page.xref, "Resources")[1]
        form = "<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources %s>>"
        document.update_object(inner, form % resources)
        document.update_stream(inner, b"BT /helv 9 Tf (a) Tj ET")
        for _ in range(14):
            outer = document.get_new_xref()
            document.update_object(outer, form % f"<</XObject<</F {inner} 0 R>>>>")
            document.update_stream(outer, b"/F Do " * 10)
            inner = outer
        document.xref_set_key(page.xref, "Resources", f"<</XObject<</F {inner} 0 R>>>>")
        content = document.get_new_xref()
        document.update_object(content, "<<>>")
        document.update_stream(content, b"/F Do ")
        document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
    document.save(path)
    return path


def test_a_document_is_the_same_whatever_its_windows(documents: Path):
    path = documents / "pump" / "operation_maintenance_manual.pdf"
    here = parse_here(path, path.parent)
    assert [len(page.header) > 0 for page in here.pages].count(True) > 5
    assert parsed(path, sizes=(1, 2, 32)) == [here] * 3


def test_pages_that_hang_cost_themselves(tmp_path: Path):
    (document,) = parsed(write(tmp_path / "a.pdf", 40, hanging={5, 40}), timeout_s=8)
    lost = {page.number: page.failed for page in document.pages if page.failed}
    assert lost.keys() == {5, 40}
    assert all("was stopped" in reason for reason in lost.values())
    text = "\n".join(block.text for block in document.blocks)
    assert [f"Page {number}." in text for number in range(1, 41)] == [number not in lost for number in range(1, 41)]
    seen = Seen()
    seen.document(document, [])
    assert [(failure.what, failure.pages) for failure in seen.failures] == [("page", (n,)) for n in (5, 40)]


def test_a_file_with_many_pages_that_hang_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(windows, "MOST_LOST", 1)
    (document,) = parsed(write(tmp_path / "a.pdf", 40, hanging=set(range(33, 41))), timeout_s=8, workers=1)
    failed = {page.number: page.failed for page in document.pages if page.failed}
    assert failed.keys() == set(range(33, 41))
    assert [number for number, reason in failed.items() if "other pages" in reason] == list(range(34, 41))


def test_running_headers_of_2000_pages_are_found():
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 40), "Operating manual")
    page.insert_text((72, 120), SENTENCE)
    edges = edge_rows(read_pieces(page, 1), 842)
    assert all(len(header) == 1 for header, _ in running_rows([edges] * 2000, [842] * 2000))
