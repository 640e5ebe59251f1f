"""What a run did, in counts that add up: the one record behind the terminal's summary, the report and the card.

The counts are checked when the record is made, so a page, chunk, item or row that was lost on the way is an error of
ours where it happens, and not a card that nobody adds up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import Field, model_validator

from docqa.means import Means, Usage
from docqa.records import Record

Counts = Mapping[str, int]
"""How many, by reason or name."""


def counted(names: Iterable[str]) -> Counts:
    """How often each of the names comes, in their order."""
    return dict(sorted(Counter(names).items()))


class DocumentCounts(Record):
    """``found`` files: ``read``, ``skipped`` (not a kind docqa reads, ...) by reason, and ``failed`` by kind."""

    found: int
    read: int
    skipped: Counts = Field(default_factory=dict)
    failed: Counts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check("documents", self.found, self.read, *self.skipped.values(), *self.failed.values())
        return self


class Coverage(Record):
    """``total`` pages or chunks: ``used``, ``skipped`` by reason, or ``failed``.

    A page is used when a chunk on it is; a chunk is used when items were made from it.
    """

    total: int
    used: int
    skipped: Counts = Field(default_factory=dict)
    failed: int = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check("pages or chunks", self.total, self.used, *self.skipped.values(), self.failed)
        return self


class ItemCounts(Record):
    """``made`` items: ``kept`` by language, or ``dropped`` by reason (without the detail behind the colon).

    ``pairs`` are the preference pairs that were kept: each is an item of ``kept`` again, beside a wrong answer.
    """

    made: int
    kept: Counts
    pairs: int = 0
    dropped: Counts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check("items", self.made, *self.kept.values(), self.pairs, *self.dropped.values())
        return self

    @property
    def kept_total(self) -> int:
        return sum(self.kept.values())


class RowCounts(Record):
    """Rows written: ``domain`` and ``general`` (by source) are the same rows as ``train`` and ``val``.

    They are those of the first format. Where that holds conversations, each of them is a row.

    Attributes:
        joined: kept items that are no rows of their own but the later turns of conversations.
        repeated: where turns are rows of their own, those that another row asks and answers as well.
        ratio_asked: the share of general rows (or tokens) that was asked for, 0 to 1.
        left_out: general rows that were not taken for a reason; the rest of them was not needed.
        between: domain rows that are not written, since of the documents they rest on one is in train, another in val.
        pairs_between: preference pairs that are not written for the same reason.
        domain_tokens, general_tokens: where the share is one of tokens.
    """

    domain: int
    joined: int = 0
    repeated: int = 0
    general: Counts = Field(default_factory=dict)
    train: int
    val: int
    ratio_asked: float = 0.0
    left_out: Counts = Field(default_factory=dict)
    between: int = 0
    pairs_between: int = 0
    domain_tokens: int = 0
    general_tokens: int = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check("rows", self.train + self.val, self.domain, *self.general.values())
        return self

    @property
    def total(self) -> int:
        return self.train + self.val

    @property
    def of_items(self) -> tuple[int, ...]:
        """What the kept items became: rows, turns of them, turns that are not written, rows that are not."""
        return self.domain, self.joined, self.repeated, self.between

    @property
    def ratio(self) -> float:
        """The share of general rows reached, or of general tokens where those were asked for."""
        if self.domain_tokens:
            return self.general_tokens / self.tokens
        return sum(self.general.values()) / self.total if self.total else 0.0

    @property
    def tokens(self) -> int:
        return self.domain_tokens + self.general_tokens

    @property
    def unit(self) -> str:
        return "tokens" if self.domain_tokens else "rows"


class Blended(Record):
    """What ``docqa blend`` made.

    Attributes:
        domain: the name of the domain set; ``languages`` are those of its rows.
        pairs: its preference pairs, by where the rejected answer comes from.
        notes: what a reader of the set should know about it, a sentence each.
    """

    domain: str
    languages: Counts
    rows: RowCounts
    pairs: Counts = Field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check("languages beside the domain rows", self.rows.domain + self.rows.between, *self.languages.values())
        return self


class ScoreCounts(Record):
    """One score of the items kept: its ``mean`` over those ``rated``, 0 where there are none."""

    mean: float
    rated: int
    unrated: int = 0

    def __str__(self) -> str:
        mean = f"{self.mean:.2f}" if self.rated else "unknown"
        return f"{mean} ({self.unrated:,} not rated)" if self.unrated else mean


class GivenCounts(Record):
    """A file of somebody's that items were made of: prompts to answer, or what came back from use.

    Attributes:
        rows: in it; ``failed`` of them are in errors.jsonl.
        made: items that rest on no document; ``kept`` of them are in the set.
    """

    file: str
    rows: int
    failed: int
    made: int
    kept: int


class Source(Record):
    """One document that was read, and what came of it."""

    path: str
    title: str
    language: str
    pages: int
    chunks: int
    made: int
    kept: int


class Audit(Record):
    """What became of the items: ``total`` of them, ``kept`` and ``dropped`` by their reason."""

    total: int
    kept: Counts
    dropped: Counts
    failures: tuple[str, ...] = ()
    means: Means = Field(default_factory=Means)


class Summary(Record):
    """A finished run.

    Attributes:
        sources: the documents read, in the order of their paths.
        given: a file of somebody's that items were made of besides, or instead; None for none.
        task_types: kept items by task type.
        decisions: kept items by the verifier's decision (``known``, ``novel``, ``grounded``, ...).
        pairs: kept preference pairs by where the rejected answer comes from; they are in no other count of the kept.
        scores: the kept items' scores that were asked for or measured, by name.
        models: what did the work, by role (``generator``, ``reader``, ``embedder``, ...).
        prompts: the versions of the prompts used, by file.
        not_done: steps that this backend cannot do or that were switched off, each in a few words.
        notes: what else a reader of the set should know, a sentence each.
        failures: what failed, a line each, as errors.jsonl has it.
        usage: what a model was asked; None without one. The card does not show it.
    """

    documents: DocumentCounts
    pages: Coverage
    chunks: Coverage
    items: ItemCounts
    rows: RowCounts
    sources: tuple[Source, ...] = ()
    given: GivenCounts | None = None
    task_types: Counts = Field(default_factory=dict)
    decisions: Counts = Field(default_factory=dict)
    pairs: Counts = Field(default_factory=dict)
    scores: Mapping[str, ScoreCounts] = Field(default_factory=dict)
    models: Mapping[str, str] = Field(default_factory=dict)
    prompts: Mapping[str, str] = Field(default_factory=dict)
    not_done: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    usage: Usage | None = None

    @property
    def mean_scores(self) -> str:
        """``accuracy 4.86 (3 not rated), coverage 0.98``."""
        return ", ".join(f"{name} {score}" for name, score in self.scores.items())

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        kept = self.items.kept_total
        _check("domain rows beside the items kept", kept, *self.rows.of_items)
        _check("task types beside the items kept", kept, *self.task_types.values())
        _check("decisions beside the items kept", kept, *self.decisions.values())
        _check("pairs by source beside the pairs kept", self.items.pairs, *self.pairs.values())
        for score in self.scores.values():
            _check("scores beside the items kept", kept, score.rated, score.unrated)
        _check("sources beside the documents read", self.documents.read, len(self.sources))
        given_made, given_kept = (self.given.made, self.given.kept) if self.given else (0, 0)
        for name, total, parts in (
            ("pages", self.pages.total, [source.pages for source in self.sources]),
            ("chunks", self.chunks.total, [source.chunks for source in self.sources]),
            ("items made", self.items.made - given_made, [source.made for source in self.sources]),
            ("items kept", kept - given_kept, [source.kept for source in self.sources]),
        ):
            _check(f"the sources' {name}", total, *parts)
        return self


class FedBack(Record):
    """What came back from use to a run: ``rows`` of the file, ``new`` of them not known before.

    Attributes:
        kept, dropped: the items of all that ever came back, by kind and by reason.
        run: the run with them.
    """

    rows: int
    new: int
    kept: Counts
    dropped: Counts
    run: Summary


def _check(what: str, total: int, *parts: int) -> None:
    if any(part < 0 for part in parts) or total != sum(parts):
        raise ValueError(f"{what} do not add up: {total} is not {' + '.join(map(str, parts)) or '0'}")
