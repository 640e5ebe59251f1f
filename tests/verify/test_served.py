"""`docqa verify` from end to end, with a server that answers from the passages it is shown: every verdict, and why."""

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from docqa.cli import cli
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.text import sentences, words

READS = 2
"""Passages that the server's reader looks at: it is a weak one, and misses what stands further down."""

DOCUMENTS = {
    "engine": ("Engine", "The oil filter of the engine is replaced every 500 hours."),
    "compressor": ("Compressor", "The coolant of the compressor is replaced every 250 hours."),
    "gearbox": ("Gearbox", "There are 12 litres of oil in the gearbox."),
    "press-new": ("Press guards", "The guard of press 3 is checked every 12 hours."),
    "press-old": ("Press guards", "The guard of press 3 is checked every 24 hours. The guard of press 3 is red."),
    "seals": ("Shaft seals", "A worn seal of the mixer shaft leaks, and then lasts for 90 days at most."),
    "seals-1": (
        "Mixer shaft",
        "How long a seal of the mixer shaft lasts depends on the mixer, the shaft and the seal.",
    ),
    "seals-2": ("Mixer shaft", "The seal of a mixer shaft lasts long if the shaft of the mixer is true."),
    "fence": ("Site rules", "80 decibels is the limit at the fence."),
    "storage": ("冷库管理", "冷库的温度应当保持在2℃至8℃。"),
    "records": ("记录管理", "验收记录应当保存五年。"),
    **{
        f"limit-{number}": ("Site rules", f"The limit in the site rules of {place}: the site rules limit {place}.")
        for number, place in enumerate(("road 1", "road 2", "bridge 3", "gate 4", "dock 5", "ramp 6"))
    },
}
KNOWN = {
    "How much oil is in the gearbox?": "There are 12 litres in it.",
    "How often is the fan oiled?": "Every 500 hours.",
}
"""What the server remembers without a passage."""

REFUSED = "What colour is the guard of press 3?"

ITEMS = [
    ("How often is the oil filter of the engine replaced?", "Every 500 hours.", "novel"),
    ("冷库的温度应当保持在多少？", "2℃至8℃", "novel"),
    ("How much oil is in the gearbox?", "12 litres", "known"),
    ("How often is the coolant of the compressor replaced?", "Every 500 hours.", "hallucinated"),
    ("冷库的温度应当保持多久？", "五年", "hallucinated"),
    ("How often is the fan oiled?", "Every 500 hours.", "parametric"),
    ("How often is the guard of press 3 checked?", "Every 12 hours.", "conflict"),
    ("How long does a seal of the mixer shaft last?", "90 days at most", "hard"),
    ("What is the limit in the site rules?", "80 decibels", "not_self_contained"),
    ("How often is the oil filter of the engine replaced?", "Every 900 hours.", "unevidenced"),
    (REFUSED, "The guard of press 3 is red.", "unknown"),
]
STRICT = {"hallucinated", "parametric", "conflict", "hard", "not_self_contained"}
"""What ``retrieval-only`` calls unsupported."""


def read(question: str, passages: list[str]) -> str:
    """The sentence that shares most with the question, if it shares half of it and has the number that is asked for."""
    asked = set(words(question.casefold())) - set("how often much what is the of a in does 多 少 久".split())
    number = bool(re.search(r"how (?:often|long|much)|limit|多少|多久", question, re.IGNORECASE))
    best, most = "", 0.5
    for passage in passages[:READS]:
        title, text = passage.split("\n\n", 1)
        for start, end in sentences(text, "zh" if "。" in text else "en"):
            sentence = text[start:end]
            shared = len(asked & set(words(f"{title} {sentence}".casefold()))) / len(asked)
            if shared > most and (not number or re.search(r"\d (?:hour|litre|day|dec)|\d℃|[一-九]年", sentence)):
                best, most = sentence, shared
    return best


def reply(body: dict[str, Any]) -> dict[str, Any] | None:
    """What the server says; None to refuse the call."""
    user = body["messages"][-1]["content"]
    question = re.split(r"Question: |问题：", user)[-1].split("\n")[0]
    if question == REFUSED:
        return None
    if '"verdict"' in user:
        given = [set(words(part)) for part in re.split(r"Answer [AB]: |回答 [AB]：", user)[1:]]
        return {"verdict": "same" if given[0] <= given[1] else "different"}
    if '"known"' in user:
        return {"known": question in KNOWN, "answer": KNOWN.get(question, "")}
    if '"answerable"' in user:
        answer = read(question, re.findall(r"<passage>\n(.*?)\n</passage>", user, re.DOTALL))
        return {"answerable": bool(answer), "answer": answer}
    return {"colour": "red"}  # what it is asked first, to see whether it keeps to a schema


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"
        self.calls: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send(200, {"data": [{"id": "scripted"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls[body["messages"][-1]["content"]] += 1
        said = reply(body)
        if said is None:
            self.send(400, {"error": {"message": "this question is not answered here"}})
            return
        message = {"role": "assistant", "content": json.dumps(said, ensure_ascii=False)}
        self.send(200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"completion_tokens": 9}})

    def send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    for name, (title, text) in DOCUMENTS.items():
        (tmp_path / "corpus" / f"{name}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    rows = [{"instruction": question, "input": "", "output": answer} for question, answer, _ in ITEMS]
    (tmp_path / "items.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def verify(work: Path, server: Server, *flags: str) -> list[QAItem]:
    command = ["verify", str(work / "items.json"), "--corpus", str(work / "corpus"), "-o", str(work / "out")]
    done = CliRunner().invoke(cli, [*command, "--base-url", server.url, *flags])
    assert done.exit_code in (0, 2), done.output
    return list(read_records(work / "out" / "items.jsonl", QAItem))


def reasons(items: list[QAItem]) -> list[str]:
    return [item.reason.split(":")[0] for item in items]


def test_every_verdict_that_a_model_can_lead_to(work: Path, server: Server) -> None:
    items = verify(work, server)
    assert reasons(items) == [reason for _, _, reason in ITEMS]
    assert [item.kept for item in items] == [reason in ("novel", "known", "hard") for _, _, reason in ITEMS]
    (failure,) = read_records(work / "out" / "errors.jsonl", Failure)
    assert (failure.kind, failure.question) == ("refused", REFUSED)
    assert "this question is not answered here" in failure.message


def test_kept_and_dropped_rows_are_the_given_ones_and_add_up(work: Path, server: Server) -> None:
    items = verify(work, server)
    kept, dropped = (json.loads((work / "out" / f"{name}.json").read_text("utf-8")) for name in ("kept", "dropped"))
    assert [row["output"] for row in kept] == [item.answer for item in items if item.kept]
    assert len(kept) + len(dropped) == len(ITEMS)


def test_the_second_time_only_what_failed_is_asked_again(work: Path, server: Server) -> None:
    first = verify(work, server)
    answered = {call for call in server.calls if REFUSED not in call and "hello" not in call}
    server.calls.clear()
    assert verify(work, server) == first
    assert answered
    assert not answered & server.calls.keys()
    assert any(REFUSED in call for call in server.calls)


def test_retrieval_only_asks_no_source(work: Path, server: Server) -> None:
    expected = ["unsupported" if reason in STRICT else reason for _, _, reason in ITEMS]
    assert reasons(verify(work, server, "--policy", "retrieval-only")) == expected


@pytest.mark.parametrize(("policy", "more"), [("strict", set()), ("lenient", {"hard", "not_self_contained"})])
def test_the_policy_says_what_is_kept(work: Path, server: Server, policy: str, more: set[str]) -> None:
    items = verify(work, server, "--policy", policy)
    assert {reason for reason, item in zip(reasons(items), items, strict=True) if item.kept} == {
        "novel",
        "known",
    } | more
