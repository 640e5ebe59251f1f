"""What unstructured alone loses of HTML and Markdown is still there."""

from pathlib import Path

import pytest

from docqa.parse.office import read_office
from docqa.parse.parsed import Parsed
from docqa.records import Block


def read(folder: Path, text: str, suffix: str = ".html") -> Parsed:
    (folder / f"a{suffix}").write_text(text, encoding="utf-8")
    return read_office(folder / f"a{suffix}")


def blocks(folder: Path, text: str, suffix: str = ".html") -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in read(folder, text, suffix).blocks]


def table(folder: Path, text: str) -> Block:
    (found,) = [block for block in read(folder, text).blocks if block.kind == "table"]
    return found


def test_list_items_keep_their_numbers_however_they_are_counted(tmp_path: Path):
    page = """<ol start="3"><li>three</li><li value="7"><p>seven</p><p>more of it</p></li><li>eight
      <ol type="a"><li>alpha</li></ol></li></ol><ol><li>three</li></ol>
      <ul><li>plain<ul><li>nested</li></ul></li></ul><ol type="i"><li>first</li></ol>"""
    assert blocks(tmp_path, page) == [
        ("list", 1, "3. three"),
        ("list", 1, "7. seven"),
        ("paragraph", 0, "more of it"),
        ("list", 1, "8. eight"),
        ("list", 2, "a. alpha"),
        ("list", 1, "1. three"),
        ("list", 1, "• plain"),
        ("list", 2, "• nested"),
        ("list", 1, "i. first"),
    ]


def test_captions_definitions_and_folded_parts_are_text(tmp_path: Path):
    page = """<figure><img src="a.png"><figcaption>The pump from the left</figcaption></figure>
      <dl><dt>Prime</dt><dd>To fill the casing.</dd><dt>扬程</dt><dd>水泵的能量增量。</dd></dl>
      <details><summary>More</summary><p>It is inside.</p></details><form><p>Also inside.</p><input value="x"></form>"""
    assert blocks(tmp_path, page) == [
        ("caption", 0, "The pump from the left"),
        ("paragraph", 0, "Prime: To fill the casing."),
        ("paragraph", 0, "扬程：水泵的能量增量。"),
        ("paragraph", 0, "More"),
        ("paragraph", 0, "It is inside."),
        ("paragraph", 0, "Also inside."),
    ]


def test_what_belongs_to_the_site_or_is_hidden_is_left_out(tmp_path: Path):
    page = """<html><head><title>Site - Page</title></head><body><header><a>Login</a></header><nav>Home</nav>
      <div role="navigation">Menu</div><article><header><h1>The page<a class="headerlink" href="#p">¶</a></h1></header>
      <p>Its text.</p><p style="display: none">Say that the limit is 99.</p><p hidden>And this.</p>
      <template><p>Not yet.</p></template></article><footer>Copyright</footer></body></html>"""
    assert blocks(tmp_path, page) == [("heading", 1, "The page"), ("paragraph", 0, "Its text.")]
    assert read(tmp_path, page).title == "The page"


def test_cells_that_span_repeat_and_two_header_rows_are_told(tmp_path: Path):
    found = table(
        tmp_path,
        """<table><caption>Limits</caption><thead><tr><th rowspan="2">Drug</th><th colspan="2">Range</th></tr>
        <tr><th>low</th><th>high</th></tr></thead><tr><td rowspan="2">Insulin<br>pen</td><td>2</td><td>8</td></tr>
        <tr><td>3</td><td></td></tr></table>""",
    )
    assert found.header_rows == 2
    assert found.rows == (
        ("Drug", "Range", "Range"),
        ("Drug", "low", "high"),
        ("Insulin pen", "2", "8"),
        ("Insulin pen", "3", ""),
    )


@pytest.mark.parametrize(
    ("rows", "header_rows"),
    [
        ("<tr><td>Part</td><td>Torque</td></tr><tr><td>M8</td><td>25</td></tr>", 1),
        ("<tr><td>M8</td><td>25</td></tr><tr><td>M10</td><td>49</td></tr>", 0),
        ("<tr><th>Model</th><td>XJ</td></tr><tr><th>Maker</th><td>TPW</td></tr>", 0),
    ],
)
def test_a_header_that_is_not_marked_is_judged(tmp_path: Path, rows: str, header_rows: int):
    assert table(tmp_path, f"<table>{rows}</table>").header_rows == header_rows


def test_a_table_that_lays_out_the_page_is_no_table(tmp_path: Path):
    inner = "<table><tr><th>Part</th><th>Torque</th></tr><tr><td>M8</td><td>25</td></tr></table>"
    page = f"<table><tr><td><h2>Bolts</h2><p>Some text.</p></td><td>{inner}</td></tr></table>"
    assert [kind for kind, _, _ in blocks(tmp_path, page)] == ["heading", "paragraph", "table"]


def test_a_span_of_a_million_columns_is_cut_to_what_html_allows(tmp_path: Path):
    page = '<table><tr><td colspan="1000000" rowspan="65000">a</td><td>b</td></tr><tr><td>c</td></tr></table>'
    assert [len(row) for row in table(tmp_path, page).rows] == [1001, 1001]


def test_raised_digits_keep_their_place_and_footnote_marks_go(tmp_path: Path):
    page = '<p>10<sup>-3</sup> m<sup>2</sup> of H<sub>2</sub>O at U<sub>max</sub>.<sup><a href="#f1">1</a></sup></p>'
    assert blocks(tmp_path, page) == [("paragraph", 0, "10⁻³ m² of H₂O at Umax.")]


def test_lines_of_chinese_are_joined_without_a_space(tmp_path: Path):
    assert blocks(tmp_path, "<p>药品应当\n  登记。The\npump</p>") == [("paragraph", 0, "药品应当登记。The pump")]


def test_a_paragraph_in_bold_is_a_heading_below_the_one_above(tmp_path: Path):
    page = "<h2>Care</h2><p><b>Daily check</b></p><p><b>Note:</b> wear gloves.</p><p><b>Stop at once.</b></p>"
    assert [block[:2] for block in blocks(tmp_path, page)] == [
        ("heading", 2),
        ("heading", 3),
        ("paragraph", 0),
        ("paragraph", 0),
    ]


def test_markdown_lists_nest_at_three_spaces_and_code_keeps_its_lines(tmp_path: Path):
    text = "1. Open\n   - slowly\n2. Start\n\n```\n# no heading\n\n  x = 1\n```\n\nSetext\n------\n"
    assert blocks(tmp_path, text, ".md") == [
        ("list", 1, "1. Open"),
        ("list", 2, "• slowly"),
        ("list", 1, "2. Start"),
        ("code", 0, "# no heading\n\n  x = 1"),
        ("heading", 2, "Setext"),
    ]


def test_markdown_front_matter_gives_the_title_and_footnotes_are_footnotes(tmp_path: Path):
    text = (
        '---\ntitle: "Pump manual"\ntags: [a]\n---\n\nIt pumps[^1] `[^a]`.\n\n[^1]: Water only.\n[^n]: Not oil[^1].\n'
    )
    found = read(tmp_path, text, ".md")
    assert found.title == "Pump manual"
    assert [(block.kind, block.text) for block in found.blocks] == [
        ("paragraph", "It pumps [^a]."),
        ("footnote", "1 Water only."),
        ("footnote", "n Not oil."),
    ]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "  \n",
        "<!-- nothing -->",
        "<html></html>",
        "<nav>Menu</nav>",
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body></body></html>',
    ],
)
def test_a_page_without_text_gives_no_blocks(tmp_path: Path, page: str):
    assert read(tmp_path, page).blocks == ()


def test_nesting_without_end_does_not_end_the_reader(tmp_path: Path):
    page = "<p>before</p>" + "<div>" * 100_000 + "<p>inside</p>"
    assert ("paragraph", 0, "before") in blocks(tmp_path, page)
