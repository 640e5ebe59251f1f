"""Replies for a simulated server: as many characters of JSON as the last word of the prompt says."""

from typing import Any


def answer(body: dict[str, Any]) -> str:
    """A JSON object of the length that is asked for, at least 10."""
    wanted = int(body["messages"][-1]["content"].split()[-1])
    return '{"text":"' + "x" * (wanted - 11) + '"}'
