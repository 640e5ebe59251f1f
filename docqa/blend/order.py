"""A side's rows in the order that they are trained on."""

import random
from collections.abc import Iterable
from typing import Literal

from docqa.blend.rows import order
from docqa.records import Row

Mix = Literal["shuffle", "interleave", "blocks"]


def arrange(rows: Iterable[Row], mix: Mix, seed: int) -> list[Row]:
    """Put ``rows`` in an order that is decided by them, ``mix`` and ``seed``, whatever order they come in.

    Args:
        mix: ``shuffle``, all at random; ``interleave``, the general rows at even distances among the domain rows; or
            ``blocks``, the domain rows and then the general ones. Within each of the two the order is random.
    """
    shuffled = sorted(rows, key=order)
    random.Random(seed).shuffle(shuffled)
    if mix == "shuffle":
        return shuffled
    domain = [row for row in shuffled if row.group]
    general = [row for row in shuffled if not row.group]
    if mix == "blocks":
        return domain + general
    # The middles of equal parts of one line, cut into as many parts as there are rows of either kind.
    middles = [((2 * place + 1) * len(general), row) for place, row in enumerate(domain)]
    middles += [((2 * place + 1) * len(domain), row) for place, row in enumerate(general)]
    return [row for _, row in sorted(middles, key=lambda pair: pair[0])]
