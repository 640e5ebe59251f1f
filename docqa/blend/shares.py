"""How many: the ratio, and how a whole is shared out by weights."""

from collections.abc import Sequence
from fractions import Fraction

from docqa.errors import BlendError

MAX_RATIO = 0.95
"""Beyond this the domain is a twentieth of the set, and a slip of the ratio asks for millions of rows."""


def needed(domain: int, ratio: float) -> int:
    """How many general rows (or tokens) make ``ratio`` of all beside ``domain`` of the domain.

    The nearest whole number (halves up) to domain·ratio/(1-ratio); the share reached is then within half a row of the
    one asked for: abs(n - ratio·(domain + n)) <= 1/2.

    Raises:
        BlendError: ``ratio`` is not in 0 to ``MAX_RATIO``.
    """
    if not 0 <= ratio <= MAX_RATIO:
        raise BlendError(
            f"the general ratio {ratio} is not between 0 and {MAX_RATIO}; 0.1 makes a tenth of all rows general"
        )
    share = Fraction(str(ratio))
    return int(domain * share / (1 - share) + Fraction(1, 2))


def apportion(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Share out ``total`` by ``weights``: largest remainders, ties to the first."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    shares = [int(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (shares[place] - exact[place], place))
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares
