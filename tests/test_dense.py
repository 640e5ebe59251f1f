"""Dense embedders: the endpoint over real HTTP, an index that is searched with its vectors, and a whole run."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from handmade import make_chunk

from docqa.cli import cli
from docqa.embed import chosen, dense
from docqa.embed.dense import BATCH, Endpoint, InProcess
from docqa.errors import ModelError, SettingsError
from docqa.index import Index, collection_name
from docqa.settings import IndexSettings

CHUNKS = [
    make_chunk("The casing bolts are tightened to 45 N·m in two passes."),
    make_chunk("Grease the bearings every 2,000 hours of operation."),
    make_chunk("The canteen opens at noon."),
    make_chunk("冷库温度应保持在2℃至8℃。", language="zh"),
]
SAME = {"lubricate": "grease", "ball": "bearings", "races": "bearings"}
"""Words that the server's model holds for the same."""


class Server(ThreadingHTTPServer):
    """Embeds a text as the sum of its words' vectors; answers its first requests with ``failures``."""

    def __init__(self, *failures: int, models: tuple[str, ...] = ("words",), size: int = 32) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.failures = list(failures)
        self.models, self.size = models, size
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def vector(self, text: str) -> list[float]:
        words = [SAME.get(word, word) for word in text.casefold().rstrip("?.").split()]
        return sum(np.random.default_rng(list(word.encode())).normal(size=self.size) for word in words).tolist()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.reply(200, {"data": [{"id": name} for name in self.server.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self.server.keys.append(self.headers["Authorization"])
        if self.server.failures:
            self.reply(self.server.failures.pop(0), {"error": "not now"})
            return
        rows = [{"index": at, "embedding": self.server.vector(text)} for at, text in enumerate(body["input"])]
        self.reply(200, {"data": rows[::-1]})

    def reply(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Any]:
    started: list[Server] = []

    def start(*failures: int, **options: Any) -> Server:
        server = Server(*failures, **options)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def test_many_texts_come_back_in_their_order_and_of_unit_length(serve: Any) -> None:
    server = serve()
    texts = [f"bolt {number}" for number in range(2 * BATCH + 3)]
    vectors = Endpoint(server.url, "words").embed(texts)
    assert vectors.shape == (len(texts), 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    wanted = np.array([server.vector(text) for text in texts])
    assert np.allclose(vectors, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-5)
    assert sorted(len(body["input"]) for body in server.bodies[1:]) == [3, BATCH, BATCH]


def test_prefixes_go_before_questions_and_passages_and_into_the_name(serve: Any) -> None:
    server = serve()
    embedder = Endpoint(server.url, "words", ("passage: ", "query: "))
    embedder.embed(["a bolt"])
    embedder.embed(["which bolt"], asked=True)
    assert [body["input"] for body in server.bodies[1:]] == [["passage: a bolt"], ["query: which bolt"]]
    assert embedder.name != Endpoint(server.url, "words").name


def test_the_key_comes_from_the_environment(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCQA_API_KEY", "sesame")
    server = serve()
    Endpoint(server.url, "words")
    assert server.keys == ["Bearer sesame"]


def test_a_busy_or_failing_server_is_asked_again(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    server = serve(429, 503, 500)
    assert Endpoint(server.url, "words").embed(["a bolt"]).any()
    assert len(server.bodies) == 5


def test_a_server_that_keeps_failing_ends_it_with_its_words(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    monkeypatch.setattr(dense, "PATIENCE_S", 0.05)
    server = serve(*[500] * 2000)
    with pytest.raises(ModelError, match=r"HTTP 500 .*not now"):
        Endpoint(server.url, "words")


@pytest.mark.parametrize(("status", "says"), [(401, "DOCQA_API_KEY"), (404, "--embedder-url"), (400, "not now")])
def test_a_refusal_is_not_repeated_and_says_what_to_do(serve: Any, status: int, says: str) -> None:
    server = serve(status)
    with pytest.raises(ModelError, match=says):
        Endpoint(server.url, "words")
    assert len(server.bodies) == 1


def test_the_only_model_needs_no_name_and_one_of_several_does(serve: Any) -> None:
    assert Endpoint(serve().url, "").name == "words"
    with pytest.raises(ModelError, match="serves one, two"):
        Endpoint(serve(models=("one", "two")).url, "")


def test_no_server_is_an_error_that_names_the_flag() -> None:
    with pytest.raises(ModelError, match="--embedder-url"):
        Endpoint("http://127.0.0.1:9/v1", "words")


def test_without_the_package_the_message_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(SettingsError, match="pip install sentence-transformers"):
        InProcess("some/model")


def test_nothing_is_chosen_if_the_settings_name_nothing() -> None:
    assert chosen(IndexSettings()) is None


def test_an_index_finds_by_meaning_what_shares_no_word(serve: Any, tmp_path: Path) -> None:
    server, question = serve(), "lubricate the ball races when"
    lsa = Index.open_or_build(tmp_path / "lsa", CHUNKS)
    found = Index.open_or_build(tmp_path / "dense", CHUNKS, Endpoint(server.url, "words"), dense_weight=2.0)
    assert found.search(question)[0].chunk_id == CHUNKS[1].id
    assert lsa.search(question) == []
    lsa.close()
    found.close()


def test_two_embedders_never_mix(serve: Any, tmp_path: Path) -> None:
    for model, size in (("words", 32), ("other/words", 16)):
        index = Index.open_or_build(tmp_path, CHUNKS, Endpoint(serve(size=size).url, model))
        assert index._collection.name == collection_name(model)
        assert index.search("the casing bolts")[0].chunk_id == CHUNKS[0].id
        index.close()
    assert len({collection_name(name) for name in ("a/b", "a-b", "模型", "x" * 600)}) == 4
    assert len(list(tmp_path.iterdir())) == 1


def test_an_index_is_opened_again_without_embedding_the_passages_again(serve: Any, tmp_path: Path) -> None:
    server = serve()
    Index.open_or_build(tmp_path, CHUNKS, Endpoint(server.url, "words")).close()
    server.bodies.clear()
    Index.open_or_build(tmp_path, CHUNKS, Endpoint(server.url, "words")).close()
    assert [body["input"] for body in server.bodies] == [["hello"]]


def test_a_run_with_an_embedder_says_so_in_its_card(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "manual.md").write_text(
        "# Centrifugal pump\n\nThe casing bolts are tightened to 45 N·m in two passes. The pump must be vented before "
        "each start. The bearings are greased every 2,000 hours of operation.\n"
    )
    flags = ["--embedder", "words", "--embedder-url", serve().url]
    done = CliRunner().invoke(cli, ["run", str(tmp_path / "manual.md"), "-o", str(tmp_path / "out"), *flags])
    assert done.exit_code == 0, done.output
    assert "embedder: words" in (tmp_path / "out" / "README.md").read_text()
    assert all(json.loads(line)["verdict"] for line in (tmp_path / "out" / "items.jsonl").open())
