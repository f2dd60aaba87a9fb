"""Training rows placed as new rows would be: by rules that have not seen them, and as far out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from segmint.drift.scoring import Placed
from segmint.model.placement import Assigner
from segmint.seeds import derive, generator
from segmint.types import FloatMatrix, IntVector

N_FOLDS = 5
KNOWN = 1.0 / 9.0
"""The part of the distance to the model's own rule. With 4/5 of the rows a center is 1.25/n off, its own
rows bring it 1/n nearer, and a new row is 1/n farther: (1 − w) 1.25 − w = 1."""

N_SWAPS = 4
MOST_SWAPPED = 10_000
EXPONENT = 0.65
"""How a fit's optimism falls with the rows: by 1/n between distinct segments, by 1/√n on a continuum
where many cuts are nearly as good as the best (measured)."""

Refit = Callable[[IntVector], Assigner]
"""The rule that a part of the training rows gives, one step from the model's."""
Fresh = Callable[[FloatMatrix, int], Assigner | None]
"""A quick fit of rows with a seed, as the model was fitted; ``None`` where it finds no segments."""


def place_out_of_fold(X: FloatMatrix, assigner: Assigner, refit: Refit, *, seed: int) -> Placed:
    """Place each training row by a rule that was made without it.

    Parameters
    ----------
    X
        The training rows, prepared; shape (n_samples, n_features).
    assigner
        The model's rule.
    refit
        What returns the rule of some of the rows (``families.folding.one_step``); called five times.
    seed
        Seed of the folds.
    """
    own = assigner.place(X)
    labels, nearest = own.labels.copy(), own.nearest.copy()
    distance, confidence = own.distance.copy(), own.confidence.copy()
    order = generator(seed, "drift", "folds").permutation(len(X))
    for fold in np.array_split(order, N_FOLDS):
        rest = np.setdiff1d(order, fold)
        placed = refit(rest).place(X[fold])
        labels[fold], nearest[fold], confidence[fold] = placed.labels, placed.nearest, placed.confidence
        distance[fold] = (1.0 - KNOWN) * placed.distance + KNOWN * distance[fold]
    return Placed(X, labels, nearest, distance, confidence)


def as_far_as_new(rows: Placed, assigner: Assigner, fresh: Fresh | None, *, seed: int) -> Placed:
    """Return the rows with distances that are on average those of new rows.

    One step from the model does not show all that a fit owes to its own rows: of many nearly equal cuts it
    took the one that lies nearest to them. Fresh fits of two halves, each judged on the other, show it.

    Parameters
    ----------
    rows
        The training rows, see :func:`place_out_of_fold`.
    assigner
        The model's rule.
    fresh
        A quick fit; without one the rows are returned as they are.
    seed
        Seed of the halves and the fits.
    """
    if fresh is None:
        return rows
    optimism = fit_optimism(rows.X, fresh, seed=seed)
    expected = (1.0 + optimism) * float(assigner.place(rows.X).distance.mean())
    told = float(rows.distance.mean())
    # rounded: a fit of the family may differ in its last bits by the number of threads
    return rows if expected <= told else replace(rows, distance=rows.distance * round(expected / told, 6))


def fit_optimism(X: FloatMatrix, fresh: Fresh, *, seed: int) -> float:
    """Return by what share new rows lie farther from a fit's segments than its own rows do, ≥ 0."""
    rng = generator(seed, "drift", "optimism")
    size = min(len(X), MOST_SWAPPED) // 2
    found = []
    for run in range(N_SWAPS):
        order = rng.permutation(len(X))
        halves = X[order[:size]], X[order[size : 2 * size]]
        for own, other in (halves, halves[::-1]):
            rule = fresh(own, derive(seed, "optimism", run))
            if rule is not None:
                found.append((rule.place(own).distance.mean(), rule.place(other).distance.mean()))
    if not found:
        return 0.0
    inside, outside = np.mean(found, axis=0)
    shrunk = (size / len(X)) ** EXPONENT
    return max(0.0, float(outside / inside - 1.0)) * shrunk if inside > 0 else 0.0
