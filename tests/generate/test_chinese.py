"""Chinese sentences and articles become questions, in the script of their text, only where they stand by themselves."""

import pytest

from docqa.chunk import chunk_document
from docqa.generate.extractive import chinese
from docqa.records import Block, Box, Document, Page, Span


def asked(*paragraphs: str, heading: str = "3.1 验收", title: str = "药品储存与冷链管理规程") -> list[tuple[str, str]]:
    texts = [("heading", heading), *(("paragraph", text) for text in paragraphs)]
    blocks = tuple(
        Block(
            kind=kind,
            text=text,
            level=1 if kind == "heading" else 0,
            spans=(Span(start=0, end=len(text), box=Box(page=1)),),
        )
        for kind, text in texts
    )
    document = Document(
        id="d",
        path="规程.pdf",
        media_type="application/pdf",
        title=title,
        language="zh",
        pages=(Page(number=1),),
        blocks=blocks,
    )
    (made,) = chunk_document(document)
    return [(draft.template, draft.question) for draft in chinese.questions(made)]


@pytest.mark.parametrize(
    ("sentence", "template", "question"),
    [
        ("高警示药品，是指一旦使用错误会对患者造成严重伤害的药品。", "definition", "什么是高警示药品？"),
        ("病区药品冰箱应当专用，不得存放食物和标本。", "must-thing", "对病区药品冰箱有什么要求？"),
        ("病区护士长负责本病区冰箱的日常管理和记录。", "responsible", "病区护士长负责什么？"),
        ("重点养护品种包括冷链药品、近效期药品和易潮解药品。", "includes", "重点养护品种包括哪些？"),
        (
            "您可以使用 debdiff 命令来对比两个 Debian 软件包组成的差别。",
            "how-to",
            "如何对比两个 Debian 软件包组成的差别？",
        ),
        ("同一客户持有的定期存款不得超过 100 笔。", "quantity", "同一客户持有的定期存款不得超过多少？"),
    ],
)
def test_a_form_of_sentence_is_asked_for_what_it_says(sentence: str, template: str, question: str):
    assert asked(sentence) == [(template, question)]


def test_traditional_text_is_asked_in_traditional():
    sentence = "git-buildpackage 套件提供了許多命令來使用 git 倉庫自動打包。"
    assert asked(sentence, heading="7.2 檔案", title="小技巧") == [
        ("function", "git-buildpackage 套件的作用是什麼？"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "该药品应当在二十四小时内使用完毕并且登记。",
        "上述情形应当由药学部在三日内处理完毕。",
        "目前全部冷库应当配备备用电源和发电机。",
        "具体的温度范围和报警值应当见表 3 中的规定。",
    ],
)
def test_no_question_from_a_sentence_that_points_elsewhere_or_will_not_stay_true(sentence: str):
    assert asked(sentence) == []


def test_the_obligation_in_an_adverse_reaction_is_none():
    assert asked("药品不良反应按照严重程度分为一般和严重两类。") == []


def test_a_generic_subject_is_asked_about_with_its_document():
    ((_, question),) = asked("标签应当载明病区、患者姓名、住院号和药品名称。")
    assert question == "根据《药品储存与冷链管理规程》，对标签有什么要求？"


def test_this_regulation_is_called_by_its_name():
    ((_, question),) = asked("本规程适用于药库、门诊药房、住院药房和各病区的药品存放处。")
    assert question == "《药品储存与冷链管理规程》适用于什么？"


def test_an_article_is_asked_by_its_number_and_the_regulation():
    text = "第九条 信息科负责在医嘱系统中维护剂量上限和相互作用提示。剂量上限的修改须凭主任签发的变更单。"
    templates = dict(asked(text, heading="第二章 职责"))
    assert templates["article"] == "《药品储存与冷链管理规程》第九条规定了什么内容？"
