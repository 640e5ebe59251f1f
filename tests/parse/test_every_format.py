"""Headings, lists, tables and pages survive from every format docqa reads; what is broken is told by its kind."""

import io
import subprocess
import sys
import zipfile
from datetime import date, datetime, time
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pptx
import pytest
import samples
from openpyxl.worksheet.table import Table
from pptx.util import Inches

from docqa.errors import ParseError
from docqa.parse import SUFFIXES, parse_file
from docqa.parse.number_format import shown
from docqa.records import Document

LISTS = {"pdf", "docx", "pptx", "html", "md", "txt", "epub", "eml", "odt", "rtf"}
MERGED = {"docx", "pptx", "xlsx", "html", "epub", "eml", "odt", "rtf"}
"""Formats whose table keeps its merged header; in the others' samples it has one row."""

PAGED = {"pdf", "docx", "pptx", "xlsx", "txt", "epub", "odt", "rtf"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    samples.write_all(folder)
    return folder


def of_kind(document: Document, kind: str) -> list[tuple[str, int]]:
    return [(block.text, block.level) for block in document.blocks if block.kind == kind]


def only_table(document: Document) -> tuple[tuple[tuple[str, ...], ...], int]:
    (table,) = (block for block in document.blocks if block.kind == "table")
    return table.rows, table.header_rows


def test_there_is_a_sample_of_every_format():
    assert {f".{name}" for name in samples.WRITERS} | {".htm", ".markdown"} == SUFFIXES.keys()


@pytest.mark.parametrize("suffix", samples.WRITERS)
def test_a_sample_keeps_its_headings_lists_tables_and_pages(folder: Path, suffix: str):
    document = parse_file(folder / f"sample.{suffix}", folder)
    if suffix not in ("csv", "tsv"):
        below = 1 if suffix in ("pptx", "xlsx") else 2
        assert of_kind(document, "heading") == [(samples.TITLE, 1), (samples.SECTION, below)]
        assert {samples.TEXT, samples.TEXT_ZH} == {text for text, _ in of_kind(document, "paragraph")}
        assert document.title == samples.TITLE
    if suffix in LISTS:
        items = samples.ITEMS[:2] if suffix == "pdf" else samples.ITEMS
        assert [(text[2:], level) for text, level in of_kind(document, "list")] == items
    rows, header_rows = only_table(document)
    expected = samples.TABLE if suffix in MERGED else samples.TABLE[1:]
    assert [list(row) for row in rows[: len(expected)]] == expected
    assert header_rows == (2 if suffix in MERGED else 1)
    pages = [block.page for block in document.blocks if block.text == samples.SECTION or block.kind == "table"]
    assert set(pages) == ({2} if suffix in PAGED else {1})
    assert len(document.pages) == max(pages)


def test_what_is_no_text_of_a_mail_is_told(folder: Path):
    document = parse_file(folder / "sample.eml", folder)
    assert document.pages[0].header.startswith("From: Anna <anna@example.org> · To: li@example.org")
    assert "plan.bin" in document.warnings[0]
    assert "Quoted" in document.warnings[1]


# ------------------------------------------------------------------------------------------------------------ slides


def slide_deck(path: Path) -> None:
    deck = pptx.Presentation()
    cover = deck.slides.add_slide(deck.slide_layouts[0])
    cover.shapes.title.text, cover.placeholders[1].text = "Pumps", "A subtitle"
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, left, top in [("right 1", 6, 1), ("left 2", 1, 3), ("left 1", 1, 1), ("right 2", 6, 3), ("foot", 1, 6)]:
        box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(8 if text == "foot" else 3), Inches(0.5))
        box.text_frame.text = text
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(6.7), Inches(3), Inches(0.4)).text_frame.text = "in a group"
    hidden = deck.slides.add_slide(deck.slide_layouts[5])
    hidden.shapes.title.text = "Hidden"
    hidden.element.set("show", "0")
    numbered = deck.slides.add_slide(deck.slide_layouts[1])
    numbered.shapes.title.text = "Steps"
    frame = numbered.placeholders[1].text_frame
    frame.text = "Open."
    frame.add_paragraph().text = "Close."
    for paragraph in frame.paragraphs:
        paragraph._p.get_or_add_pPr().insert_element_before(
            paragraph._p.makeelement(f"{{{paragraph._p.nsmap['a']}}}buAutoNum", {"type": "arabicPeriod"})
        )
    deck.save(str(path))


def test_slides_are_read_column_by_column_without_the_hidden_ones(tmp_path: Path):
    slide_deck(tmp_path / "a.pptx")
    document = parse_file(tmp_path / "a.pptx", tmp_path)
    assert [(block.page, block.kind, block.text) for block in document.blocks] == [
        (1, "heading", "Pumps"),
        (1, "paragraph", "A subtitle"),
        *((2, "paragraph", text) for text in ("left 1", "left 2", "right 1", "right 2", "foot", "in a group")),
        (4, "heading", "Steps"),
        (4, "list", "1. Open."),
        (4, "list", "2. Close."),
    ]
    assert [page.skipped for page in document.pages] == ["", "", "hidden", ""]
    assert of_kind(document, "heading") == [("Pumps", 1), ("Steps", 2)]
    assert "1 hidden slides" in document.warnings[0]


# ------------------------------------------------------------------------------------------------------------ sheets


def test_a_sheet_holds_several_tables_with_captions_and_notes(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sales"
    for row in [["Sales by year"], ["Year", "Open", "Sum"], [2023, date(2023, 5, 1), 0.125], [2024, None, 1200.5]]:
        sheet.append(row)
    sheet["B3"].number_format, sheet["C3"].number_format, sheet["C4"].number_format = "yyyy/m/d", "0.0%", "#,##0.00"
    sheet["A5"] = "Source: the books."
    sheet["E2"], sheet["F2"], sheet["E3"], sheet["F3"] = "Key", "Value", "a", "1"
    sheet["A8"], sheet["B8"], sheet["A9"], sheet["B9"] = "Years", 2024, "Pumps", 7
    sheet.add_table(Table(displayName="T", ref="A8:B9"))
    book.create_sheet("Empty")
    secret = book.create_sheet("Secret")
    secret["A1"], secret.sheet_state = "hidden", "hidden"
    last = book.create_sheet("Last")
    for row in [["Part", "Price"], ["not seen", 1], ["Bolt", 3], [None], ["Nut", 2], ["Sum", "=B3+B5"]]:
        last.append(row)
    last.row_dimensions[2].hidden = True
    book.save(tmp_path / "a.xlsx")
    document = parse_file(tmp_path / "a.xlsx", tmp_path)
    assert [(block.page, block.kind, block.rows or block.text, block.header_rows) for block in document.blocks] == [
        (1, "heading", "Sales", 0),
        (1, "caption", "Sales by year", 0),
        (1, "table", (("Year", "Open", "Sum"), ("2023", "2023/5/1", "12.5%"), ("2024", "", "1,200.50")), 1),
        (1, "paragraph", "Source: the books.", 0),
        (1, "table", (("Key", "Value"), ("a", "1")), 1),
        (1, "table", (("Years", "2024"), ("Pumps", "7")), 1),
        (4, "heading", "Last", 0),
        (4, "table", (("Part", "Price"), ("Bolt", "3"), ("Nut", "2"), ("Sum", "")), 1),
    ]
    assert [page.skipped for page in document.pages] == ["", "blank", "hidden", ""]
    assert [warning.split()[:3] for warning in document.warnings] == [
        ["1", "hidden", "sheets"],
        ["2", "cells", "in"],
        ["1", "formulas", "have"],
    ]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.5, "0%", "50%"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (1234567, "0.0,,\\M", "1.2M"),
        (7, "000", "007"),
        (12.5, '0.0 "kg"', "12.5 kg"),
        (3, "[$€-407] #,##0", "€ 3"),
        (3, "[Red]$#,##0.##", "$3"),
        (0.1 + 0.2, "General", "0.3"),
        (1e21, "General", "1E+21"),
        (12345, "0.00E+00", "1.23E+04"),
        (0, '0;-0;"none"', "none"),
        (1.5, "# ?/?", "1.5"),
        (True, "General", "TRUE"),
        (datetime(2024, 3, 5, 14, 7), "d mmm yyyy h:mm AM/PM", "5 Mar 2024 2:07 PM"),
        (datetime(2024, 3, 5), 'yyyy"年"m"月"d"日"', "2024年3月5日"),
        (datetime(2024, 3, 5), "mm-dd-yy", "2024-03-05"),
        (time(9, 5, 3), "hh:mm:ss", "09:05:03"),
    ],
)
def test_a_value_is_written_as_the_sheet_shows_it(value: object, code: str, text: str):
    assert shown(value, code) == text


def test_a_cell_merged_over_a_whole_row_and_one_far_away_cost_nothing(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["B2"] = "Title", "a", "b"
    book.active.merge_cells("A1:XFD1")
    book.active["XFD1048576"].number_format = "0.00"
    book.save(tmp_path / "a.xlsx")
    assert [block.text for block in parse_file(tmp_path / "a.xlsx", tmp_path).blocks] == ["Sheet", "Title", "a | b"]


# -------------------------------------------------------------------------------------------------------------- csv


@pytest.mark.parametrize(
    ("data", "rows", "header_rows"),
    [
        ("Name,Price\nBolt,1\n", (("Name", "Price"), ("Bolt", "1")), 1),
        ("Name;Price\nBolt, M8;1,5\n", (("Name", "Price"), ("Bolt, M8", "1,5")), 1),
        ('Name,Note\n"a, b","two\nlines"\n', (("Name", "Note"), ("a, b", "two lines")), 1),
        ("sep=|\nName|Price\nBolt|1\n", (("Name", "Price"), ("Bolt", "1")), 1),
        ("1,2\n3,4\n", (("1", "2"), ("3", "4")), 0),
        ("Name,Price\nBolt\n名称,2\n", (("Name", "Price"), ("Bolt", ""), ("名称", "2")), 1),
    ],
)
def test_the_delimiter_and_the_header_are_found(tmp_path: Path, data: str, rows: object, header_rows: int):
    (tmp_path / "a.csv").write_text(data, "utf-8-sig")
    assert only_table(parse_file(tmp_path / "a.csv", tmp_path)) == (rows, header_rows)


# ------------------------------------------------------------------------------------------------------------- mail


def test_a_mail_of_plain_text_is_read_without_what_it_quotes(tmp_path: Path):
    message = EmailMessage()
    message["Subject"], message["From"] = "泵的检查", "li@example.org"
    message.set_content(
        "Dear all,\n\n- check the valve\n- check the seal\n\nOn Mon, Oct 5, 2026, Anna wrote:\n> Who checks?\n> When?\n"
        "The operator does, daily.\n\n-- \nLi\n"
    )
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    document = parse_file(tmp_path / "a.eml", tmp_path)
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "泵的检查"),
        ("paragraph", "Dear all,"),
        ("list", "• check the valve"),
        ("list", "• check the seal"),
        ("paragraph", "The operator does, daily."),
    ]


def test_control_characters_are_taken_out(tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(b"Subject: x\n\nThe valve\x01 is open.\x0b\n")
    (tmp_path / "b.rtf").write_bytes(rb"{\rtf1 The valve" + b"\x02" + rb" is open.\par}")
    for name in ("a.eml", "b.rtf"):
        assert parse_file(tmp_path / name, tmp_path).blocks[-1].text == "The valve is open."


# -------------------------------------------------------------------------------------------------------- rich text


def test_rich_text_as_word_writes_it(tmp_path: Path):
    (tmp_path / "a.rtf").write_bytes(
        rb"""{\rtf1\ansi\ansicpg936\uc2{\fonttbl{\f0\fcharset0 Times New Roman;}{\f13\fcharset134 SimSun;}}
{\stylesheet{\s1\outlinelevel0 heading 1;}}\pard\plain\s1\outlinelevel0 Intro\par
\pard\plain\f13 \'b1\'c3\f0  See {\field{\*\fldinst HYPERLINK "http://x.org"}{\fldrslt here}},
 C:\\cell \u-10179?\u-8704?\par
{\listtext 3.\tab}\pard\ls1\ilvl0 Third\par
{\listtext b)\tab}\pard\ls1\ilvl1 Sub\par
\trowd\clvmgf\cellx1000\cellx3000\pard\intbl A\cell B\cell\trowd\clvmgf\cellx1000\cellx3000\row
\trowd\clvmrg\cellx1000\cellx2000\cellx3000\pard\intbl\cell one\par two\cell x\cell\row
\pard End.{\footnote A note.}\par}"""
    )
    document = parse_file(tmp_path / "a.rtf", tmp_path)
    assert [(block.kind, block.level, block.rows or block.text) for block in document.blocks] == [
        ("heading", 1, "Intro"),
        ("paragraph", 0, "泵 See here, C:\\cell 😀"),
        ("list", 1, "3. Third"),
        ("list", 2, "b. Sub"),
        ("table", 0, (("A", "B", "B"), ("A", "one two", "x"))),
        ("paragraph", 0, "End."),
    ]


# ---------------------------------------------------------------------------------------------------- what is broken


def old_office(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"".join(name.encode("utf-16-le") for name in names)


def package_of(**parts: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return data.getvalue()


ENCRYPTED_ODT = package_of(**{"content.xml": "x", "META-INF/manifest.xml": "<m><encryption-data/></m>"})


@pytest.mark.parametrize(
    ("name", "data", "kind", "said"),
    [
        ("a.xlsx", old_office("EncryptedPackage"), "encrypted", "save it without"),
        ("a.pptx", old_office("EncryptedPackage"), "encrypted", "save it without"),
        ("a.xlsx", old_office("Workbook"), "wrong-type", "save it as .xlsx"),
        ("a.pptx", b"plain text", "wrong-type", "whatever its name says"),
        ("a.pptx", package_of(**{"word/document.xml": "<x/>"}), "wrong-type", "whatever its name says"),
        ("a.xlsx", package_of(**{"xl/workbook.xml": "<x/>"}), "damaged", "save it again"),
        ("a.pptx", package_of(**{"ppt/presentation.xml": "<x/>"}), "damaged", "save it again"),
        ("a.odt", package_of(**{"content.xml": "<x"}), "damaged", "save it again"),
        ("a.odt", ENCRYPTED_ODT, "encrypted", "save it without"),
        ("a.epub", package_of(**{"META-INF/container.xml": "<x/>"}), "damaged", "save it again"),
        ("a.epub", b"PK\x03\x04 cut short", "damaged", "get it again"),
        ("a.eml", b"This is no mail.\n", "wrong-type", "whatever its name says"),
        ("a.eml", b"Subject: x\nContent-Type: application/pkcs7-mime\n\nAAAA", "encrypted", "decrypted"),
        ("a.eml", b"Subject: x\n\n", "empty", "no text"),
        ("a.rtf", b"no rich text", "wrong-type", "whatever its name says"),
        ("a.rtf", b"{\\rtf1}", "empty", "no text"),
        ("a.csv", b"PK\x03\x04", "wrong-type", "not text"),
        ("a.csv", b"\n,,\n", "empty", "no text"),
    ],
)
def test_a_broken_file_is_told_by_its_kind(tmp_path: Path, name: str, data: bytes, kind: str, said: str):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ParseError, match=said) as refused:
        parse_file(tmp_path / name, tmp_path)
    assert refused.value.kind == kind


@pytest.mark.parametrize("suffix", ["docx", "pptx", "xlsx", "odt", "epub"])
def test_a_package_cut_short_is_told(folder: Path, tmp_path: Path, suffix: str):
    data = (folder / f"sample.{suffix}").read_bytes()
    (tmp_path / f"a.{suffix}").write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(ParseError) as refused:
        parse_file(tmp_path / f"a.{suffix}", tmp_path)
    assert refused.value.kind == "damaged"


def test_a_package_that_unpacks_to_gigabytes_is_refused_unopened(tmp_path: Path):
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/workbook.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1100):
            part.write(bytes(1 << 20))
    with pytest.raises(ParseError, match="unpacks to 1100 MiB") as refused:
        parse_file(tmp_path / "a.xlsx", tmp_path)
    assert refused.value.kind == "memory"


def test_a_protected_book_is_told_and_one_with_hidden_fonts_is_read(folder: Path, tmp_path: Path):
    for name, part in (("a.epub", "OEBPS/text/one.xhtml"), ("b.epub", "OEBPS/font.otf")):
        (tmp_path / name).write_bytes((folder / "sample.epub").read_bytes())
        with zipfile.ZipFile(tmp_path / name, "a") as book:
            book.writestr("META-INF/encryption.xml", f'<encryption><CipherReference URI="{part}"/></encryption>')
    with pytest.raises(ParseError, match="DRM") as refused:
        parse_file(tmp_path / "a.epub", tmp_path)
    assert refused.value.kind == "encrypted"
    assert parse_file(tmp_path / "b.epub", tmp_path).blocks


def test_the_script_writes_the_samples(tmp_path: Path):
    done = subprocess.run([sys.executable, samples.__file__, str(tmp_path)], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == len(samples.WRITERS)
