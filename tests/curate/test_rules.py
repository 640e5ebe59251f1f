"""What the don'ts of SFT data drop, and what they must leave alone."""

import pytest

from docqa.curate.rules import first_objection, time_bound, ungrounded_number, vague_reference
from docqa.records import Evidence, Origin, QAItem


def item(question: str, answer: str = "The valve.", evidence: str | None = None) -> QAItem:
    quote = answer if evidence is None else evidence
    return QAItem(
        id="item",
        chunk_ids=("chunk",),
        document_id="document",
        path="manual.pdf",
        question=question,
        answer=answer,
        evidence=(Evidence(chunk_id="chunk", start=0, end=len(quote), quote=quote),),
        task_type="definition/term",
        language="zh" if any("\u4e00" <= char <= "\u9fff" for char in question) else "en",
        difficulty="easy",
        origin=Origin(method="extractive", prompt="test"),
        score=0.9,
    )


SOUND = [
    ("What is the rated current of the motor?", "The rated current is 32 A."),
    ("What happens to the mechanical seal when it runs dry?", "It overheats and cracks within 30 s."),
    ("What is the currently selected directory called in Emacs?", "The default directory."),
    ("What does NPSH stand for?", "net positive suction head"),
    ("Is it allowed to run the pump against a closed valve?", "No, never."),
    ("What is it called when steam drives a generator?", "turbo-electric drive"),
    ("What is the volume of the container?", "1,360 cubic feet (39 m³)"),
    ("What are the parts of the seal?", "a) the ring b) the spring"),
    ("In section 4.2 of the Pump Manual, what is said about oil?", "Use ISO VG 46 oil."),
    ("How is the system kept up to date?", "By running apt upgrade."),
    ("What is the interest for the last year of the loan?", "3.5 %"),
    ("What is the minimum deposit for the term deposit account?", "1,000 USD"),
    ("《药品管理制度》第十二条规定了什么?", "高警示药品应当单独存放，并设置醒目标识。"),
    ("护士发现药品破损时应怎么做?", "应立即停用，并在24小时内上报药剂科。"),
    ("存款期限届满后，该存款如何计息?", "按活期利率计息。"),
    ("三十岁以下的申请人需要哪些材料?", "身份证和收入证明。"),
    ("当前目录用哪个命令显示?", "pwd"),
    ("成本文件由谁保管?", "财务部。"),
    ("仪表中显示的数值单位是什么?", "MPa"),
    ("体现在哪些方面的风险需要披露?", "市场风险和信用风险。"),
    ("《林投姐》这部作品是由什么改编的?", "民间传说"),
    ("田泽湖车站位于哪条地方交通线上?", "田泽湖线"),
    ("其他药品如何存放?", "按说明书存放。"),
]


@pytest.mark.parametrize(("question", "answer"), SOUND)
def test_a_sound_item_passes_every_rule(question: str, answer: str) -> None:
    assert first_objection(item(question, answer)) == ""


@pytest.mark.parametrize(
    "question",
    [
        "What does it do?",
        "What is the purpose of this section?",
        "What does Table 3 show?",
        "According to the passage, what is the limit?",
        "Which of the following must be checked?",
        "What is listed in the table above?",
        "When should these be replaced?",
        "本节的目的是什么?",
        "上述药品如何存放?",
        "该药品如何存放?",
        "它的作用是什么?",
        "根据上表，利率是多少?",
        "下列哪些药品需要冷藏?",
        "前款所称机构是指什么?",
    ],
)
def test_a_question_that_points_outside_itself_is_vague(question: str) -> None:
    assert vague_reference(item(question))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What oil is used in the gearbox?", "As shown in Table 2, mineral oil."),
        ("What is the limit of the flow?", "The passage states that it is 5 l/s."),
        ("定期存款的利率是多少?", "见下表。"),
        ("药品的有效期是多久?", "如前所述，为两年。"),
    ],
)
def test_an_answer_that_sends_its_reader_to_the_page_is_vague(question: str, answer: str) -> None:
    assert vague_reference(item(question, answer))


@pytest.mark.parametrize(
    "question",
    [
        "What is the latest release of Debian?",
        "Which packages are currently maintained by the team?",
        "How many branches has the bank opened this year?",
        "目前的利率是多少?",
        "近年来电视剧有什么变化?",
        "公司现在有多少员工?",
        "Who is the director of the bank at present?",
        "What fee does the bank charge nowadays?",
    ],
)
def test_a_question_tied_to_the_day_of_writing_is_time_bound(question: str) -> None:
    assert time_bound(item(question))


@pytest.mark.parametrize(
    "question",
    [
        "What equation describes the force today?",
        "Which plate is the block at present a part of?",
        "华北陆块目前是哪个板块的一部分?",
        "如今的赛里木湖被誉为什么?",
    ],
)
def test_what_lasts_is_not_time_bound_for_the_word_now(question: str) -> None:
    assert not time_bound(item(question))


def test_a_dated_word_counts_in_an_answer_of_one_sentence_only() -> None:
    assert time_bound(item("Who leads the team?", "Currently Ada leads it."))
    assert not time_bound(
        item("Who leads the team?", "Ada leads it. The role rotates. It is currently shared in part.")
    )


@pytest.mark.parametrize(
    ("question", "answer", "evidence", "detail"),
    [
        ("What is the limit of pressure?", "N/A", "", "empty answer"),
        ("What is the limit of pressure?", "5 bar \ufffd\ufffd", "5 bar", "garbled characters"),
        ("Who was the khan's wife?", "BÃ¶rte of the Onggirat", "Börte of the Onggirat", "garbled characters"),
        ("地球公民基金会的前身是什么?", "鍦扮悆鍏皯鍗忎細", "地球公民协会", "garbled characters"),
        ("What is the limit of pressure?", "### Response: 5 bar", "5 bar", "prompt text"),
        ("问题：压力的上限是多少?", "5 bar", "5 bar", "prompt text"),
        ("What is the limit of pressure?", "<td>5 bar</td>", "5 bar", "markup"),
        ("What is the limit of pre", "5 bar", "5 bar", "not a question"),
        ("压力的上", "5 bar", "5 bar", "not a question"),
        ("What is the limit of pressure?", "What is the limit of pressure?", "5 bar", "answer repeats the question"),
        ("What is the limit of pressure?", "The limit of the pressure", "5 bar", "answer repeats the question"),
        ("What is the limit of pressure?", "I'm sorry, I cannot answer that.", "5 bar", "refusal"),
        ("What is the limit of pressure?", "压力的上限是五巴。", "5 bar", "answer in another language"),
        ("What is the limit of pressure?", "5 bar, 5 bar, 5 bar, 5 bar, 5 bar", "5 bar", "repetition"),
        ("What limits the the pressure?", "The relief valve", "the relief valve", "repetition"),
        ("What is the limit (max?", "5 bar", "5 bar", "unbalanced brackets"),
        ("What does the valve do?", "It limits the press", "It limits the pressure.", "answer cut off"),
        ("What does the valve do?", "It limits pressure in the", "It limits pressure in the casing", "answer cut off"),
        (
            "泵在启动前应做什么?",
            "启动前应打开入口阀门，然后检查轴承",
            "启动前应打开入口阀门，然后检查轴承温度。",
            "answer cut off",
        ),
        (
            "What is the limit of pressure?",
            "No such detail seems obtainable anywhere",
            "The pump stands 5 bar.",
            "answer unlike its evidence",
        ),
    ],
)
def test_a_broken_item_is_dropped_and_says_what_is_broken(
    question: str, answer: str, evidence: str, detail: str
) -> None:
    assert first_objection(item(question, answer, evidence or answer)) == f"broken:{detail}"


@pytest.mark.parametrize(
    "question", ["什么是机械密封？", "郑庆华被聘为什么职务？", "年老体弱者为什么却拥有非凡的成绩？"]
)
def test_chinese_whose_gb_18030_bytes_happen_to_be_utf_8_is_not_garbled(question: str) -> None:
    assert "garbled" not in first_objection(
        item(question, "机械密封是防止液体泄漏的装置。", "机械密封是防止液体泄漏的装置。")
    )


def test_a_fact_is_not_answered_by_a_pasted_passage() -> None:
    passage = (
        "The pump house was planned before the war and built after it. Its first pumps came from the works of Ada & "
        "Sons, which made them to drawings of their own; later ones were bought where they were cheapest. All of them "
        "are still in use, and visitors are shown around on Sundays."
    )
    assert (
        first_objection(item("Who built the first pumps of the house?", passage)) == "broken:answer is a copied passage"
    )


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        ("6 bar", "The pressure is 5 bar."),
        ("压力为12 bar", "压力为10 bar。"),
        ("1,500 h", "every 150 h"),
    ],
)
def test_a_number_that_no_quote_holds_is_ungrounded(answer: str, evidence: str) -> None:
    assert ungrounded_number(item("What is the value of the setting?", answer, evidence))


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        ("4,000 h", "every 4000 h"),
        ("１２ bar", "12 bar"),
        ("1. Drain the casing.\n2. Pull the impeller.", "Drain the casing. Pull the impeller."),
        ("the bearing of P-101", "the bearing of P-101"),
    ],
)
def test_a_number_written_another_way_is_the_same_number(answer: str, evidence: str) -> None:
    assert ungrounded_number(item("What is the value of the setting?", answer, evidence)) == ""


def test_a_number_in_the_question_needs_evidence_unless_it_names_a_place_or_standard() -> None:
    assert ungrounded_number(item("What happens at 90 degrees?", "The pump trips.", "The pump trips at 80 degrees."))
    assert not ungrounded_number(item("What does ISO 9906 require?", "A test.", "A test is required."))
    assert not ungrounded_number(item("《条例》第12条规定了什么?", "应当登记。", "应当登记。"))
