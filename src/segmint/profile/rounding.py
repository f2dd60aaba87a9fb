"""Thresholds that a person can remember: the roundest number between two values."""

from __future__ import annotations

import math

_DIGITS = 17


def roundest(low: float, high: float) -> float:
    """Return the number t with low < t ≤ high that needs the fewest digits, near the middle of the two.

    Whole powers of ten go before their halves: 70 before 65 before 68. Used as ``x ≥ t`` and ``x < t``,
    any such t cuts between the values ``low`` and ``high`` alike.

    Parameters
    ----------
    low, high
        Finite, low < high.

    Examples
    --------
    >>> roundest(63.0, 71.5), roundest(0.071, 0.083), roundest(-3.0, 12.0), roundest(68.0, 69.0)
    (70.0, 0.08, 0.0, 69.0)
    """
    if low < 0 <= high:
        return 0.0
    top = math.ceil(math.log10(max(abs(low), abs(high))))
    middle = low + (high - low) / 2
    for exponent in range(top, top - _DIGITS, -1):
        for half in ("", "0.5"):
            step = float(f"1e{exponent}") if not half else float(f"5e{exponent - 1}")
            found = _multiple_between(low, high, middle, step)
            if found is not None:
                return found
    return high


def _multiple_between(low: float, high: float, middle: float, step: float) -> float | None:
    if step == 0:
        return None
    for count in (round(middle / step), math.floor(high / step)):
        tidy = float(f"{count * step:.15g}")
        if low < tidy <= high:
            return tidy
    return None
