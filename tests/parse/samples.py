"""Makes one real file of every format that docqa reads: ``python tests/parse/samples.py FOLDER``.

All say the same: a heading, a nested list, a table with a header of two rows, and a second page, slide or sheet, in
English and Chinese. What a format can't say (levels in plain text, merged cells in csv) is not in its file.
"""

import sys
import zipfile
from email.message import EmailMessage
from html import escape
from pathlib import Path

import docx
import openpyxl
import pptx
import pymupdf
from docx.oxml import OxmlElement

TITLE = "Pump manual"
SECTION = "起动 Starting"
TEXT = "The XJ-200 pump lifts water to a height of 45 m and is checked every day."
TEXT_ZH = "泵每天检查一次，检查结果应当登记在设备台账中。"
ITEMS = [("Close the drain valve.", 1), ("Fill the casing with water.", 2), ("打开进口阀门。", 1)]
TABLE = [
    ["Model", "Limits", "Limits"],
    ["Model", "Head (m)", "Flow (L/s)"],
    ["XJ-200", "45", "12.50"],
    ["XJ-300", "60", "18.00"],
]
"""The first column is merged over the two header rows, the second header over two columns."""

MERGED = [((0, 0), (1, 0)), ((0, 1), (0, 2))]


def write_all(folder: Path) -> list[Path]:
    """Write ``sample.SUFFIX`` for each format."""
    for suffix, write in WRITERS.items():
        write(folder / f"sample.{suffix}")
    return sorted(folder.glob("sample.*"))


# ------------------------------------------------------------------------------------------------------------- HTML


def _rows(first: int, last: int, tag: str) -> str:
    """Rows of the table, merged as it is."""
    spans = {(y0, x0): f' rowspan="{y1 - y0 + 1}" colspan="{x1 - x0 + 1}"' for (y0, x0), (y1, x1) in MERGED}
    covered = {(y, x) for (y0, x0), (y1, x1) in MERGED for y in range(y0, y1 + 1) for x in range(x0, x1 + 1)}
    covered -= spans.keys()

    def cell(y: int, x: int) -> str:
        return "" if (y, x) in covered else f"<{tag}{spans.get((y, x), '')}>{TABLE[y][x]}</{tag}>"

    return "".join(f"<tr>{''.join(cell(y, x) for x in range(3))}</tr>" for y in range(first, last))


LIST_HTML = f"<ul><li>{ITEMS[0][0]}<ul><li>{ITEMS[1][0]}</li></ul></li><li>{ITEMS[2][0]}</li></ul>"
TABLE_HTML = f"<table><thead>{_rows(0, 2, 'th')}</thead><tbody>{_rows(2, 4, 'td')}</tbody></table>"
FIRST = f"<h1>{TITLE}</h1><p>{TEXT}</p>{LIST_HTML}"
SECOND = f"<h2>{SECTION}</h2><p>{TEXT_ZH}</p>{TABLE_HTML}"


def html(path: Path) -> None:
    path.write_text(f"<!DOCTYPE html><html><head><title>x</title></head><body>{FIRST}{SECOND}</body></html>", "utf-8")


def eml(path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = TITLE, "Anna <anna@example.org>", "li@example.org"
    message["Date"] = "Mon, 05 Oct 2026 09:00:00 +0200"
    message.set_content(f"{TEXT}\n")
    body = f"{FIRST.partition('</h1>')[2]}{SECOND}<blockquote type='cite'>What was asked before.</blockquote>"
    message.add_alternative(f"<html><body>{body}</body></html>", subtype="html")
    message.add_attachment(b"1", maintype="application", subtype="octet-stream", filename="plan.bin")
    path.write_bytes(message.as_bytes())


def epub(path: Path) -> None:
    xhtml = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
    )
    package = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata
        xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title></metadata><manifest>
        <item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
        <item id="b" href="text/two.xhtml" media-type="application/xhtml+xml"/>
        <item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/></manifest>
        <spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        book.writestr("OEBPS/book.opf", package.format(TITLE))
        book.writestr("OEBPS/nav.xhtml", xhtml.format(f"<nav><ol><li>{TITLE}</li></ol></nav>"))
        book.writestr("OEBPS/text/one.xhtml", xhtml.format(FIRST))
        book.writestr("OEBPS/text/two.xhtml", xhtml.format(SECOND))


# ------------------------------------------------------------------------------------------------------------ plain


def md(path: Path) -> None:
    items = "\n".join(f"{'  ' * (level - 1)}- {text}" for text, level in ITEMS)
    table = "\n".join(f"| {' | '.join(row)} |" for row in [TABLE[1], ["---"] * 3, *TABLE[2:]])
    path.write_text(f"# {TITLE}\n\n{TEXT}\n\n{items}\n\n## {SECTION}\n\n{TEXT_ZH}\n\n{table}\n", "utf-8")


def txt(path: Path) -> None:
    items = "\n".join(f"{'  ' * (level - 1)}- {text}" for text, level in ITEMS)
    table = "\n".join("\t".join(row) for row in TABLE[1:])
    path.write_text(
        f"{TITLE}\n===========\n\n{TEXT}\n\n{items}\n\f{SECTION}\n--------\n\n{TEXT_ZH}\n\n{table}\n", "utf-8"
    )


def csv(path: Path) -> None:
    rows = [*TABLE[1:], ["XJ-400", "75; dry", "泵"]]
    path.write_bytes(
        "\r\n".join(";".join(f'"{cell}"' if ";" in cell else cell for cell in row) for row in rows).encode("gb18030")
    )


def tsv(path: Path) -> None:
    path.write_text("\n".join("\t".join(row) for row in [*TABLE[1:], ["XJ-400", "75, dry", "泵"]]), "utf-8")


def rtf(path: Path) -> None:
    def escaped(text: str) -> str:
        return "".join(char if ord(char) < 128 else f"\\u{ord(char)}?" for char in text)

    def paragraph(text: str, words: str = "") -> str:
        return f"\\pard\\plain {words} {escaped(text)}\\par\n"

    def row(cells: list[str], edges: list[str], head: bool) -> str:
        inside = "".join(f"\\pard\\intbl {escaped(cell)}\\cell " for cell in cells)
        start = "\\trowd\\trhdr" if head else "\\trowd"
        return f"{start}{''.join(edges)}{inside}\\row\n"

    bullet = "{\\listtext\\'b7\\tab}\\ls1\\ilvl"
    items = "".join(paragraph(text, f"{bullet}{level - 1}") for text, level in ITEMS)
    plain = ["\\cellx2000", "\\cellx4000", "\\cellx6000"]
    table = row(["Model", "Limits"], ["\\clvmgf\\cellx2000", "\\cellx6000"], True)
    table += row(["", *TABLE[1][1:]], ["\\clvmrg\\cellx2000", *plain[1:]], True)
    table += "".join(row(cells, plain, False) for cells in TABLE[2:])
    first = paragraph(TITLE, "\\s1\\outlinelevel0") + paragraph(TEXT) + items
    second = paragraph(SECTION, "\\s2\\outlinelevel1") + paragraph(TEXT_ZH) + table
    fonts = "{\\fonttbl{\\f0 Times;}}{\\stylesheet{\\s1\\outlinelevel0 heading 1;}}"
    path.write_text(f"{{\\rtf1\\ansi\\ansicpg1252\\uc1 {fonts}{first}\\page {second}}}", "ascii")


# ---------------------------------------------------------------------------------------------------------- Office


def docx_(path: Path) -> None:
    document = docx.Document()
    document.add_heading(TITLE, 1)
    document.add_paragraph(TEXT)
    for text, level in ITEMS:
        document.add_paragraph(text, style="List Bullet" if level == 1 else "List Bullet 2")
    document.add_page_break()
    heading = document.add_heading(SECTION, 2)
    heading.runs[0]._r.insert(0, OxmlElement("w:lastRenderedPageBreak"))  # as Word writes when it lays out the pages
    document.add_paragraph(TEXT_ZH)
    table = document.add_table(len(TABLE), 3)
    for y, row in enumerate(TABLE):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    for (y0, x0), (y1, x1) in MERGED:
        table.cell(y0, x0).merge(table.cell(y1, x1)).text = TABLE[y0][x0]
    for row_ in table.rows[:2]:
        row_._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.save(str(path))


def pptx_(path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = TITLE
    frame = slide.placeholders[1].text_frame
    for index, (text, level) in enumerate(ITEMS):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = text, level - 1
    slide.notes_slide.notes_text_frame.text = TEXT
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = SECTION
    inch = 914400
    table = slide.shapes.add_table(len(TABLE), 3, inch, 3 * inch, 6 * inch, 3 * inch).table
    for y, row in enumerate(TABLE):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    for (y0, x0), (y1, x1) in MERGED:
        for y, x in ((y, x) for y in range(y0, y1 + 1) for x in range(x0, x1 + 1) if (y, x) != (y0, x0)):
            table.cell(y, x).text = ""
        table.cell(y0, x0).merge(table.cell(y1, x1))
    slide.shapes.add_textbox(inch, 2 * inch, 6 * inch, inch // 2).text_frame.text = TEXT_ZH
    deck.save(str(path))


def xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = TITLE
    sheet["A1"], sheet["A2"] = TEXT, TEXT_ZH
    sheet = book.create_sheet(SECTION)
    for row in [*TABLE[:2], *([name, float(head), float(flow)] for name, head, flow in TABLE[2:])]:
        sheet.append(row)
    for row in sheet["C3:C4"]:
        row[0].number_format = "0.00"
    for (y0, x0), (y1, x1) in MERGED:
        sheet.merge_cells(start_row=y0 + 1, start_column=x0 + 1, end_row=y1 + 1, end_column=x1 + 1)
    book.save(path)


def odt(path: Path) -> None:
    names = "office style text table fo meta".split()
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)

    def cell(y: int, x: int) -> str:
        for (y0, x0), (y1, x1) in MERGED:
            if (y, x) == (y0, x0):
                spans = f'table:number-rows-spanned="{y1 - y0 + 1}" table:number-columns-spanned="{x1 - x0 + 1}"'
                return f"<table:table-cell {spans}><text:p>{TABLE[y][x]}</text:p></table:table-cell>"
            if y0 <= y <= y1 and x0 <= x <= x1:
                return "<table:covered-table-cell/>"
        return f"<table:table-cell><text:p>{TABLE[y][x]}</text:p></table:table-cell>"

    rows = ["".join(cell(y, x) for x in range(3)) for y in range(len(TABLE))]
    head, rest = ("".join(f"<table:table-row>{row}</table:table-row>" for row in part) for part in (rows[:2], rows[2:]))
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format(ITEMS[1][0], '')}</text:list>"
    content = f"""<?xml version="1.0"?><office:document-content {spaces}><office:automatic-styles>
        <style:style style:name="P1" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/>
        </style:style></office:automatic-styles><office:body><office:text>
        <text:h text:outline-level="1">{TITLE}</text:h><text:p>{escape(TEXT)}</text:p>
        <text:list>{item.format(ITEMS[0][0], inner)}{item.format(ITEMS[2][0], "")}</text:list>
        <text:h text:outline-level="2" text:style-name="P1">{SECTION}</text:h><text:p>{TEXT_ZH}</text:p>
        <table:table><table:table-column table:number-columns-repeated="3"/><table:table-header-rows>{head}
        </table:table-header-rows>{rest}</table:table></office:text></office:body></office:document-content>"""
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<manifest/>")


def pdf(path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 80), TITLE, fontsize=20)
    page.insert_text((72, 120), TEXT, fontsize=10)
    for index, (text, level) in enumerate(ITEMS[:2]):
        page.insert_text((60 + 18 * level, 150 + 16 * index), f"• {text}", fontname="china-s", fontsize=10)
    page = document.new_page()
    page.insert_text((72, 80), SECTION, fontname="china-s", fontsize=16)
    page.insert_text((72, 110), TEXT_ZH, fontname="china-s", fontsize=10)
    for y, row in enumerate(TABLE[1:]):
        for x, text in enumerate(row):
            box = pymupdf.Rect(72 + 120 * x, 140 + 20 * y, 192 + 120 * x, 160 + 20 * y)
            page.draw_rect(box)
            page.insert_text((box.x0 + 4, box.y1 - 6), text, fontsize=10)
    document.save(path)


WRITERS = {
    **{"pdf": pdf, "docx": docx_, "pptx": pptx_, "xlsx": xlsx, "csv": csv, "tsv": tsv, "html": html, "md": md},
    **{"txt": txt, "epub": epub, "eml": eml, "odt": odt, "rtf": rtf},
}

if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for written in write_all(target):
        print(written)
