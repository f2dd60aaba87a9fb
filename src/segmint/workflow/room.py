"""What all customers at once take of the memory, and the refusal before it is spent."""

from __future__ import annotations

from typing import Final

from segmint.choosing.forecast import how_many_fit, usable_memory
from segmint.errors import ResourceError

_BASE: Final = 230e6
"""Bytes that the process and its libraries hold beside the rows."""
_ROW: Final = 120.0
"""Of a row: its key, its label, its score."""
_VALUE: Final = 38.0
"""Of each of its features: as it was read, prepared, and in the units of everybody."""
_TAKEN: Final = 1_300.0
"""Of a row of the audience: its reasons."""


def memory_for(n_rows: int, n_features: int, n_taken: int = 0) -> float:
    """Forecast the bytes that an audience takes at its peak.

    Measured with 200,000 and a million rows of four and sixteen features, reach 5 and 100 %.

    Examples
    --------
    >>> round(memory_for(1_000_000, 16, 50_000) / 1e6)
    1023
    """
    return _BASE + n_rows * (_ROW + _VALUE * n_features) + n_taken * _TAKEN


def refuse_if_too_large(
    n_rows: int, n_features: int, n_taken: int = 0, *, memory: float | None = None
) -> None:
    """Refuse rows that would not fit; while they are read, those that came so far.

    Parameters
    ----------
    n_rows, n_features, n_taken
        Rows, prepared features, and how many the audience takes.
    memory
        Bytes that may be used; ``None`` for what the machine has.

    Raises
    ------
    ResourceError
        With about how many rows would fit.
    """
    limit = usable_memory() if memory is None else memory
    needed = memory_for(n_rows, n_features, n_taken)
    if needed > limit:
        raise ResourceError(
            "workflow.too_many_customers", n=n_rows, d=n_features, needed=needed, available=limit,
            fitting=how_many_fit(n_rows, needed, alone=_BASE, limit=limit),
        )  # fmt: skip
