"""Fixtures that several tests share: the project's own corpora, and one finished run over them."""

import os
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import settings

from docqa import pipeline
from docqa.cli.options import resolved
from docqa.cli.run import run
from docqa.summary import Summary

settings.register_profile("docqa", deadline=None)  # how long an example takes is the machine's business
settings.load_profile("docqa")

os.environ["DOCQA_PARSE__WORKERS"] = "1"  # starting workers is most of what a small run costs

ROOT = Path(__file__).parent.parent
CORPORA = ROOT / "corpora"


@pytest.fixture(scope="session")
def documents() -> Path:
    """The documents that ``make demo`` runs on."""
    return CORPORA / "documents"


@pytest.fixture(scope="session")
def general() -> list[str]:
    """The general sets that ``make demo`` blends in."""
    return [str(path) for path in sorted((CORPORA / "general").glob("*.json"))]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> tuple[Path, Summary]:
    """The run folder and summary of what ``make demo`` does, by the flags that stand in the Makefile."""
    recipe = re.search(r"docqa run \$\(CORPORA\) ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert recipe
    flags = shlex.split(recipe[1].replace("\\\n", " ").replace("$(GENERAL)", str(CORPORA / "general")))
    given = run.make_context("run", [str(documents), *flags]).params
    out = tmp_path_factory.mktemp("demo") / "out"
    chosen = {
        name: value for name, value in given.items() if name not in ("source", "out", "dry_run", "quiet", "config")
    }
    return out, pipeline.run(documents, out, resolved(chosen, None))
