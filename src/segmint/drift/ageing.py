"""Whether a new fit would cut differently: the model ages when its borders are no longer the data's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.drift.folds import Fresh
from segmint.drift.scoring import Placed, distances
from segmint.labels import NOISE, adjusted_rand
from segmint.model.distances import within_squares
from segmint.model.drift_reference import Ageing, Frame
from segmint.seeds import derive, generator
from segmint.types import FloatMatrix, IntVector

SIZES = (300, 1000, 3000)
N_RUNS = 30
N_FITS = 5  # of a batch; the median is judged
REACH = 2.0
"""Times the outer distance: a row farther out is left out, since a few of them may take a whole segment of a
new fit; nearer ones stay, since a segment that falls apart leaves its old borders."""
REPRODUCIBLE = 0.8
"""Below this usual agreement of a fit with another one nothing is said of ageing."""


@dataclass(frozen=True)
class Agreement:
    """What a fresh fit says of the model.

    Attributes
    ----------
    adjusted_rand
        Of the model's segments with the fresh ones, on rows that the fit had not seen; 1 is the same cut.
    price
        What the model's cut loses against the fresh one: within-segment squares more, as a share; 0 is none.
    usual
        The adjusted Rand index that fits of training rows have with the model.
    judged
        Whether the segmentation is reproducible, so that a difference says something.
    aged
        Whether a new fit would cut differently, and better.
    """

    adjusted_rand: float
    price: float
    usual: float
    judged: bool
    aged: bool


def expect(frame: Frame, rows: Placed, fresh: Fresh | None, *, density: float, seed: int) -> Ageing:
    """Return how fresh fits of parts of the training rows agree with the model.

    Parameters
    ----------
    frame
        How rows are scored.
    rows
        The training rows with the model's own segments.
    fresh
        The quick fit; without one nothing is expected, and no batch is judged.
    density
        What the quick fit of a batch will need to know of training (``families.quick.density_of``).
    seed
        Seed of the parts and of the fits.
    """
    empty = np.empty(0)
    if fresh is None:
        return Ageing(empty, empty, empty, empty, np.array([density]))
    kept = _kept(frame, rows)
    sizes = sorted({min(size, kept.size) for size in SIZES})
    found = []
    for size in sizes:
        runs = _runs(rows, kept, size, fresh, N_RUNS, derive(seed, "drift", "ageing", size))
        found.append((*np.quantile(runs[:, 0], (0.025, 0.5)), np.quantile(runs[:, 1], 0.975)))
    # rounded: a fit of the family may differ in its last bits by the number of threads
    lowest, usual, highest = np.round(found, 6).T
    return Ageing(np.array(sizes, dtype=np.float64), lowest, usual, highest, np.array([density]))


def judge_ageing(
    frame: Frame, expected: Ageing, rows: Placed, fresh: Fresh, *, priced: bool = True, seed: int
) -> Agreement | None:
    """Judge a batch by fresh fits of at most 3,000 of its rows, each on one half and judged on the other.

    Aged is a model whose price is above the highest of training by 2 points while agreement is .1 below the
    usual (or by 6 points, and .02 below), or whose agreement is .25 below the lowest while the fresh cut is not
    clearly worse. Where rows may belong to no segment: whose agreement is .05 below the lowest.

    Returns
    -------
    Agreement or None
        ``None`` where training expected nothing or the batch has too few rows.

    References
    ----------
    Hubert and Arabie (1985), Comparing partitions, doi:10.1007/BF01908075.
    """
    kept = _kept(frame, rows)
    if not expected.sizes.size or kept.size < 4 * frame.n_clusters:
        return None
    size = min(SIZES[-1], kept.size)
    runs = _runs(rows, kept, size, fresh, N_FITS, derive(seed, "drift", "fresh"))
    a, price = (float(value) for value in np.median(runs, axis=0))
    at = np.log(max(1, size))
    low, usual, high = (
        float(np.interp(at, np.log(expected.sizes), values))
        for values in (expected.lowest, expected.usual, expected.highest_price)
    )
    judged = usual >= REPRODUCIBLE
    return Agreement(a, price, usual, judged, judged and differs(a, low, usual, price - high, priced=priced))


def differs(a: float, low: float, usual: float, dearer: float, *, priced: bool) -> bool:
    """Return whether a fresh cut is another one, and better.

    Parameters
    ----------
    a, low, usual
        The adjusted Rand index of the fresh cut with the model's; the lowest and the usual of training.
    dearer
        By how much the price is above the highest of training.
    priced
        Whether the price says something: where rows may belong to no segment, squares say more of these.
    """
    if not priced:
        return a < low - 0.05
    better = (dearer > 0.02 and a < usual - 0.1) or (dearer > 0.06 and a < usual - 0.02)
    return better or (dearer > -0.05 and a < low - 0.25)


def _kept(frame: Frame, rows: Placed) -> IntVector:
    """Return the numbers of the rows that are not far beyond their segment's outer distance."""
    return np.flatnonzero(distances(frame, rows) <= REACH * frame.outer[rows.nearest])


def _runs(rows: Placed, kept: IntVector, size: int, fresh: Fresh, n_runs: int, seed: int) -> FloatMatrix:
    """Return adjusted Rand index and price of each run, shape (n_runs, 2)."""
    rng = generator(seed, "parts")
    runs = np.empty((n_runs, 2))
    for run in range(n_runs):
        drawn = rows.part(rng.permutation(kept)[:size])
        runs[run] = _one_run(drawn, fresh, derive(seed, "fit", run))
    return runs


def _one_run(rows: Placed, fresh: Fresh, seed: int) -> tuple[float, float]:
    half = len(rows.labels) // 2
    rule = fresh(rows.X[:half], seed)
    if rule is None:
        return 0.0, 0.0
    X, old = rows.X[half:], rows.labels[half:]
    new = rule.place(X).labels
    both = (old != NOISE) & (new != NOISE)
    fresh_squares = within_squares(X[both], new[both])
    price = within_squares(X[both], old[both]) / fresh_squares - 1.0 if fresh_squares > 0 else 0.0
    return adjusted_rand(old, new), price
