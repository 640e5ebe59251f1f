"""Domain rows and general rows -> the mix that was asked for, and its split into train and val.

    Pool      what there is of general rows, known without being held
    draw      as many of them as the ratio asks for
    split     whole documents to train or to val
    arrange   a side's rows in the order of training
    beside    the preference pairs to the sides of their documents

Promises, each a property test:

- The ratio is the share of *what is written* that is general, by rows to within half a row and by tokens to within half
  of one row's. Weights share that out among the sources as exactly. Too few general rows are an error that says how
  many are missing, never a silently different mix.
- Which rows are chosen, and which side each stands on, depends on their content only; the seed decides the order and
  nothing else. A run that is repeated, or whose items, rows or files arrive in another order, writes the same bytes.
- No general row is taken twice unless repeating is asked for, and each that is left out is counted with its reason.
- The rows of one document stay on one side, and so do all copies of a repeated general row.

What it costs: with few documents the share of val can only be as near as whole documents allow.
"""

from docqa.blend.draw import Drawn, draw
from docqa.blend.order import Mix, arrange
from docqa.blend.pairs import beside, pairs_from_items
from docqa.blend.pool import Pool, Source
from docqa.blend.rows import Unit, rows_from_items
from docqa.blend.split import Split, split

__all__ = [
    "Drawn",
    "Mix",
    "Pool",
    "Source",
    "Split",
    "Unit",
    "arrange",
    "beside",
    "draw",
    "pairs_from_items",
    "rows_from_items",
    "split",
]
