"""Settings: the file is overruled by the environment, and both by flags."""

import tomllib
from pathlib import Path

import pytest

from docqa.errors import SettingsError
from docqa.settings import Settings, load, to_toml


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOCQA_PARSE__WORKERS")  # which all other tests run with


def test_flags_over_environment_over_file_over_defaults(monkeypatch: pytest.MonkeyPatch):
    Path("docqa.toml").write_text("seed = 1\n[chunk]\nmax_tokens = 100\n[verify]\npassages = 4\n[parse]\nworkers = 3\n")
    monkeypatch.setenv("DOCQA_CHUNK__MAX_TOKENS", "200")
    monkeypatch.setenv("DOCQA_VERIFY__PASSAGES", "5")
    settings = load({"verify": {"passages": 6}})
    assert (settings.seed, settings.parse.workers, settings.chunk.max_tokens, settings.verify.passages) == (
        1,
        3,
        200,
        6,
    )
    assert settings.generate.min_score == 0.8


def test_what_is_written_reads_back_the_same():
    settings = load(
        {"blend": {"general": ['a "b".json', "c\\d.json"], "general_ratio": 0.1}, "export": {"license": "mit"}}
    )
    Path("copy.toml").write_text(to_toml(settings))
    assert load(file=Path("copy.toml")) == settings


def test_the_commented_file_changes_nothing_until_a_line_is_switched_on():
    text = to_toml(load(), comments=True)
    Path("docqa.toml").write_text(text)
    assert load() == load(file=Path("docqa.toml")) == Settings.model_construct()
    switched = text.replace("# max_tokens = 512", "max_tokens = 99")
    assert tomllib.loads(switched)["chunk"] == {"max_tokens": 99}
    for name, field in Settings.model_fields.items():
        assert name in text
        assert field.description


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[chunk]\nmax_token = 5\n", "chunk.max_token"),
        ("[chunk]\nmax_tokens = 5\n", "greater than or equal to 32"),
        ("seed = \n", "docqa.toml: cannot be read as TOML"),
        ("[export]\nformats = ['csv']\n", "docqa.toml: export.formats"),
    ],
)
def test_a_wrong_file_says_where_and_what(text: str, said: str):
    Path("docqa.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        load()


def test_a_wrong_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_GENERATE__MIN_SCORE", "high")
    with pytest.raises(SettingsError, match="DOCQA_GENERATE__MIN_SCORE"):
        load()
