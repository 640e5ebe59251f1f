"""A bad file costs itself: it ends as an error of a kind, with a message that helps, and the next file is read."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import docx
import pymupdf
import pytest

from docqa import corpus
from docqa.errors import DocqaError, ParseError, WorkerError
from docqa.parse import SUFFIXES, find_documents, parse_file, parser_version
from docqa.records import Document
from docqa.settings import ParseSettings
from docqa.workers import WorkerPool

SENTENCE = "The discharge valve shall be closed before the pump is started."


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects; the first is its catalog."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + tail


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def one_page(content: bytes, resources: bytes, *others: bytes) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << %s >> >>" % resources
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, content, *others)


def nested_forms(depth: int = 14, times: int = 10) -> bytes:
    """Forms that each draw the next ``times`` times: 3.5 KB, and 10 to the power of 13 drawings of one letter."""
    forms = [
        stream(
            b"/F Do " * times,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F %d 0 R >> >>" % n,
        )
        for n in range(6, 5 + depth)
    ]
    font = b"/Resources << /Font << /H << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    letter = stream(b"BT /H 9 Tf (a) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + font)
    return one_page(stream(b"/F Do"), b"/XObject << /F 5 0 R >>", *forms, letter)


def deflate_bomb(mib: int) -> bytes:
    """A page whose content is ``mib`` MiB long when it is inflated, a five-hundredth of it before."""
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(b"0 0 m 9 9 l " * 87_381) for _ in range(mib)) + squeeze.flush()
    return one_page(stream(data, b"/Filter /FlateDecode"), b"")


def good_pdf(**options: object) -> bytes:
    document = pymupdf.open()
    for _ in range(3):
        page = document.new_page()
        page.insert_text((72, 72), "1 Starting", fontsize=18)
        page.insert_text((72, 110), SENTENCE)
    data: bytes = document.tobytes(**options)
    return data


def scanned_pdf() -> bytes:
    document = pymupdf.open()
    picture = pymupdf.Pixmap(pymupdf.csGRAY, (0, 0, 400, 400), False)
    picture.clear_with(90)
    page = document.new_page()
    page.insert_image(page.rect, pixmap=picture)
    data: bytes = document.tobytes()
    return data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    files = {
        "a_good.pdf": good_pdf(),
        "b_encrypted.pdf": good_pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner"),
        "c_truncated.pdf": good_pdf()[:-700],
        "d_empty.pdf": b"",
        "e_text.pdf": b"This is a plain text, whatever its name says.\n" * 20,
        "f_page.pdf": b"<!DOCTYPE html><html><body><p>A page.</p></body></html>",
        "g_junk.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 8,
        "h_pdf.docx": good_pdf(),
        "i_pdf.txt": good_pdf(),
        "j_junk.md": bytes(range(1, 256)) * 8,
        "k_blank.txt": b" \n\n\t\n",
        "l_scan.pdf": scanned_pdf(),
        "m_forms.pdf": nested_forms(),
        "z_good.txt": SENTENCE.encode(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    docx.Document().save(folder / "n_word.pdf")
    (folder / "o_folder.pdf").mkdir()
    (folder / "p_link.pdf").symlink_to(folder / "gone.pdf")
    return folder


EXPECTED = {
    "b_encrypted.pdf": "encrypted",
    "c_truncated.pdf": "damaged",
    "d_empty.pdf": "empty",
    "e_text.pdf": "wrong-type",
    "f_page.pdf": "wrong-type",
    "g_junk.pdf": "damaged",
    "h_pdf.docx": "wrong-type",
    "i_pdf.txt": "wrong-type",
    "j_junk.md": "wrong-type",
    "k_blank.txt": "empty",
    "m_forms.pdf": "timeout",
    "n_word.pdf": "wrong-type",
    "o_folder.pdf": "unreadable",
    "p_link.pdf": "unreadable",
}


async def parse_all(paths: list[Path], folder: Path, timeout_s: float) -> dict[str, Document | DocqaError]:
    """What becomes of each file, read one after the other by one worker."""
    found: dict[str, Document | DocqaError] = {}
    async with WorkerPool(1) as pool:
        for path in paths:
            settings = ParseSettings(timeout_s=timeout_s if "forms" in path.name else 60)
            try:
                found[path.name] = await corpus.parse_file(pool, path, folder, settings)
            except ParseError as error:
                found[path.name] = error
    return found


def test_each_bad_file_is_told_by_its_kind_and_the_good_ones_are_read(folder: Path):
    paths, others = find_documents(folder)
    assert others == []
    found = asyncio.run(parse_all(paths, folder, timeout_s=2))
    assert {name: error.kind for name, error in found.items() if isinstance(error, DocqaError)} == EXPECTED
    read = {name: document for name, document in found.items() if isinstance(document, Document)}
    assert list(read) == ["a_good.pdf", "l_scan.pdf", "z_good.txt"]
    assert SENTENCE in [block.text for block in read["a_good.pdf"].blocks]
    assert read["z_good.txt"].blocks[0].text == SENTENCE
    assert [page.skipped for page in read["l_scan.pdf"].pages] == ["image without text"]


@pytest.mark.parametrize(
    ("name", "said"), [("b_encrypted.pdf", "password"), ("o_folder.pdf", "folder"), ("p_link.pdf", "No such file")]
)
def test_a_message_says_what_is_wrong(folder: Path, name: str, said: str):
    with pytest.raises(ParseError, match=said):
        parse_file(folder / name, folder)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps RLIMIT_AS")
def test_a_page_that_inflates_beyond_the_memory_is_told(tmp_path: Path):
    (tmp_path / "bomb.pdf").write_bytes(deflate_bomb(600))

    async def parse() -> Document:
        async with WorkerPool(1, memory_mb=512) as pool:
            return await pool.call(partial(parse_file, root=tmp_path), tmp_path / "bomb.pdf", 60)

    try:  # where the memory ends decides who tells: the worker, or the page that could not be read
        (page,) = asyncio.run(parse()).pages
        assert page.failed
    except WorkerError as error:
        assert error.kind == "memory"  # noqa: PT017


HANGING = """
import asyncio, signal, sys
from pathlib import Path
from docqa.parse.pdf import read_pdf
from docqa.workers import WorkerPool

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it

async def main():
    async with WorkerPool(1) as pool:
        call = asyncio.create_task(pool.call(read_pdf, Path(sys.argv[1]), 600))
        while not pool._busy:
            await asyncio.sleep(0.05)
        print(next(iter(pool._busy)).pid, flush=True)
        await call

asyncio.run(main())
"""


@pytest.fixture
def hanging(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process whose worker hangs in the PDF library, which holds the interpreter's lock; and the worker in /proc."""
    parent = subprocess.Popen([sys.executable, "-c", HANGING, str(folder / "m_forms.pdf")], stdout=-1, text=True)
    assert parent.stdout is not None
    worker = Path("/proc") / parent.stdout.readline().strip()
    time.sleep(3)
    yield parent, worker
    parent.kill()
    parent.wait()
    parent.stdout.close()
    if worker.is_dir():
        os.kill(int(worker.name), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_worker_that_hangs_in_a_library_ends_with_its_parent(hanging: tuple[subprocess.Popen[str], Path], how: int):
    parent, worker = hanging
    assert worker.is_dir()
    parent.send_signal(how)
    parent.wait(60)  # it ends at once, but on a machine that is busy
    deadline = time.monotonic() + 30
    while worker.is_dir() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not worker.is_dir()


def test_the_same_bytes_give_the_same_document(folder: Path):
    name = "a_good.pdf"
    first, second = (parse_file(folder / name, folder).model_dump_json() for _ in range(2))
    assert first == second


def test_the_title_falls_back_to_the_first_heading_and_then_to_the_name(tmp_path: Path):
    (tmp_path / "notes.txt").write_text(SENTENCE)
    (tmp_path / "manual.txt").write_text(f"1. Starting\n\n{SENTENCE}\n")
    assert parse_file(tmp_path / "notes.txt", tmp_path).title == "notes"
    assert parse_file(tmp_path / "manual.txt", tmp_path).title == "1. Starting"


def test_the_version_of_the_parser_names_its_libraries():
    version = parser_version()
    assert pymupdf.__version__.split(".")[0] in version
    assert version == parser_version()
    assert ".pdf" in SUFFIXES


WITHOUT_EXTRA = """
import sys
from pathlib import Path

sys.modules["unstructured"] = None  # as if it were not installed
from docqa.errors import ParseError
from docqa.parse import parse_file

folder = Path(sys.argv[1])
print(parse_file(folder / "z_good.txt", folder).blocks[0].text)
try:
    parse_file(folder / "page.html", folder)
except ParseError as error:
    print(error.kind, error)
"""


def test_without_the_extra_a_page_says_what_to_install_and_plain_text_is_read(tmp_path: Path):
    (tmp_path / "z_good.txt").write_text(SENTENCE)
    (tmp_path / "page.html").write_text(f"<p>{SENTENCE}</p>")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [SENTENCE, "unsupported needs the office extra: pip install 'docqa[office]'"]
