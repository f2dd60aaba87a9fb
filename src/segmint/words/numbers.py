"""How figures are written: one place for decimals, signs, plurals and units.

The names on the right of the colon in ``{share:percent}`` are the functions of :data:`FORMATS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

_NUMBER_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
MISSING = "–"


def _decimals(value: float, decimals: int) -> str:
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    smallest = 10.0**-decimals
    if decimals and 0 < abs(value) < smallest / 2:
        return f"{'<' if value > 0 else '> −'} {smallest:.{decimals}f}".replace("> − ", "> −")
    text = f"{value:,.{decimals}f}".replace("-", "−")
    return text.lstrip("−") if float(text.replace("−", "-").replace(",", "")) == 0 else text


def count(value: float) -> str:
    """Write a whole number with thousands separated: ``1,037``."""
    return _decimals(value, 0)


def score(value: float) -> str:
    """Write a score with three decimals: ``0.555``."""
    return _decimals(value, 3)


def agreement(value: float) -> str:
    """Write an agreement with two decimals: ``0.98``."""
    return _decimals(value, 2)


def share(value: float) -> str:
    """Write a share as a percentage with one decimal: ``40.5 %``."""
    return f"{_decimals(100 * value, 1)} %"


def percent(value: float) -> str:
    """Write a share in prose, without decimals: ``40 %``; ``< 1 %`` where that would be a zero."""
    if value is not None and 0 < value < 0.005:
        return "< 1 %"
    return f"{_decimals(100 * value, 0)} %"


def unit(value: float) -> str:
    """Write a value in original units with the decimals its size deserves: ``55.3``, ``12,000``, ``0.042``."""
    if value is None or math.isnan(value) or math.isinf(value) or value == 0:
        return _decimals(value, 0)
    size = abs(value)
    if size >= 1000:
        return _decimals(value, 0)
    if size >= 1:
        return _decimals(value, 1)
    if size < 1e-4:
        return f"{value:.1e}".replace("-", "−")
    return _decimals(value, 1 - math.floor(math.log10(size)))


def times(value: float) -> str:
    """Write a ratio: ``5.2 times``, ``40 times``, ``0.03 times``.

    Examples
    --------
    >>> times(5.23), times(1204.0), times(0.031)
    ('5.2 times', '1,204 times', '0.03 times')
    """
    return f"{_decimals(value, 0 if value >= 10 else 1 if value >= 1 else 2)} times"


def seconds(value: float) -> str:
    """Write a duration: ``1.9 s``, ``2 min``, ``3.4 h``."""
    if value < 90:
        return f"{value:.1f} s"
    if value < 5400:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.1f} h"


def brief(value: float) -> str:
    """Write a duration that may be short: ``< 0.1 s`` where one decimal would be a zero.

    Examples
    --------
    >>> brief(0.004), brief(1.52)
    ('< 0.1 s', '1.5 s')
    """
    return "< 0.1 s" if value < 0.05 else seconds(value)


def memory(value: float) -> str:
    """Write a number of bytes: ``12 kB``, ``230 MB``, ``1.9 GB``."""
    if value >= 1e9:
        return f"{value / 1e9:.1f} GB"
    return f"{value / 1e6:.0f} MB" if value >= 1e6 else f"{max(1.0, value / 1e3):.0f} kB"


def probability(value: float | None) -> str:
    """Write a probability: ``0.042``; ``< 0.001`` where three decimals would be zeros; a dash where there is none."""
    if value is None:
        return MISSING
    return "< 0.001" if value < 0.001 else score(value)


def word(value: int) -> str:
    """Write a small whole number as a word: ``five``; from thirteen on in digits."""
    return _NUMBER_WORDS[value] if 0 <= value < len(_NUMBER_WORDS) else count(value)


FORMATS: Mapping[str, Callable[[Any], str]] = {
    "count": count,
    "score": score,
    "agreement": agreement,
    "share": share,
    "percent": percent,
    "unit": unit,
    "probability": probability,
    "seconds": seconds,
    "brief": brief,
    "times": times,
    "memory": memory,
    "word": word,
}


def plural(value: float, forms: str) -> str:
    """Choose between ``singular|plural`` for a count.

    Examples
    --------
    >>> plural(1, "row|rows"), plural(3, "row|rows")
    ('row', 'rows')
    """
    one, many = forms.split("|")
    return one if value == 1 else many
