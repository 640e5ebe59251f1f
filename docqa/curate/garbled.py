"""Text whose characters are not the ones that were written: read in a wrong encoding, or lost."""

import re

from docqa.text import CJK

_IDEOGRAPH = re.compile(f"[{CJK}]")


def garbled(text: str) -> str:
    """``garbled characters`` for replacement and control characters, and for UTF-8 that was read in another encoding.

    The idea is ftfy's: bytes of real text in those encodings are practically never valid UTF-8, so a run that
    decodes was garbled.
    """
    if re.search("[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]", text):
        return "garbled characters"
    for run in re.findall(r"[^\x00-\x7f]{2,}", text):
        if _decodes(run, "latin-1") or _decodes(run, "cp1252") or (len(run) >= 6 and _decodes(run, "gb18030")):
            return "garbled characters"
    return ""


def _decodes(run: str, encoding: str) -> bool:
    try:
        data = run.encode(encoding)
    except UnicodeEncodeError:
        return False
    read = data.decode("utf-8", errors="ignore")
    if encoding == "gb18030" and 2 * len(_IDEOGRAPH.findall(read)) < len(read):
        return False  # two bytes of GB 18030 may be a Latin or Hebrew letter in UTF-8: 什么是机械密封 is all of those
    return len(read.encode()) > 0.8 * len(data)
