"""Typeset the demonstration documents: every PDF and the docx; copy the md and html.

Run ``python corpora/typeset.py`` from anywhere. The same sources give the same bytes each time:
the dates inside the files are fixed, so a changed file in version control means changed text.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
DOCUMENTS = HERE / "documents"
DOMAINS = ("pump", "medication", "bank")
SCAN_DPI = 150
ZIP_DATE = (2025, 1, 1, 0, 0, 0)

sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCES))
from medication.patient_own_medicines import build as build_docx  # noqa: E402


def compile_pdfs(domain: str, work: Path) -> list[Path]:
    """Typeset each source of a domain; ``*.scan.typ`` become pictures the others embed.

    The work happens in a copy, because the pictures must lie beside the sources that show them
    and do not belong in version control.
    """
    for scan in sorted((work / domain).glob("*.scan.typ")):
        picture = scan.with_name(scan.name.removesuffix(".typ") + ".png")
        typst.compile(str(scan), output=str(picture), root=str(work), format="png", ppi=float(SCAN_DPI))
    written = []
    for source in sorted((work / domain).glob("*.typ")):
        if source.name.endswith(".scan.typ"):
            continue
        target = DOCUMENTS / domain / f"{source.stem}.pdf"
        typst.compile(str(source), output=str(target), root=str(work))
        written.append(target)
    return written


def normalise_zip(path: Path) -> None:
    """Write a docx again with sorted members and one fixed date, so that its bytes repeat."""
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    first = "[Content_Types].xml"
    order = [first, *sorted(name for name in members if name != first)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in order:
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, members[name])


def main() -> int:
    """Build everything under ``documents`` and say what was written."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch) / "sources"
        shutil.copytree(SOURCES, work)
        for domain in DOMAINS:
            (DOCUMENTS / domain).mkdir(parents=True, exist_ok=True)
            written = compile_pdfs(domain, work)
            for plain in sorted((work / domain).iterdir()):
                if plain.suffix in {".md", ".html"}:
                    written.append(Path(shutil.copyfile(plain, DOCUMENTS / domain / plain.name)))
            if domain == "medication":
                docx = DOCUMENTS / domain / "patient_own_medicines.docx"
                build_docx(docx)
                normalise_zip(docx)
                written.append(docx)
            for path in written:
                print(f"{path.relative_to(HERE)}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
