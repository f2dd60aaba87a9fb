"""The schema of a table: each column's kind and role, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from segmint.data import hints
from segmint.data.cells import NumberStyle
from segmint.data.diff import column_diff
from segmint.data.keys import choose_key
from segmint.data.look import MAX_LEVELS, Look, look
from segmint.data.options import ReadOptions
from segmint.errors import SchemaError, UsageError
from segmint.model import parsing
from segmint.model.schema import LEVEL_KINDS, NUMERIC_KINDS, Feature, Kind, Missing, Role, Schema
from segmint.words import Sentence, sentence

_FEW_CODES = 50


def infer(
    columns: Mapping[str, pa.Array], options: ReadOptions, *, textual: bool, style: NumberStyle, where: str
) -> tuple[Schema, tuple[Sentence, ...]]:
    """Return what a table's columns are and what each is for, and what a reader must know about it.

    Parameters
    ----------
    columns
        All cells, by name, in order: texts, or values with types.
    options
        What overrules the inference.
    textual
        Whether texts may be numbers, flags or dates.
    style
        How numbers are written.
    where
        The source's name, for errors.

    Raises
    ------
    SchemaError
        If a named column is not there, dates may be read in two ways, or a category has too many levels.
    UsageError
        If a column is named for two purposes.

    Examples
    --------
    >>> columns = {"id": pa.array(["a", "b", "c"]), "Spend (€)": pa.array(["1.5", "2", "7"])}
    >>> schema, _ = infer(columns, ReadOptions(), textual=True, style=NumberStyle(), where="a.csv")
    >>> [(feature.kind.value, feature.role.value, feature.unit) for feature in schema]
    [('text', 'key', None), ('number', 'cluster', '€')]
    """
    _require_known(columns, options, where)
    stored = {feature.name: feature for feature in options.schema or ()}
    try:
        looks = {
            name: _look(column, name, stored, options, textual, style) for name, column in columns.items()
        }
    except SchemaError as error:
        raise SchemaError(error.code, where=where, details=error.details, **error.figures) from None
    n_rows = len(next(iter(columns.values())))
    key = choose_key(looks, n_rows, options)
    features: list[Feature] = []
    notices: list[Sentence] = []
    for name, seen in looks.items():
        feature = stored.get(name) or _inferred(name, seen, options, extra=options.schema is not None)
        feature = _able_to_cluster(_overruled(feature, seen, options, key), where)
        _require_levels(feature, seen, where)
        notices += _notices(feature, seen, key)
        features.append(feature)
    return Schema(tuple(features)), tuple(notices)


def _notices(feature: Feature, seen: Look, key: str | None) -> Iterator[Sentence]:
    """Say what a reader must know about a column: digits that are lost, and what is left out though it looks useful."""
    name, left_out = feature.name, feature.role is Role.IGNORE and not feature.given
    if seen.lost and feature.role is Role.CLUSTER:
        yield sentence("data.notice.precision", column=name)
    if key is None and hints.names_key(name) and left_out and seen.n_distinct > 1:
        yield sentence("data.notice.events", column=name)
    if hints.names_index(name) and left_out:
        yield sentence("data.notice.index", column=name)


def _require_known(columns: Mapping[str, pa.Array], options: ReadOptions, where: str) -> None:
    named: dict[str, None] = dict.fromkeys(
        [*options.kinds, *options.date_formats, *options.exclude, *options.describe]
    )
    named.update(dict.fromkeys([*(options.features or ()), *([options.key] if options.key else ())]))
    unknown = [name for name in named if name not in columns]
    if unknown:
        details = column_diff(unknown, list(columns))
        raise SchemaError("data.unknown_columns", where=where, details=details, columns=unknown)
    needed = [f.name for f in options.schema or () if f.role is not Role.IGNORE and f.name not in columns]
    if needed:
        details = column_diff(list(options.schema.names if options.schema else ()), list(columns))
        raise SchemaError(
            "data.missing_schema_columns", where=where, details=details, columns=needed, found=list(columns)
        )
    _require_one_purpose(options)
    _require_date_formats(options, where)


def _require_date_formats(options: ReadOptions, where: str) -> None:
    """Refuse formats of dates that hold an unknown directive: no cell would fit."""
    given = {feature.name: feature.date_format for feature in options.schema or ()} | dict(
        options.date_formats
    )
    for name, date_format in given.items():
        if date_format is not None and parsing.date_pattern(date_format) is None:
            raise SchemaError("data.bad_date_format", where=where, column=name)


def _require_one_purpose(options: ReadOptions) -> None:
    purposes: dict[str, Sequence[str]] = {
        "features": options.features or (), "exclude": options.exclude, "describe": options.describe,
        "key": (options.key,) if options.key else (),
    }  # fmt: skip
    seen: set[str] = set()
    for names in purposes.values():
        twice = sorted(seen & set(names))
        if twice:
            raise UsageError("data.two_purposes", columns=twice)
        seen |= set(names)


def _look(
    column: pa.Array,
    name: str,
    stored: Mapping[str, Feature],
    options: ReadOptions,
    textual: bool,
    style: NumberStyle,
) -> Look:
    feature = stored.get(name)
    missing = frozenset(options.missing_values) | frozenset(feature.missing_values if feature else ())
    date_format = options.date_formats.get(name) or (feature.date_format if feature else None)
    kind = options.kinds.get(name) or (feature.kind if feature else None)
    if kind is not None and kind is not Kind.DATE:
        textual, date_format = textual and kind in NUMERIC_KINDS | {Kind.FLAG}, None
    seen = look(column, name, textual=textual, style=style, missing=missing, date_format=date_format)
    return seen if kind is None else replace(seen, kind=kind)


def _inferred(name: str, seen: Look, options: ReadOptions, *, extra: bool) -> Feature:
    role, reason = _role(name, seen)
    if extra:
        role, reason = Role.IGNORE, sentence("data.reason.not_in_schema")
    return Feature(
        name,
        seen.kind,
        role,
        unit=hints.unit_of(name) if seen.kind in NUMERIC_KINDS else None,
        missing=options.missing or Missing.MEDIAN,
        missing_values=options.missing_values,
        date_format=seen.date_format,
        reason=reason,
    )


def _role(name: str, seen: Look) -> tuple[Role, Sentence]:
    """Return what a column is for where nobody said it."""
    if not seen.n:
        return Role.IGNORE, sentence("data.reason.all_missing")
    if seen.n_distinct == 1:
        return Role.IGNORE, sentence("data.reason.constant")
    if hints.names_index(name):
        return Role.IGNORE, sentence("data.reason.index")
    if seen.kind is Kind.DATE:
        return Role.DATE, seen.reason
    if seen.kind is Kind.TEXT:
        return Role.IGNORE, seen.reason
    if seen.serial or _is_identifier(name, seen):
        return Role.IGNORE, sentence("data.reason.serial" if seen.serial else "data.reason.identifier")
    return (Role.DESCRIBE if seen.kind in LEVEL_KINDS else Role.CLUSTER), seen.reason


def _is_identifier(name: str, seen: Look) -> bool:
    numbers = seen.kind in NUMERIC_KINDS or seen.kind is Kind.CATEGORY
    if not numbers or not hints.names_identifier(name):
        return False
    return hints.names_key(name) or (seen.kind in NUMERIC_KINDS and seen.n_distinct > _FEW_CODES)


def _overruled(feature: Feature, seen: Look, options: ReadOptions, key: str | None) -> Feature:
    """Apply what was said about one column."""
    name = feature.name
    if name in options.kinds:
        feature = _with_kind(feature, options.kinds[name], seen)
    if name in options.date_formats:
        feature = replace(
            feature, kind=Kind.DATE, role=Role.DATE, date_format=options.date_formats[name], given=True
        )
    if options.missing is not None:
        feature = replace(feature, missing=options.missing)
    if options.missing_values:
        words = dict.fromkeys([*feature.missing_values, *options.missing_values])
        feature = replace(feature, missing_values=tuple(words))
    if name == key:
        reason = "data.reason.key_given" if options.key else "data.reason.key"
        return replace(
            feature,
            kind=Kind.TEXT,
            role=Role.KEY,
            unit=None,
            reason=sentence(reason),
            given=bool(options.key),
        )
    if feature.role is Role.KEY and key is not None:
        feature = replace(feature, role=Role.IGNORE, reason=sentence("data.reason.other_key"))
    return _with_role(feature, options)


def _with_kind(feature: Feature, kind: Kind, seen: Look) -> Feature:
    roles = {
        Kind.DATE: Role.DATE,
        Kind.TEXT: Role.IGNORE,
        Kind.CATEGORY: Role.DESCRIBE,
        Kind.FLAG: Role.DESCRIBE,
    }
    role = roles.get(kind, Role.CLUSTER) if seen.n else Role.IGNORE
    unit = hints.unit_of(feature.name) if kind in NUMERIC_KINDS else None
    reason = sentence("data.reason.kind_given", kind=kind.value)
    return replace(
        feature, kind=kind, role=role, unit=unit, reason=reason, date_format=seen.date_format, given=True
    )


def _with_role(feature: Feature, options: ReadOptions) -> Feature:
    name = feature.name
    if options.features is not None and name in options.features:
        return replace(feature, role=Role.CLUSTER, reason=sentence("data.reason.feature_given"), given=True)
    if name in options.exclude:
        return replace(feature, role=Role.IGNORE, reason=sentence("data.reason.excluded"), given=True)
    if name in options.describe:
        return replace(feature, role=Role.DESCRIBE, reason=sentence("data.reason.describe_given"), given=True)
    if options.features is not None and feature.role is Role.CLUSTER:
        return replace(feature, role=Role.DESCRIBE, reason=sentence("data.reason.not_a_feature"))
    return feature


def _able_to_cluster(feature: Feature, where: str) -> Feature:
    """Make a category of a text that was asked to cluster; refuse a date, which is no size."""
    if feature.role is not Role.CLUSTER:
        return feature
    if feature.kind is Kind.DATE:
        raise SchemaError("data.date_clusters", where=where, column=feature.name)
    return replace(feature, kind=Kind.CATEGORY) if feature.kind is Kind.TEXT else feature


def _require_levels(feature: Feature, seen: Look, where: str) -> None:
    used = feature.role in (Role.CLUSTER, Role.DESCRIBE)
    if used and feature.kind is Kind.CATEGORY and seen.n_distinct > MAX_LEVELS:
        raise SchemaError(
            "data.too_many_levels", where=where, column=feature.name, n=seen.n_distinct, limit=MAX_LEVELS
        )
