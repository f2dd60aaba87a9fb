"""Four distances of two columns as they are known elsewhere: of raw values, and of a stored column and a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from segmint.drift.tails import kolmogorov_tail
from segmint.labels import FEWEST_TOLD
from segmint.model.column_reference import ColumnReference
from segmint.types import FloatVector

N_BINS = 10
SMALLEST_SHARE = 1e-4
"""A share of a bin in PSI is at least this: an empty bin would make it infinite."""


@dataclass(frozen=True)
class Distances:
    """How far a batch's column lies from training's; 0 is the same distribution, more is farther.

    Attributes
    ----------
    psi
        Population stability index, ≥ 0.
    jensen_shannon
        Root of the Jensen–Shannon divergence in bits, 0 … 1.
    ks, ks_p
        Kolmogorov–Smirnov distance and its probability by chance, 0 … 1 both; ``None`` for levels, which have
        no order.
    wasserstein
        Mean move of a value, in the column's units, ≥ 0; ``None`` for levels.
    largest_error
        How far KS can be from that of two raw columns, 0 … 1; each share of a bin in PSI and Jensen–Shannon at
        most twice as far. 0 where both columns were raw.
    """

    psi: float
    jensen_shannon: float
    ks: float | None
    ks_p: float | None
    wasserstein: float | None
    largest_error: float = 0.0

    def to_json(self) -> dict[str, float | None]:
        """Return the distances as plain data."""
        return asdict(self)


def psi(reference: FloatVector, current: FloatVector) -> float:
    """Return the population stability index, Σ (q − p) ln(q/p) over ten quantile bins of the reference.

    Bins are [a, b) between the reference's deciles, repeated ones dropped, the outer ones open; shares p
    and q are at least 1e-4. Range 0 … ∞, 0 for equal shares.

    Parameters
    ----------
    reference, current
        Raw values without missing ones, shapes (n,) and (m,), at least one each.

    References
    ----------
    Yurdakul (2018), Statistical Properties of Population Stability Index; the sum is Jeffreys' divergence,
    Jeffreys (1946), doi:10.1098/rspa.1946.0056.

    Examples
    --------
    >>> round(psi(np.arange(100.0), np.arange(100.0) + 10), 3)
    0.759
    """
    return _psi(*_shares(reference, current))


def jensen_shannon(reference: FloatVector, current: FloatVector) -> float:
    """Return √ JS, JS = ½ KL(p‖μ) + ½ KL(q‖μ) in bits with μ = (p + q)/2, over the bins of :func:`psi`.

    Range 0 … 1, 0 for equal shares; symmetric but for the bins, which are the reference's.

    Parameters
    ----------
    reference, current
        Raw values without missing ones, shapes (n,) and (m,), at least one each.

    References
    ----------
    Lin (1991), doi:10.1109/18.61115. Endres and Schindelin (2003), doi:10.1109/TIT.2003.813506 (the root).

    Examples
    --------
    >>> jensen_shannon(np.arange(10.0), np.arange(10.0))
    0.0
    """
    return _jensen_shannon(*_shares(reference, current))


def ks(reference: FloatVector, current: FloatVector) -> tuple[float, float]:
    """Return the Kolmogorov–Smirnov distance sup |F − G| and its asymptotic two-sided probability.

    Both 0 … 1; a large distance and a small probability mean different distributions.

    Parameters
    ----------
    reference, current
        Raw values without missing ones, shapes (n,) and (m,), at least one each.

    References
    ----------
    Smirnov (1948), doi:10.1214/aoms/1177730256. Stephens (1970), see ``tails.kolmogorov_tail``.

    Examples
    --------
    >>> ks(np.arange(4.0), np.arange(4.0) + 2)[0]
    0.5
    """
    x, y = np.sort(reference), np.sort(current)
    every = np.concatenate([x, y])
    f = np.searchsorted(x, every, side="right") / x.size
    g = np.searchsorted(y, every, side="right") / y.size
    statistic = float(np.max(np.abs(f - g)))
    return statistic, kolmogorov_tail(statistic, x.size, y.size)


def wasserstein(reference: FloatVector, current: FloatVector) -> float:
    """Return the first Wasserstein distance ∫ |F(x) − G(x)| dx, in the column's units; ≥ 0.

    Parameters
    ----------
    reference, current
        Raw values without missing ones, shapes (n,) and (m,), at least one each.

    References
    ----------
    Vallender (1974), doi:10.1137/1118101.

    Examples
    --------
    >>> wasserstein(np.array([0.0, 1.0]), np.array([5.0, 6.0]))
    5.0
    """
    x, y = np.sort(reference), np.sort(current)
    every = np.sort(np.concatenate([x, y]))
    f = np.searchsorted(x, every[:-1], side="right") / x.size
    g = np.searchsorted(y, every[:-1], side="right") / y.size
    apart = f != g
    with np.errstate(over="ignore"):  # numbers at both ends of what there is may be infinitely far apart
        return float(np.sum(np.abs(f - g)[apart] * np.diff(every)[apart]))


def measure(reference: FloatVector, current: FloatVector) -> Distances:
    """Return all four distances of two raw columns without missing values."""
    return Distances(
        psi(reference, current),
        jensen_shannon(reference, current),
        *ks(reference, current),
        wasserstein(reference, current),
    )


def measure_stored(reference: ColumnReference, current: FloatVector) -> Distances | None:
    """Return the four distances of a stored column of training and a batch's raw values.

    Training's distribution is known at 257 quantiles (n/5 − 2 where these are fewer), evenly spaced from 5.5/n
    to 1 − 5.5/n, and straight between them. With s their step + 5.5/n: KS is at most s from the exact one, each share in PSI and in
    Jensen–Shannon at most 2 s, and Wasserstein at most s times the range of the kept quantiles, and what
    training's outermost five rows at either end add.

    Parameters
    ----------
    reference
        What training's column looked like.
    current
        The batch's values without missing ones, shape (m,).

    Returns
    -------
    Distances or None
        ``None`` for levels, where training had fewer than ten values, and where the batch has fewer than five.
    """
    if not reference.quantiles.size or current.size < FEWEST_TOLD:
        return None
    y = np.sort(current)
    edges = np.unique(np.interp(np.arange(1, N_BINS) / N_BINS, reference.grid, reference.quantiles))
    p = _filled(_share_below(reference, edges))
    q = _filled(np.searchsorted(y, edges, side="left") / y.size)
    distance = stored_ks(reference, y)
    chance = kolmogorov_tail(distance, max(1, int(reference.count[1])), y.size)
    return Distances(
        _psi(p, q),
        _jensen_shannon(p, q),
        distance,
        chance,
        _stored_wasserstein(reference, y),
        float(np.diff(reference.grid).max(initial=0.0) + reference.grid[0]),
    )


def measure_levels(reference: ColumnReference, current: Sequence[object]) -> Distances | None:
    """Return PSI and Jensen–Shannon of a stored column of levels and a batch's levels.

    The cells are the kept levels and, as one, all others: rare levels, and those that training did not know.

    Parameters
    ----------
    reference
        What training's column looked like.
    current
        The batch's levels without missing ones.

    Returns
    -------
    Distances or None
        ``None`` where training kept no level, and where the batch has fewer than five values.

    Examples
    --------
    >>> from segmint.drift.columns import describe_levels
    >>> training = describe_levels(np.array(["card"] * 6 + ["cash"] * 6, dtype=object))
    >>> round(measure_levels(training, ["card"] * 9 + ["cash"] * 3).psi, 3)
    0.275
    """
    if not reference.levels or len(current) < FEWEST_TOLD:
        return None
    counts = Counter(str(value) for value in current)
    known = np.array([counts[level] for level in reference.levels], dtype=np.float64) / len(current)
    p, q = (np.append(shares, max(0.0, 1.0 - float(shares.sum()))) for shares in (reference.shares, known))
    return Distances(_psi(p, q), _jensen_shannon(p, q), None, None, None)


def _shares(reference: FloatVector, current: FloatVector) -> tuple[FloatVector, FloatVector]:
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, N_BINS + 1)))
    inner = edges[1:-1] if edges.size > 2 else edges[:1]
    p, q = (
        np.bincount(np.searchsorted(inner, values, side="right"), minlength=inner.size + 1) / values.size
        for values in (reference, current)
    )
    return p, q


def _filled(below: FloatVector) -> FloatVector:
    """Return the shares of bins from the shares below their edges."""
    return np.diff(np.concatenate([[0.0], below, [1.0]]))


def _psi(p: FloatVector, q: FloatVector) -> float:
    p, q = np.maximum(p, SMALLEST_SHARE), np.maximum(q, SMALLEST_SHARE)
    return float(np.sum((q - p) * np.log(q / p)))


def _jensen_shannon(p: FloatVector, q: FloatVector) -> float:
    middle = np.where(p + q > 0, 0.5 * (p + q), 1.0)
    bits = sum(0.5 * float(np.sum(x * np.log2(np.where(x > 0, x / middle, 1.0)))) for x in (p, q))
    return float(np.sqrt(max(0.0, bits)))


def _share_below(reference: ColumnReference, edges: FloatVector) -> FloatVector:
    """Return the share of training's values below each edge, as far as its quantiles tell."""
    return np.asarray(np.interp(edges, *_distribution(reference, side="left")))


def _distribution(reference: ColumnReference, *, side: str) -> tuple[FloatVector, FloatVector]:
    """Return distinct quantiles with the smallest (``left``) or largest probability that reaches them."""
    found, first, counts = np.unique(reference.quantiles, return_index=True, return_counts=True)
    place = first if side == "left" else first + counts - 1
    return found, reference.grid[place]


def stored_ks(reference: ColumnReference, ordered: FloatVector) -> float:
    """Return sup |F − G| at training's quantiles; at one that many rows share, on both of its sides."""
    found, left = _distribution(reference, side="left")
    right = _distribution(reference, side="right")[1]
    below = np.searchsorted(ordered, found, side="left") / ordered.size
    up_to = np.searchsorted(ordered, found, side="right") / ordered.size
    return float(max(np.max(np.abs(below - left)), np.max(np.abs(up_to - right))))


def _stored_wasserstein(reference: ColumnReference, ordered: FloatVector) -> float:
    """Return the mean distance of quantile functions, at fine and even probabilities."""
    at = (np.arange(4096) + 0.5) / 4096
    theirs = ordered[np.minimum((at * ordered.size).astype(np.int64), ordered.size - 1)]
    with np.errstate(over="ignore"):  # as in wasserstein
        moves = np.abs(theirs - np.interp(at, reference.grid, reference.quantiles))
        return float(np.sum(moves / at.size))
