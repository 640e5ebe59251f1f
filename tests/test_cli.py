"""The command line: what a person types, what it says, and the exit codes it promises."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from docqa.cli import cli
from docqa.settings import load

README = Path(__file__).parent.parent / "README.md"


def docqa(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "docqa.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_help_names_every_command_and_imports_nothing_heavy(tmp_path: Path):
    done = docqa("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert all(name in done.stdout for name in cli.commands)
    probe = (
        "import sys, docqa.cli; print([m for m in ('chromadb', 'pymupdf', 'numpy', 'pydantic') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout == "[]\n"


def commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


def test_every_command_and_flag_of_the_readme_exists():
    text = README.read_text(encoding="utf-8")
    known = {option for command in commands(cli) for param in command.params for option in param.opts}
    used = set(re.findall(r"(?<=docqa )[a-z]+(?= [A-Z./-]|\s+#)", text))
    assert used <= cli.commands.keys()
    flags = {flag for line in text.splitlines() if "docqa " in line for flag in re.findall(r" (--[a-z-]+)", line)}
    assert flags <= known


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "nowhere"], "there is no such folder"),
        (["run", ".", "--general-ratio", "0.1"], "--general FILE"),
        (["run", ".", "--format", "csv"], "csv"),
        (["run", ".", "--max-tokens", "3"], "chunk.max_tokens"),
        (["run", ".", "--score", "best"], "best"),
        (["run", ".", "--min-accuracy", "9"], "curate.min_accuracy"),
        (["run", ".", "--samples", "99"], "verify.samples"),
        (["run", ".", "--min-logprob", "0.5"], "verify.min_logprob"),
        (["run", ".", "--min-logprob", "-0.5"], "need a model"),
        (["run", ".", "--samples", "5", "--dry-run"], "need a model"),
        (["run", ".", "--general", "gone.json"], "gone.json"),
        (["run", ".", "--method", "self-qa"], "self-qa needs a model"),
        (["run", ".", "--general", "a.md:0"], "the weight of a.md is 0"),
        (["blend", "gone.jsonl"], "gone.jsonl"),
        (["blend", "a.md", "--ratio", "0.1"], "--general FILE"),
        (["fly"], "No such command"),
        (["parse", "gone.pdf"], "gone.pdf"),
        (["run", ".", "--base-url", "localhost:8000"], "http://localhost:8000/v1"),
        (["run", ".", "--base-url", "http://me:secret@localhost/v1"], "DOCQA_API_KEY"),
        (["run", ".", "--base-url", "http://127.0.0.1:9/v1"], "no server answers"),
        (["run", ".", "--base-url", "http://127.0.0.1:9/v1", "--engine-arg", "seed=1"], "engine_args"),
        (["run", ".", "--engine-arg", "tensor_parallel_size=2"], "--model"),
        (["run", ".", "--model", "m", "--request-arg", "top_p=1"], "--base-url"),
        (["run", ".", "--model", "m", "--engine-arg", "eager"], "NAME=VALUE"),
        (["run", ".", "--model", "m", "--engine-arg", "hf_token=abc"], "is a secret"),
    ],
)
def test_a_usage_error_says_what_to_do_and_exits_with_1(tmp_path: Path, words: list[str], said: str):
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    done = docqa(*words, cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "train.jsonl").exists()


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vLLM is installed")
def test_without_vllm_the_message_says_what_to_install(tmp_path: Path):
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    done = docqa("run", ".", "--model", "some/model", cwd=tmp_path)
    assert done.returncode == 1
    assert "pip install 'docqa[vllm]'" in done.stderr


def test_init_copies_the_prompts_and_has_them_used(tmp_path: Path):
    done = docqa("init", "--prompts", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "prompts" / "self-qa-questions.zh.j2").exists()
    assert 'prompts = "prompts"' in (tmp_path / "docqa.toml").read_text().splitlines()
    assert load(file=tmp_path / "docqa.toml").generate.prompts == "prompts"
    assert docqa("init", "--prompts", cwd=tmp_path).returncode == 1


def test_dry_run_says_which_model_would_be_asked(tmp_path: Path):
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    done = docqa("run", ".", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert "Self-QA with m at http://127.0.0.1:9/v1" in done.stdout
    assert "scores       1 call a chunk (accuracy)" in done.stdout


def test_methods_are_listed_with_their_needs_and_types(tmp_path: Path):
    assert "self-qa         a model" in docqa("methods", cwd=tmp_path).stdout
    assert "  acronym " in docqa("methods", "--types", cwd=tmp_path).stdout


def test_init_writes_settings_that_run_reads_and_does_not_overwrite(tmp_path: Path):
    assert docqa("init", cwd=tmp_path).returncode == 0
    (tmp_path / "docqa.toml").write_text("[chunk]\nmax_tokens = 1\n")
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    done = docqa("run", ".", cwd=tmp_path)
    assert (done.returncode, "docqa.toml: chunk.max_tokens" in done.stderr) == (1, True)
    assert docqa("init", cwd=tmp_path).returncode == 1


def test_dry_run_says_what_would_be_done_and_does_nothing(tmp_path: Path):
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    (tmp_path / "b.xyz").write_text("?")
    done = docqa("run", ".", "-o", "out", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 (1 .md)" in done.stdout
    assert "0 model calls" in done.stdout
    assert "b.xyz: unsupported suffix .xyz" in done.stdout
    assert not (tmp_path / "out").exists()


def test_a_ratio_goes_with_the_general_data_that_the_settings_file_names(tmp_path: Path):
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    (tmp_path / "g.json").write_text('[{"instruction": "Add 2 and 3.", "output": "5"}]')
    (tmp_path / "docqa.toml").write_text('[blend]\ngeneral = ["g.json"]\n')
    done = docqa("run", ".", "--general-ratio", "0.2", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "20.0% general rows, from g.json" in done.stdout


def test_a_run_that_keeps_nothing_exits_with_3_and_says_where_to_look(tmp_path: Path):
    (tmp_path / "a.md").write_text("# Notes\n\nHello there.\n")
    done = docqa("run", "a.md", "-o", "out", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "Nothing was kept" in done.stdout
    assert "coverage.jsonl" in done.stdout


def test_parse_shows_headings_and_tables(tmp_path: Path):
    (tmp_path / "a.md").write_text("# A\n\nText.\n\n| x | y |\n|---|---|\n| 1 | 2 |\n")
    shown = docqa("parse", "a.md", cwd=tmp_path).stdout
    assert "# A" in shown
    assert "<tr><th>x</th><th>y</th></tr>" in shown
    assert '"title": "A"' in docqa("parse", "a.md", "--to", "json", cwd=tmp_path).stdout
