"""``docqa bench extraction``: a person's own documents, each with its truth beside it."""

import asyncio
import time
from pathlib import Path

from docqa import corpus
from docqa.bench.scores import METRICS, Scores, grid, mean, score, shown
from docqa.bench.truth import SUFFIXES, Content, from_document, read_truth
from docqa.errors import ParseError, SettingsError
from docqa.settings import ParseSettings


def with_truth(folder: Path) -> dict[str, tuple[Path, Path]]:
    """(document, truth) by the document's path without its suffix, for each PDF that has a truth file beside it.

    Raises:
        SettingsError: there is none.
    """
    found = {}
    for document in sorted(folder.rglob("*.pdf")):
        beside = [document.with_name(document.stem + suffix) for suffix in SUFFIXES]
        if truth := next((path for path in beside if path.is_file()), None):
            found[document.relative_to(folder).with_suffix("").as_posix()] = (document, truth)
    if not found:
        raise SettingsError(
            f"{folder}: there is no PDF with its truth beside it; for NAME.pdf write what stands in it to NAME.md "
            "(`docqa parse NAME.pdf` is a start to correct), or its tables alone to NAME.tables.json"
        )
    return found


def measure(folder: Path, settings: ParseSettings) -> tuple[dict[str, Scores], list[str]]:
    """The scores of each document with a truth, and why a document could not be read: it is scored as empty.

    Raises:
        SettingsError: there is no such document, or a truth file can't be read.
    """
    files = with_truth(folder)
    truths = {name: read_truth(truth) for name, (_, truth) in files.items()}

    async def measured() -> tuple[dict[str, Scores], list[str]]:
        scores, faults = {}, []
        async with corpus.open_pool(settings.model_copy(update={"workers": 1})) as pool:
            for name, (path, _) in files.items():
                start = time.perf_counter()
                try:
                    found = from_document(await corpus.parse_file(pool, path, folder, settings))
                except ParseError as error:
                    found = Content()
                    faults.append(f"{name}: {error}")
                seconds = time.perf_counter() - start
                scores[name] = score(truths[name], found)
                if found.pages:
                    scores[name]["seconds"] = seconds / found.pages
        return scores, faults

    return asyncio.run(measured())


def report(measured: dict[str, Scores]) -> str:
    """A line for each document and their mean."""
    names = [name for name in METRICS if any(name in scores for scores in measured.values())]
    rows = {
        document: [shown(name, scores.get(name)) for name in names] for document, scores in sorted(measured.items())
    }
    rows["mean"] = [shown(name, mean(list(measured.values()), name)) for name in names]
    return "\n".join(grid("document", names, rows))
