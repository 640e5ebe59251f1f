"""Claims about questions made from tables and lists."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.generate.extractive import generate, structure
from docqa.generate.extractive.patterns import Draft, templates
from docqa.generate.extractive.places import strip_number, title
from docqa.generate.extractive.units import number, split_unit, with_unit
from docqa.records import Block, Chunk, Piece, rows_text


def chunk_of(
    *blocks: Block, language: str = "en", title: str = "Operation Manual", headings: tuple[str, ...] = ()
) -> Chunk:
    """A chunk that holds the blocks one after the other."""
    pieces, at = [], 0
    for index, block in enumerate(blocks):
        piece = Piece(
            kind=block.kind,
            start=at,
            end=at + len(block.text),
            block=index,
            level=block.level,
            rows=block.rows,
            header_rows=block.header_rows,
        )
        pieces.append(piece)
        at += len(block.text) + 1
    return Chunk(
        id="c",
        document_id="d",
        path="manuals/file-01.pdf",
        title=title,
        language=language,
        text="\n".join(block.text for block in blocks),
        heading_path=headings,
        pages=(1,),
        pieces=tuple(pieces),
        tokens=100,
    )


def table(*rows: tuple[str, ...], header_rows: int = 1) -> Block:
    return Block(kind="table", text=rows_text(rows), rows=rows, header_rows=header_rows)


def items(*texts: str) -> list[Block]:
    return [Block(kind="list", level=1, text=text) for text in texts]


def paragraph(text: str) -> Block:
    return Block(kind="paragraph", text=text)


def caption(text: str) -> Block:
    return Block(kind="caption", text=text)


def drafts(chunk: Chunk, template: str = "") -> list[Draft]:
    return [draft for draft in structure.questions(chunk) if draft.template.startswith(template)]


def quoted(chunk: Chunk, draft: Draft) -> list[str]:
    return [chunk.text[start:end] for start, end in draft.quotes]


PERFORMANCE = table(
    ("Size", "Flow m³/h", "Head m", "Remark"),
    ("MC 40-160", "25", "32", "see annex"),
    ("MC 50-200", "50", "50", "–"),
    ("MC 65-250", "100", "80", ""),
)

STORAGE = table(
    ("储存区", "控制范围", "报警值（℃）"),
    ("冷库", "2℃～8℃", "7.5"),
    ("阴凉库", "不超过20℃", "19"),
    ("常温库", "10℃～30℃", "28"),
)


# ----------------------------------------------------------------------------------------------------------- tables


def test_a_cell_is_asked_by_row_column_and_place_and_answered_with_its_unit() -> None:
    chunk = chunk_of(caption("Table 2: Rated performance"), PERFORMANCE)
    asked = {draft.question: draft for draft in drafts(chunk, "table-cell")}
    draft = asked["What is the flow of MC 40-160 according to the table “Rated performance” in “Operation Manual”?"]
    assert draft.answer == "The flow of MC 40-160 is 25 m³/h."
    assert quoted(chunk, draft) == ["Flow m³/h", "MC 40-160", "25"]


def test_chinese_cells_keep_their_unit_and_name_the_document() -> None:
    chunk = chunk_of(caption("表 1：储存温度"), STORAGE, language="zh", title="药品储存规程")
    asked = {draft.question: draft for draft in drafts(chunk, "table-cell")}
    draft = asked["《药品储存规程》“储存温度”表中，阴凉库的报警值是多少？"]
    assert draft.answer == "阴凉库的报警值是19℃。"


def test_cells_that_say_nothing_or_point_elsewhere_are_not_asked() -> None:
    chunk = chunk_of(caption("Table 2: Rated performance"), PERFORMANCE)
    assert not [draft for draft in drafts(chunk) if "see annex" in draft.answer or "–" in draft.answer]


def test_a_unit_in_the_caption_is_quoted_with_it() -> None:
    torques = table(("Joint", "MC 40-160"), ("Impeller nut", "40"), ("Casing nuts", "35"))
    chunk = chunk_of(caption("Table 3: Torques of the pump, in N·m"), torques)
    draft = drafts(chunk, "table-entry")[0]
    assert "40 N·m" in draft.answer
    assert quoted(chunk, draft)[0] == "Table 3: Torques of the pump, in N·m"


def test_where_rows_are_attributes_the_columns_are_the_subjects() -> None:
    dimensions = table(
        ("Dimension", "MC 40-160", "MC 50-200"),
        ("Seal diameter, mm", "28", "33"),
        ("Front shroud gap, mm", "1.0", "1.2"),
    )
    chunk = chunk_of(caption("Table 4: Assembly dimensions"), dimensions)
    assert "The seal diameter of MC 40-160 is 28 mm." in [draft.answer for draft in drafts(chunk, "table-cell")]


def test_an_index_column_is_not_taken_for_the_name_of_a_row() -> None:
    parts = table(("No.", "Part", "Material"), ("1", "Shaft", "Steel"), ("2", "Impeller", "Bronze"))
    chunk = chunk_of(caption("Table 1: Parts list"), parts)
    assert {draft.answer for draft in drafts(chunk)} <= {
        "The material of the shaft is Steel.",
        "The material of the impeller is Bronze.",
    }


def test_a_remedy_is_asked_for_its_fault() -> None:
    faults = table(
        ("Fault", "Remedy"),
        ("No flow", "Vent the casing and open the suction valve."),
        ("Noise", "Raise the tank level."),
    )
    chunk = chunk_of(caption("Table 5: Faults and remedies"), faults)
    draft = drafts(chunk, "table-remedy")[0]
    assert draft.question.startswith("What is the remedy for “No flow” according to")
    assert draft.answer == "The remedy for “No flow” is: Vent the casing and open the suction valve."


def test_two_rows_are_compared_only_in_one_unit() -> None:
    chunk = chunk_of(caption("Table 2: Rated performance"), PERFORMANCE)
    (draft,) = drafts(chunk, "table-comparison")
    assert draft.answer == "MC 50-200 has the greater flow: 50 m³/h, against 25 m³/h for MC 40-160."
    mixed = table(("Size", "Weight"), ("MC 40-160", "25 kg"), ("MC 50-200", "25 g"))
    assert not drafts(chunk_of(caption("Table 2: Weights of the sizes"), mixed), "table-comparison")


@pytest.mark.parametrize(
    "chunk",
    [
        chunk_of(table(*PERFORMANCE.rows, header_rows=0), headings=("Performance",)),
        chunk_of(PERFORMANCE, title="file-01"),
        chunk_of(caption("Table 1"), table(("Name", "Value"), ("A1", "1"), ("A1", "2")), headings=("Scope",)),
        chunk_of(table(("Unit", "压力（MPa）周期"), ("Pump A", "1"), ("Pump B", "2")), headings=("Scope",)),
        chunk_of(table(("Dimension", "New"), ("Clearance, MC 40 and", "0.4"), ("50, mm", "")), headings=("Limits",)),
        chunk_of(
            table(("Sound", "Source"), ("Knock at", "torn, key"), ("running speed", "loose")), headings=("Noise",)
        ),
        chunk_of(table(("Unit", "Owner"), ("Pump", "Smith"), ("Fan", "Smith"), ("Oven", "Jones"), header_rows=2)),
    ],
    ids=[
        "no header",
        "nothing to name it by",
        "labels that repeat",
        "two headers read as one",
        "a wrapped label alone in its row",
        "a label that breaks off",
        "a row of values read as a header",
    ],
)
def test_tables_that_cannot_be_read_for_certain_are_left_alone(chunk: Chunk) -> None:
    assert not drafts(chunk)


def test_few_cells_are_taken_and_from_different_rows() -> None:
    rows = [(f"Pump P-{i}", f"{i}", f"{i + 100}", f"{i + 200}") for i in range(30)]
    chunk = chunk_of(
        caption("Table 7: Pumps of the plant"), table(("Pump", "Flow m³/h", "Head m", "Speed r/min"), *rows)
    )
    cells = drafts(chunk, "table-cell")
    assert len(cells) == 8
    assert len({quoted(chunk, draft)[1] for draft in cells}) == 8


def test_traditional_text_gives_traditional_questions() -> None:
    fees = table(
        ("帳戶類別", "說明"), ("活期", "隨時可以存取，沒有最低金額"), ("定期", "到期以前不得提取，否則沒有利息")
    )
    chunk = chunk_of(caption("表 1：帳戶說明"), fees, language="zh", title="銀行產品說明")
    assert drafts(chunk)
    assert all("什麼" in draft.question and "什么" not in draft.question for draft in drafts(chunk))


# ------------------------------------------------------------------------------------------------------------ lists

STEPS = items(
    "1. Undo the impeller nut by turning it clockwise.",
    "2. Draw the impeller off with the puller.",
    "3. Press the seat out of the cover.",
)
REPLACING = ("6 Corrective maintenance", "6.4 Replacing the mechanical seal")


def test_numbered_steps_answer_how_the_task_of_their_heading_is_done() -> None:
    chunk = chunk_of(*STEPS, headings=REPLACING)
    (draft,) = drafts(chunk)
    assert draft.question == (
        "What are the steps for replacing the mechanical seal according to the section “Corrective maintenance” "
        "of “Operation Manual”?"
    )
    assert draft.answer.split("\n") == [step.text for step in STEPS] == quoted(chunk, draft)


@pytest.mark.parametrize(
    "blocks",
    [
        STEPS[1:],
        [STEPS[0], STEPS[2]],
        [*STEPS[:2], Block(kind="code", text="$ stop"), STEPS[2]],
        [*STEPS, Block(kind="code", text="$ stop"), *items("4. Refit the impeller.")],
        items("1. The pump is red.", "2. The motor is blue.", "3. The valve is green."),
    ],
    ids=["does not begin with 1", "a gap", "code between", "goes on after code", "not orders"],
)
def test_a_list_that_is_not_surely_a_whole_procedure_is_left_alone(blocks: list[Block]) -> None:
    assert not drafts(chunk_of(*blocks, headings=REPLACING))


def test_a_list_at_the_end_of_a_full_chunk_may_have_been_cut() -> None:
    chunk = chunk_of(*STEPS, headings=REPLACING)
    assert not drafts(chunk.model_copy(update={"tokens": 500}))


def test_a_lead_in_becomes_the_question_of_its_list() -> None:
    chunk = chunk_of(
        paragraph("Stop at once in doubt. The pump may run on if all three of the following conditions are met:"),
        *items("• no trip value has been reached;", "• the trend is flat;", "• a standby pump is ready."),
    )
    (draft,) = drafts(chunk)
    assert draft.question == "According to “Operation Manual”, under which conditions may the pump run on?"
    assert draft.answer.endswith(
        "\n- no trip value has been reached;\n- the trend is flat;\n- a standby pump is ready."
    )
    assert quoted(chunk, draft)[0] == "The pump may run on if all three of the following conditions are met:"


@pytest.mark.parametrize(
    ("lead", "question"),
    [
        ("The following measures raise the suction head:", "which measures raise the suction head?"),
        ("The operator shall record the following values:", "which values shall the operator record?"),
        ("A set of class 2 consists of the following parts:", "what does a set of class 2 consist of?"),
        ("It shall meet the following conditions:", ""),
        ("The following causes are listed by frequency:", ""),
        ("Notably:", ""),
    ],
)
def test_english_lead_ins(lead: str, question: str) -> None:
    found = drafts(chunk_of(paragraph(lead), *items("• alpha one", "• beta two")))
    assert [draft.question.removeprefix("According to “Operation Manual”, ") for draft in found] == (
        [question] if question else []
    )


@pytest.mark.parametrize(
    ("lead", "question"),
    [
        ("审方药师逐条审核以下内容：", "审方药师逐条审核哪些内容？"),
        ("调配人员应当按照下列顺序操作：", "调配人员应当按照什么顺序操作？"),
        ("有下列情形之一的，为严重药品不良反应：", "哪些情形属于严重药品不良反应？"),
        ("存款业务分为以下三类：", "存款业务分为哪三类？"),
        ("本制度适用于下列科室：", ""),
        ("特别地：", ""),
    ],
)
def test_chinese_lead_ins(lead: str, question: str) -> None:
    chunk = chunk_of(
        paragraph(lead),
        *items("• 诊断与用药是否相符；", "• 有无配伍禁忌。"),
        language="zh",
        title="调配规程",
        headings=("审核",),
    )
    assert [draft.question.removeprefix("根据《调配规程》“审核”一节，") for draft in drafts(chunk)] == (
        [question] if question else []
    )


def test_entries_of_a_glossary_are_asked_one_by_one() -> None:
    chunk = chunk_of(
        *items(
            "• upstream author: the person who made the program.", "• sponsor: a person who helps to upload packages."
        ),
        headings=("2.1. People around Debian",),
    )
    first, second = drafts(chunk)
    assert (
        first.question
        == "What does “upstream author” mean in the section “People around Debian” of “Operation Manual”?"
    )
    assert second.answer == "“sponsor” means a person who helps to upload packages."


def test_an_option_is_asked_with_the_name_of_its_command() -> None:
    chunk = chunk_of(
        paragraph("The debmake command offers 2 shortcut options."),
        *items("• -a : open the upstream tarball", "• -i : execute the build script"),
        headings=("Chapter 6. debmake options", "6.1. Shortcut options"),
    )
    assert [draft.question for draft in drafts(chunk)] == [
        "What does the -a option of debmake do?",
        "What does the -i option of debmake do?",
    ]


# ------------------------------------------------------------------------------------------------------------- laws

ALL = [
    chunk_of(caption("Table 2: Rated performance"), PERFORMANCE),
    chunk_of(caption("表 1：储存温度"), STORAGE, language="zh", title="药品储存规程"),
    chunk_of(*STEPS, headings=REPLACING),
    chunk_of(paragraph("The following measures raise the suction head:"), *items("• one thing", "• another thing")),
]


@pytest.mark.parametrize("chunk", ALL)
def test_every_number_of_an_answer_stands_in_its_quotes(chunk: Chunk) -> None:
    for draft in structure.questions(chunk):
        evidence = " ".join(quoted(chunk, draft))
        assert all(figure in evidence for figure in re.findall(r"\d+(?:\.\d+)?", draft.answer))


@pytest.mark.parametrize("chunk", ALL)
def test_every_template_has_an_entry_and_makes_items(chunk: Chunk) -> None:
    assert {draft.template for draft in structure.questions(chunk)} <= set(templates("structure"))
    assert generate(chunk, min_score=0.0)


@given(
    st.lists(
        st.tuples(*[st.text("AaBb12 .-|\n–见", max_size=6)] * 3),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["en", "zh"]),
)
def test_any_table_gives_questions_whose_quotes_are_in_the_chunk(rows: list[tuple[str, ...]], language: str) -> None:
    chunk = chunk_of(caption("Table 1: Values of some things"), table(*rows), language=language)
    for draft in structure.questions(chunk):
        assert draft.question
        assert draft.answer
        assert draft.quotes == tuple(sorted(draft.quotes))
        assert all(quoted(chunk, draft))


# ------------------------------------------------------------------------------------------------- names and units


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("Rated pressure (MPa)", ("Rated pressure", "MPa")),
        ("Flow m³/h", ("Flow", "m³/h")),
        ("温度，℃", ("温度", "℃")),
        ("沉降菌，个/皿·0.5小时", ("沉降菌", "个/皿·0.5小时")),
        ("Motor current, % of rated", ("Motor current", "% of rated")),
        ("Type A", ("Type A", "")),
        ("3rd-5th year", ("3rd-5th year", "")),
        ("Drive end (pair)", ("Drive end (pair)", "")),
    ],
)
def test_a_unit_is_split_off_only_where_it_is_one(header: str, parts: tuple[str, str]) -> None:
    assert split_unit(header) == parts


def test_a_unit_is_given_only_to_a_bare_amount() -> None:
    assert with_unit("up to 75", "°C") == "up to 75°C"
    assert with_unit("40", "N·m") == "40 N·m"
    assert with_unit("steady", "°C") == "steady"
    assert with_unit("2 s", "min") == "2 s"


def test_numbers_of_cells() -> None:
    assert number("1,250.5 kg") == (1250.5, "kg")
    assert number("−3") == (-3.0, "")
    assert number("2 to 3") is None


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("2.1. Scope", "Scope"),
        ("Chapter 6. debmake options", "debmake options"),
        ("第三章 分级与目录", "分级与目录"),
        ("一、总则", "总则"),
        ("3D printing", "3D printing"),
        ("A guide to pumps", "A guide to pumps"),
    ],
)
def test_heading_numbers_are_left_out(heading: str, name: str) -> None:
    assert strip_number(heading) == name


@pytest.mark.parametrize("name", ["dm-en-02", "scan_2024", "manual.pdf", "Microsoft Word - Entwurf", "file-01"])
def test_a_file_name_is_no_title(name: str) -> None:
    assert title(chunk_of(title=name)) == ""
