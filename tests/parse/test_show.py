"""What `docqa parse` shows is Markdown that says the same as the document, to a person and to a Markdown reader."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from docqa.parse.show import to_json, to_markdown
from docqa.records import Block, BlockKind, Box, Document, Page, Span, rows_text


def block(kind: BlockKind, text: str, level: int = 0, page: int = 1) -> Block:
    return Block(kind=kind, text=text, level=level, spans=(Span(start=0, end=len(text), box=Box(page=page)),))


def document(*blocks: Block, pages: tuple[Page, ...] = (Page(number=1),)) -> Document:
    return Document(
        id="0" * 64, path="a.pdf", media_type="application/pdf", title="A", language="en", pages=pages, blocks=blocks
    )


def read_back(markdown: str) -> list[str]:
    """The text of each block, as a CommonMark reader has it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    texts = []
    for token in tokens:
        if token.type == "inline":
            kinds = {child.type for child in token.children}
            assert kinds <= {"text", "text_special", "softbreak"}, kinds
            texts.append("".join(" " if child.type == "softbreak" else child.content for child in token.children))
        elif token.type in ("fence", "code_block"):
            texts.append(token.content.removesuffix("\n"))
    return texts


TEXT = st.text(st.sampled_from("ab1 .)(-+*_`~#<>&;![]:/=|\\$\"'x药"), min_size=1, max_size=40).filter(str.strip)


@given(TEXT, st.integers(1, 6))
def test_headings_and_paragraphs_read_back_as_the_same_text(text: str, level: int):
    plain = " ".join(text.split())
    shown = to_markdown(document(block("heading", plain, level), block("paragraph", plain)))
    assert [" ".join(line.split()) for line in read_back(shown)] == [plain, plain]


@given(
    st.lists(st.tuples(st.sampled_from(["• ", "1. ", "12) ", "a) ", "（一）", "- "]), st.integers(1, 3)), min_size=1)
)
def test_list_items_keep_their_order_and_none_becomes_code(items: list[tuple[str, int]]):
    blocks = [block("list", f"{marker}item {n}", level) for n, (marker, level) in enumerate(items)]
    lines = read_back(to_markdown(document(*blocks)))
    assert [re.search(r"item \d+$", line).group() for line in lines] == [f"item {n}" for n in range(len(items))]


@given(st.text(st.sampled_from("`~ab \n"), min_size=1).map(lambda text: text.strip("\n")).filter(str.strip))
def test_code_reads_back_unchanged_whatever_fences_it_holds(code: str):
    assert read_back(to_markdown(document(block("code", code)))) == [code]


def test_nested_items_stand_below_their_parents():
    items = [("10. ten", 1), ("• under ten", 2), ("• under that", 3), ("11. eleven", 1)]
    shown = to_markdown(document(*(block("list", text, level) for text, level in items)))
    lines = [line for line in shown.split("\n") if line]
    assert lines[1:] == ["10. ten", "    - under ten", "      - under that", "11. eleven"]


def test_a_table_is_html_with_its_header_marked_and_its_cells_escaped():
    rows = (("Part", "Limit"), ("<b>Bolt</b>", "a & b"))
    table = Block(kind="table", text=rows_text(rows), rows=rows, header_rows=1)
    assert to_markdown(document(table)).split("\n")[2:6] == [
        "<table>",
        "<tr><th>Part</th><th>Limit</th></tr>",
        "<tr><td>&lt;b&gt;Bolt&lt;/b&gt;</td><td>a &amp; b</td></tr>",
        "</table>",
    ]


def test_pages_are_marked_in_order_and_a_skipped_one_says_why():
    pages = (
        Page(number=1, header="ACME confidential", footer="1"),
        Page(number=2, skipped="image without text"),
        Page(number=3),
        Page(number=4, failed="broken --> stream"),
    )
    shown = to_markdown(document(block("paragraph", "First."), block("paragraph", "Third.", page=3), pages=pages))
    marks = [line for line in shown.split("\n") if line.startswith("<!--")]
    assert marks[:3] == ["<!-- page 1 -->", "<!-- page 2: image without text -->", "<!-- page 3 -->"]
    assert marks[3].startswith("<!-- page 4: broken")
    assert marks[3].count("-->") == 1
    assert shown.index("First.") < shown.index("page 2") < shown.index("Third.")
    assert "confidential" not in shown


@pytest.mark.parametrize("kind", ["caption", "footnote", "contents"])
def test_what_is_no_running_text_is_named(kind: BlockKind):
    assert f"*{kind}:* Pump \\*" in to_markdown(document(block(kind, "Pump *")))


def test_json_is_the_record_itself():
    shown = document(block("paragraph", "药品"))
    assert Document.model_validate_json(to_json(shown)) == shown


def test_a_nested_item_after_a_page_break_does_not_become_code():
    blocks = [block("list", "10. ten", 1), block("list", "• under ten", 2, page=2)]
    assert read_back(to_markdown(document(*blocks, pages=(Page(number=1), Page(number=2))))) == ["ten", "under ten"]
