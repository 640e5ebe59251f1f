"""A reply's text -> the record that was asked for.

An engine that is held to the schema sends it clean, and the first line below reads it. Everything else here is for
servers that can't be held to one: thinking that comes before the answer, fences and prose around it, small faults in
the JSON. What was cut off keeps its complete parts and nothing else: half an answer is a wrong answer.
"""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

R = TypeVar("R", bound=BaseModel)

_THOUGHT = re.compile(r"^.*</think(?:ing)?>", re.S | re.I)
_THINKING = re.compile(r"^\s*<think(?:ing)?>", re.I)
_BETWEEN = re.compile(r"[^\s,]|$")
"""Where the next part of a list begins, after white space and commas."""

_DEEPEST = 64
"""Levels of brackets; json-repair ends in a RecursionError on a reply that is nothing but ``[``."""

HEAD = 120
"""Characters of a reply that a message quotes."""


class UnreadableError(ValueError):
    """The reply is not the record that was asked for; the message says why and quotes its head."""


def read(text: str, reply: type[R], cut: bool = False) -> R:
    """Read a reply.

    Args:
        cut: whether to keep the complete parts of a reply that ends too early.

    Raises:
        UnreadableError: it holds no such record.
    """
    try:
        return reply.model_validate_json(text)
    except ValidationError:
        pass
    body = _without_thinking(text)
    start = body.find("{")
    if start < 0:
        raise UnreadableError(f"no JSON in the reply: {head(body or text)!r}")
    body = re.sub(r"\s*(?:```\s*)?$", "", body[start:])
    end = body.rfind("}") + 1
    whole = _whole(body[:end])
    if not whole:
        if cut and (parts := _complete_parts(body, reply)) is not None:
            return parts
        raise UnreadableError(f"the reply ends too early: {head(body)!r}")
    try:
        return reply.model_validate(_repaired(body[:end]))
    except (ValidationError, RecursionError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "too deeply nested"
        raise UnreadableError(f"the reply is not what was asked for ({why}): {head(body)!r}") from None


def head(text: str) -> str:
    """The first words of a reply, for a message."""
    text = " ".join(text.split())
    return text if len(text) <= HEAD else f"{text[:HEAD]}…"


def plain(text: str) -> str:
    """A reply that is no record: its text, without the thinking before it."""
    return _without_thinking(text).strip()


def _without_thinking(text: str) -> str:
    """The reply after its thinking; "" when it has only begun to think."""
    text = _THOUGHT.sub("", text)
    return "" if _THINKING.match(text) else text


def _whole(body: str) -> bool:
    """Whether the brackets outside of strings close again."""
    depth = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[{}\[\]"]', body, re.S):
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
        elif mark == '"':  # a string that never ends
            return False
        if depth > _DEEPEST:
            return False
    return bool(body) and depth <= 0


def _repaired(body: str) -> object:
    try:
        return json.loads(body, strict=False)
    except json.JSONDecodeError:
        import json_repair

        return json_repair.loads(body)


def _complete_parts(body: str, reply: type[R]) -> R | None:
    """A record with a list, cut off in the middle: the same with the list's complete parts, if there are any."""
    lists = [
        name for name, field in reply.model_fields.items() if getattr(field.annotation, "__origin__", None) is list
    ]
    if len(reply.model_fields) != 1 or not lists:
        return None
    decoder = json.JSONDecoder(strict=False)
    at, parts = body.find("[") + 1, []
    while at > 0:
        begins = _BETWEEN.search(body, at)
        try:
            part, at = decoder.raw_decode(body, begins.start() if begins else len(body))
        except json.JSONDecodeError:
            break
        parts.append(part)
    try:
        return reply.model_validate({lists[0]: parts}) if parts else None
    except ValidationError:
        return None
