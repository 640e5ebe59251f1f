"""``docqa stats``: what is in a finished run, counted from its items in one pass, for the terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docqa.curate.diversity import LENGTHS, length_class
from docqa.curate.openings import opening
from docqa.errors import SettingsError
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.text import estimate_tokens

_BAR = 30
"""Characters of the longest bar."""

_OPENINGS = 10
_TOKENS = (16, 32, 64, 128, 256, 512)
"""Upper bounds of the histogram's classes; one more class is above them."""

Rows = Sequence[tuple[str, int]]


@dataclass
class _Counts:
    """Of the kept items, but for ``dropped`` and preference ``pairs``.

    ``asked`` and ``said`` are tokens of questions and answers.
    """

    dropped: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    difficulties: Counter[str] = field(default_factory=Counter)
    lengths: Counter[str] = field(default_factory=Counter)
    tokens: Counter[int] = field(default_factory=Counter)
    openings: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    said: int = 0

    def add(self, item: QAItem) -> None:
        if not item.kept:
            self.dropped[item.reason.partition(":")[0]] += 1
            return
        if item.pair is not None:
            self.pairs[item.pair.source] += 1
            return
        said = estimate_tokens(item.answer)
        self.asked += estimate_tokens(item.asked)
        self.said += said
        self.languages[item.language] += 1
        self.decisions[str(item.verdict.decision) if item.verdict else "unverified"] += 1
        self.types[item.task_type] += 1
        self.difficulties[item.difficulty] += 1
        self.lengths[length_class(item.answer, item.language)] += 1
        self.tokens[sum(said > bound for bound in _TOKENS)] += 1
        self.openings[opening(item.question, item.language)] += 1
        self.documents[item.path] += 1


def stats_text(run: Path) -> str:
    """The counts of the run folder ``run``: kept and dropped, decisions, types, lengths, tokens, openings.

    Raises:
        SettingsError: there is no finished run of this docqa there.
    """
    counts = _Counts()
    try:
        for item in read_records(run / "items.jsonl", QAItem):
            counts.add(item)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SettingsError(f"{run}: there is no items.jsonl in it; give the folder of a finished run") from error
    kept = counts.languages.total()
    classes = [f"to {bound}" for bound in _TOKENS] + [f"over {_TOKENS[-1]}"]
    sections = [
        _head(counts, kept),
        _bars("Dropped, by reason", _ranked(counts.dropped)),
        _bars("Decisions of the kept", _ranked(counts.decisions)),
        _bars("Task types", _tree(counts.types), whole=kept),
        _bars("Difficulty", _ranked(counts.difficulties)),
        _bars("Answers, by words (characters in Chinese)", [(name, counts.lengths[name]) for name in LENGTHS]),
        _bars("Answers, by tokens (estimated)", [(name, counts.tokens[at]) for at, name in enumerate(classes)]),
        _bars("Questions, by how they begin", _ranked(counts.openings)[:_OPENINGS], whole=kept),
        _bars("Documents", _ranked(counts.documents)),
        _bars("Preference pairs, by rejected answer", _ranked(counts.pairs)),
    ]
    return "\n\n".join(section for section in sections if section)


def _head(counts: _Counts, kept: int) -> str:
    made = kept + counts.dropped.total() + counts.pairs.total()
    languages = ", ".join(f"{name} {count:,}" for name, count in _ranked(counts.languages)) or "none"
    return (
        f"{made:,} items made, {kept:,} kept ({kept / max(made, 1):.1%}): {languages}\n"
        f"{counts.asked + counts.said:,} tokens (estimated): {counts.asked:,} in questions, {counts.said:,} in answers"
    )


def _tree(types: Mapping[str, int]) -> Rows:
    """Each family of task types with its kinds below it."""
    families: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    for name, count in types.items():
        family, _, kind = name.partition("/")
        families[family] += count
        kinds.setdefault(family, Counter())[f"  {kind}"] += count
    return [row for family, count in _ranked(families) for row in ((family, count), *_ranked(kinds[family]))]


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _bars(title: str, rows: Rows, whole: int = 0) -> str:
    """Counts with their shares of ``whole`` (0: of their sum), each with a bar; "" where there is nothing to show."""
    from rich.cells import cell_len

    total = whole or sum(count for _, count in rows)
    if not total:
        return ""
    longest = max(count for _, count in rows)
    width = max(cell_len(name) for name, _ in rows)
    lines = [title]
    for name, count in rows:
        bar = "█" * round(_BAR * count / longest)
        lines.append(f"  {name}{' ' * (width - cell_len(name))} {count:>8,} {count / total:>6.1%} {bar}".rstrip())
    return "\n".join(lines)
