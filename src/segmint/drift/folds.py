"""Training rows placed as new rows would be: by rules that have not seen them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segmint.drift.scoring import Placed
from segmint.model.placement import Assigner
from segmint.seeds import generator
from segmint.types import FloatMatrix, IntVector

N_FOLDS = 5
KNOWN = 1.0 / 9.0
"""The part of the distance to the model's own rule. With 4/5 of the rows a center is 1.25/n off, its own
rows bring it 1/n nearer, and a new row is 1/n farther: (1 − w) 1.25 − w = 1."""

Refit = Callable[[IntVector], Assigner]
"""The rule that a part of the training rows gives, one step from the model's."""


def place_out_of_fold(X: FloatMatrix, assigner: Assigner, refit: Refit, *, seed: int) -> Placed:
    """Place each training row by a rule that was made without it.

    Parameters
    ----------
    X
        The training rows, prepared; shape (n_samples, n_features).
    assigner
        The model's rule.
    refit
        What returns the rule of some of the rows (see ``families.folding``); called five times.
    seed
        Seed of the folds.
    """
    own = assigner.place(X)
    labels, nearest, distance = own.labels.copy(), own.nearest.copy(), own.distance.copy()
    order = generator(seed, "drift", "folds").permutation(len(X))
    for fold in np.array_split(order, N_FOLDS):
        rest = np.setdiff1d(order, fold)
        placed = refit(rest).place(X[fold])
        labels[fold], nearest[fold] = placed.labels, placed.nearest
        distance[fold] = (1.0 - KNOWN) * placed.distance + KNOWN * distance[fold]
    return Placed(X, labels, nearest, distance)
