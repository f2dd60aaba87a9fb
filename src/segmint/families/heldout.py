"""How well a family's rule places rows that its fit did not see."""

from __future__ import annotations

import numpy as np

from segmint.families.fit import Configuration, Family, Fit
from segmint.geometry.geometry import Geometry
from segmint.measure.agreement import match_labels
from segmint.seeds import generator
from segmint.types import IntVector, silent

ROWS_BUDGET = 4_000
N_FOLDS = 10


def held_out_agreement(
    family: Family, geometry: Geometry, configuration: Configuration, *, seed: int, n_folds: int = N_FOLDS
) -> float | None:
    """Return how often the rule of a fit without some rows gives these rows the label of the fit with them.

    Rows are left out fold by fold; the rest is fitted, its clusters are matched one to one with those of
    the whole fit, and the left-out rows are placed by the rule. Noise counts as a label. Above
    4,000 rows a uniform sample stands for the table.

    Parameters
    ----------
    family, configuration
        What is fitted.
    geometry
        The rows.
    seed
        Which rows are left out together.
    n_folds
        Number of folds, ≥ 2.

    Returns
    -------
    float or None
        0 … 1, higher is better; ``None`` where the configuration fails on the rows.
    """
    rng = generator(seed, "held out", configuration.id)
    X = geometry.X
    if len(X) > ROWS_BUDGET:
        X = X[np.sort(rng.choice(len(X), ROWS_BUDGET, replace=False))]
        n_folds = min(n_folds, 3)
    whole = _labels(family, X, configuration)
    if whole is None:
        return None
    fold = rng.permutation(np.arange(len(X)) % min(n_folds, len(X)))
    agreed = [_fold_agreement(family, X, configuration, whole.labels, fold == f) for f in np.unique(fold)]
    return float(np.sum(agreed) / len(X))


def _labels(family: Family, X: np.ndarray, configuration: Configuration) -> Fit | None:  # type: ignore[type-arg]
    outcome = next(iter(family.sweep(Geometry(X), [configuration], silent)))
    return outcome if isinstance(outcome, Fit) else None


def _fold_agreement(
    family: Family,
    X: np.ndarray,  # type: ignore[type-arg]
    configuration: Configuration,
    whole: IntVector,
    left_out: np.ndarray,  # type: ignore[type-arg]
) -> int:
    """Return how many left-out rows get the label that the whole fit gave them."""
    fit = _labels(family, np.ascontiguousarray(X[~left_out]), configuration)
    if fit is None:
        return 0
    labels = np.empty(len(whole), dtype=np.int64)
    labels[~left_out] = fit.labels
    labels[left_out] = fit.assigner.place(X[left_out]).labels
    matched = match_labels(whole, labels)
    return int(np.count_nonzero(matched[left_out] == whole[left_out]))
