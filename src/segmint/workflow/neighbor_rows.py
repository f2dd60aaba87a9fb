"""The rows of a table as each kind of metric takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from segmint.data.dataset import Dataset
from segmint.errors import UsageError, ValueRuleError
from segmint.likeness.index import Points
from segmint.likeness.metrics import Metric, Takes
from segmint.model.parsing import flag_text
from segmint.model.preparation import LevelStep, NumericStep
from segmint.model.schema import LEVEL_KINDS, Feature, Kind, Role, Schema
from segmint.prepare.fit import Prepared
from segmint.types import BoolVector, FloatMatrix, FloatVector, RawColumn


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


def with_levels(metric: Metric, dataset: Dataset) -> Dataset:
    """Return a dataset whose flags and categories are compared too, where the metric takes them.

    A study leaves them out unless they are asked for; sets and mixed rows are made of them. What a person
    decided stays.
    """
    if metric.takes not in (Takes.FLAGS, Takes.MIXED) or any(one.given for one in dataset.schema.clustering):
        return dataset
    features = tuple(
        replace(one, role=Role.CLUSTER) if one.kind in LEVEL_KINDS and _free(one) else one
        for one in dataset.schema
    )
    return replace(dataset, schema=Schema(features))


def _free(feature: Feature) -> bool:
    return feature.role is Role.DESCRIBE and not feature.given


def rows_for(metric: Metric, prepared: Prepared, schema: Schema) -> Rows:
    """Return the rows of a prepared table as a metric takes them.

    Vectors are the prepared features. Shares are the numeric columns in original units, missing values filled by
    their policy. Sets hold the flags that are true, the numeric columns that are not 0 or missing, and one member a
    level of a category. Mixed rows are the numeric columns in original units and codes of levels, missing values
    left out.

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
    if metric.takes is Takes.SHARES:
        return _shares(metric, prepared)
    return _flags(prepared, schema) if metric.takes is Takes.FLAGS else _mixed(prepared)


def _shares(metric: Metric, prepared: Prepared) -> Rows:
    steps = [step for step in prepared.preparation.steps if isinstance(step, NumericStep)]
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


def _flags(prepared: Prepared, schema: Schema) -> Rows:
    columns: list[FloatVector] = []
    names: list[str] = []
    for step in prepared.preparation.steps:
        column = prepared.columns[step.name]
        if isinstance(step, NumericStep):
            columns.append((np.nan_to_num(column) != 0).astype(np.float64))
            names.append(step.name)
        elif schema.feature(step.name).kind is Kind.FLAG:
            columns.append((column == flag_text(True)).astype(np.float64))
            names.append(step.name)
        else:
            codes = step.codes(column)
            columns += [(codes == level).astype(np.float64) for level in range(len(step.levels))]
            names += step.output_names[:-1]
    return _of_columns(columns, names)


def _mixed(prepared: Prepared) -> Rows:
    steps = prepared.preparation.steps
    columns = [
        _codes(prepared.columns[step.name]) if isinstance(step, LevelStep) else prepared.columns[step.name]
        for step in steps
    ]
    made = _of_columns(columns, [step.name for step in steps])
    return replace(made, numeric=np.array([isinstance(step, NumericStep) for step in steps]))


def _codes(column: RawColumn) -> FloatVector:
    """Return the number of each value's level, NaN where it is missing."""
    places: dict[Any, float] = {None: np.nan}
    return np.array([places.setdefault(value, float(len(places))) for value in column])


def _of_columns(columns: list[FloatVector], names: list[str]) -> Rows:
    X = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    return Rows(X, tuple(names), np.ones(len(names), np.bool_))
