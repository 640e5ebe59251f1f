"""Meta's synthetic-data-kit driven at the same server: its own commands, prompts and number of calls.

It makes question-answer pairs and rates them; it verifies nothing, so its calls are other calls than docqa's, and only
how busy they keep the server can be compared.
"""

import json
import re
import shlex
from pathlib import Path

from benchmarks.throughput.corpus import SECTIONS
from benchmarks.throughput.server import MODEL

PAIRS = 5
"""Asked for a section of a document, as docqa does."""


def command(executable: Path, documents: Path, out: Path, url: str) -> list[str]:
    """What runs it over ``documents``, whole: create, then curate."""
    out.mkdir()
    made, kept = out / "made", out / "kept"
    (out / "config.yaml").write_text(_config(executable, url))
    base = [str(executable), "-c", str(out / "config.yaml")]
    create = [*base, "create", str(documents), "--type", "qa", "-n", str(PAIRS * SECTIONS), "-o", str(made)]
    curate = [*base, "curate", str(made), "-t", "7", "-o", str(kept)]
    return ["sh", "-c", f"{shlex.join(create)} && {shlex.join(curate)}"]


def _config(executable: Path, url: str) -> str:
    """Its own configuration, with the server's address and model put in."""
    root = executable.resolve().parents[1]
    text = next(root.glob("lib/python*/site-packages/synthetic_data_kit/config.yaml")).read_text()
    for pattern, value in (
        (r'(provider: )"[^"]*"', "vllm"),
        (r'(vllm:\n  api_base: )"[^"]*"', url),
        (r'(vllm:\n(?:  .*\n)*?  model: )"[^"]*"', MODEL),
    ):
        text = re.sub(pattern, rf'\1"{value}"', text, count=1)
    return text


def first_item(out: Path) -> Path:
    """A file that is there when the first pair is rated: those of the first document are written together."""
    return out / "kept" / "manual_0000_qa_pairs_cleaned.json"


def kept(out: Path) -> int:
    """The pairs that its curation kept."""
    files = (out / "kept").glob("*.json")
    return sum(len(json.loads(path.read_text()).get("qa_pairs", ())) for path in files)
