"""How well a family's rule places rows that its fit did not see."""

from __future__ import annotations

import numpy as np

from segmint.families.fit import Configuration, Family, Fit
from segmint.families.thinning import thinned
from segmint.geometry.geometry import Geometry
from segmint.measure.agreement import match_labels
from segmint.seeds import generator
from segmint.types import BoolVector, FloatMatrix, silent

ROWS_BUDGET = 4_000
MANY_ROWS = 2_000
MANY_FOLDS, FEW_FOLDS = 50, 5  # up to MANY_ROWS rows, and beyond


def held_out_agreement(
    family: Family, geometry: Geometry, configuration: Configuration, *, seed: int, n_folds: int | None = None
) -> float | None:
    """Return how often a rule made without some rows gives these rows the label of the fit with them.

    Rows are left out fold by fold. A family whose rule is made from labels (``Family.rule``) keeps the
    labels of its fit, and the rule alone is made anew: what is lost is lost by the rule. The others are
    fitted again to the rest, and the clusters are matched one to one with those of the whole fit: what is
    lost is lost by the rule or by the fit, which changes when rows are missing; the smaller the folds, the
    less. Noise counts as a label. Above 4,000 rows a uniform sample stands for the table.

    Parameters
    ----------
    family, configuration
        What is fitted.
    geometry
        The rows.
    seed
        Which rows are left out together.
    n_folds
        Number of folds, ≥ 2; ``None`` for 50 up to 2,000 rows and 5 beyond.

    Returns
    -------
    float or None
        0 … 1, higher is better; ``None`` where the configuration fails on the rows.

    Examples
    --------
    >>> from segmint.families.table import FAMILIES
    >>> X = np.concatenate([np.linspace(0, 1, 20), np.linspace(9, 10, 20)]).reshape(-1, 1)
    >>> two = Configuration("kmeans", {"n_clusters": 2, "n_init": 3, "init": "k-means++"}, 0)
    >>> held_out_agreement(FAMILIES["kmeans"], Geometry(X), two, seed=0, n_folds=5)
    1.0
    """
    rng = generator(seed, "held out", configuration.id)
    if geometry.n_samples > ROWS_BUDGET:
        rows = np.sort(rng.choice(geometry.n_samples, ROWS_BUDGET, replace=False))
        part = Geometry(geometry.X[rows])
        configuration = thinned(family, configuration, geometry, part)
        geometry = part
    whole = _fit(family, geometry, configuration)
    if whole is None:
        return None
    n = geometry.n_samples
    folds = n_folds or (MANY_FOLDS if n <= MANY_ROWS else FEW_FOLDS)
    fold = rng.permutation(np.arange(n) % min(folds, n))
    agreed = [_agreeing(family, geometry.X, whole, fold == left_out) for left_out in np.unique(fold)]
    return sum(agreed) / n


def _fit(family: Family, geometry: Geometry, configuration: Configuration) -> Fit | None:
    outcome = next(family.sweep(geometry, [configuration], silent))
    return outcome if isinstance(outcome, Fit) else None


def _agreeing(family: Family, X: FloatMatrix, whole: Fit, left_out: BoolVector) -> int:
    """Return how many left-out rows get the label that the whole fit gave them."""
    if family.rule is not None and np.unique(whole.labels[~left_out]).size == whole.n_clusters:
        rule = family.rule(np.ascontiguousarray(X[~left_out]), whole.labels[~left_out], whole.configuration)
        placed = rule.place(X[left_out]).labels
        return int(np.count_nonzero(placed == whole.labels[left_out]))
    fit = _fit(family, Geometry(X[~left_out]), whole.configuration)
    if fit is None:
        return 0
    labels = np.empty(whole.labels.size, dtype=np.int64)
    labels[~left_out] = fit.labels
    labels[left_out] = fit.assigner.place(X[left_out]).labels
    matched = match_labels(whole.labels, labels)
    return int(np.count_nonzero(matched[left_out] == whole.labels[left_out]))
