"""The scales that a model rates on: what a reply may say, and what a schema holds it to."""

from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import AfterValidator, Strict, WithJsonSchema


def _on(scale: Sequence[float]) -> Callable[[float], float]:
    def check(given: float) -> float:
        if given not in scale:
            raise ValueError(f"not one of {scale}")
        return given

    return check


_HALVES = [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]
_WHOLES = [1, 2, 3, 4, 5, 6]
Halves = Annotated[float, Strict(), AfterValidator(_on(_HALVES)), WithJsonSchema({"enum": _HALVES})]
"""1 to 5 in steps of a half."""

Wholes = Annotated[float, Strict(), AfterValidator(_on(_WHOLES)), WithJsonSchema({"enum": _WHOLES})]
"""1 to 6."""
