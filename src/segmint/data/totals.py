"""Lines of totals below a table."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from segmint.model.parsing import BLANKS, is_blank

TOTALS = frozenset({
    "total", "totals", "grand total", "sum", "sums", "summe", "gesamt", "gesamtsumme", "somme", "total général", "subtotal",
})  # fmt: skip


def says_total(cell: str | None) -> bool:
    """Return whether a cell is the head of a line of totals.

    Examples
    --------
    >>> says_total("Grand total:"), says_total("Totalenergies")
    (True, False)
    """
    return cell is not None and cell.strip(f"{BLANKS}:").lower() in TOTALS


def last_says_total(columns: Mapping[str, pa.Array]) -> bool:
    """Return whether the last row's first cell that is there says "total", and no other row's does."""
    for column in columns.values():
        cell = column[-1].as_py()
        if cell is None or is_blank(cell):
            continue
        words = pc.utf8_lower(pc.utf8_trim(column, characters=f"{BLANKS}:"))
        found = pc.is_in(words, value_set=pa.array(sorted(TOTALS), pa.string()))
        return says_total(cell) and pc.sum(found).as_py() == 1
    return False
