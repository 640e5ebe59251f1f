"""Typeset the documents of the guard: for each ``guard/NAME.typ`` its pages, NAME.pdf, and their truth, NAME.md.

The truth is exact, since both come from one source: Typst's HTML says what stands in it, in reading order and without
layout. Running headers are left out, and so are the marks that point to a footnote; a footnote stands at the end of
its page and begins with its mark.

``pip install -r corpora/requirements.txt lxml``, install the Noto CJK fonts (Debian: ``fonts-noto-cjk``), then run
``python tests/bench/typeset.py`` from anywhere. The same sources and fonts give the same bytes.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import typst
from lxml.html import HtmlElement, document_fromstring

HERE = Path(__file__).resolve().parent
GUARD = HERE / "guard"

_NOTE_MARK = "sup[@role='doc-noteref']"
_SPECIAL = re.compile(r"([\\`*_<\[\]])")


def to_markdown(page: str) -> str:
    """Typst's HTML as Markdown; ``<hr>`` stands for the end of a page."""
    body = document_fromstring(page).find("body")
    notes: dict[str, str] = {}
    for section in body.findall("section[@role='doc-endnotes']"):
        for item in section.iter("li"):
            mark = item.find("sup")
            notes[f"#{item.get('id')}"] = f"{mark.text_content()} {escaped(mark.tail)}"
        section.drop_tree()
    parts: list[str] = []
    waiting: list[str] = []
    for element in body:
        for mark in element.findall(f".//{_NOTE_MARK}"):
            waiting.append(notes[mark.find("a").get("href")])
            mark.drop_tree()
        if element.tag == "hr":
            parts += waiting
            waiting = []
        else:
            parts += blocks(element)
    return "\n\n".join(parts + waiting) + "\n"


def blocks(element: HtmlElement) -> Iterator[str]:
    """The Markdown blocks of an element of the page.

    Raises:
        ValueError: it is one that no source had so far.
    """
    match element.tag:
        case "h1" | "h2" | "h3" | "h4":
            yield f"{'#' * int(element.tag[1])} {text(element)}"
        case "p" | "figcaption":
            yield text(element)
        case "figure" | "div":
            for part in element:
                yield from blocks(part)
        case "ul" | "ol":
            yield "\n".join(items(element))
        case "dl":
            for term, meaning in zip(element.findall("dt"), element.findall("dd"), strict=True):
                yield f"{text(term)} {text(meaning)}"
        case "table":
            yield "\n".join(["<table>", *rows(element), "</table>"])
        case "pre":
            yield f"```\n{element.text_content()}\n```"
        case other:
            raise ValueError(f"<{other}> has no Markdown here: {element.text_content()[:60]}")


def text(element: HtmlElement) -> str:
    """What stands in it, as a line of Markdown."""
    return escaped(element.text_content())


def escaped(words: str) -> str:
    """One line, and a backslash before each sign that Markdown would take for its own."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))


def items(element: HtmlElement, indent: str = "") -> Iterator[str]:
    """A list's lines; the lists within its items are set in."""
    for number, item in enumerate(element.findall("li"), 1):
        mark = f"{number}. " if element.tag == "ol" else "- "
        inner = [part for part in item if part.tag in ("ul", "ol")]
        for part in inner:
            item.remove(part)
        yield f"{indent}{mark}{text(item)}"
        for part in inner:
            yield from items(part, indent + " " * len(mark))


def rows(table: HtmlElement) -> Iterator[str]:
    """The rows of a table, a line each, without attributes but the spans."""
    for row in table.iter("tr"):
        cells = []
        for cell in row:
            spans = "".join(f' {name}="{cell.get(name)}"' for name in ("rowspan", "colspan") if cell.get(name))
            cells.append(f"<{cell.tag}{spans}>{html.escape(' '.join(cell.text_content().split()))}</{cell.tag}>")
        yield f"<tr>{''.join(cells)}</tr>"


def main() -> None:
    """Typeset every document and say what was written."""
    for source in sorted(GUARD.glob("*.typ")):
        pages, truth = source.with_suffix(".pdf"), source.with_suffix(".md")
        typst.compile(source, output=pages, root=HERE)
        numbers = typst.query(source, "<pages>", field="value", one=True, root=HERE)
        page = typst.compile(source, root=HERE, format="html", sys_inputs={"truth": numbers})
        truth.write_text(to_markdown(page.decode()), encoding="utf-8")
        print(f"{source.stem}  {pages.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
