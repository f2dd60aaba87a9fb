"""The data beside tables without structure: do they fall apart by themselves?

Three kinds of tables have the size and the covariance of the data and no groups: Gaussian, uniform (a box
under a linear map) and heavy-tailed (Student's t with three degrees of freedom). On each of 99 tables of a
kind, and on the data, the same :func:`~segmint.choosing.valleys.statistics` are taken. A statistic is
standardized by its mean and deviation over the kind's tables; a table's *separation* is the largest of
them. The p-value is the rank of the data among the kind's tables, so that the choice among statistics is
paid for; groups must stand out at 1 % from every kind.

The tables are compared as the data were prepared: none of the statistics is moved by skewness or tails, so
the nulls need no preparation of their own. Above a budget of rows both are taken on so many rows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segmint.choosing.decision import NullComparison
from segmint.choosing.dither import dithered
from segmint.choosing.side_by_side import side_by_side
from segmint.choosing.valleys import statistics
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, Progress, silent

LEVEL = 0.01
TABLES = 99
"""Tables of each kind: the fewest that can show 1 %."""
ROWS_BUDGET = 1_000
"""Rows that are compared at most; from more, so many are drawn."""
FEWEST_ROWS = 10
STATISTIC = "separation"

_LEAST_DEVIATION = 0.3  # of a valley or a gap over the tables; its natural deviation is near 1
_LEAST_OF_CLEARNESS = 0.02


def compare_with_nulls(
    X: FloatMatrix,
    *,
    seed: int,
    n_tables: int = TABLES,
    rows_budget: int = ROWS_BUDGET,
    jobs: int | None = None,
    progress: Progress = silent,
) -> tuple[NullComparison, ...]:
    """Compare a table with structureless ones of each kind.

    Parameters
    ----------
    X
        Prepared rows, shape (n_samples, n_features).
    seed
        The root seed; the same seed gives the same tables.
    n_tables
        Tables of each kind.
    rows_budget
        From a larger table, so many rows are drawn, and the tables have as many.
    jobs
        Threads; ``None`` for one for each core.
    progress
        Step ``null``, in tables.

    Returns
    -------
    tuple of NullComparison
        One a kind; empty where there are too few different rows to compare.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> [found.p_value > 0.01 for found in compare_with_nulls(X, seed=0)]
    [True, True, True]
    """
    X = X[:, np.ptp(X, axis=0) > 0]
    if X.shape[1] == 0 or len(np.unique(X, axis=0)) < FEWEST_ROWS:
        return ()
    root = _root_of_covariance(X)
    rng = generator(seed, "null", "data")
    rows = _drawn(X, rows_budget, rng)
    observed = statistics(dithered(rows, rng), room=np.empty((len(rows), len(rows))))
    kinds, total = list(KINDS.items()), n_tables * len(KINDS)

    def taken(number: int) -> FloatMatrix:
        kind, draw = kinds[number]
        own, room = generator(seed, "null", kind), np.empty((len(rows), len(rows)))
        tables = (draw(own, len(rows), X.shape[1]) @ root for _ in range(n_tables))
        return np.array([statistics(table, room=room) for table in tables])

    found = side_by_side(
        taken, len(kinds), jobs=jobs, progress=lambda done: progress("null", done * n_tables, total)
    )
    return tuple(_compare(kind, observed, tables) for (kind, _), tables in zip(kinds, found, strict=True))


def stands_out(nulls: tuple[NullComparison, ...]) -> bool:
    """Return whether the data stand out from every kind of structureless table at the level of 1 %."""
    return bool(nulls) and all(null.p_value <= LEVEL + 1e-12 for null in nulls)


def _compare(kind: str, observed: FloatVector, tables: FloatMatrix) -> NullComparison:
    mean = tables.mean(axis=0)
    least = np.full(len(observed), _LEAST_DEVIATION)
    least[-1] = _LEAST_OF_CLEARNESS
    deviation = np.maximum(tables.std(axis=0), least)
    of_data = float(np.max((observed - mean) / deviation))
    of_tables = np.sort(np.max((tables - mean) / deviation, axis=1))
    beyond = int(np.count_nonzero(of_tables >= of_data))
    return NullComparison(
        kind=kind,
        statistic=STATISTIC,
        observed=of_data,
        values=tuple(float(value) for value in of_tables),
        p_value=(1 + beyond) / (1 + len(of_tables)),
    )


def _drawn(X: FloatMatrix, rows_budget: int, rng: np.random.Generator) -> FloatMatrix:
    if len(X) <= rows_budget:
        return X
    return X[np.sort(rng.choice(len(X), rows_budget, replace=False))]


def _root_of_covariance(X: FloatMatrix) -> FloatMatrix:
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(X.T)))
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def _gaussian(rng: np.random.Generator, n: int, d: int) -> FloatMatrix:
    return rng.standard_normal((n, d))


def _uniform(rng: np.random.Generator, n: int, d: int) -> FloatMatrix:
    return rng.uniform(-np.sqrt(3), np.sqrt(3), (n, d))


def _heavy_tailed(rng: np.random.Generator, n: int, d: int) -> FloatMatrix:
    return rng.standard_normal((n, d)) / np.sqrt(rng.chisquare(3, (n, 1)))


KINDS: dict[str, Callable[[np.random.Generator, int, int], FloatMatrix]] = {
    "gaussian": _gaussian,
    "uniform": _uniform,
    "heavy-tailed": _heavy_tailed,
}
"""What draws a table of unit covariance of each kind."""
