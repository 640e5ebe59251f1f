"""docqa works without a network and asks for none: a whole run over every format, with each connection refused."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent

CUT = """
import os, socket, sys

def refuse(name):
    def refused(*args, **kwargs):
        with open(os.environ["ASKED"], "a") as file:
            file.write(f"{name} {args} {sys.argv}\\n")
        raise OSError("the network is cut")
    return refused

for name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, name, refuse(name))
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
    setattr(socket, name, refuse(name))
with open(os.environ["CUT"], "a") as file:
    file.write(f"{os.getpid()}\\n")
"""
"""Runs at the start of every Python process that inherits the environment: the workers are such processes."""


def without_network() -> list[str]:
    """The command that runs another without a network at all, where the system allows it."""
    command = ["unshare", "--map-root-user", "--net"]
    try:
        allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        allowed = False
    return command if allowed else []


def test_a_run_over_every_format_asks_for_no_connection(tmp_path: Path):
    subprocess.run([sys.executable, TESTS / "parse" / "samples.py", tmp_path / "in"], check=True, capture_output=True)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(CUT)
    asked, cut = tmp_path / "asked", tmp_path / "cut"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "ASKED": str(asked), "CUT": str(cut)}
    command = [*without_network(), sys.executable, "-m", "docqa.cli", "run", "in", "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not asked.exists(), asked.read_text()
    assert len(cut.read_text().splitlines()) > 1  # the workers' network was cut, too
    assert not (tmp_path / "out" / "errors.jsonl").exists() or not (tmp_path / "out" / "errors.jsonl").read_text()
    assert (tmp_path / "out" / "train.jsonl").read_text()


def test_the_cut_is_seen(tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(CUT)
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "ASKED": str(tmp_path / "asked"), "CUT": os.devnull}
    probe = "import urllib.request as u; u.urlopen('http://127.0.0.1:9/')"
    assert subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True, check=False).returncode
    assert "create_connection (('127.0.0.1', 9)" in (tmp_path / "asked").read_text()
