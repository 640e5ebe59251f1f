"""What read_pdf makes of small PDFs that are typeset here, line by line."""

import zlib
from pathlib import Path

import pymupdf
import pytest

from docqa.errors import ParseError
from docqa.parse.pdf import read_pdf
from docqa.records import Block
from docqa.text import squash

BODY = (
    "The feed pump shall be primed before it is started for the first time.",
    "Close the discharge valve and open the suction valve fully.",
    "The motor current is read every hour and entered in the log.",
    "A bearing temperature above 80 degrees stops the unit at once.",
    "The standby unit takes over within ten seconds of a trip.",
    "Report every trip to the shift leader before the next start.",
)


class Sheet:
    """A document that is written downwards, a line at a time."""

    def __init__(self) -> None:
        self.document = pymupdf.open()
        self.page = self.document.new_page(width=595, height=842)
        self.at = 90.0

    def turn(self) -> None:
        self.page = self.document.new_page(width=595, height=842)
        self.at = 90.0

    def write(self, *lines: str, x: float = 72, size: float = 10, font: str = "helv", gap: float = 0) -> None:
        self.at += gap
        for line in lines:
            self.page.insert_text((x, self.at), line, fontsize=size, fontname=font)
            self.at += 1.3 * size

    def save(self, folder: Path) -> Path:
        path = folder / "sheet.pdf"
        self.document.save(path)
        return path


def filled(sheet: Sheet) -> Sheet:
    for line in BODY:
        sheet.write(line, gap=6)
    return sheet


def grey() -> pymupdf.Pixmap:
    """A picture of nothing; a fresh one shows what the memory held before."""
    picture = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 50, 50))
    picture.clear_with(200)
    return picture


def texts(blocks: tuple[Block, ...], kind: str) -> list[str]:
    return [block.text for block in blocks if block.kind == kind]


def test_the_lines_of_a_paragraph_are_joined_and_a_hyphenated_word_made_whole(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.write(
        "The lubricating oil of the main drive is changed after every five hundred operating hours. The temper-",
        "ature and the level are recorded on each change, and the sample bottle is labelled with the number of",
        "the unit.",
        gap=8,
    )
    _, _, blocks, _ = read_pdf(sheet.save(tmp_path))
    assert texts(blocks, "paragraph")[-1].endswith(
        "The temperature and the level are recorded on each change, and the sample bottle is labelled with the "
        "number of the unit."
    )


def test_chinese_lines_are_joined_without_a_space(tmp_path: Path) -> None:
    sheet = Sheet()
    for _ in range(3):
        sheet.write(
            "本章说明日常巡检的步骤和判断标准，操作人员应先确认设备已经断电并挂牌，再打开", font="china-s", gap=9
        )
        sheet.write("防护罩。", font="china-s")
    _, _, blocks, _ = read_pdf(sheet.save(tmp_path))
    assert {squash(text) for text in texts(blocks, "paragraph")} == {
        squash("本章说明日常巡检的步骤和判断标准，操作人员应先确认设备已经断电并挂牌，再打开防护罩。")
    }
    assert all(" " not in text for text in texts(blocks, "paragraph"))


def test_a_number_and_its_heading_on_one_baseline_are_one_heading(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.page.insert_text((72, 260), "2.1", fontsize=14, fontname="hebo")
    sheet.page.insert_text((112, 260), "People around the pump", fontsize=14, fontname="hebo")
    sheet.at = 285
    _, _, blocks, _ = read_pdf(filled(sheet).save(tmp_path))
    assert texts(blocks, "heading") == ["2.1 People around the pump"]


def test_a_chapter_number_above_its_title_is_one_heading_of_level_one(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.write("Chapter 2", size=20, font="hebo")
    sheet.write("Prerequisites", size=24, font="hebo", gap=14)
    sheet.write("2.1 Tools", size=14, font="hebo", gap=16)
    _, _, blocks, _ = read_pdf(filled(sheet).save(tmp_path))
    found = [(block.level, block.text) for block in blocks if block.kind == "heading"]
    assert found == [(1, "Chapter 2 Prerequisites"), (2, "2.1 Tools")]


def test_each_list_item_is_a_block_with_its_marker_and_its_depth(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.write("Before the first start:", gap=8)
    for number, step in enumerate(("Close the drain.", "Open the vent.", "Fill the casing."), start=1):
        sheet.write(f"{number}. {step}", x=86, gap=4)
    sheet.write("(a) Use clean water only.", x=104, gap=4)
    _, _, blocks, _ = read_pdf(sheet.save(tmp_path))
    found = [(block.level, block.text) for block in blocks if block.kind == "list"]
    assert found == [
        (1, "1. Close the drain."),
        (1, "2. Open the vent."),
        (1, "3. Fill the casing."),
        (2, "(a) Use clean water only."),
    ]


def test_code_keeps_its_lines_and_its_indent(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.write("def start(pump):", "    pump.prime()", "    pump.run()", font="cour", size=9, gap=10)
    _, _, blocks, _ = read_pdf(sheet.save(tmp_path))
    assert texts(blocks, "code") == ["def start(pump):\n    pump.prime()\n    pump.run()"]


def test_a_formula_on_a_line_of_its_own_is_kept_as_one_and_a_sentence_with_a_sign_is_none(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.write("P = Q H / 367 n", x=200, gap=10)
    sheet.write("The power P = 12 kW is reached at the duty point.", x=100, gap=10)
    _, _, blocks, _ = read_pdf(sheet.save(tmp_path))
    assert texts(blocks, "formula") == ["P = Q H / 367 n"]
    assert "The power P = 12 kW is reached at the duty point." in texts(blocks, "paragraph")


def test_a_compound_keeps_its_hyphen_at_the_end_of_a_line(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.write(
        "A unit for heavy duty is built by hand and tested by us for a day, and it is delivered in a box. A heavy-"
    )
    sheet.write("duty unit is tested at twice the pressure that stands on its name plate before it is delivered.")
    _, _, blocks, _ = read_pdf(sheet.save(tmp_path))
    assert any("A heavy-duty unit is tested" in text for text in texts(blocks, "paragraph"))


@pytest.mark.parametrize("rotate", [90, 270])
def test_a_page_that_is_set_sideways_is_read(tmp_path: Path, rotate: int) -> None:
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((72, 820), "17", fontsize=9)
    for row, line in enumerate(BODY):
        across = 100 + 20 * row
        place = (across, 700) if rotate == 90 else (595 - across, 100)
        page.insert_text(place, line, fontsize=10, rotate=rotate)
    document.save(tmp_path / "sideways.pdf")
    _, pages, blocks, _ = read_pdf(tmp_path / "sideways.pdf")
    assert squash(" ".join(texts(blocks, "paragraph"))).startswith(squash(" ".join(BODY)))
    assert (pages[0].width, pages[0].height) == (842, 595)


def test_running_header_and_page_number_leave_the_text_and_stay_on_the_page(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(1, 4):
        if number > 1:
            sheet.turn()
        sheet.page.insert_text((72, 40), "Pump Manual, edition 3", fontsize=8)
        sheet.page.insert_text((290, 815), str(number), fontsize=9)
        filled(sheet)
    _, pages, blocks, _ = read_pdf(sheet.save(tmp_path))
    assert [(page.header, page.footer) for page in pages] == [("Pump Manual, edition 3", str(n)) for n in (1, 2, 3)]
    assert not any("edition" in block.text or block.text.isdigit() for block in blocks)


def test_a_paragraph_that_crosses_a_page_is_one_block_with_a_span_on_each(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.at = 760
    sheet.write(
        "The lubricating oil of the main drive is changed after every five hundred operating hours, and the old"
    )
    sheet.turn()
    sheet.write("oil is handed in at the store in a closed can.")
    _, _, blocks, _ = read_pdf(filled(sheet).save(tmp_path))
    crossing = next(block for block in blocks if block.text.startswith("The lubricating"))
    assert crossing.text.endswith("and the old oil is handed in at the store in a closed can.")
    assert [span.box.page for span in crossing.spans] == [1, 2]


def test_spans_tile_the_text_and_their_page_holds_it(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.write("1 Scope", size=14, font="hebo", gap=10)
    sheet.write("1. Close the drain.", "2. Open the vent.", gap=10)
    sheet.turn()
    path = filled(sheet).save(tmp_path)
    _, pages, blocks, _ = read_pdf(path)
    with pymupdf.open(path) as document:
        printed = [squash(page.get_text()) for page in document]
    for block in blocks:
        ends = [0, *(span.end for span in block.spans)]
        assert [span.start for span in block.spans] == ends[:-1]
        assert ends[-1] == len(block.text)
        for span in block.spans:
            assert 1 <= span.box.page <= len(pages)
            assert squash(block.text[span.start : span.end]) in printed[span.box.page - 1]


def test_a_page_without_text_says_why_it_gave_nothing(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    sheet.turn()
    sheet.turn()
    sheet.page.insert_image((100, 100, 300, 300), pixmap=grey())
    _, pages, _, _ = read_pdf(sheet.save(tmp_path))
    assert [page.skipped for page in pages] == ["", "blank", "image without text"]


def test_a_page_whose_text_is_damaged_is_not_blank_and_one_that_lost_a_part_is_told(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    for _ in range(2):
        sheet.turn()
        filled(sheet)
    path = sheet.save(tmp_path)
    with pymupdf.open(path) as document:
        for part in document[0].get_contents():
            document.update_object(part, "null")
        for part in document[1].get_contents()[-1:]:
            packed = zlib.compress(document.xref_stream(part))
            document.update_stream(part, packed[: len(packed) - 20], compress=False)
            document.xref_set_key(part, "Filter", "/FlateDecode")
        document.save(tmp_path / "damaged.pdf")
    _, pages, blocks, warnings = read_pdf(tmp_path / "damaged.pdf")
    assert [bool(page.failed) for page in pages] == [True, False, False]
    assert {block.page for block in blocks} == {2, 3}
    assert warnings == ("Page 2: damaged in the file; parts may be missing.",)


def failure(path: Path) -> str:
    with pytest.raises(ParseError) as caught:
        read_pdf(path)
    return caught.value.kind


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.write_bytes(b"")
    assert failure(path) == "empty"


@pytest.mark.parametrize("content", ["just some notes", "<html><body>a page</body></html>"])
def test_what_is_no_pdf_is_of_the_wrong_type_whatever_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes.pdf"
    path.write_text(content)
    assert failure(path) == "wrong-type"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_damaged(tmp_path: Path, share: float) -> None:
    sheet = filled(Sheet())
    sheet.turn()
    path = filled(sheet).save(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    assert failure(path) == "damaged"


def test_a_count_of_pages_that_cannot_be_is_damage(tmp_path: Path) -> None:
    path = filled(Sheet()).save(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"/Count 1", b"/Count 2147483647"))
    assert failure(path) == "damaged"


def test_a_file_that_asks_for_a_password_is_encrypted_and_one_that_opens_without_is_read(tmp_path: Path) -> None:
    sheet = filled(Sheet())
    locked, owned = tmp_path / "locked.pdf", tmp_path / "owned.pdf"
    aes = pymupdf.PDF_ENCRYPT_AES_256
    sheet.document.save(locked, encryption=aes, owner_pw="owner", user_pw="user")
    sheet.document.save(owned, encryption=aes, owner_pw="owner")
    assert failure(locked) == "encrypted"
    assert read_pdf(owned)[2]


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = filled(Sheet()).save(tmp_path)
    assert read_pdf(path) == read_pdf(path)


def test_a_pdf_that_is_only_a_picture_has_its_pages_skipped_with_the_reason(tmp_path: Path):
    path = tmp_path / "scan.pdf"
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_image(page.rect, pixmap=grey())
        document.save(path)
    _, pages, blocks, _ = read_pdf(path)
    assert ([page.skipped for page in pages], blocks) == (["image without text"], ())
