"""How well PDFs are read: docqa beside the other programs that are installed, by kind of document.

    python -m benchmarks.extraction --data DIR
    python -m benchmarks.extraction --data DIR --system docqa --save scores.json
    python -m benchmarks.extraction --data DIR --system docqa --against scores.json

DIR holds index.json, a list of documents (``path`` without suffix, ``kind``, ``pages``), each with PATH.pdf and its
truth, PATH.md or PATH.tables.json. Prints a table for each metric, the mean over a kind's documents; the formulas are
in docqa.bench.metrics. A file that a program cannot read counts as empty. Without the data it says so and ends with 0.

--save writes each document's metrics but the time; --against compares docqa with such a file and ends with 1, naming
document and metric, when one got worse by more than --tolerance. Each program runs in processes of its own, since some
change others when they are loaded; time is taken inside them, after a first file that is not timed. With --jobs above
the number of free cores it says little.

Truths of papers (kind ``jose``) end before the references, so what was found is scored up to that heading.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.extraction.measure import Sample, measure, samples_of
from benchmarks.extraction.systems import SYSTEMS
from docqa.bench.scores import METRICS, Scores, grid, load, mean, save, shown, verdict
from docqa.errors import SettingsError


def main() -> int:
    """Print the tables; 1 if docqa got worse."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="folder with index.json")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="program (repeatable)  [default: all]")
    parser.add_argument("--kind", action="append", help="kind of document (repeatable)  [default: all]")
    parser.add_argument("--limit", type=int, default=0, help="documents of each kind  [default: all]")
    parser.add_argument("--save", type=Path, help="file to write each document's metrics to")
    parser.add_argument("--against", type=Path, help="file that --save wrote, to compare docqa with")
    parser.add_argument("--tolerance", type=float, default=0.005, help="what a metric may lose  [default: 0.005]")
    parser.add_argument("--jobs", type=int, default=1, help="files read at a time  [default: 1]")
    given = parser.parse_args()
    if not (given.data / "index.json").is_file():
        print(f"{given.data}: no extraction data here (index.json); nothing measured")
        return 0
    systems = given.system or list(SYSTEMS)
    if given.against and "docqa" not in systems:
        parser.error("--against compares docqa: add --system docqa")
    samples = list(samples_of(given.data, given.kind, given.limit))
    if not samples:
        parser.error(f"no document of kind {', '.join(given.kind)} in {given.data}")
    try:
        before = load(given.against, "docqa") if given.against else {}
    except SettingsError as error:
        parser.error(str(error))
    measured = {}
    for system in systems:
        try:
            measured[system] = measure(system, samples, given.jobs)
        except ImportError as error:
            print(f"{system}: not installed ({error}); skipped", flush=True)
    for line in _tables(measured, samples):
        print(line)
    if given.save:
        save(given.save, measured)
    if not given.against:
        return 0
    lines, good = verdict(before, measured.get("docqa", {}), given.tolerance)
    print(*lines, sep="\n")
    return 0 if good else 1


def _tables(measured: Mapping[str, Mapping[str, Scores]], samples: Sequence[Sample]) -> Iterator[str]:
    """A table for each metric: a line a program, a column a kind of document."""
    names = {kind: [one.name for one in samples if one.kind == kind] for kind in sorted({one.kind for one in samples})}
    for name, metric in METRICS.items():
        means = {
            system: [mean([scores[document] for document in names[kind]], name) for kind in names]
            for system, scores in measured.items()
        }
        used = [at for at in range(len(names)) if any(row[at] is not None for row in means.values())]
        if used:
            rows = {system: [shown(name, row[at]) for at in used] for system, row in means.items()}
            yield ""
            yield from grid(metric.title, [list(names)[at] for at in used], rows)


if __name__ == "__main__":
    sys.exit(main())
