"""Meta's synthetic-data-kit driven at the same server: its own commands, prompts and number of calls.

It makes question-answer pairs and rates them; it verifies nothing, so its calls are other calls than docqa's, and only
how busy they keep the server can be compared.
"""

import json
import shlex
from pathlib import Path

from benchmarks.throughput.corpus import SECTIONS
from benchmarks.throughput.server import MODEL

PAIRS = 5
"""Asked for a section of a document, as docqa does."""

_CONFIG = """
llm: {{provider: vllm}}
vllm: {{api_base: "{url}", model: {model}, max_retries: 3, retry_delay: 1.0}}
"""


def command(executable: Path, documents: Path, out: Path, url: str) -> list[str]:
    """What runs it over ``documents``, whole: create, then curate."""
    out.mkdir()
    made, kept = out / "made", out / "kept"
    (out / "config.yaml").write_text(_CONFIG.format(url=url, model=MODEL))
    base = [str(executable), "-c", str(out / "config.yaml")]
    create = [*base, "create", str(documents), "--type", "qa", "-n", str(PAIRS * SECTIONS), "-o", str(made)]
    curate = [*base, "curate", str(made), "-t", "7", "-o", str(kept)]
    return ["sh", "-c", f"{shlex.join(create)} && {shlex.join(curate)}"]


def first_item(out: Path) -> Path:
    """A file that is there when the first pair is rated: those of the first document are written together."""
    return out / "kept" / "manual_0000_qa_pairs_cleaned.json"


def kept(out: Path) -> int:
    """The pairs that its curation kept."""
    files = (out / "kept").glob("*.json")
    return sum(len(json.loads(path.read_text()).get("filtered_pairs", ())) for path in files)
