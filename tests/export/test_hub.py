"""Pushing a set: the Hub's own client, against a server that stands in for the Hub."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from docqa.cli import cli
from docqa.errors import HubError, SettingsError
from docqa.export import hub

pytest.importorskip("huggingface_hub")


class Hub(ThreadingHTTPServer):
    """Answers what one commit of small files asks, and remembers it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, str | None]] = []
        self.made: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.refuses = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer({"id": "me/set", "sha": "0" * 40, "siblings": []})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.command, self.path, self.headers["Authorization"]))
        if self.server.refuses:
            self._answer({"error": "no"}, 403)
        elif self.path == "/api/repos/create":
            self.server.made = json.loads(body)
            self._answer({"url": f"{self.server.url}/datasets/me/set", "name": "me/set", "id": "me/set"})
        elif self.path.endswith("/preupload/main"):
            files = [{"path": file["path"], "uploadMode": "regular"} for file in json.loads(body)["files"]]
            self._answer({"files": [file | {"shouldIgnore": False} for file in files]})
        elif self.path == "/api/validate-yaml":  # of the card
            self._answer({"errors": [], "warnings": []})
        else:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    self.server.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self._answer(
                {"success": True, "commitOid": "1" * 40, "commitUrl": f"{self.server.url}/datasets/me/set/commit/1"}
            )

    def _answer(self, data: object, status: int = 200) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.url)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("train.jsonl", "README.md", "private.txt"):
        (tmp_path / name).write_text(f"in {name}\n")
    return tmp_path


def test_the_files_go_to_a_private_dataset_in_one_commit_and_nothing_else_does(server: Hub, folder: Path) -> None:
    address = hub.push(folder, ["train.jsonl", "README.md"], "me/set")
    assert address == f"{server.url}/datasets/me/set"
    assert (server.made["name"], server.made["organization"]) == ("set", "me")
    assert server.made["type"] == "dataset"
    assert server.made.get("private") or server.made["visibility"] == "private"  # by the client's version
    assert server.files == {name: (folder / name).read_bytes() for name in ("train.jsonl", "README.md")}
    assert [path for _, path, _ in server.asked if "/commit/" in path] == ["/api/datasets/me/set/commit/main"]
    assert {token for _, _, token in server.asked} == {"Bearer hf_secret"}


def test_what_the_hub_refuses_is_an_error_that_does_not_say_the_token(server: Hub, folder: Path) -> None:
    server.refuses = True
    with pytest.raises(HubError, match="me/set: the Hub did not take it") as error:
        hub.push(folder, ["train.jsonl"], "me/set")
    assert "hf_secret" not in str(error.value)


def test_a_hub_that_is_not_there_and_a_name_that_is_none_are_errors(
    server: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HubError, match="a/b/c"):
        hub.push(folder, ["train.jsonl"], "a/b/c")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match="me/set"):
        hub.push(folder, ["train.jsonl"], "me/set")


def test_the_token_is_read_from_the_environment_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with pytest.raises(SettingsError, match="HF_TOKEN"):
        hub.push(folder, ["train.jsonl"], "me/set")


def test_without_huggingface_hub_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"pip install 'docqa\[hub\]'"):
        hub.check_pushable()


def test_somebody_elses_readme_is_not_sent_as_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    (tmp_path / "README.md").write_text("# My trainer's data")
    words = ["export", str(tmp_path), "-o", str(tmp_path), "--push-to-hub", "me/set"]
    assert "not docqa's" in str(CliRunner().invoke(cli, words).exception)
