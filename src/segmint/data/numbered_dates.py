"""Numbers that stand for dates: not read as such unless it is said how, and told apart so that advice can be given."""

from __future__ import annotations

from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from segmint.data.cells import date_values, typed_texts
from segmint.data.look import MOSTLY
from segmint.model.schema import Kind

Written = Literal["", "digits", "seconds"]
_DIGITS: Final = "^ *[0-9]{8} *$"
_SECONDS: Final = r"^ *([1-9][0-9]{8}|[1-3][0-9]{9})([0-9]{3}){0,3}(\.[0-9]*)? *$"


def written_dates(cells: pa.Array, kind: Kind) -> Written:
    """Return how most cells that are no dates stand for some: ``digits``, ``seconds``, or the empty text.

    ``digits`` are eight: year, month and day. ``seconds`` are those since 1970, of the years 1973 to 2096, or
    milliseconds, and so on.

    Parameters
    ----------
    cells
        Those that do not fit, texts or numbers.
    kind
        What their column is: only of dates is anything told.

    Examples
    --------
    >>> written_dates(pa.array([20061231, 20070101]), Kind.DATE), written_dates(pa.array(["1167523200"]), Kind.DATE)
    ('digits', 'seconds')
    """
    if kind is not Kind.DATE:
        return ""
    texts = typed_texts(cells)
    digits = pc.and_(pc.match_substring_regex(texts, _DIGITS), pc.is_valid(date_values(texts, "%Y%m%d")))
    if _mostly(digits):
        return "digits"
    return "seconds" if _mostly(pc.match_substring_regex(texts, _SECONDS)) else ""


def _mostly(found: pa.Array) -> bool:
    return bool(pc.mean(pc.cast(pc.fill_null(found, False), pa.float64())).as_py() >= MOSTLY)
