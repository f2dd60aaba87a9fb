"""Intervals of shares."""

from __future__ import annotations

import math
from typing import Final

_Z95: Final = 1.959963984540054


def wilson(p: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share that was counted on n rows.

    Wilson (1927), doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    z2 = _Z95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))
