"""The bytes of a text file become text, in the encoding the file says or shows.

A byte order mark or a declaration decides; then UTF-8, which other encodings hardly ever look like; then GB 18030 and
Big5, told by how much of the text falls among the common characters, where their tables put them first; then Windows
1252. Replacing what is not UTF-8 was tried before: a Chinese text file of a Windows machine became a page of question
marks without any error.
"""

import codecs
import re
from collections.abc import Iterator

from docqa.errors import ParseError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]+)|<\?xml[^>]{0,200}?encoding=["']([\w-]+)""", re.I
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252"}
"""What a declaration usually means where it names a smaller set, as browsers read it."""

_COMMON = {"gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}
"""First bytes of the common ideographs, which both tables list before the rare ones."""

_PUNCTUATION = range(0xA1, 0xA4)
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, declares: bool = False) -> tuple[str, str]:
    """The text of ``data``, and the encoding it was read in.

    Args:
        declares: whether a declaration in the text itself counts, as in HTML.

    Raises:
        ParseError: of kind ``wrong-type``; these bytes are no text.
    """
    for encoding in _candidates(data, declares):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if len(_CONTROL.findall(text)) * 100 > len(text):
            break
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), encoding
    raise ParseError("the file is not text, whatever its name says", "wrong-type")


def _candidates(data: bytes, declares: bool) -> Iterator[str]:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if marked:
        yield marked
    if declares and (match := _DECLARED.search(data[:4096])):
        yield _known((match[1] or match[2]).decode())
    yield "utf-8"
    yield from (encoding for encoding in _COMMON if _is_common(data, encoding))
    yield "cp1252"


def _known(name: str) -> str:
    """Python's name of a declared encoding; the name itself when Python has none."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return name
    return _WIDER.get(found, found)


def _is_common(data: bytes, encoding: str) -> bool:
    """Whether nine in ten of the two-byte characters are common ideographs or punctuation of ``encoding``."""
    pairs = [pair[0] for pair in re.findall(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]", data)]
    if encoding == "gb18030":  # the second byte of its common characters is never a letter
        single = len(re.findall(rb"[\x81-\xfe][\x40-\x7e]", data))
        if single * 10 > len(pairs):
            return False
    common = sum(first in _COMMON[encoding] or first in _PUNCTUATION for first in pairs)
    return bool(pairs) and common >= 0.9 * len(pairs)
