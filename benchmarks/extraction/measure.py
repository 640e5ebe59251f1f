"""The documents of the set, and each program's scores on them."""

import json
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from benchmarks.extraction.systems import SYSTEMS, Reader
from docqa.bench.scores import Scores, score
from docqa.bench.truth import SUFFIXES, Content, read_truth
from docqa.workers import environment

CUT = "jose-"
"""In the names of the documents whose truth ends before the references."""


@dataclass(frozen=True)
class Sample:
    """A document of the set, with its PDF and its truth."""

    name: str
    kind: str
    pages: int
    pdf: Path
    truth: Path


def samples_of(data: Path, kinds: Sequence[str] | None, limit: int) -> Iterator[Sample]:
    """The documents of these kinds (None: all), the first ``limit`` of each (0: all)."""
    taken: dict[str, int] = {}
    for entry in json.loads((data / "index.json").read_text(encoding="utf-8")):
        kind, name = entry["kind"], entry["path"]
        if (not kinds or kind in kinds) and (not limit or taken.get(kind, 0) < limit):
            taken[kind] = taken.get(kind, 0) + 1
            truth = next(path for suffix in SUFFIXES if (path := data / f"{name}{suffix}").is_file())
            yield Sample(name, kind, entry["pages"], data / f"{name}.pdf", truth)


def measure(system: str, samples: Sequence[Sample], jobs: int) -> dict[str, Scores]:
    """The scores of each document.

    Raises:
        ImportError: the program isn't installed.
    """
    scores = {}
    with _environment(system, jobs), ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(_check, system).result()
        read = partial(_score, system, samples[0].pdf)
        for sample, (found, fault) in zip(samples, pool.map(read, samples), strict=True):
            scores[sample.name] = found
            if fault:
                print(f"{system}: {sample.name}: {fault}", flush=True)
    return scores


@contextmanager
def _environment(system: str, jobs: int) -> Iterator[None]:
    """docqa reads in workers of its own, so here it has the environment that it gives them."""
    before = dict(os.environ)
    os.environ.update(environment(jobs) if system == "docqa" else {})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _check(system: str) -> None:
    SYSTEMS[system]()


@cache
def _reader(system: str, warm_up: Path) -> Reader:
    reader = SYSTEMS[system]()
    with suppress(Exception):  # it is read once more and its fault reported then
        reader(warm_up)
    return reader


def _score(system: str, warm_up: Path, sample: Sample) -> tuple[Scores, str]:
    reader, fault = _reader(system, warm_up), ""
    start = time.perf_counter()
    try:
        found = reader(sample.pdf)
    except Exception as error:  # whatever another program raises costs it this file
        found, fault = Content(), f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    if CUT in sample.name:
        found = found.up_to("References")
    return {**score(read_truth(sample.truth), found), "seconds": seconds / sample.pages}, fault
