"""Chunks: whole blocks where they fit, nothing lost, every character traced to its place."""

from hypothesis import example, given
from hypothesis import strategies as st

from docqa.chunk import chunk_document
from docqa.records import Block, Box, Document, Page, Span, rows_text
from docqa.text import estimate_tokens


def block(kind: str, text: str, page: int = 1, **more: object) -> Block:
    spans = (Span(start=0, end=len(text), box=Box(page=page, bbox=(0, 0, 1, 1))),)
    return Block.model_validate({"kind": kind, "text": text, "spans": spans, **more})


def document(*blocks: Block, language: str = "en") -> Document:
    pages = tuple(Page(number=n) for n in sorted({b.page for b in blocks}))
    return Document(
        id="d" * 64,
        path="a.pdf",
        media_type="application/pdf",
        title="A",
        language=language,
        pages=pages,
        blocks=blocks,
    )


SENTENCE = "The pump is started with the discharge valve closed and the suction valve fully open. "


def test_a_chunk_never_runs_over_a_heading():
    chunks = list(
        chunk_document(
            document(
                block("heading", "1 Pump", level=1),
                block("heading", "1.1 Start", level=2),
                block("paragraph", SENTENCE),
                block("heading", "1.2 Stop", level=2),
                block("paragraph", SENTENCE),
            )
        )
    )
    assert [chunk.heading_path for chunk in chunks] == [("1 Pump", "1.1 Start"), ("1 Pump", "1.2 Stop")]
    assert chunks[0].text.startswith("1 Pump\n1.1 Start\nThe pump")


def test_a_lead_in_stays_with_its_list():
    filler = [block("paragraph", SENTENCE * 4) for _ in range(4)]
    listed = [
        block("list", f"{n}. Close the valve V-{n} slowly and wait until it is tight.", level=1) for n in range(1, 6)
    ]
    chunks = list(chunk_document(document(*filler, block("paragraph", "Do this:"), *listed), max_tokens=400))
    (home,) = (chunk for chunk in chunks if "Do this:" in chunk.text)
    assert all(item.text in home.text for item in listed)


def test_a_table_that_is_cut_repeats_its_header_in_each_part():
    rows = (("Part", "Torque"), *((f"Bolt {n}", f"{n} N·m") for n in range(200)))
    table = block("table", rows_text(rows), rows=rows, header_rows=1)
    chunks = list(chunk_document(document(table), max_tokens=100))
    assert len(chunks) > 5
    for chunk in chunks:
        (piece,) = chunk.pieces
        assert piece.rows[0] == ("Part", "Torque")
        assert chunk.text == rows_text(piece.rows)
    assert tuple(row for chunk in chunks for row in chunk.pieces[0].rows[1:]) == rows[1:]


def test_contents_lines_are_left_out_and_other_languages_are_skipped_with_a_reason():
    contents = block("contents", "1 Pump ........ 3")
    german = block(
        "paragraph", "Die Pumpe ist mit dem Ventil verbunden und wird von der Steuerung nicht überwacht. " * 2
    )
    (chunk,) = chunk_document(document(contents, german, language="de"))
    assert "....." not in chunk.text
    assert chunk.skipped == "language: de"


def test_a_paragraph_over_two_pages_keeps_both_places():
    text = SENTENCE * 2
    half = len(SENTENCE)
    spans = (
        Span(start=0, end=half, box=Box(page=3, bbox=(0, 700, 1, 800))),
        Span(start=half, end=len(text), box=Box(page=4, bbox=(0, 50, 1, 90))),
    )
    (chunk,) = chunk_document(document(Block(kind="paragraph", text=text, spans=spans)))
    assert chunk.pages == (3, 4)
    assert [box.page for box in chunk.boxes(half + 3, half + 9)] == [4]


def test_chinese_is_cut_at_sentence_ends():
    text = "离心泵应每三十天检查一次机械密封的泄漏情况。" * 30
    chunks = list(chunk_document(document(block("paragraph", text), language="zh"), max_tokens=100))
    assert all(chunk.text.endswith("。") and estimate_tokens(chunk.text) <= 100 for chunk in chunks)


BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["paragraph", "list", "heading", "code"]),
        st.text("泵阀 ab.。,\n1", min_size=1, max_size=300).filter(str.strip),
    ),
    min_size=1,
    max_size=12,
)


@given(BLOCKS, st.integers(5, 120))
@example([("paragraph", "111111a  1。")], 5)
def test_every_character_ends_in_exactly_one_chunk_and_keeps_its_span(drawn: list[tuple[str, str]], size: int):
    doc = document(*(block(kind, text, level=1 if kind == "heading" else 0) for kind, text in drawn))
    chunks = list(chunk_document(doc, max_tokens=size))
    rebuilt = [""] * len(drawn)
    for chunk in chunks:
        for piece in chunk.pieces:
            rebuilt[piece.block] += chunk.text[piece.start : piece.end]
            assert [(span.start, span.end) for span in piece.spans] == [(piece.start, piece.end)]
    assert rebuilt == [text for _, text in drawn]
    assert len({chunk.id for chunk in chunks}) == len(chunks)
