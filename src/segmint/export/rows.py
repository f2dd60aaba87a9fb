"""Rows on which an exported form is checked, drawn from what the model knows of its training data."""

from __future__ import annotations

import numpy as np

from segmint.model.preparation import LevelStep, NumericStep
from segmint.model.schema import Kind
from segmint.model.segment_model import SegmentModel
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, RawColumn, RawColumns

CHECK_ROWS = 10_000
_AROUND, _WITHIN = 0.5, 0.4  # shares of rows around segments and within bins; the rest lies at the edges
_FAR = 1e6  # deviations beyond which nobody's customer lies
_UNSEEN = "a level that training did not see"


def check_rows(
    model: SegmentModel, n_rows: int = CHECK_ROWS, *, seed: int = 0, gaps: bool = True
) -> RawColumns:
    """Draw rows in original units: half around the segments, the others within the training data's bins.

    A tenth lies at the edges: bounds, bin edges, zeros, values a million deviations off, missing values and
    levels that training did not see.

    Parameters
    ----------
    model
        Its reference snapshot says where the training rows lay.
    n_rows
        How many rows, ≥ 1.
    seed
        Same seed, same rows.
    gaps
        Whether values may be missing.

    Examples
    --------
    >>> import segmint
    >>> table = segmint.read(segmint.example_table("wholesale_customers"))
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> rows = check_rows(segmint.study(table, options).model, 1000)
    >>> len(rows["Milk"]), bool(np.isnan(rows["Milk"]).any())
    (1000, True)
    """
    rng = generator(seed, "export", "rows")
    n_around, n_within = int(n_rows * _AROUND), int(n_rows * _WITHIN)
    around = model.preparation.backward(_around(model, n_around, rng))
    n_edges = n_rows - n_around - n_within
    columns: dict[str, RawColumn] = {}
    for step in model.preparation.steps:
        if isinstance(step, LevelStep):
            columns[step.name] = _levels(step, n_rows, rng, gaps=gaps)
            continue
        parts = (around[step.name], _within(model, step, n_within, rng), _edges(model, step, n_edges, rng))
        column = np.concatenate(parts)
        if model.schema.feature(step.name).kind is Kind.COUNT:
            column = np.rint(column)
        if gaps:
            column[-n_edges:][rng.random(n_edges) < 0.1] = np.nan
        columns[step.name] = column
    return columns


def _around(model: SegmentModel, n_rows: int, rng: np.random.Generator) -> FloatMatrix:
    """Return prepared rows of the segments' own means and covariances, as many of each."""
    means, covariances = model.reference.means, model.reference.covariances
    labels = rng.integers(len(means), size=n_rows)
    X = np.empty((n_rows, means.shape[1]))
    for label, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        rows = labels == label
        deviations = rng.standard_normal((int(rows.sum()), means.shape[1]))
        values, vectors = np.linalg.eigh(covariance)
        X[rows] = mean + (deviations * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return X


def _within(model: SegmentModel, step: NumericStep, n_rows: int, rng: np.random.Generator) -> FloatVector:
    """Return values spread over the training data's bins, the open ones four deviations wide."""
    reference = model.reference.numbers.get(step.name)
    if reference is None or not len(reference.edges):
        return step.backward(rng.uniform(-4, 4, size=(n_rows, 1)))
    reach = 4 * reference.deviation
    bounds = np.concatenate([reference.edges[:1] - reach, reference.edges, reference.edges[-1:] + reach])
    bins = rng.integers(len(bounds) - 1, size=n_rows)
    return rng.uniform(bounds[bins], bounds[bins + 1])


def _edges(model: SegmentModel, step: NumericStep, n_rows: int, rng: np.random.Generator) -> FloatVector:
    """Return values at which something changes, or that nobody expects."""
    reference = model.reference.numbers.get(step.name)
    inner = [] if reference is None else reference.edges.tolist()
    bounds = [bound for bound in (step.lower, step.upper) if np.isfinite(bound)]
    width = max(1.0, abs(step.fill), step.log_unit, 0.0 if step.log_offset is not None else step.scale)
    beyond = [place + sign * width for place in (*bounds, step.fill) for sign in (-1, 1)]
    far = [step.fill - _FAR * width, step.fill + _FAR * width]
    return rng.choice(np.array([*inner, *bounds, *beyond, *far, step.fill, 0.0, -0.0, 1.0]), size=n_rows)


def _levels(step: LevelStep, n_rows: int, rng: np.random.Generator, *, gaps: bool) -> RawColumn:
    known: list[str | None] = [*step.levels, _UNSEEN, *([None] if gaps else [])]
    return np.array(known, dtype=object)[rng.integers(len(known), size=n_rows)]
