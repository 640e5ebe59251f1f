"""A mail is its subject and its body, without what it quotes; who wrote it to whom stands at the head of its page.

unstructured 0.27 was tried: it leaves the subject out of the text, and keeps every quoted reply, so that a thread of
ten mails says the same ten times. Text without markup is read as Markdown, which took its signs from mails.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from docqa.errors import ParseError
from docqa.parse.boxless import plain
from docqa.parse.decode import decode

_QUOTES = (
    "//blockquote[@type='cite']|//*[contains(concat(' ',@class,' '),' gmail_quote ')]|//*[@class='gmail_attr']"
    "|//*[@class='yahoo_quoted']|//*[@class='moz-cite-prefix']|//*[@class='OutlookMessageHeader']"
    "|//*[@id='appendonsend']|//*[@id='divRplyFwdMsg']|//*[@id='appendonsend']/following-sibling::*"
    "|//*[@id='divRplyFwdMsg']/following-sibling::*"
)
"""How mail programs mark what they quote; some put the quoted mail behind a mark, unmarked itself."""

_FORWARDED = re.compile(r"-{5,} ?(?:Forwarded message|Begin forwarded|转发(?:邮件|的邮件)?) ?-{5,}", re.I)
_LEAD_IN = r"(?:(?:On|Am|Le)\b[^\n]*(?:\n[^\n>]+)?(?:wrote|schrieb|écrit) ?:|[^\n]*\d[^\n]*写道[：:])[ \t]*\n+"
_QUOTED = re.compile(rf"^(?:{_LEAD_IN})?(?:>[^\n]*(?:\n|\Z))+", re.M)
_ORIGINAL = re.compile(r"^-{3,} ?(?:Original Message|Ursprüngliche Nachricht|原始邮件) ?-{3,}[^\0]*", re.M | re.I)
_SIGNATURE = re.compile(r"^-- \n[^\0]*", re.M)


class Mail(NamedTuple):
    """The subject; the body as HTML, headed by the subject; who wrote to whom and when; and what was left out."""

    title: str
    html: str
    header: str
    warnings: tuple[str, ...]


def read_mail(path: Path) -> Mail:
    """Read an eml file.

    Raises:
        ParseError: of kind ``wrong-type`` or ``encrypted``.
    """
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    if not any(message.get(name) for name in ("From", "Date", "Subject", "Message-ID", "Received")):
        raise ParseError("the file is no mail, whatever its name says", "wrong-type")
    if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise ParseError("the mail is encrypted; save it decrypted from your mail program and run again", "encrypted")
    subject = plain(str(message.get("Subject", "")))
    body = message.get_body(("html", "plain"))
    html, has_quotes = "", False
    if body is not None:
        read = _from_html if body.get_content_subtype() == "html" else _from_text
        html, has_quotes = read(_content(body))
    head = f"<h1>{escape(subject)}</h1>" if subject and html.strip() else ""
    header = " · ".join(
        f"{name}: {plain(str(message[name]))}" for name in ("From", "To", "Cc", "Date") if message[name]
    )
    return Mail(subject, head + html, header, tuple(_warnings(message, has_quotes)))


def _content(part: Any) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a character set that Python does not know, or that does not fit
        return decode(part.get_payload(decode=True))[0]


def _from_html(html: str) -> tuple[str, bool]:
    """The body without what it quotes, and whether it quotes; a mail that is nothing but a quote is kept whole."""
    from lxml import etree
    from lxml import html as parser

    try:
        root = parser.document_fromstring(html)
    except (etree.ParserError, ValueError):
        return "", False
    quotes = [quote for quote in root.xpath(_QUOTES) if not _FORWARDED.search(quote.text_content())]
    whole = parser.tostring(root, encoding="unicode")
    for quote in quotes:
        if quote.getparent() is not None:
            quote.drop_tree()
    if not plain(root.text_content()):
        return whole, False
    return parser.tostring(root, encoding="unicode"), bool(quotes)


def _from_text(text: str) -> tuple[str, bool]:
    from markdown_it import MarkdownIt

    text = _SIGNATURE.sub("", text.replace("\r\n", "\n"))
    own = _QUOTED.sub("\n", _ORIGINAL.sub("", text))
    if not own.strip():
        own = re.sub(r"^(?:> ?)+", "", text, flags=re.M)
        text = own
    return MarkdownIt("commonmark", {"html": False}).render(own), own != text


def _warnings(message: EmailMessage, has_quotes: bool) -> Iterator[str]:
    names = [part.get_filename() or str(part.get_content_type()) for part in message.iter_attachments()]
    if names:
        yield f"Attachments are not read; save them beside the mail if they count: {', '.join(names)}."
    if has_quotes:
        yield "Quoted mails are left out."
