"""The spool between two stages: what comes is read in order, some at a time, and to the end."""

import asyncio
from pathlib import Path

from docqa.records import Record
from docqa.runfolder import Spool, write_card


class Number(Record):
    value: int


async def followed(spool: Spool, most: int, patience_s: float) -> list[list[int]]:
    return [[number.value for number in some] async for some in spool.follow(Number, most, patience_s)]


def test_records_that_are_there_come_in_lists_of_at_most_so_many(tmp_path: Path) -> None:
    async def go() -> list[list[int]]:
        spool = Spool(tmp_path / "numbers.jsonl")
        for value in range(7):
            spool.add(Number(value=value))
        spool.close()
        return await followed(spool, 3, 60)

    assert asyncio.run(go()) == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_reader_gets_what_is_added_while_it_waits_and_ends_when_the_spool_is_closed(tmp_path: Path) -> None:
    async def go() -> list[list[int]]:
        spool = Spool(tmp_path / "numbers.jsonl")

        async def write() -> None:
            for value in range(5):
                spool.add(Number(value=value))
                await asyncio.sleep(0)
            spool.close()

        found, _ = await asyncio.gather(followed(spool, 4, 60), write())
        return found

    assert asyncio.run(go()) == [[0, 1, 2, 3], [4]]


def test_what_is_there_comes_after_a_while_though_the_spool_stays_open(tmp_path: Path) -> None:
    async def go() -> list[int]:
        spool = Spool(tmp_path / "numbers.jsonl")
        spool.add(Number(value=1))
        async for some in spool.follow(Number, 64, patience_s=0.01):
            spool.close()
            return [number.value for number in some]
        return []

    assert asyncio.run(go()) == [1]


def test_an_empty_spool_ends(tmp_path: Path) -> None:
    async def go() -> list[list[int]]:
        spool = Spool(tmp_path / "numbers.jsonl")
        asyncio.get_running_loop().call_later(0.01, spool.close)
        return await followed(spool, 4, 60)

    assert asyncio.run(go()) == []


def test_a_card_never_takes_the_place_of_somebody_elses_readme(tmp_path: Path):
    write_card(tmp_path, "# A set, made with docqa")
    write_card(tmp_path, "# Another set, made with docqa")
    assert (tmp_path / "README.md").read_text() == "# Another set, made with docqa"
    (tmp_path / "README.md").write_text("# My trainer's data")
    write_card(tmp_path, "# A set, made with docqa")
    assert (tmp_path / "README.md").read_text() == "# My trainer's data"
    assert (tmp_path / "README.docqa.md").read_text() == "# A set, made with docqa"
