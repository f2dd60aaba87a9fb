"""A model as one ``SELECT`` that DuckDB and PostgreSQL both run, and that gives the labels of the model's rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from segmint.errors import UsageError
from segmint.export.quoting import identifier, number, table_identifier, text
from segmint.export.sql_columns import features, given, held
from segmint.export.sql_rule import SqlRule, sql_rule
from segmint.labels import NOISE, UNASSIGNED
from segmint.model.segment_model import SegmentModel
from segmint.words import say
from segmint.words.visible import safe

RESULT = ("segment_id", "segment_name", "confidence", "runner_up")
"""The columns of the answer beside the key."""

_KEY = "segmint_key"  # names that nobody's table has
_FENCE = "OFFSET 0"  # else PostgreSQL writes an expression again wherever it is used


def make_select(model: SegmentModel, *, table: str, key: str | None = None) -> str:
    """Return one ``SELECT`` that gives each row of a table its segment.

    The columns of the answer: the key under its own name, then ``segment_id``, ``segment_name``,
    ``confidence`` (NULL without a segment) and ``runner_up`` (NULL where there is none).

    Parameters
    ----------
    model
        Any whose rule is small enough to be written out.
    table
        The table's name; a dot parts a schema from its table.
    key
        The column that names the customer; ``None`` for the model's own.

    Returns
    -------
    str
        One statement without a semicolon, so that it can stand in a view or another query.

    Raises
    ------
    UsageError
        If there is no key, it is called like a column of the answer, a name cannot be written, a column
        holds dates, or the rule is too large.

    Examples
    --------
    >>> import segmint
    >>> data = segmint.read(segmint.example_table("wholesale_customers"))
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> model = segmint.study(data, options).model
    >>> print(make_select(model, table="shop.customers", key="id").splitlines()[-1])
    FROM segmint_second
    """
    rule, found = sql_rule(model.assigner), _key_of(model, key)
    _refuse_same_names(found, model.preparation.columns)
    own_key = identifier(found)
    parts = [*_preparing(model, own_key, table_identifier(table)), *rule.tables, *_placing(rule)]
    return f"{_head(model)}WITH {', '.join(parts)}\n{_answer(model, rule, own_key)}\n"


def _key_of(model: SegmentModel, key: str | None) -> str:
    found = key or (None if model.schema.key is None else model.schema.key.name)
    if found is None:
        raise UsageError("export.no_key")
    if found.lower() in RESULT:
        raise UsageError("export.key_taken", key=found, columns=list(RESULT))
    return found


def _refuse_same_names(key: str, columns: Sequence[str]) -> None:
    """Refuse columns that DuckDB would take for one another; the key may be a column of the rule itself."""
    spelled: dict[str, set[str]] = {}
    for name in (key, *columns):
        spelled.setdefault(name.lower(), set()).add(name)
    same = [name for names in spelled.values() if len(names) > 1 for name in sorted(names)]
    if same:
        raise UsageError("export.same_names", columns=same)


def _head(model: SegmentModel) -> str:
    """Return what the statement is, as comments; no name can end a comment's line."""
    manifest = model.manifest
    told = (
        say("export.sql_head", name=manifest.name, revision=manifest.revision),
        str(model.assigner.rule()),
        say("export.sql_gaps"),
    )
    return "".join(f"-- {safe(line)}\n" for line in told)


def _preparing(model: SegmentModel, key: str, table: str) -> list[str]:
    """Return the steps from the table's columns x1, x2, … to the prepared features z1, z2, …"""
    steps = [(f"x{n}", step) for n, step in enumerate(model.preparation.steps, start=1)]
    feature = model.schema.feature
    columns = [f"{given(step, feature(step.name))} AS {x}" for x, step in steps]
    inside = [f"{held(step, feature(step.name), x)} AS {x}" for x, step in steps]
    terms = [term for x, step in steps for term in features(step, x)]
    prepared = [f"{term} AS z{n}" for n, term in enumerate(terms, start=1)]
    return [
        _part("given", [f"{key} AS {_KEY}", *columns], table),
        _part("held", [_KEY, *inside], "segmint_given"),
        _part("prepared", [_KEY, *prepared], "segmint_held"),
    ]


def _placing(rule: SqlRule) -> list[str]:
    """Return the steps from the prepared features to the nearest and the second nearest segment."""
    labels = range(len(rule.distances))
    distances = [f"d{label}" for label in labels]
    nearest = " ".join(f"WHEN d{label} THEN {label}" for label in labels)
    others = [f"CASE WHEN label = {label} THEN NULL ELSE d{label} END" for label in labels]
    far = _least(others) if len(others) > 1 else "CAST(NULL AS DOUBLE PRECISION)"
    kept = [_KEY, *distances]
    return [
        _part(
            "measured", [_KEY, *(f"{d} AS d{k}" for k, d in enumerate(rule.distances))], "segmint_prepared"
        ),
        _part("nearest", [*kept, f"{_least(distances)} AS near"], "segmint_measured"),
        _part("labeled", [*kept, "near", f"CASE near {nearest} END AS label"], "segmint_nearest"),
        _part("second", [*kept, "near", "label", f"{far} AS far"], "segmint_labeled"),
    ]


def _least(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"LEAST({', '.join(terms)})"


def _part(name: str, terms: Sequence[str], source: str) -> str:
    lines = ",\n    ".join(terms)
    return f"segmint_{name} AS (\n  SELECT\n    {lines}\n  FROM {source}\n  {_FENCE}\n)"


def _answer(model: SegmentModel, rule: SqlRule, key: str) -> str:
    ids, names, _ = model.by_label
    inside = _inside(rule)
    columns = (
        _unless_outside(inside, _by_label(lambda label: text(ids[label]), rule), text(UNASSIGNED)),
        _unless_outside(inside, _by_label(lambda label: text(names[label]), rule), text(names[NOISE])),
        _unless_outside(inside, rule.confidence(), "NULL"),
        _runner_up([text(ids[label]) for label in range(len(rule.distances))]),
    )
    lines = ",\n  ".join(
        [f"{_KEY} AS {key}", *(f"{term} AS {name}" for term, name in zip(columns, RESULT, strict=True))]
    )
    return f"SELECT\n  {lines}\nFROM segmint_second"


def _by_label(of: Callable[[int], str], rule: SqlRule) -> str:
    branches = " ".join(f"WHEN {label} THEN {of(label)}" for label in range(len(rule.distances)))
    return f"CASE label {branches} END"


def _inside(rule: SqlRule) -> str | None:
    """Return whether a row lies within its segment's cap; ``None`` where every row does."""
    if not rule.capped:
        return None
    return f"SQRT(near) <= {_by_label(lambda label: _cap(rule.caps[label]), rule)}"


def _cap(cap: float) -> str:
    return number(cap) if math.isfinite(cap) else "CAST('Infinity' AS DOUBLE PRECISION)"


def _unless_outside(inside: str | None, term: str, otherwise: str) -> str:
    return term if inside is None else f"CASE WHEN {inside} THEN {term} ELSE {otherwise} END"


def _runner_up(ids: Sequence[str]) -> str:
    if len(ids) == 1:
        return "CAST(NULL AS TEXT)"
    branches = " ".join(f"WHEN label <> {k} AND d{k} = far THEN {own}" for k, own in enumerate(ids))
    return f"CASE {branches} END"
