"""The tiny model, an engine in this process that has loaded it, and a vLLM server with the same model.

Not collected by default: run with a Python that has vLLM (the CPU build will do), ``python -m pytest tests/engine``.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

ENGINE_ARGS = {"enforce_eager": True, "dtype": "bfloat16", "max_num_seqs": 64}
"""What makes vLLM start fast and behave the same on a CPU; the batch is smaller than the most calls made at once."""

os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")  # GiB
os.environ.setdefault("HF_HUB_OFFLINE", "1")

_UP_WITHIN_S = 180


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny model."""
    from tiny_model import make

    return make(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a vLLM server that serves the tiny model as ``tiny``."""
    structured = '{"backend": "xgrammar", "disable_any_whitespace": true}'
    flags = ["--enable-prompt-tokens-details", "--structured-outputs-config", structured]
    with _serving(tiny_model, flags, tmp_path_factory.mktemp("server") / "log") as url:
        yield url


@pytest.fixture(scope="session")
def embeddings_server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a vLLM server that embeds with the tiny model."""
    flags = ["--runner", "pooling", "--convert", "embed"]
    # Otherwise vLLM 0.32's CPU build dies at its first embedding.
    flags += ["--dtype", "float32", "--no-enable-prefix-caching", "--no-enable-chunked-prefill"]
    with _serving(tiny_model, flags, tmp_path_factory.mktemp("embeddings") / "log") as url:
        yield url


@contextmanager
def _serving(model: Path, flags: Sequence[str], log: Path) -> Iterator[str]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)),
        *("--served-model-name", "tiny", "--host", "127.0.0.1", "--port", str(port)),
        *("--enforce-eager", "--dtype", "bfloat16", *flags),
    ]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_up(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(2 * _UP_WITHIN_S):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"the server did not come up:\n{log.read_text()[-3000:]}")
