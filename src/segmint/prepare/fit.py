"""The door of the room: a dataset becomes a fitted preparation and a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from segmint.data.columns import raw_columns
from segmint.data.dataset import Dataset
from segmint.errors import DataError, SchemaError
from segmint.labels import FEWEST_TOLD
from segmint.model.matrix import Matrix
from segmint.model.preparation import LevelStep, NumericStep, Preparation, Step
from segmint.model.schema import LEVEL_KINDS, Feature, Kind, Missing, Role
from segmint.prepare.categories import FittedLevels, fit_levels
from segmint.prepare.collinear import collinear_notice
from segmint.prepare.missing import is_missing, kept_rows, policy, refuse_infinite
from segmint.prepare.moments import mean_and_deviation
from segmint.prepare.numeric import Fitted, fit_number
from segmint.prepare.options import PreparationOptions
from segmint.types import BoolVector, RawColumn, RawColumns, TextVector
from segmint.words import Sentence, sentence

FEWEST_ROWS = 2


@dataclass(frozen=True, eq=False)
class Prepared:
    """A dataset that is ready to be clustered.

    Attributes
    ----------
    preparation
        The fitted steps.
    matrix
        The prepared rows.
    columns
        All columns of the dataset in original units, the kept rows only.
    keys
        The kept rows' keys, objects of shape (n_samples,).
    kept
        Shape (n_rows,): which rows of the dataset are used.
    notices
        What a reader must know: columns and rows left out, lost precision, collinear columns.
    """

    preparation: Preparation
    matrix: Matrix
    columns: RawColumns
    keys: TextVector
    kept: BoolVector
    notices: tuple[Sentence, ...]


def prepare(dataset: Dataset, options: PreparationOptions | None = None) -> Prepared:
    """Fit the preparation of a dataset's clustering columns, and apply it.

    Parameters
    ----------
    dataset
        Rows with their schema; the columns of role ``cluster`` are prepared, the others only kept.
    options
        What a person decided; without it the defaults of :class:`PreparationOptions`.

    Returns
    -------
    Prepared

    Raises
    ------
    ValueRuleError
        If a column holds an infinite value, or a missing one against its policy.
    SchemaError
        If a text column is to cluster, or no column is left that can.
    DataError
        If fewer than two rows are left.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from segmint.model.schema import Role, Schema
    >>> schema = Schema((Feature("Age", Kind.COUNT, Role.CLUSTER),))
    >>> keys = np.array(["1", "2", "3"], dtype=object)
    >>> dataset = Dataset(pa.table({"Age": [20.0, 30.0, 40.0]}), schema, keys, "", "frame")
    >>> prepare(dataset).matrix.X.round(3).ravel().tolist()
    [-1.225, 0.0, 1.225]
    """
    try:
        return _prepared(dataset, options or PreparationOptions())
    except DataError as error:
        raise type(error)(error.code, where=dataset.source, details=error.details, **error.figures) from None


def _prepared(dataset: Dataset, options: PreparationOptions) -> Prepared:
    columns = raw_columns(dataset)
    features = _usable(dataset, columns)
    kept = kept_rows(features, columns, options, n_rows=dataset.n_rows)
    if kept.sum() < FEWEST_ROWS:
        raise DataError("prepare.no_rows", n=int(kept.sum()), total=dataset.n_rows)
    dropped = _dropped_notice(features, columns, kept, options)
    columns = {name: column[kept] for name, column in columns.items()}
    preparation, warnings = fit_preparation(features, columns, options)
    keys = dataset.keys[kept]
    matrix = Matrix(preparation.forward(columns), keys, preparation.feature_names)
    notices = (*dropped, *warnings, *_shape_notices(matrix, preparation))
    return Prepared(preparation, matrix, columns, keys, kept, notices)


def fit_preparation(
    features: tuple[Feature, ...], columns: RawColumns, options: PreparationOptions
) -> tuple[Preparation, tuple[Sentence, ...]]:
    """Fit the steps of the clustering columns; also return what a reader must know.

    Parameters
    ----------
    features
        The columns that cluster, in the schema's order.
    columns
        Their raw values, kept rows only, without infinities.
    options
        What a person decided.

    Raises
    ------
    SchemaError
        If no column is left.
    """
    numbers = {
        f.name: fit_number(f, columns[f.name], options.of(f.name))
        for f in features
        if f.kind not in LEVEL_KINDS
    }
    variance = _variance_of_a_number(numbers, columns, options)
    fitted: dict[str, Fitted | FittedLevels] = {
        f.name: numbers[f.name]
        if f.name in numbers
        else fit_levels(f, columns[f.name], max_levels=options.max_levels, variance=variance)
        for f in features
    }
    warnings = tuple(
        note for column in fitted.values() for note in (column.warnings if column.step else column.notes)
    )
    steps = tuple(column.step for column in fitted.values() if column.step)
    if not steps:
        kept = _constant_step(features, columns)
        if kept is None:
            raise SchemaError("prepare.no_feature", details=tuple(str(note) for note in warnings))
        steps, warnings = (kept,), (*warnings, sentence("prepare.notice.all_same"))
    notes = {name: (*column.notes, *column.warnings) for name, column in fitted.items()}
    return Preparation(steps, notes, options.scale), warnings


def _usable(dataset: Dataset, columns: RawColumns) -> tuple[Feature, ...]:
    features = (
        dataset.schema.clustering or _constant_numbers(dataset, columns) or _constant_levels(dataset, columns)
    )
    if not features:
        raise SchemaError("prepare.no_feature")
    for feature in features:
        if feature.kind is Kind.TEXT:
            raise SchemaError("prepare.text", column=feature.name)
        refuse_infinite(feature, columns[feature.name])
    return features


def _constant_numbers(dataset: Dataset, columns: RawColumns) -> tuple[Feature, ...]:
    """Return the columns of numbers with one value only: all that a table of equal rows has."""
    return tuple(
        feature
        for feature in dataset.schema
        if feature.numeric and np.unique(columns[feature.name][~np.isnan(columns[feature.name])]).size == 1
    )


def _constant_levels(dataset: Dataset, columns: RawColumns) -> tuple[Feature, ...]:
    """Return the flags and categories with one value only, where no other column tells the rows apart."""
    if any(feature.role not in (Role.KEY, Role.IGNORE) for feature in dataset.schema):
        return ()
    return tuple(
        feature
        for feature in dataset.schema
        if feature.kind in LEVEL_KINDS and _only_level(columns[feature.name]) is not None
    )


def _constant_step(features: tuple[Feature, ...], columns: RawColumns) -> Step | None:
    """Return a step for a column with one value: where all rows are the same, that is an answer, not an error."""
    for feature in features:
        if feature.kind not in LEVEL_KINDS:
            values = np.unique(columns[feature.name][~np.isnan(columns[feature.name])])
            if values.size == 1:
                return NumericStep(
                    feature.name, float(values[0]), -np.inf, np.inf, None, float(values[0]), 1.0
                )
    for feature in features:
        level = _only_level(columns[feature.name]) if feature.kind in LEVEL_KINDS else None
        if level is not None:
            if feature.kind is not Kind.FLAG and len(columns[feature.name]) < FEWEST_TOLD:
                return LevelStep(feature.name, (), (1.0,), 1.0)
            return LevelStep(feature.name, (level,), (1.0, 0.0), 1.0)
    return None


def _only_level(column: RawColumn) -> str | None:
    """Return the value that all rows hold; ``None`` where there are several, or some are missing."""
    found = set(column)
    return found.pop() if len(found) == 1 else None


def _dropped_notice(
    features: tuple[Feature, ...], columns: RawColumns, kept: BoolVector, options: PreparationOptions
) -> tuple[Sentence, ...]:
    if kept.all():
        return ()
    names = [
        feature.name
        for feature in features
        if policy(feature, options) is Missing.DROP and is_missing(columns[feature.name]).any()
    ]
    n = int(np.count_nonzero(~kept))
    return (sentence("prepare.notice.dropped", n=n, total=int(kept.size), columns=names),)


def _variance_of_a_number(
    numbers: Mapping[str, Fitted], columns: RawColumns, options: PreparationOptions
) -> float:
    """Return what a category column must weigh: 1, or the numbers' mean variance where it is not 1."""
    if options.scale in ("standard", "robust"):
        return 1.0
    steps = [column.step for column in numbers.values() if column.step]
    deviations = [mean_and_deviation(step.forward(columns[step.name])[:, 0])[1] for step in steps]
    return float(np.mean(np.square(deviations))) if deviations else 1.0


def _shape_notices(matrix: Matrix, preparation: Preparation) -> tuple[Sentence, ...]:
    numeric = [column for column, step in _columns_of(preparation) if isinstance(step, NumericStep)]
    names = tuple(matrix.feature_names[column] for column in numeric)
    notices = list(collinear_notice(matrix.X[:, numeric], names))
    if matrix.n_features > matrix.n_samples:
        figures = {"features": matrix.n_features, "rows": matrix.n_samples}
        notices.append(sentence("prepare.notice.more_features", **figures))
    if any(isinstance(step, LevelStep) for step in preparation.steps) and matrix.X.any():
        notices.append(sentence("prepare.notice.one_hot"))
    return tuple(notices)


def _columns_of(preparation: Preparation) -> list[tuple[int, Step]]:
    """Return each prepared column's number with its step."""
    expanded = [step for step in preparation.steps for _ in step.output_names]
    return list(enumerate(expanded))
