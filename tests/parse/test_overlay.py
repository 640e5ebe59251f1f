"""`docqa parse --to html`: the page's picture, and every block once in the list and once over its place."""

import base64
import re
from pathlib import Path

import pymupdf
import pytest
from click.testing import CliRunner
from lxml import html

from docqa.cli import cli
from docqa.corpus import parse_one, pictures_of
from docqa.parse.overlay import COLOURS, to_html
from docqa.records import BlockKind
from docqa.settings import ParseSettings


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    path = tmp_path / "manual.pdf"
    with pymupdf.open() as document:
        for number in (1, 2):
            page = document.new_page(width=400, height=500)
            page.insert_text((40, 60), f"Chapter {number}", fontsize=20)
            page.insert_text(
                (40, 250), f"The pump <P-10{number}> must be vented & drained before each start.", fontsize=10
            )
        document.save(path)
    return path


def test_every_kind_of_block_has_a_colour() -> None:
    assert set(COLOURS) == set(BlockKind.__args__)


def test_each_block_is_listed_and_drawn_where_it_stands(manual: Path) -> None:
    document = parse_one(manual, ParseSettings())
    pictures = pictures_of(manual, ParseSettings())
    assert sorted(pictures) == [1, 2]
    page = html.fromstring(to_html(document, pictures))
    sheets = page.xpath("//div[@class='sheet']")
    for sheet, number in zip(sheets, (1, 2), strict=True):
        picture = base64.b64decode(sheet.xpath("img/@src")[0].partition(",")[2])
        assert pymupdf.Pixmap(picture).width == 500  # 400 points at 90 dpi
        blocks = [at for at, block in enumerate(document.blocks, 1) if block.page == number]
        assert [int(at) for at in sheet.xpath(".//div/@data-block")] == blocks
        for box, at in zip(sheet.xpath("div"), blocks, strict=True):
            left, top, width, height = (float(found) for found in re.findall(r":([\d.]+)%", box.get("style")))
            x0, y0, x1, y1 = document.blocks[at - 1].spans[0].box.bbox or (0, 0, 0, 0)
            assert (4 * left, 5 * top) == pytest.approx((x0, y0), abs=0.1)
            assert (4 * (left + width), 5 * (top + height)) == pytest.approx((x1, y1), abs=0.1)
    listed = [item.text_content().split("\n", 1)[1].strip() for item in page.xpath("//li[@data-block]")]
    assert listed == [block.text for block in document.blocks]


def test_the_command_writes_a_file_that_needs_no_other(manual: Path, tmp_path: Path) -> None:
    out = tmp_path / "seen.html"
    done = CliRunner().invoke(cli, ["parse", str(manual), "--to", "html", "-o", str(out)])
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", text)
    assert "P-101&gt; must be vented &amp; drained" in text


def test_a_format_without_pages_shows_its_blocks(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# Torques\n\n| Bolt | Torque |\n|---|---|\n| casing | 45 N·m |\n", encoding="utf-8")
    shown = html.fromstring(to_html(parse_one(path, ParseSettings()), pictures_of(path, ParseSettings())))
    assert not shown.xpath("//img")
    assert [cell.text for cell in shown.xpath("//th | //td")] == ["Bolt", "Torque", "casing", "45 N·m"]
