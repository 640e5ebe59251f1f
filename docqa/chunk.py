"""Document -> Chunks, on top of the block structure.

A chunk is a section or a part of one: it never runs over a heading, so that a question made from it can name where it
belongs. Whole blocks are packed until the size is reached; what belongs together (a lead-in and its list, a caption
and its table) moves together where it fits. Only a block that is larger than a whole chunk is cut: text by
langchain's recursive splitter at paragraph, sentence and clause ends, a table between rows with its header repeated.

The offsets are ours: langchain's ``add_start_index`` looks each part up again and gave -1 for 43 of 218 chunks with
overlap. Without overlap and with separators kept, the parts tile the text, so their lengths are enough.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from docqa.errors import SettingsError
from docqa.records import Block, Chunk, Document, Piece, Span, content_id, rows_text
from docqa.text import detect_language, estimate_tokens

TokenCounter = Callable[[str], int]

# Latin sentence ends need the space; full-width marks end a sentence by themselves.
_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "；", ". ", "! ", "? ", "; ", "，", "、", ", ", " ", ""]

_LEFT_OUT = {"contents"}
_NO_PROSE = {"heading", "code", "formula", "caption"}


@dataclass(frozen=True)
class _Part:
    """A block of the document or a cut of one: ``text`` is ``block.text[start:]``'s beginning, or some of its rows."""

    index: int
    block: Block
    text: str
    start: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    spans: tuple[Span, ...] = ()


def token_counter(tokenizer: str = "") -> TokenCounter:
    """Count tokens with the Hugging Face ``tokenizer.json`` at this path; with none, by ``estimate_tokens``.

    Raises:
        SettingsError: the file is no tokenizer.
    """
    if not tokenizer:
        return estimate_tokens
    from tokenizers import Tokenizer

    try:
        loaded = Tokenizer.from_file(tokenizer)
    except Exception as error:  # the library raises a bare Exception whatever is wrong with the file
        raise SettingsError(f"{tokenizer}: is not a tokenizer.json that can be read ({error})") from error
    return lambda text: len(loaded.encode(text, add_special_tokens=False).ids)


def chunk_document(
    document: Document,
    max_tokens: int = 512,
    count: TokenCounter = estimate_tokens,
    languages: Collection[str] = ("en", "zh"),
) -> Iterator[Chunk]:
    """Yield the chunks of ``document`` in reading order.

    Args:
        max_tokens: size that no chunk passes, by ``count``; a single table row or character may.
        languages: those questions can be made in; a chunk in another is yielded with ``skipped`` set.
    """
    path: list[tuple[int, str]] = []
    for section in _sections(document.blocks):
        for index in section:
            block = document.blocks[index]
            if block.kind == "heading":
                path = [(level, text) for level, text in path if level < block.level]
                path.append((block.level, block.text))
        headings = tuple(text for _, text in path)
        parts = [part for index in section for part in _fit(index, document.blocks[index], max_tokens, count)]
        for packed in _pack(_units(parts), max_tokens, count):
            yield _chunk(document, headings, packed, count, languages)


def _sections(blocks: Sequence[Block]) -> Iterator[list[int]]:
    """Indices of the blocks between one heading (or run of headings) and the next."""
    section: list[int] = []
    for index, block in enumerate(blocks):
        if block.kind in _LEFT_OUT:
            continue
        if block.kind == "heading" and section and not _opens(blocks, section, block):
            yield section
            section = []
        section.append(index)
    if section:
        yield section


def _opens(blocks: Sequence[Block], section: list[int], heading: Block) -> bool:
    """Whether the section so far is only headings above this one, so that they open it together."""
    last = blocks[section[-1]]
    return last.kind == "heading" and last.level < heading.level


# ------------------------------------------------------------------------------------------- cutting large blocks


def _fit(index: int, block: Block, max_tokens: int, count: TokenCounter) -> Iterator[_Part]:
    """The block whole if it fits, else cut into parts that do."""
    if count(block.text) <= max_tokens:
        yield _Part(index, block, block.text, 0, block.rows, block.spans)
    elif block.kind == "table" and block.rows:
        yield from _cut_table(index, block, max_tokens, count)
    else:
        start = 0
        for text in _split(block.text, max_tokens, count):
            yield _Part(index, block, text, start, (), _clip(block.spans, start, start + len(text), -start))
            start += len(text)


def _split(text: str, max_tokens: int, count: TokenCounter) -> list[str]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=max_tokens,
        chunk_overlap=0,
        length_function=count,
        separators=_SEPARATORS,
        keep_separator="end",
        strip_whitespace=False,
    )
    # Where two separators follow each other the splitter repeats one, so only where its parts begin is taken from it.
    starts, at = [0], 0
    for body in filter(None, map(str.strip, splitter.split_text(text))):
        begin = text.index(body, at)
        at = begin + len(body)
        starts.append(begin)
    return [text[start:end] for start, end in pairwise([0, *starts[2:], len(text)])]


def _cut_table(index: int, block: Block, max_tokens: int, count: TokenCounter) -> Iterator[_Part]:
    """Cut between rows; each part begins with the header rows."""
    header, body = block.rows[: block.header_rows], block.rows[block.header_rows :]
    first = 0
    while first < len(body):
        last = first + 1
        while last < len(body) and count(rows_text(header + body[first : last + 1])) <= max_tokens:
            last += 1
        yield _table_part(index, block, block.header_rows + first, block.header_rows + last)
        first = last


def _table_part(index: int, block: Block, first: int, last: int) -> _Part:
    """The table's header and its rows ``first`` to ``last`` (exclusive), with their boxes."""
    header = block.rows[: block.header_rows]
    rows = header + block.rows[first:last]
    header_end = len(rows_text(header))
    body_start = len(rows_text(block.rows[:first])) + (1 if first else 0)
    body_end = body_start + len(rows_text(block.rows[first:last]))
    shift = header_end + (1 if header else 0) - body_start
    spans = _clip(block.spans, 0, header_end, 0) + _clip(block.spans, body_start, body_end, shift)
    return _Part(index, block, rows_text(rows), 0, rows, spans)


def _clip(spans: Sequence[Span], start: int, end: int, shift: int) -> tuple[Span, ...]:
    """The parts of ``spans`` within [start, end), moved by ``shift``."""
    return tuple(
        Span(start=max(span.start, start) + shift, end=min(span.end, end) + shift, box=span.box)
        for span in spans
        if span.start < end and start < span.end
    )


# -------------------------------------------------------------------------------------------------------- packing


def _units(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Group what should stay together: headings with what follows, lead-in with list, caption with table."""
    units: list[list[_Part]] = []
    for before, part in pairwise([None, *parts]):
        assert part is not None
        if before is not None and _belongs(before, part):
            units[-1].append(part)
        else:
            units.append([part])
    return units


def _belongs(before: _Part, part: _Part) -> bool:
    kinds = (before.block.kind, part.block.kind)
    if kinds[0] == "heading" or kinds == ("list", "list"):
        return True
    if kinds == ("paragraph", "list"):
        return before.text.rstrip().endswith((":", "："))
    return set(kinds) == {"caption", "table"}


def _pack(units: Sequence[list[_Part]], max_tokens: int, count: TokenCounter) -> Iterator[list[_Part]]:
    """Fill chunks with whole units, and with single parts where a unit is larger than a chunk."""
    packed: list[_Part] = []
    for unit in units:
        pieces = [unit] if _size(unit, count) <= max_tokens else [[part] for part in unit]
        for piece in pieces:
            if packed and _size([*packed, *piece], count) > max_tokens:
                yield packed
                packed = []
            packed = packed + piece
    if packed:
        yield packed


def _size(parts: Sequence[_Part], count: TokenCounter) -> int:
    return count("\n".join(part.text for part in parts))


def _chunk(
    document: Document,
    headings: tuple[str, ...],
    parts: Sequence[_Part],
    count: TokenCounter,
    languages: Collection[str],
) -> Chunk:
    pieces, start = [], 0
    for part in parts:
        pieces.append(
            Piece(
                kind=part.block.kind,
                start=start,
                end=start + len(part.text),
                block=part.index,
                level=part.block.level,
                spans=_clip(part.spans, 0, len(part.text), start),
                rows=part.rows,
                header_rows=part.block.header_rows if part.rows else 0,
            )
        )
        start += len(part.text) + 1
    text = "\n".join(part.text for part in parts)
    pages = sorted({span.box.page for piece in pieces for span in piece.spans}) or [parts[0].block.page]
    language = _language(parts, document.language)
    return Chunk(
        id=content_id(document.id, str(parts[0].index), str(parts[0].start), text),
        document_id=document.id,
        path=document.path,
        title=document.title,
        language=language,
        text=text,
        heading_path=headings,
        pages=tuple(pages),
        pieces=tuple(pieces),
        tokens=count(text),
        skipped=_skipped(parts, language, languages),
    )


def _language(parts: Sequence[_Part], fallback: str) -> str:
    """The language of the prose; the document's own where there is too little of it to tell."""
    prose = "\n".join(part.text for part in parts if part.block.kind != "code")
    detected = detect_language(prose)
    return fallback if detected == "und" or (len(prose) < 80 and detected != "zh") else detected


def _skipped(parts: Sequence[_Part], language: str, languages: Collection[str]) -> str:
    if language not in languages:
        return f"language: {language}"
    if all(part.block.kind in _NO_PROSE for part in parts):
        return "no prose"
    return ""
