"""A text file is read in the encoding it says or shows, and what is no text is refused."""

import random

import pytest

from docqa.errors import ParseError
from docqa.parse.decode import decode

SIMPLIFIED = "第一条 为了规范住院患者自备药品的管理，保障用药安全，制定本办法。温度不得超过25℃。"
TRADITIONAL = "臺灣的電腦軟體說明書，使用者應先閱讀本手冊。溫度不得超過二十五度。"
FRENCH = "L'été à Genève, c'est très agréable : naïveté, cœur, façade."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED, "gbk"),
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "big5"),
        (FRENCH, "utf-8"),
        (FRENCH, "cp1252"),
    ],
)
def test_text_is_the_same_whatever_it_was_saved_in(text: str, encoding: str):
    assert decode(text.encode(encoding))[0] == text


def test_a_page_that_declares_its_encoding_is_believed():
    page = '<html><head><meta charset="windows-1251"></head><body>Насос</body></html>'
    assert decode(page.encode("cp1251"), declares=True) == (page, "cp1251")


def test_a_wrong_declaration_does_not_spoil_the_text():
    page = '<meta charset="no-such-encoding"><p>' + SIMPLIFIED
    assert decode(page.encode(), declares=True) == (page, "utf-8")


def test_line_ends_become_newlines():
    assert decode(b"a\r\nb\rc")[0] == "a\nb\nc"


def test_random_bytes_are_no_text():
    chance = random.Random(7)
    for size in (200, 5000):
        with pytest.raises(ParseError) as refused:
            decode(bytes(chance.randrange(256) for _ in range(size)))
        assert refused.value.kind == "wrong-type"
