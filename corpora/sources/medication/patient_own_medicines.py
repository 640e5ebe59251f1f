"""Build the Word document of the medication domain: 《患者自备药品管理流程》."""

from __future__ import annotations

import datetime
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

ORG = "青岚市第三人民医院"
TITLE = "患者自备药品管理流程"

STEPS = (
    "责任护士在患者入院后二小时内询问是否携带药品，并填写自备药品登记表。",
    "主管医师评估继续使用的必要性。医院有同种药品的，应当改用医院药品。",
    "需要继续使用的，医师在系统中开具标注“自备”的医嘱，并写明品名、规格、剂量和用法。",
    "病区药师在二十四小时内鉴别药品的品名、批号、有效期和外观，在登记表上签署意见。",
    "护士长核对数量后，将药品存入自备药品专柜；需要冷藏的，存入病区药品冰箱的专用格。",
    "护士按照医嘱发药，每次发药前核对患者身份和药品，发药后登记剩余数量。",
    "患者出院时，护士与患者或者家属当面清点，将剩余药品退还，双方签名。",
)

TABLE = (
    ("药品类别", "是否允许使用", "附加要求"),
    ("医院无替代品的口服药", "允许", "药师鉴别合格"),
    ("罕见病用药", "允许", "药学部主任批准"),
    ("吸入剂和胰岛素笔", "允许", "专人专用，标注开启日期"),
    ("静脉注射剂", "不允许", "由医院药房供应"),
    ("麻醉药品和第一类精神药品", "不允许", "交病区双人双锁暂存，二十四小时内由家属取回"),
    ("中药饮片和自制制剂", "不允许", "由家属带回"),
    ("保健食品", "不作药品管理", "告知医师，评估相互作用"),
)


def _fonts(document: Document) -> None:
    """Give each style used a Chinese typeface."""
    for name, face, size in (
        ("Normal", "SimSun", 11),
        ("Title", "SimHei", 20),
        ("Heading 1", "SimHei", 15),
        ("Heading 2", "SimHei", 13),
        ("List Number", "SimSun", 11),
    ):
        style = document.styles[name]
        style.font.size = Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def build(path: Path) -> None:
    """Write the document to ``path``."""
    document = Document()
    _fonts(document)
    moment = datetime.datetime(2025, 1, 1)
    core = document.core_properties
    core.title, core.author, core.last_modified_by = TITLE, ORG, ORG
    core.created = core.modified = core.last_printed = moment
    core.revision, core.language, core.comments = 1, "zh-CN", ""

    document.add_heading(TITLE, 0)
    document.add_paragraph(f"{ORG}　编号：QL3-YX-031　版本：第一版　生效日期：2025年1月1日")

    document.add_heading("1 总体要求", 1)
    document.add_heading("1.1 目的", 2)
    document.add_paragraph(
        "本流程规定住院患者自备药品的登记、鉴别、保管、使用和退还，目的是防止重复用药、相互作用和使用变质药品。"
    )
    document.add_heading("1.2 定义", 2)
    document.add_paragraph(
        "自备药品，是指住院患者从院外带入、拟在住院期间使用的药品，包括患者在其他医疗机构取得的药品和自行购买的药品。"
    )
    document.add_heading("1.3 原则", 2)
    document.add_paragraph(
        "住院患者原则上使用医院供应的药品。自备药品未经医师开具医嘱和药师鉴别的，任何人不得给患者使用。"
        "患者坚持使用未经鉴别合格的药品的，主管医师应当说明风险，并请患者签署知情同意书。"
    )

    document.add_heading("2 职责", 1)
    document.add_paragraph(
        "主管医师决定自备药品是否继续使用；病区药师负责鉴别；责任护士负责登记、发放和退还；护士长每周检查一次专柜。"
        "药学部每季度抽查不少于五个病区，抽查结果报药事会。"
    )

    document.add_heading("3 管理步骤", 1)
    document.add_paragraph("自备药品按照下列步骤管理：")
    for step in STEPS:
        document.add_paragraph(step, style="List Number")

    document.add_heading("4 各类药品的规定", 1)
    document.add_paragraph("各类自备药品是否允许使用，按照下表执行。")
    table = document.add_table(rows=0, cols=3, style="Table Grid")
    for number, row in enumerate(TABLE):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
            if number == 0:
                cell.paragraphs[0].runs[0].bold = True

    document.add_heading("5 鉴别要求", 1)
    document.add_paragraph(
        "药师鉴别时，药品应当带有原包装和说明书，有效期不少于三十日。包装破损、标签无法辨认、变色、潮解或者来源不明的药品，"
        "鉴别为不合格。需要冷藏的药品，患者不能说明运输条件的，鉴别为不合格。药师对鉴别结论有疑问的，应当在四小时内报告药学部主任。"
    )

    document.add_heading("6 保管与退还", 1)
    document.add_heading("6.1 保管", 2)
    document.add_paragraph(
        "自备药品专柜应当加锁，每名患者的药品单独装袋，袋上注明姓名、住院号和床号。"
        "经医师同意由患者自行保管的吸入剂和硝酸甘油片，数量以三日用量为限，护士每日询问使用情况。"
    )
    document.add_heading("6.2 退还与销毁", 2)
    document.add_paragraph(
        "患者出院后七日内没有取回的药品，护士应当电话通知两次；满三十日仍未取回的，由护士长和药师共同登记后销毁。"
        "患者死亡的，剩余药品退还家属，麻醉药品和第一类精神药品由药学部无偿收回。"
    )

    document.add_heading("7 记录", 1)
    document.add_paragraph(
        "自备药品登记表归入病历，保存期限与病历相同。因使用自备药品发生不良事件的，应当按照药品不良事件报告制度上报。"
    )
    document.save(str(path))
