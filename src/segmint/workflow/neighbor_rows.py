"""The rows of a table as each kind of metric takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.errors import UsageError, ValueRuleError
from segmint.likeness.index import Points
from segmint.likeness.metrics import Metric, Takes
from segmint.model.preparation import LevelStep, NumericStep
from segmint.prepare.fit import Prepared
from segmint.types import BoolVector, FloatMatrix, FloatVector


@dataclass(frozen=True, eq=False)
class Rows:
    """A table of numbers that a metric can compare.

    Attributes
    ----------
    X
        Shape (n_samples, n_features).
    names
        Of the features.
    numeric
        Which of them are numbers, shape (n_features,); the others hold codes of levels.
    """

    X: FloatMatrix
    names: tuple[str, ...]
    numeric: BoolVector

    def points(self, metric: Metric) -> Points:
        """Return them as the metric sees them."""
        return Points.of(metric, self.X, numeric=self.numeric)


def rows_for(metric: Metric, prepared: Prepared) -> Rows:
    """Return the rows of a prepared table as a metric takes them.

    Vectors are the prepared features. Shares are the numeric columns in original units, missing values filled by
    their policy. Sets hold the numeric columns that are not 0 or missing, and one member a level. Mixed rows are
    the numeric columns in original units and codes of levels, missing values left out.

    Raises
    ------
    ValueRuleError
        If a share is below 0.
    UsageError
        If the metric takes shares, and there is no numeric column.
    """
    if metric.takes is Takes.VECTORS:
        X, names = prepared.matrix.X, prepared.matrix.feature_names
        return Rows(X, names, np.ones(len(names), np.bool_))
    made = {Takes.SHARES: _shares, Takes.FLAGS: _flags, Takes.MIXED: _mixed}[metric.takes]
    return made(metric, prepared)


def _numbers(prepared: Prepared) -> list[NumericStep]:
    return [step for step in prepared.preparation.steps if isinstance(step, NumericStep)]


def _shares(metric: Metric, prepared: Prepared) -> Rows:
    steps = _numbers(prepared)
    if not steps:
        raise UsageError("likeness.no_numbers", metric=metric.name)
    filled = []
    for step in steps:
        column = prepared.columns[step.name]
        values = np.where(np.isnan(column), step.fill, column)
        if values.min() < 0:
            raise ValueRuleError("likeness.below_zero", column=step.name, metric=metric.name)
        filled.append(values)
    return _of_columns(filled, [step.name for step in steps])


def _flags(metric: Metric, prepared: Prepared) -> Rows:
    del metric
    columns: list[FloatVector] = []
    names: list[str] = []
    for step in prepared.preparation.steps:
        column = prepared.columns[step.name]
        if isinstance(step, LevelStep):
            codes = step.codes(column)
            columns += [(codes == level).astype(np.float64) for level in range(len(step.levels))]
            names += step.output_names[:-1]
        else:
            columns.append((np.nan_to_num(column) != 0).astype(np.float64))
            names.append(step.name)
    return _of_columns(columns, names)


def _mixed(metric: Metric, prepared: Prepared) -> Rows:
    del metric
    columns, numeric = [], []
    for step in prepared.preparation.steps:
        column = prepared.columns[step.name]
        if isinstance(step, LevelStep):
            codes = step.codes(column).astype(np.float64)
            missing = np.fromiter((value is None for value in column), np.bool_, len(column))
            columns.append(np.where(missing, np.nan, codes))
        else:
            columns.append(column)
        numeric.append(isinstance(step, NumericStep))
    made = _of_columns(columns, [step.name for step in prepared.preparation.steps])
    return Rows(made.X, made.names, np.array(numeric))


def _of_columns(columns: list[FloatVector], names: list[str]) -> Rows:
    X = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    return Rows(X, tuple(names), np.ones(len(names), np.bool_))
