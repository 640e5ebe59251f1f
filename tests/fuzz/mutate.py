"""Spoils PDFs on purpose: the same seed gives the same bytes.

    python tests/fuzz/mutate.py FOLDER                       # 300 files
    python tests/fuzz/mutate.py FOLDER --count 20 --seed 7

A file is named after its number, what was done to it and where it comes from: 0012_xref_iv_admixture.pdf.
"""

import argparse
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

DOCUMENTS = Path(__file__).parent.parent.parent / "corpora" / "documents"

_OBJECT = re.compile(rb"(?<=\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_KIND = re.compile(rb"/Type ?/(\w+)")
_NUMBER = re.compile(rb"(?<![\w#.])-?\d+(?:\.\d+)?(?![\w.])")
_NUMBERS = (b"0", b"-1", b"1", b"2147483647", b"-2147483648", b"99999999999999999999", b"1e38", b"0.0000001")


def write(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Write ``count`` spoilt PDFs: each document in turn, each kind of damage in turn."""
    sources = sorted(DOCUMENTS.rglob("*.pdf"))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        source = sources[(number + number // len(KINDS)) % len(sources)]
        path = folder / f"{number:04}_{kind}_{source.stem}.pdf"
        path.write_bytes(spoilt(source.read_bytes(), kind, random.Random(f"{seed} {number}")))
        paths.append(path)
    return paths


def spoilt(data: bytes, kind: str, rng: random.Random) -> bytes:
    """The file with this kind of damage; never as it was."""
    while True:
        worse = KINDS[kind](data, rng)
        if worse != data:
            return worse


def truncated(data: bytes, rng: random.Random) -> bytes:
    """Cut short anywhere."""
    return data[: rng.randrange(len(data))]


def flipped(data: bytes, rng: random.Random) -> bytes:
    """One to a thousand bytes changed anywhere."""
    return _flip(data, rng, int(10 ** rng.uniform(0, 3)))


def removed(data: bytes, rng: random.Random) -> bytes:
    """Up to five objects lose their body; the places of the others stay as they are."""
    for start, end in _some_objects(data, rng):
        data = data[:start] + b" " * (end - start) + data[end:]
    return data


def replaced(data: bytes, rng: random.Random) -> bytes:
    """Up to five objects become something else: another object, a reference to themselves or to anything."""
    bodies = [match.span(2) for match in _OBJECT.finditer(data)]
    for start, end in _some_objects(data, rng):
        other = data[slice(*rng.choice(bodies))]
        loop = b"%d 0 R" % rng.randrange(1, len(bodies) + 1)
        body = rng.choice([other, b"null", b"[]", b"<<>>", b"(text)", loop, b"[" + loop * 3 + b"]", b"<<" * 5000])
        data = data[:start] + body + data[end:]
    return data


def xref(data: bytes, rng: random.Random) -> bytes:
    """The table of the objects' places, the trailer or the pointer to them is damaged."""
    at = data.rindex(b"\nxref")
    table = data[at:]
    how = rng.randrange(4)
    if how == 0:
        return data[:at] + _flip(table, rng, rng.randint(1, 200))
    if how == 1:
        return data[:at] + table[table.index(b"trailer") :]
    if how == 2:
        return re.sub(rb"startxref\n\d+", b"startxref\n%d" % rng.randrange(2 * len(data)), data)
    return data[:at] + re.sub(rb"\d{10} ", lambda _: b"%010d " % rng.randrange(len(data)), table)


def length(data: bytes, rng: random.Random) -> bytes:
    """Streams say that they are longer or shorter than they are."""
    places = list(re.finditer(rb"/Length \d+", data))
    for match in sorted(rng.sample(places, rng.randint(1, min(5, len(places)))), key=lambda m: -m.start()):
        told = rng.choice([b"0", b"7", b"-1", b"%d" % rng.randrange(200_000), b"4294967297"])
        data = data[: match.start()] + b"/Length " + told + data[match.end() :]
    return data


def stream(data: bytes, rng: random.Random) -> bytes:
    """Bytes changed inside compressed streams: pages, fonts and pictures."""
    for match in _some_streams(data, rng):
        spoilt = _flip(match.group(1), rng, int(10 ** rng.uniform(0, 2)))
        data = data[: match.start(1)] + spoilt + data[match.end(1) :]
    return data


def content(data: bytes, rng: random.Random) -> bytes:
    """Streams changed inside their compression: bytes, numbers out of range, parts left out or said again."""
    for match in _some_streams(data, rng):
        try:
            plain = zlib.decompress(match.group(1))
        except zlib.error:
            continue
        how = rng.randrange(4)
        first, second = sorted(rng.randrange(len(plain) + 1) for _ in range(2))
        if how == 0:
            plain = _flip(plain, rng, int(10 ** rng.uniform(0, 2)))
        elif how == 1:
            plain = _numbers(plain, rng)
        elif how == 2:
            plain = plain[:first] + plain[second:]
        else:
            plain = plain[:second] + plain[first:second] * rng.randint(1, 50) + plain[second:]
        data = data[: match.start(1)] + zlib.compress(plain) + data[match.end(1) :]
    return data


def number(data: bytes, rng: random.Random) -> bytes:
    """Numbers in objects out of range: sizes of pages, counts, references, widths."""
    for start, end in _some_objects(data, rng):
        body = data[start:end]
        head = body[: body.index(b"stream")] if b"stream" in body else body
        data = data[:start] + _numbers(head, rng) + body[len(head) :] + data[end:]
    return data


KINDS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    made.__name__: made for made in (truncated, flipped, removed, replaced, xref, length, stream, content, number)
}


def _flip(data: bytes, rng: random.Random, count: int) -> bytes:
    changed = bytearray(data)
    for _ in range(count if data else 0):
        changed[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(changed)


def _numbers(data: bytes, rng: random.Random) -> bytes:
    share = rng.choice([0.02, 0.2, 1])
    return _NUMBER.sub(lambda match: rng.choice(_NUMBERS) if rng.random() < share else match.group(), data)


def _some_objects(data: bytes, rng: random.Random) -> list[tuple[int, int]]:
    """Where the bodies of one to five objects stand, last first; a rare kind (a page, a font) is met often enough."""
    kinds: dict[bytes, list[tuple[int, int]]] = defaultdict(list)
    for match in _OBJECT.finditer(data):
        body = match.group(2)
        named = _KIND.search(body)
        kinds[named.group(1) if named else b"stream" if b"stream" in body else b""].append(match.span(2))
    known = sorted(kind for kind in kinds if kind not in (b"Catalog", b"Pages") or rng.random() < 0.1)
    chosen = {rng.choice(kinds[rng.choice(known)]) for _ in range(rng.randint(1, 5))}
    return sorted(chosen, reverse=True)


def _some_streams(data: bytes, rng: random.Random) -> list[re.Match[bytes]]:
    """One to five streams, last first."""
    found = list(_STREAM.finditer(data))
    return sorted(rng.sample(found, rng.randint(1, min(5, len(found)))), key=lambda match: -match.start())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write(given.folder, given.count, given.seed)


if __name__ == "__main__":
    main()
