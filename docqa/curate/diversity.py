"""Caps: no type of question, document, opening, answer or length of answer may crowd the set.

A share is of the items that have passed everything else, counted before any cap: so what a cap costs is bounded (a cap
of half takes at most half), and no cap depends on another. Groups of ``FEW`` items or fewer are never cut: a set of
thirty items has shares, but no crowd. Nor is a group that is alone: there is nothing for it to crowd out. Within a
group the better items stay, as ``dedup.merit`` has it; which of equals do is a draw by their ids.

Turns of conversations are under the cap of their document alone: what they are asked and answered in is the
conversation's business ("And the vent plug?" - "25 N·m"), and one that goes takes the rest of it apart. So those that
have to go are the last ones, and whole conversations stay longest.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from docqa.curate.dedup import merit
from docqa.curate.openings import opening, varied
from docqa.curate.pairs import followed
from docqa.records import QAItem
from docqa.text import squash

FEW = 10

_LENGTHS = {"en": (4, 15, 60), "zh": (6, 25, 100)}
"""Up to how many words (English) or characters (Chinese) an answer is bare, short or medium; above, it is long."""

LENGTHS = ("bare", "short", "medium", "long")


@dataclass(frozen=True)
class Caps:
    """Largest shares of the items, 0 to 1; 1 is no cap.

    Attributes:
        type: of one task type, ``family/kind``.
        document: of one document.
        opening: of the questions of one language that begin alike; see ``openings.opening``.
        answer: of one answer, white space and case aside.
        length: of the answers of one language in one class of ``LENGTHS``.
    """

    type: float = 1.0
    document: float = 1.0
    opening: float = 1.0
    answer: float = 1.0
    length: float = 1.0


def length_class(answer: str, language: str) -> str:
    """One of ``LENGTHS``."""
    size = len(answer) if language == "zh" else len(answer.split())
    return LENGTHS[sum(size > bound for bound in _LENGTHS.get(language, _LENGTHS["en"]))]


def diversify(items: Sequence[QAItem], caps: Caps, vary_openings: bool) -> list[QAItem]:
    """The items, each once and in order, those that a cap takes out dropped with its name and group as the reason.

    Args:
        items: curated; only those that are kept take part. Preference pairs follow their items.
        vary_openings: whether questions that begin alike are first begun in other words; see ``openings``.
    """
    begun = [varied(item) if vary_openings and item.kept and not item.pair else item for item in items]
    ids = {old.id: new.id for old, new in zip(items, begun, strict=True) if new.id != old.id}
    places = [place for place, item in enumerate(begun) if item.kept and not item.pair]
    dropped = {places[at]: reason for at, reason in _crowded([begun[place] for place in places], caps).items()}
    return followed(items, [_with(item, dropped.get(place, ""), ids) for place, item in enumerate(begun)])


def _with(item: QAItem, reason: str, ids: Mapping[str, str]) -> QAItem:
    """The item, dropped for ``reason`` if there is one; what names an item by its old id names it by the new one."""
    changes: dict[str, object] = {"kept": False, "reason": reason} if reason else {}
    rule, _, detail = item.reason.partition(":")
    if not reason and detail in ids:
        changes["reason"] = f"{rule}:{ids[detail]}"
    if item.made_from in ids:
        changes["made_from"] = ids[item.made_from]
    return item.model_copy(update=changes) if changes else item


def _crowded(items: Sequence[QAItem], caps: Caps) -> dict[int, str]:
    """Which of ``items`` go, by place, as ``<cap>-share:<group>``; the first cap that takes one names it."""
    everyone = [""] * len(items)
    languages = [item.language for item in items]
    reasons: dict[int, str] = {}
    all_places = range(len(items))
    alone = [place for place in all_places if items[place].turn is None]
    for name, share, groups, wholes in (
        ("type", caps.type, [item.task_type for item in items], everyone),
        ("document", caps.document, [item.path for item in items], everyone),
        ("opening", caps.opening, [opening(item.question, item.language) for item in items], languages),
        ("answer", caps.answer, [squash(item.answer) for item in items], everyone),
        ("length", caps.length, [length_class(item.answer, item.language) for item in items], languages),
    ):
        among = all_places if name == "document" else alone
        for at in _over([items[place] for place in among], share, [(wholes[place], groups[place]) for place in among]):
            reasons.setdefault(among[at], f"{name}-share:{groups[among[at]][:60]}")
    return reasons


def _last_turns(item: QAItem) -> tuple[float, ...]:
    """``merit``, behind the place in a conversation."""
    return item.turn.number if item.turn else 0, *merit(item)


def _over(items: Sequence[QAItem], share: float, groups: Sequence[tuple[str, str]]) -> list[int]:
    """The places beyond their group's share of all items of the same whole; a group is (whole, name)."""
    sizes = Counter(whole for whole, _ in groups)
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    over = []
    for (whole, _), places in members.items():
        if len(places) == sizes[whole]:
            continue
        most = max(FEW, ceil(share * sizes[whole]))
        if len(places) > most:
            over += sorted(places, key=lambda place: (*_last_turns(items[place]), items[place].id))[most:]
    return over
