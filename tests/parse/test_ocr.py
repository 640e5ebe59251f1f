"""Pages that are pictures: told apart, read where the ocr extra is installed, and marked as read so."""

from pathlib import Path

import pymupdf
import pytest

from docqa.parse import ocr
from docqa.parse.lines import read_pieces
from docqa.parse.ocr import Seen
from docqa.parse.pdf import PICTURE, WINDOW, Survey, read_pdf

needs_ocr = pytest.mark.skipif(not ocr.installed(), reason="the ocr extra is not installed")
TEXT = ["The feed pump is checked every day.", "Report every trip to the shift leader.", "Oil is changed in May."]


def scan(folder: Path, lines: list[str], font: str = "helv", stamp: str = "") -> Path:
    """A PDF of one page that shows these lines as a picture, with a stamp of text upon it."""
    drawn = pymupdf.open()
    page = drawn.new_page()
    for row, line in enumerate(lines):
        page.insert_text((72, 100 + 24 * row), line, fontsize=14, fontname=font)
    picture = page.get_pixmap(dpi=150)
    document = pymupdf.open()
    shown = document.new_page()
    shown.insert_image(shown.rect, pixmap=picture)
    if stamp:
        shown.insert_text((72, 820), stamp, fontsize=5)
    document.save(folder / "scan.pdf")
    return folder / "scan.pdf"


def test_without_the_extra_a_picture_is_flagged_and_the_warning_says_how_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ocr, "installed", lambda: False)
    _, pages, blocks, warnings = read_pdf(scan(tmp_path, TEXT))
    assert pages[0].skipped == "image without text"
    assert not blocks
    assert warnings == ("Page 1: a picture without text; pip install 'docqa[ocr]' reads it.",)


def test_lines_of_one_font_get_one_size_and_a_larger_one_is_a_heading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen = [Seen("Operation", (72, 60, 200, 90), 0.99)]
    seen += [Seen(text, (72, 100 + 20 * row, 330, 112 + 20 * row + row % 2), 0.98) for row, text in enumerate(TEXT)]
    seen.append(Seen("~~ ,.", (300, 700, 400, 760), 0.2))
    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr(ocr, "_read", lambda page, clip, dpi: [] if dpi > ocr.DPI else seen)
    _, pages, blocks, warnings = read_pdf(scan(tmp_path, TEXT))
    assert pages[0].skipped == ""
    assert (blocks[0].kind, blocks[0].text) == ("heading", "Operation")
    assert len({line.size for line in ocr.pieces(seen[1:4], 1)}) == 1
    assert all(block.ocr for block in blocks)
    assert not any("~" in block.text for block in blocks)
    assert warnings == ("Page 1: read by OCR; characters may be misread.",)


def test_a_line_that_is_doubtful_is_read_again_from_a_larger_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, second = Seen("dpe d-  s d", (72, 100, 330, 112), 0.53), Seen(TEXT[0], (72, 100, 330, 112), 0.97)
    monkeypatch.setattr(ocr, "_read", lambda page, clip, dpi: [second] if dpi > ocr.DPI else [first])
    page = pymupdf.open(scan(tmp_path, TEXT))[0]
    assert [line.text for line in ocr.read_picture(page, 1)] == [TEXT[0]]


@pytest.mark.parametrize(("stamp", "found"), [("", True), ("Page 12", True), ("A page of text " * 10, False)])
def test_a_picture_with_a_number_upon_it_is_one_and_a_page_of_text_is_none(tmp_path: Path, stamp: str, found: bool):
    page = pymupdf.open(scan(tmp_path, TEXT, stamp=stamp))[0]
    assert ocr.is_picture(page, read_pieces(page, 1)) == found


def test_a_window_holds_few_pictures():
    plain = Survey(40, "", (), ())
    assert list(map(len, plain.windows())) == [WINDOW, 40 - WINDOW]
    scanned = plain._replace(pictures=frozenset(range(1, 41)))
    assert set(map(len, scanned.windows())) == {WINDOW // PICTURE}
    assert [number for window in scanned.windows() for number in window] == list(range(1, 41))


@needs_ocr
@pytest.mark.parametrize(
    ("lines", "font"), [(TEXT, "helv"), (["给水泵每天检查一次。", "停机后应当报告班长。"], "china-s")]
)
def test_a_picture_is_read_in_both_languages(tmp_path: Path, lines: list[str], font: str):
    _, pages, blocks, _ = read_pdf(scan(tmp_path, lines, font))
    read = "".join("".join(block.text.split()) for block in blocks)
    assert read == "".join("".join(line.split()) for line in lines)
    assert pages[0].skipped == ""
    assert all(block.ocr for block in blocks)
