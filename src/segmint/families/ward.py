"""Agglomerative clustering with Ward's criterion: one tree, cut for every K."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from segmint.families.fit import Configuration, Cost, Failure, Family, Fit, Outcome, Request
from segmint.families.hdbscan import extended
from segmint.families.points import PROBED_ROWS, tree_rule
from segmint.families.sampling import ROWS_BUDGET, fitted_rows, sampling_warning, seconds_of_placing
from segmint.geometry.geometry import Geometry
from segmint.kernels.ward import ward_tree
from segmint.labels import canonical
from segmint.model.distances import within_squares
from segmint.model.placement import Assigner
from segmint.types import FloatMatrix, FloatVector, IntVector, Progress
from segmint.words import sentence

Tree = tuple[IntVector, IntVector, FloatVector]


def plan(_geometry: Geometry, request: Request) -> tuple[Configuration, ...]:
    """Plan one configuration for each K of at least two."""
    return tuple(
        Configuration("ward", parameters, request.seed)
        for k in request.ks
        if k >= 2
        for parameters in [{"n_clusters": k, **({"exact_rows": True} if request.exact_rows else {})}]
    )


def fit_ward(X: FloatMatrix) -> Tree:
    """Build Ward's tree by nearest-neighbor chains: O(n_samples²) time, O(n_samples) memory.

    Parameters
    ----------
    X
        Rows, shape (n_samples, n_features), at least one.

    Returns
    -------
    one, other, heights
        Shape (n_samples − 1,): a row of each side of a joint, and its height as SciPy has it, ascending.

    References
    ----------
    Ward (1963), doi:10.1080/01621459.1963.10500845. Murtagh (1983), doi:10.1093/comjnl/26.4.354.

    Examples
    --------
    >>> one, other, heights = fit_ward(np.array([[0.0], [5.0], [1.0]]))
    >>> one.tolist(), other.tolist(), heights.round(3).tolist()
    ([0, 0], [2, 1], [1.0, 5.196])
    """
    one, other, heights = ward_tree(np.array(X.T, dtype=np.float64, order="C"))
    order = np.argsort(heights, kind="stable")
    return one[order], other[order], heights[order]


def cut(tree: Tree, n_clusters: int) -> IntVector:
    """Return the canonical labels of the cut of a tree into ``n_clusters``.

    Examples
    --------
    >>> cut(fit_ward(np.array([[0.0], [5.0], [1.0]])), 2).tolist()
    [0, 1, 0]
    """
    one, other, heights = tree
    parent = np.arange(heights.size + 1)
    for a, b in zip(one[: parent.size - n_clusters], other[: parent.size - n_clusters], strict=True):
        parent[_root(parent, b)] = _root(parent, a)
    return canonical(np.array([_root(parent, row) for row in range(parent.size)], dtype=np.int64))


def _root(parent: IntVector, row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = int(parent[row])
    return row


def sweep(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
) -> Iterator[Outcome]:
    """Build the tree once and cut it for every K; one outcome each, in order."""
    if not configurations:
        return
    started = time.perf_counter()
    rows = fitted_rows(geometry, configurations[0])
    X = np.ascontiguousarray(geometry.X[rows])
    tree = fit_ward(X) if rows.size else None
    share = (time.perf_counter() - started) / len(configurations)
    for done, configuration in enumerate(configurations):
        outcome = _fit(geometry, rows, X, tree, configuration, share)
        progress("Ward", done + 1, len(configurations))
        yield outcome


def _fit(
    geometry: Geometry,
    rows: IntVector,
    X: FloatMatrix,
    tree: Tree | None,
    configuration: Configuration,
    share: float,
) -> Outcome:
    started = time.perf_counter()
    k = int(configuration.parameters["n_clusters"])
    if tree is None or k > geometry.n_distinct or k > rows.size:
        reason = sentence("families.too_many_clusters", k=k, distinct=geometry.n_distinct)
        return Failure(configuration, reason)
    labels = cut(tree, k)
    exact = bool(configuration.parameters.get("exact_rows", False))
    assigner, agreed = tree_rule(X, labels, exact=exact)
    if rows.size < geometry.n_samples:
        assigner, labels = extended(geometry, rows, labels, assigner)
    return Fit(
        configuration,
        labels=labels,
        assigner=assigner,
        inertia=within_squares(geometry.X, labels),
        agreement=agreed,
        fitted_on=rows.size,
        warnings=sampling_warning(rows.size, geometry.n_samples),
        seconds=share + time.perf_counter() - started,
    )


def rule(X: FloatMatrix, labels: IntVector, configuration: Configuration) -> Assigner:
    """Return the rule that goes with labels which a tree gave (see :func:`segmint.families.points.tree_rule`)."""
    return tree_rule(X, labels, exact=bool(configuration.parameters.get("exact_rows", False)))[0]


def forecast(n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    """Forecast time and memory: a tree of at most the budget's rows, once, then the rule for each K."""
    n = min(n_samples, ROWS_BUDGET)
    placed = min(n, PROBED_ROWS) + (n_samples if n_samples > n else 0)
    each = 0.0005 + n * 2e-6 + seconds_of_placing(placed, n_features)
    seconds = n * n * (2.5e-9 + 1e-9 * n_features) + len(configurations) * each
    return Cost(seconds, 8.0 * n_samples * (2 * n_features + 20))


WARD = Family("ward", "Ward", plan, sweep, forecast, frozenset({"centers", "tree"}), rule)
