"""What unstructured alone loses of a Word document is still there."""

import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from docqa.errors import ParseError
from docqa.parse.office import read_office
from docqa.parse.parsed import Parsed

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def text_run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def word(*paragraphs: str) -> Word:
    """A document of these body elements, each the XML of one (without its namespaces)."""
    document = docx.Document()
    for xml in paragraphs:
        tag, rest = xml.split(">", 1)
        document.element.body.insert(-1, parse_xml(f"{tag} {W}>{rest}"))
    return document


def read(folder: Path, document: Word) -> Parsed:
    document.save(folder / "a.docx")
    return read_office(folder / "a.docx")


def texts(parsed: Parsed) -> list[str]:
    return [block.text for block in parsed.blocks]


def test_tracked_changes_are_read_as_accepted(tmp_path: Path):
    change = f"<w:del><w:r><w:delText>20</w:delText></w:r></w:del><w:ins>{text_run('25')}</w:ins>"
    changed = f"<w:p>{text_run('at most ')}{change}</w:p>"
    moved = f"<w:p><w:moveFrom>{text_run('gone')}</w:moveFrom><w:moveTo>{text_run('come')}</w:moveTo></w:p>"
    assert texts(read(tmp_path, word(changed, moved))) == ["at most 25", "come"]


def test_content_controls_and_text_boxes_are_read(tmp_path: Path):
    control = f"<w:sdt><w:sdtPr/><w:sdtContent><w:p>{text_run('in a control')}</w:p></w:sdtContent></w:sdt>"
    box = f"<w:r><w:pict><w:txbxContent><w:p>{text_run('in a box')}</w:p></w:txbxContent></w:pict></w:r>"
    assert texts(read(tmp_path, word(control, f"<w:p>{text_run('beside')}{box}</w:p>"))) == [
        "in a control",
        "beside",
        "in a box",
    ]


def test_raised_digits_keep_their_place(tmp_path: Path):
    raised = text_run("-3", '<w:vertAlign w:val="superscript"/>')
    lowered = text_run("max", '<w:vertAlign w:val="subscript"/>')
    assert texts(read(tmp_path, word(f"<w:p>{text_run('10')}{raised}{text_run(' of U')}{lowered}</w:p>"))) == [
        "10⁻³ of Umax"
    ]


def test_footnotes_follow_the_paragraph_that_points_to_them(tmp_path: Path):
    document = word(
        f'<w:p>{text_run("It pumps")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        f"<w:p>{text_run('Next.')}</w:p>",
    )
    separator = '<w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
    note = f'<w:footnote w:id="2"><w:p>{text_run("Water only.")}</w:p></w:footnote>'
    notes = f"<w:footnotes {W}>{separator}{note}</w:footnotes>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    assert [(block.kind, block.text) for block in read(tmp_path, document).blocks] == [
        ("paragraph", "It pumps"),
        ("footnote", "1 Water only."),
        ("paragraph", "Next."),
    ]


def test_lists_are_numbered_and_nested_as_word_shows_them(tmp_path: Path):
    document = docx.Document()
    for style, text in (("Number", "one"), ("Number", "two"), ("Bullet", "dot"), ("Bullet 2", "below")):
        document.add_paragraph(text, style=f"List {style}")
    assert [(block.kind, block.level, block.text) for block in read(tmp_path, document).blocks] == [
        ("list", 1, "1. one"),
        ("list", 1, "2. two"),
        ("list", 1, "• dot"),
        ("list", 2, "• below"),
    ]


def test_bold_lines_and_chapter_lines_are_headings_when_no_style_says_so(tmp_path: Path):
    document = docx.Document()
    document.add_paragraph().add_run("药品管理办法").bold = True
    for text in ("第一章 总则", "第一条 药品应当登记。"):
        document.add_paragraph(text)
    assert [(block.kind, block.level) for block in read(tmp_path, document).blocks] == [
        ("heading", 1),
        ("heading", 2),
        ("paragraph", 0),
    ]


def test_captions_and_the_table_of_contents_are_told_from_text(tmp_path: Path):
    document = docx.Document()
    document.styles.add_style("toc 1", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("1 Scope\t3", style="toc 1")
    document.add_paragraph("The parts of the pump", style="Caption")
    assert [block.kind for block in read(tmp_path, document).blocks] == ["contents", "caption"]


def test_merged_cells_repeat_and_rows_marked_as_header_are_believed(tmp_path: Path):
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for index, text in enumerate(["1st", "2nd", "", "a", "b", "c", "", "d", "e"]):
        table.cell(index // 3, index % 3).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    (block,) = read(tmp_path, document).blocks
    assert block.rows == (("1st", "2nd", "2nd"), ("a", "b", "c"), ("a", "d", "e"))
    assert block.header_rows == 1


def test_pages_are_those_word_laid_out_and_carry_the_running_text(tmp_path: Path):
    document = word(f"<w:p>{text_run('One.')}</w:p>", "<w:p><w:r><w:lastRenderedPageBreak/><w:t>Two.</w:t></w:r></w:p>")
    document.sections[0].header.paragraphs[0].text = "ACME"
    found = read(tmp_path, document)
    assert [(block.text, block.page) for block in found.blocks] == [("One.", 1), ("Two.", 2)]
    assert [(page.number, page.header) for page in found.pages] == [(1, "ACME"), (2, "ACME")]


def package(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<a/>")


def cut_short(path: Path) -> None:
    docx.Document().save(path)
    path.write_bytes(path.read_bytes()[:9000])


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: package(path, "a.txt"), "wrong-type"),
        (lambda path: package(path, "word/document.xml"), "damaged"),
        (lambda path: package(path, "word/document.xml", "[Content_Types].xml", "_rels/.rels"), "damaged"),
        (cut_short, "damaged"),
        (lambda path: path.write_bytes(b"%PDF-1.7"), "wrong-type"),
        (lambda path: path.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le")), "encrypted"),
        (lambda path: path.write_bytes(OLE + b"WordDocument"), "wrong-type"),
    ],
)
def test_a_file_that_is_no_sound_word_document_says_what_it_is(tmp_path: Path, make, kind: str):
    make(tmp_path / "a.docx")
    with pytest.raises(ParseError) as refused:
        read_office(tmp_path / "a.docx")
    assert refused.value.kind == kind
