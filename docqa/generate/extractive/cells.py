"""A table read as facts: of this subject, this attribute has this value.

Which column holds the subjects, which row names the attributes, and which cells say nothing by themselves is decided
here; ``tables`` puts the facts into words. Most tables give a row a subject and a column an attribute ("Flow" of "MC
40-160"); the others ("Seal diameter" under "MC 40-160") are turned round where that is certain, and told apart as
entries where it is not, so that the question can quote both names instead of joining them by a wrong "of".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from docqa.generate.extractive.places import caption
from docqa.generate.extractive.units import is_amount, is_unit, split_unit, with_unit
from docqa.records import Chunk, Piece, cell_offsets, rows_text

Kind = Literal["attribute", "advice", "entry"]
Quote = tuple[int, int]

_LONGEST_LABEL, _LONGEST_HEADER, _LONGEST_VALUE = 70, 60, 240

_EMPTY = re.compile(
    r"^(?:[-–—/\\.…·*xX✓✔√●○■□?？]*|n/?a|none|nil|not applicable|not available|tbd"
    r"|不适用|不適用|无|無|无要求|不控制|待定)$",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\b(?:see|refer to|as (?:stated|above|below|described|shown)|ditto|same as|idem|table \d|section \d)\b"
    r"|^(?:见|見|参见|參見|详见|詳見|同上|按说明书|依)|如上|如下|上述|附录|附錄|附件|附表",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"^(?:sub-?)?(?:total|sum|average|mean|others?|remarks?|note)\b|^(?:合计|合計|总计|總計|小计|小計|其他|其它|备注|備註)",
    re.I,
)

# The head noun of a header that names an attribute, so that "the <header> of <subject>" is English.
_ATTRIBUTES = frozenset(
    "pressure temperature torque flow head speed power voltage current frequency weight mass length width height "
    "depth diameter thickness radius area volume capacity size interval period duration time age date deadline "
    "material class grade category type level rate ratio fee charge price cost amount limit owner responsibility "
    "department status score count quantity qty number colour color default version format purpose function role "
    "target value threshold minimum maximum range tolerance clearance density viscosity concentration dose dosage "
    "efficiency accuracy resolution resistance life lifetime location position address language description "
    "meaning unit currency term balance code name title model rank share percentage modality theme premium "
    "penalty".split()
)
_ADVICE = frozenset(
    "remedy remedies action actions measure measures solution solutions countermeasure countermeasures correction "
    "cause causes reason reasons effect effects consequence consequences symptom symptoms source restriction "
    "restrictions requirement requirements condition conditions criterion criteria treatment antidote "
    "recommendation recommendations".split()
)
_ADVICE_ZH = re.compile(
    r"(?:原因|措施|处理|處理|处置|處置|对策|對策|方法|办法|辦法|风险|風險|后果|要求|条件|说明|判断要点|应对|解决方案)$"
)
_ATTRIBUTES_ZH = re.compile(
    r"(?:值|范围|範圍|温度|溫度|湿度|压力|壓力|时间|時間|时限|時限|时长|周期|週期|期限|频率|频次|比例|比率|率|费|費用?|价格?|价|金额|額|额|"
    r"用量|剂量|容量|数量|重量|载量|限量|首剂|载荷|数|颜色|色|类型|类别|类|级别|等级|级|部门|单位|岗位|目标|标准|品种|溶媒|药品|用途|功能|"
    r"含义|位置|地点|型号|规格|材料|材质|尺寸|直径|长度|宽度|厚度|高度|名称|编号|代码|负责人|责任人|年费|限额|利率|年限|税率|密度|速度|"
    r"转速|流量|扬程|功率|电压|电流|效率|寿命|情形|场景|对象|渠道|方式|币种|余额|权益|系数|门槛)$"
)
_CAUSE = re.compile(r"\b(?:cause|reason|effect|source|consequence|symptom)s?\b|原因|后果|後果", re.IGNORECASE)
_RATHER_EVENT = re.compile(
    r"\b(?:cause|reason|fault|symptom|mark|sound|sign|hazard|interval|liquid)s?\b", re.IGNORECASE
)
_TROUBLE = re.compile(
    r"\b(?:fault|failure|problem|symptom|trouble|error|alarm|defect|hazard|sound|noise|mark|sign|message|event|damage|incident)s?\b"
    r"|故障|现象|現象|症状|症狀|问题|問題|异常|異常|缺陷|缺点|错误|錯誤|报警|危险|隐患|事件|偏差",
    re.IGNORECASE,
)
_BREAKS_OFF = re.compile(r"(?:\s(?:a|an|the|of|at|to|in|on|by|for|with|and|or)|[,，、-])$")
# Where the labels are names of attributes, the columns hold the subjects.
_ATTRIBUTE_LABELS = re.compile(
    r"^(?:dimensions?|quantity|quantities|parameters?|propert(?:y|ies)|characteristics?|specifications?|features?|items?|"
    r"项目|項目|指标|指標|参数|參數|特性|性能|内容|內容|要素)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Fact:
    """What one cell says.

    Attributes:
        subject, attribute: as the table writes them, without a unit.
        value: the cell, with the unit where it stands elsewhere.
        kind: ``attribute``: "the attribute of the subject" is sound; ``advice``: causes, remedies and the like,
            "for" the subject; ``entry``: both names have to be quoted.
        group: header of the column or row that the subject is named in ("Part", "Size"), or "".
        row, column: of the cell in the piece's rows.
        quotes: offsets into the chunk's text of all cells that say it, in reading order.
    """

    subject: str
    attribute: str
    value: str
    kind: Kind
    group: str
    row: int
    column: int
    quotes: tuple[Quote, ...]


def facts(chunk: Chunk, index: int) -> Iterator[Fact]:
    """The facts of the table ``chunk.pieces[index]``, row by row; none where its header or labels are not certain."""
    piece = chunk.pieces[index]
    rows, body = piece.rows, piece.rows[piece.header_rows :]
    if (
        not piece.header_rows
        or _misread(piece)
        or len(body) < 2
        or chunk.text[piece.start : piece.end] != rows_text(rows)
    ):
        return
    headers = _headers(piece)
    label = _label_column(headers, body)
    if label is None or _wrapped(body, label):
        return
    turned = _turned(headers, label)
    for row in range(piece.header_rows, len(rows)):
        nameless = not headers[label] and rows[row][label].strip()[:1].isdigit()
        if nameless or not _is_label(rows[row][label]) or len(set(rows[row])) == 1:
            continue
        for column in range(len(headers)):
            if column == label or not _is_header(headers[column]) or not _is_value(rows[row][column]):
                continue
            # A reason is a reason of something said elsewhere in the row, unless the row is about a fault.
            if turned or not _CAUSE.search(headers[column]) or _TROUBLE.search(headers[label]):
                yield _fact(chunk, index, headers, label, row, column, turned)


def _fact(chunk: Chunk, index: int, headers: list[str], label: int, row: int, column: int, turned: bool) -> Fact:
    piece = chunk.pieces[index]
    (row_name, row_unit), (column_name, column_unit) = split_unit(piece.rows[row][label]), split_unit(headers[column])
    value = with_unit(piece.rows[row][column].strip(), row_unit or column_unit)
    places = {(row, label), (row, column)} | {(header, column) for header in range(piece.header_rows)}
    quotes = _cells(piece, places)
    _, unit = split_unit(caption(chunk, index)[0])
    if unit and value == with_unit(value, "") != with_unit(value, unit) and not (row_unit or column_unit):
        value, named = with_unit(value, unit), caption(chunk, index)[1]
        assert named is not None
        quotes = tuple(sorted({*quotes, (named.start, named.end)}))
    subject, attribute = (column_name, row_name) if turned else (row_name, column_name)
    group = "" if turned else headers[label]
    if re.match(r"[\d<>≤≥]", subject) and group:
        quotes = tuple(sorted({*quotes, *_cells(piece, {(piece.header_rows - 1, label)})}))
    kind = "attribute" if turned else _kind(attribute)
    if turned and re.search(r"[,，]", attribute):
        kind = "entry"  # "the coupling bore, pump side of MC 40" has to be quoted
    if kind == "attribute" and _RATHER_EVENT.search(group):
        kind = "entry"  # "the head of a loss of one phase"
    return Fact(subject, attribute, value, kind, group, row, column, quotes)


def _cells(piece: Piece, places: set[tuple[int, int]]) -> tuple[Quote, ...]:
    """Offsets of the cells, in reading order; a merged header cell stands once for each place, and is quoted once."""
    offsets = cell_offsets(piece.rows)
    found = {(piece.start + offsets[row][column][0], piece.start + offsets[row][column][1]) for row, column in places}
    return tuple(sorted((start, end) for start, end in found if end > start))


def _misread(piece: Piece) -> bool:
    """Whether two header cells were read as one ("压力（MPa）周期"), or a row of values as a header."""
    lines, body = piece.rows[: piece.header_rows], piece.rows[piece.header_rows :]
    if sum(not cell.strip() for cell in lines[-1]) > len(lines[-1]) / 2:
        return True
    if any(re.search(r"[)）]\s*[^\W\d_]{2}", cell) and split_unit(cell)[1] == "" for cell in lines[-1]):
        return True
    return len(lines) > 1 and any(
        is_amount(cell) or (cell and cell in {row[column] for row in body})
        for column, cell in enumerate(lines[-1])
        if cell != lines[0][column]
    )


def _headers(piece: Piece) -> list[str]:
    """One name a column; where two columns share the last header row's name, the row above tells them apart."""
    lines = piece.rows[: piece.header_rows]
    names = [cell.strip() for cell in lines[-1]]
    if len(lines) > 1:
        above = [cell.strip() for cell in lines[-2]]
        twice = {name for name in names if names.count(name) > 1}
        names = [f"{a} {n}" if n in twice and a and a != n else n for a, n in zip(above, names, strict=True)]
    return [name if names.count(name) == 1 else "" for name in names]


def _label_column(headers: list[str], body: tuple[tuple[str, ...], ...]) -> int | None:
    """The first of the first three columns whose cells are short, different names."""
    for column in range(min(3, len(headers) - 1)):
        cells = [row[column].strip() for row in body]
        named = [cell for cell in cells if _is_label(cell)]
        if len(named) == len(set(named)) and len(named) >= max(2, 0.8 * len(cells)):
            return column
    return None


def _wrapped(body: tuple[tuple[str, ...], ...], label: int) -> bool:
    """Whether a wrapped line was read as a row of its own: its label is empty, alone, or breaks off."""
    rows = [row for row in body if any(cell.strip() for cell in row)]
    labels = [row[label].strip() for row in rows]
    if any(not any(cell.strip() for at, cell in enumerate(row) if at != label) for row in rows):
        return True
    capital = sum(text[:1].isupper() for text in labels)
    goes_on = capital > len(labels) / 2 and any(re.match(r"[a-z]+(?: |$)", text) for text in labels)
    return goes_on or any(not text or _BREAKS_OFF.search(text) for text in labels)


def _is_label(cell: str) -> bool:
    cell = cell.strip()
    if not 0 < len(cell) <= _LONGEST_LABEL or _EMPTY.match(cell) or _SUM.match(cell) or is_unit(cell):
        return False
    return bool(re.search(r"[^\W\d_]{2}|[^\W\d_]\d|[\u4e00-\u9fff]|^(?:19|20)\d\d$", cell)) and not cell.endswith(
        (".", "。")
    )


def _is_header(name: str) -> bool:
    if not 0 < len(name) <= _LONGEST_HEADER or is_amount(name) or not re.search(r"[^\W\d_]", name):
        return False
    if re.match(r"(?:可否|是否|能否|有无|有無)", name):  # "is it possible" is answered by a sentence, not by a cell
        return False
    return not re.match(r"(?:remarks?|notes?|comments?|no\.?|#|备注|備註|序号|序號|附注)$", name, re.IGNORECASE)


def _is_value(cell: str) -> bool:
    cell = cell.strip()
    return len(cell) <= _LONGEST_VALUE and not _EMPTY.match(cell) and not _POINTER.search(cell)


def _turned(headers: list[str], label: int) -> bool:
    """Whether columns hold the subjects: labels are named as attributes, and no column is."""
    others = [name for column, name in enumerate(headers) if column != label]
    if len(others) < 2 or not _ATTRIBUTE_LABELS.match(headers[label]):
        return False
    return all(_is_name(name) for name in others)


def _is_name(header: str) -> bool:
    """Whether a header names a thing rather than a state or an attribute: a model, a grade ("A级"), a card."""
    if is_amount(header) or split_unit(header)[1]:
        return False
    if re.search(r"[\u4e00-\u9fff]", header):
        return bool(re.match(r"[A-Z\d一二三四五甲乙丙丁ⅠⅡⅢ]+[级級类類型等档檔]", header)) or _kind(header) == "entry"
    return bool(re.search(r"\d|[A-Z]{2}|\b[A-Z]\b", header)) and _kind(header) == "entry"


def _kind(attribute: str) -> Kind:
    if re.search(r"[\u4e00-\u9fff]", attribute):
        if re.match(r"\d", attribute):
            return "entry"
        if _ADVICE_ZH.search(attribute):
            return "advice"
        if re.fullmatch(r"[A-Z\d一二三四五甲乙丙丁ⅠⅡⅢ]+ ?[级級类類型等档檔区區]", attribute):
            return "entry"  # a class that things are measured for, not a property of theirs
        return "attribute" if _ATTRIBUTES_ZH.search(attribute) else "entry"
    words = re.findall(r"[A-Za-z][\w-]*", re.sub(r"\s+(?:of|at|for|in|per|to)\b.*", "", attribute).casefold())
    if not words or re.search(r"\d", attribute):
        return "entry"
    if words[-1] in _ADVICE:
        return "advice"
    return "attribute" if words[-1] in _ATTRIBUTES else "entry"
