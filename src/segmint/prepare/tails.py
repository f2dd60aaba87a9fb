"""How heavy the tails of a column are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.prepare.moments import LARGEST, quantiles, scaled_back, scaled_to_one
from segmint.types import FloatVector

PILE = 0.05  # an end value that holds such a share of the rows is an end of the range, not a tail
ENOUGH_ROWS = 50  # below, the 99.5 % quantile is the largest value and says nothing of a tail
ENOUGH_VALUES = 12  # fewer different values are a scale of answers, not a tail
FAR = 10.0  # one value so many limits away counts as a tail, though the 99.5 % quantile misses it
FENCE = 6.0  # half interquartile ranges beyond the quartiles: Tukey's "far out"
WEIGHT_SHOWN = 1e6


@dataclass(frozen=True)
class Tails:
    """The tails of one column.

    Attributes
    ----------
    upper, lower
        Distance of the 99.5 % (0.5 %) quantile from the median, in half interquartile ranges:
        uniform 2.0, normal 3.8, exponential 8.4 above and 1.3 below, Student t₃ 7.6.
    farthest
        The largest distance of a value from the median, in the same unit.
    lower_fence, upper_fence
        Tukey's far-out fences, 3 interquartile ranges beyond the quartiles; infinite at a piled-up end.
    """

    upper: float
    lower: float
    farthest: float
    lower_fence: float
    upper_fence: float

    @property
    def weight(self) -> float:
        """The weight of the longer tail."""
        return max(self.upper, self.lower)

    @property
    def skewed_right(self) -> bool:
        """Whether the upper tail is at least twice as long as the lower one."""
        return self.upper >= 2 * self.lower

    def heavy(self, limit: float) -> bool:
        """Return whether a tail passes the limit, or a single value lies ten limits out."""
        return self.weight > limit or self.farthest > FAR * limit

    def figure(self) -> float:
        """Return the weight as it is shown: of a lone far value its distance."""
        return min(max(self.weight, self.farthest / FAR), WEIGHT_SHOWN)


def measure_tails(x: FloatVector) -> Tails | None:
    """Measure the tails of a column by quantiles, so that the tails do not decide their own yardstick.

    A value at either end of the range that holds 5 % of the rows (the zeros of a spending column, the
    ones of a share) is set aside first: that end is no tail. Where half of the rest is one value, that
    value is set aside too.

    Parameters
    ----------
    x
        Present, finite values, shape (n,).

    Returns
    -------
    Tails or None
        ``None`` where fewer than 50 rows or 12 different values are left to judge.

    References
    ----------
    Tukey (1977), Exploratory Data Analysis, chapter 2 (fences). Hogg (1974), Adaptive robust procedures,
    doi:10.1080/01621459.1974.10480157 (tail weight as a ratio of quantile distances).

    Examples
    --------
    >>> measure_tails(np.arange(1000.0)).upper
    1.98
    """
    if x.size < ENOUGH_ROWS:
        return None
    y, exponent = scaled_to_one(x)
    rest, low_piled, high_piled = _without_piles(y)
    rest = _without_middle(rest)
    if rest.size < ENOUGH_ROWS or np.unique(rest).size < ENOUGH_VALUES:
        return None
    first, lower, median, upper, last = quantiles(rest, (0.005, 0.25, 0.5, 0.75, 0.995))
    half = (upper - lower) / 2
    if half <= 0:
        return None
    return Tails(
        upper=_ratio(last - median, half),
        lower=_ratio(median - first, half),
        farthest=_ratio(float(np.max(np.abs(rest - median))), half),
        lower_fence=-np.inf if low_piled else _fence(lower - FENCE * half, exponent),
        upper_fence=np.inf if high_piled else _fence(upper + FENCE * half, exponent),
    )


def _without_piles(y: FloatVector) -> tuple[FloatVector, bool, bool]:
    lowest, highest = y.min(), y.max()
    low, high = y == lowest, y == highest
    low_piled, high_piled = bool(low.mean() >= PILE), bool(high.mean() >= PILE)
    rest = y[~((low & low_piled) | (high & high_piled))]
    return rest, low_piled, high_piled


def _without_middle(rest: FloatVector) -> FloatVector:
    """Set the median value aside where it fills the interquartile range."""
    if not rest.size:
        return rest
    lower, median, upper = np.quantile(rest, (0.25, 0.5, 0.75))
    return rest if upper > lower else rest[rest != median]


def _ratio(distance: float, half: float) -> float:
    with np.errstate(over="ignore"):
        return float(min(np.float64(distance) / half, LARGEST))


def _fence(value: float, exponent: int) -> float:
    return scaled_back(value, exponent)
