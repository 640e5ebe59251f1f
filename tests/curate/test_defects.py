"""What share of spoilt items the rules find, and that they leave sound ones alone; all of it is in defects.toml."""

import random
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from test_rules import item

from docqa.curate.rules import first_objection
from docqa.records import QAItem

DATA = tomllib.loads(Path(__file__).with_name("defects.toml").read_text(encoding="utf-8"))
PASSAGES = {
    language: [row for row in DATA["passage"] if row["question"].isascii() is (language == "en")]
    for language in ("en", "zh")
}
IN_QUESTION = ("context_reference", "boilerplate")
BESIDE_ANSWER = ("context_reference_answer", "prompt_leak")
IN_ANSWER = ("refusal", "empty_answer", "wrong_language")


def worded(kind: str, language: str, wordings: list[str]) -> Iterator[QAItem]:
    """Each of ``wordings`` in a sound item's place."""
    for number, text in enumerate(wordings):
        row = PASSAGES[language][number % len(PASSAGES[language])]
        if kind in IN_QUESTION:
            yield item(text, row["answer"], row["context"])
        elif kind in BESIDE_ANSWER:  # the answer stays, so that nothing but the wording tells
            bare = row["answer"].rstrip(".。")
            text = re.sub("ten bar|十巴", bare, text) if kind == "prompt_leak" else f"{text} {row['answer']}"
            yield item(row["question"], text, row["context"])
        else:
            yield item(row["question"], text, row["context"])


def spoilt(kind: str, language: str) -> Iterator[QAItem]:
    """Every sound item spoilt in two or more ways of ``kind``."""
    chance = random.Random(11)
    for row in PASSAGES[language]:
        question, answer, context = row["question"], row["answer"], row["context"]
        stop = "." if language == "en" else "。"
        for text in {
            "copied_chunk": (context, context[: context.rindex(stop, 0, -2) + 1]),
            "mojibake": garbled(answer, language),
            "question_as_answer": (question, question.rstrip("?？"), question.replace("?", ".").lower()),
            "repetition": (
                " ".join([answer] * 3),
                f"{answer[:-1]}, " + ", ".join([answer[:-1].split(" ")[-1][-6:]] * 8),
                f"{answer}\n" * 5,
            ),
            "truncated": [answer[: at(answer, chance)] for _ in range(2)],
            "truncated_question": [question[: at(question, chance)] for _ in range(2)],
        }[kind]:
            asked = kind == "truncated_question"
            yield item(text if asked else question, answer if asked else text, context)


def at(text: str, chance: random.Random) -> int:
    """A place in the middle of a word or phrase, two to eight tenths in."""
    while True:
        place = int(len(text) * chance.uniform(0.2, 0.8))
        if text[place - 1 : place + 1].isalpha():
            return place


def garbled(text: str, language: str) -> list[str]:
    marked = f"“{text}” – naïve" if language == "en" else text
    ways = [marked.encode().decode("latin-1"), marked.encode().decode("cp1252", errors="replace"), f"{text}\ufffd"]
    return ways if language == "en" else [*ways, text.encode().decode("gb18030", errors="ignore")]


SPOILT = ("copied_chunk", "mojibake", "question_as_answer", "repetition", "truncated", "truncated_question")


def recall(items: Iterable[QAItem]) -> float:
    found = [bool(first_objection(one)) for one in items]
    return sum(found) / len(found)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", [*IN_QUESTION, *BESIDE_ANSWER, *IN_ANSWER, *SPOILT])
def test_most_of_what_is_spoilt_is_found(kind: str, language: str) -> None:
    items = worded(kind, language, DATA[kind][language]) if kind in DATA else spoilt(kind, language)
    assert recall(items) >= 0.85


def test_of_wordings_that_no_rule_was_mended_by_two_thirds_are_found() -> None:
    shares = [
        recall(worded(kind, language, wordings))
        for kind, languages in DATA["later"].items()
        for language, wordings in languages.items()
    ]
    assert sum(shares) / len(shares) >= 0.65


def test_what_is_sound_is_left_alone() -> None:
    rows = [*DATA["sound"], *DATA["passage"]]
    lost = {
        row["question"]: objection
        for row in rows
        if (objection := first_objection(item(row["question"], row["answer"], row.get("context"))))
    }
    assert lost == {}
