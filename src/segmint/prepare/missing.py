"""What happens to values that are missing or infinite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from segmint.errors import ValueRuleError
from segmint.model.schema import Feature, Missing, Schema
from segmint.prepare.moments import mean_and_deviation, quantiles
from segmint.prepare.options import PreparationOptions
from segmint.types import BoolVector, FloatVector, RawColumn, RawColumns
from segmint.words import Sentence, sentence


def policy(feature: Feature, options: PreparationOptions) -> Missing:
    """Return the policy that holds for a column: the one for all, else its own."""
    return options.missing or feature.missing


def with_policies(schema: Schema, policies: Mapping[str, Missing]) -> Schema:
    """Return a schema whose columns, as far as they are named, treat missing values by other policies."""
    return Schema(
        tuple(replace(feature, missing=policies.get(feature.name, feature.missing)) for feature in schema)
    )


def settled(schema: Schema, options: PreparationOptions) -> Schema:
    """Return a schema that says of each column that clusters what policy holds: training again reads it there."""
    return with_policies(schema, {feature.name: policy(feature, options) for feature in schema.clustering})


def is_missing(column: RawColumn) -> BoolVector:
    """Return which values are missing: NaN in numbers, ``None`` in texts."""
    if column.dtype == object:
        return np.fromiter((value is None for value in column), dtype=np.bool_, count=len(column))
    return np.asarray(np.isnan(column))


def refuse_infinite(feature: Feature, column: RawColumn) -> None:
    """Raise :class:`ValueRuleError` if a numeric column holds ±infinity."""
    if column.dtype == object:
        return
    infinite = np.flatnonzero(np.isinf(column))
    if infinite.size:
        raise ValueRuleError(
            "prepare.infinite", column=feature.name, n=int(infinite.size), row=int(infinite[0]) + 1
        )


def kept_rows(
    features: Iterable[Feature], columns: RawColumns, options: PreparationOptions, *, n_rows: int
) -> BoolVector:
    """Return which rows are used, by the missing policies of the columns that cluster.

    A column without any value drops no row: it will be left out itself.

    Raises
    ------
    ValueRuleError
        If a value is missing in a column whose policy is ``error``.
    """
    by_rule = {feature.name: policy(feature, options) for feature in features}
    for name, rule in by_rule.items():
        missing = is_missing(columns[name])
        if rule is Missing.ERROR and missing.any():
            rows = np.flatnonzero(missing)
            raise ValueRuleError("prepare.missing", column=name, n=int(rows.size), row=int(rows[0]) + 1)
    return complete_rows(
        [name for name, rule in by_rule.items() if rule is Missing.DROP], columns, n_rows=n_rows
    )


def complete_rows(names: Iterable[str], columns: RawColumns, *, n_rows: int) -> BoolVector:
    """Return which rows have a value in each of the named columns; a column without any value counts for nothing."""
    kept = np.ones(n_rows, dtype=np.bool_)
    for name in names:
        missing = is_missing(columns[name])
        if not missing.all():
            kept &= ~missing
    return kept


def fill_value(present: FloatVector, rule: Missing) -> float:
    """Return what a missing number becomes: the mean where asked, else the median (also for new rows)."""
    if rule is Missing.MEAN:
        return mean_and_deviation(present)[0]
    return quantiles(present, (0.5,))[0]


def missing_note(rule: Missing, n_missing: int) -> tuple[Sentence, ...]:
    """Say how the missing values of a numeric column were filled."""
    if not n_missing:
        return ()
    name = "filled_mean" if rule is Missing.MEAN else "filled_median"
    return (sentence(f"prepare.note.{name}", n=n_missing),)
