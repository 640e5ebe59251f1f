"""pptx becomes blocks, a page a slide.

unstructured 0.27 was tried: it takes for a bullet only what carries one itself (most inherit theirs from the layout),
short English lines for titles, leaves merged cells empty, sorts the parts of a group among those outside it, and reads
hidden slides. So the presentation is read with the library below it, python-pptx.

A slide's title comes first, then what stands on it, column by column, then the speaker's notes.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from docqa.parse import package
from docqa.parse.boxless import CAPTION, block, judged_header, pages, plain, table
from docqa.parse.parsed import Parsed
from docqa.parse.raised import lowered, raised
from docqa.records import Block

_NAME = "presentation"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DEFAULT_TITLES = {"PowerPoint Presentation", "PowerPoint 演示文稿"}


class _Seen(NamedTuple):
    """Pages of hidden slides and of slides with pictures, and how many charts were met."""

    hidden: list[int]
    pictures: list[int]
    charts: list[int]


def read_slides(path: Path) -> Parsed:
    """Read a pptx file.

    Raises:
        ParseError: of kind ``wrong-type``, ``encrypted`` or ``damaged``.
    """
    import pptx
    from pptx.exc import PythonPptxError

    package.check(path, "ppt/", _NAME)
    with package.damage(_NAME, PythonPptxError):
        deck = pptx.Presentation(str(path))
        slides = list(deck.slides)
        has_cover = any(_is_cover(slide.shapes.title) for slide in slides)
        seen = _Seen([], [], [])
        blocks: list[Block] = []
        for number, slide in enumerate(slides, 1):
            if slide.element.get("show") in ("0", "false"):
                seen.hidden.append(number)
            else:
                blocks += _slide(slide, number, has_cover, seen)
        title = (deck.core_properties.title or "").strip()
    warnings = []
    if seen.hidden:
        warnings.append(f"{len(seen.hidden)} hidden slides are left out; show them in the file if they count.")
    if seen.charts:
        warnings.append(f"{len(seen.charts)} charts are left out: they have no running text.")
    found = tuple(pages(blocks, len(slides), seen.pictures, seen.hidden))
    return Parsed("" if title in _DEFAULT_TITLES else title, found, tuple(blocks), tuple(warnings))


def _is_cover(title: Any) -> bool:
    from pptx.enum.shapes import PP_PLACEHOLDER

    return title is not None and title.placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE


def _slide(slide: Any, page: int, has_cover: bool, seen: _Seen) -> Iterator[Block]:
    """A slide's blocks. Where there is a cover, the other slides' titles stand below its own."""
    title = slide.shapes.title
    heading = plain(title.text_frame.text) if title is not None else ""
    if heading:
        yield block("heading", heading, 2 if has_cover and not _is_cover(title) else 1, page)
    others = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    yield from _shapes(others, page, seen)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            if text := _text(paragraph._p):
                yield block("paragraph", text, 0, page)


def _shapes(shapes: Sequence[Any], page: int, seen: _Seen) -> Iterator[Block]:
    from pptx.enum.shapes import MSO_SHAPE_TYPE

    for shape in _in_order([shape for shape in shapes if _holds_text(shape)]):
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from _shapes(list(shape.shapes), page, seen)
        elif getattr(shape, "has_table", False):
            yield from _table(shape.table, page)
        elif getattr(shape, "has_chart", False):
            seen.charts.append(page)
        elif shape.has_text_frame:
            yield from _frame(shape, page)
        else:
            yield from _diagram(shape, page)
    if any(shape.element.tag == f"{_P}pic" for shape in shapes):
        seen.pictures.append(page)


def _holds_text(shape: Any) -> bool:
    """Whether to read the shape: not hidden, and not the slide's date, number or footer."""
    from pptx.enum.shapes import PP_PLACEHOLDER as KINDS

    properties = shape.element.find(f".//{_P}cNvPr")
    if properties is not None and properties.get("hidden") in ("1", "true"):
        return False
    if shape.is_placeholder and shape.placeholder_format.type in (KINDS.DATE, KINDS.FOOTER, KINDS.SLIDE_NUMBER):
        return False
    return not shape.has_text_frame or bool(shape.text_frame.text.strip())


# ----------------------------------------------------------------------------------------------------- reading order


def _in_order(shapes: Sequence[Any]) -> list[Any]:
    """Bands that leave one gutter free are columns, read one after the other; other bands from top to bottom."""
    groups: list[list[Any]] = []
    for band in _cut(shapes, _top, _bottom):
        shared = groups and max(len(groups[-1]), len(band)) > 1 and len(_cut(groups[-1] + band, _left, _right)) > 1
        groups[-1:] = [groups[-1] + band] if shared else [*groups[-1:], band]
    ordered: list[Any] = []
    for group in groups:
        columns = _cut(group, _left, _right)
        if len(columns) > 1:
            ordered += [shape for column in columns for shape in _in_order(column)]
        else:
            ordered += sorted(group, key=lambda shape: (_top(shape), _left(shape)))
    return ordered


def _cut(shapes: Sequence[Any], start: Callable[[Any], int], end: Callable[[Any], int]) -> list[list[Any]]:
    parts: list[list[Any]] = []
    reach = 0
    for shape in sorted(shapes, key=start):
        if not parts or start(shape) >= reach:
            parts.append([])
        parts[-1].append(shape)
        reach = end(shape) if len(parts[-1]) == 1 else max(reach, end(shape))
    return parts


def _left(shape: Any) -> int:
    return int(shape.left or 0)


def _right(shape: Any) -> int:
    return _left(shape) + int(shape.width or 0)


def _top(shape: Any) -> int:
    return int(shape.top or 0)


def _bottom(shape: Any) -> int:
    return _top(shape) + int(shape.height or 0)


# -------------------------------------------------------------------------------------------------------------- text


def _frame(shape: Any, page: int) -> Iterator[Block]:
    """The paragraphs of a shape; those with a bullet or number are items of a list."""
    styles = list(_styles(shape))
    numbers: dict[int, Iterator[int]] = {}
    for paragraph in shape.text_frame.paragraphs:
        text, level = _text(paragraph._p), paragraph.level
        if not text:
            continue
        bullet = _bullet(paragraph._p, level, styles)
        numbers = {depth: number for depth, number in numbers.items() if depth <= level}
        if bullet is None:
            numbers.clear()
            yield block("caption" if CAPTION.match(text) and len(text) < 200 else "paragraph", text, 0, page)
        elif bullet.tag == f"{_A}buAutoNum":
            number = next(numbers.setdefault(level, count(int(bullet.get("startAt", "1")))))
            yield block("list", f"{_label(number, bullet.get('type', ''))} {text}", level + 1, page)
        else:
            numbers.pop(level, None)
            yield block("list", f"• {text}", level + 1, page)


def _styles(shape: Any) -> Iterator[Any]:
    """Where a paragraph's bullet may be set, nearest first: the shape, its layout, its master, the master's styles."""
    from pptx.enum.shapes import PP_PLACEHOLDER as KINDS

    kind = shape.placeholder_format.type if shape.is_placeholder else None
    master = shape.part.slide.slide_layout.slide_master if kind is not None else None
    while shape is not None:
        style = shape.element.find(f".//{_A}lstStyle")
        if style is not None:
            yield style
        shape = getattr(shape, "_base_placeholder", None)
    if master is not None and kind in (KINDS.BODY, KINDS.OBJECT, KINDS.VERTICAL_BODY, KINDS.SUBTITLE):
        style = master.element.find(f"{_P}txStyles/{_P}bodyStyle")
        if style is not None:
            yield style


def _bullet(paragraph: Any, level: int, styles: Sequence[Any]) -> Any:
    """The element that gives the paragraph its bullet or number; None when it has none."""
    own = paragraph.find(f"{_A}pPr")
    for properties in (own, *(style.find(f"{_A}lvl{level + 1}pPr") for style in styles)):
        for element in properties if properties is not None else ():
            if element.tag == f"{_A}buNone":
                return None
            if element.tag in (f"{_A}buChar", f"{_A}buAutoNum", f"{_A}buBlip"):
                return element
    return None


def _label(number: int, style: str) -> str:
    text = str(number)
    if style.startswith("alpha") and number <= 26:
        text = chr(ord("a" if "Lc" in style else "A") + number - 1)
    if style.endswith("ParenBoth"):
        return f"({text})"
    return f"{text})" if style.endswith("ParenR") else f"{text}."


def _text(paragraph: Any) -> str:
    parts = []
    for element in paragraph.iter(f"{_A}t", f"{_A}br"):
        if element.tag == f"{_A}br":
            parts.append(" ")
            continue
        properties = element.getparent().find(f"{_A}rPr")
        shift = int(properties.get("baseline", "0").rstrip("%") or 0) if properties is not None else 0
        text = element.text or ""
        parts.append(raised(text) if shift > 0 else lowered(text) if shift < 0 else text)
    return plain("".join(parts))


def _table(grid: Any, page: int) -> Iterator[Block]:
    """A table's cells; a merged cell repeats in each place."""
    rows = [[""] * len(grid.columns) for _ in grid.rows]
    for y, row in enumerate(grid.rows):
        for x, cell in enumerate(row.cells):
            if cell.is_spanned:
                continue
            text = plain(" ".join(_text(paragraph._p) for paragraph in cell.text_frame.paragraphs))
            down, across = (cell.span_height, cell.span_width) if cell.is_merge_origin else (1, 1)
            for line in rows[y : y + down]:
                line[x : x + across] = [text] * len(line[x : x + across])
    if not any(map(any, rows)):
        return
    if len(rows[0]) < 2:
        for (text,) in rows:
            yield block("paragraph", text, 0, page)
        return
    yield table(rows, max(judged_header(rows), int(grid.first_row and len(rows) > 1)), page)


def _diagram(shape: Any, page: int) -> Iterator[Block]:
    """The texts of a SmartArt, in the order they were typed in."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in shape.element.iter(f"{_DIAGRAM}relIds"):
        data = etree.fromstring(shape.part.related_part(relation.get(f"{_RELATION}dm")).blob, parser)
        for paragraph in data.iter(f"{_A}p"):
            if text := _text(paragraph):
                yield block("list", f"• {text}", 1, page)
