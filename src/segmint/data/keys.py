"""Which column names the customer, and what happens to keys that repeat or are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmint.data import hints
from segmint.data.cells import typed_texts
from segmint.data.look import Look
from segmint.data.options import OnDuplicate, ReadOptions
from segmint.errors import DataError, ValueRuleError
from segmint.model.parsing import BLANKS
from segmint.model.schema import NUMERIC_KINDS, Role, Schema
from segmint.types import BoolVector, IntVector, TextVector
from segmint.words import Sentence, sentence

_MOSTLY = 0.5
"""Share of rows with a key of their own from which a column is the key, and a repeated key a fault."""


def choose_key(looks: Mapping[str, Look], n_rows: int, options: ReadOptions) -> str | None:
    """Return the column that names the customer, or ``None`` where the row's number does.

    A key has the name of one (``CustomerID``, ``id``, ``player_id``) and is different in most rows; where
    keys repeat in most rows, rows are events and no column is the key, unless a rule for repeated keys
    is given.
    """
    if options.key is not None:
        return options.key
    if options.schema is not None:
        return None if options.schema.key is None else options.schema.key.name
    taken = {*(options.features or ()), *options.exclude, *options.describe, *options.kinds}
    named = [name for name in looks if hints.names_key(name) and name not in taken]
    if options.on_duplicate is not None:
        return named[0] if named else None
    unique = [name for name in named if looks[name].n_keys == n_rows]
    mostly = [name for name in named if looks[name].n_keys > _MOSTLY * n_rows]
    return next(iter(unique or mostly), None)


def key_texts(column: pa.Array) -> TextVector:
    """Return keys as they stand, ``None`` where there is none.

    Examples
    --------
    >>> key_texts(pa.array(["000651", "1E5", " "])).tolist()
    ['000651', '1E5', None]
    """
    texts = typed_texts(column)
    blank = pc.equal(pc.utf8_trim(texts, characters=BLANKS), "")
    kept: TextVector = pc.if_else(blank, None, texts).to_numpy(zero_copy_only=False)
    return kept.astype(object, copy=False)


def row_numbers(start: int, n: int) -> TextVector:
    """Return the numbers of rows as keys."""
    return np.array([str(number) for number in range(start, start + n)], dtype=object)


def one_row_a_key(
    table: pa.Table, schema: Schema, keys: TextVector, rule: OnDuplicate | None, where: Callable[[int], str]
) -> tuple[pa.Table, TextVector, tuple[Sentence, ...]]:
    """Apply the rule for rows with the same key or with none.

    Parameters
    ----------
    table
        The rows, as kept.
    schema
        Its columns.
    keys
        Texts or ``None``.
    rule
        ``"last"``, ``"sum"``, or a refusal.
    where
        Says where a row stands.

    Raises
    ------
    DataError
        If keys repeat or are missing and no rule says what to do, or a sum is too large for a number.
    """
    present = np.array([key is not None for key in keys], dtype=bool)
    last = {key: row for row, key in enumerate(keys) if key is not None}
    n_repeated = int(present.sum()) - len(last)
    if rule in (None, "error"):
        _refuse(keys, present, n_repeated, where)
        return table, keys, ()
    notices = []
    if not present.all():
        notices.append(sentence("data.notice.without_key", n=int((~present).sum())))
    if n_repeated:
        notices.append(sentence(f"data.notice.repeated_{rule}", n=n_repeated))
    if not notices:
        return table, keys, ()
    rows = np.fromiter(last.values(), dtype=np.int64, count=len(last))
    kept = table.take(pa.array(rows))
    if rule == "sum":
        kept = _with_sums(kept, table, schema, np.array([*last], dtype=object), keys, present)
        _refuse_infinite_sums(kept, schema, rows, where)
    return kept, np.array([*last], dtype=object), tuple(notices)


def _refuse(keys: TextVector, present: BoolVector, n_repeated: int, where: Callable[[int], str]) -> None:
    if not present.all():
        first = int(np.argmin(present))
        raise DataError("data.missing_keys", where=where(first), n=int((~present).sum()))
    if not n_repeated:
        return
    seen: set[str] = set()
    for row, key in enumerate(keys):
        if key in seen:
            raise DataError("data.repeated_keys", where=where(row), n=n_repeated)
        seen.add(key)


def _refuse_infinite_sums(
    kept: pa.Table, schema: Schema, rows: IntVector, where: Callable[[int], str]
) -> None:
    """Refuse sums that no number of 64 bits holds; the place is that of the key's last row."""
    for feature in schema:
        if feature.kind not in NUMERIC_KINDS or feature.role in (Role.KEY, Role.IGNORE):
            continue
        infinite = np.flatnonzero(np.isinf(kept.column(feature.name).to_numpy()))
        if infinite.size:
            place = where(int(rows[infinite[0]]))
            raise ValueRuleError("data.infinite_sum", where=place, column=feature.name, n=int(infinite.size))


def _with_sums(
    kept: pa.Table, table: pa.Table, schema: Schema, order: TextVector, keys: TextVector, present: BoolVector
) -> pa.Table:
    """Replace numbers by their sums over the rows of a key; missing only where all are."""
    codes = pc.index_in(pa.array(keys, pa.string()), value_set=pa.array(order, pa.string()))
    codes = pc.fill_null(codes, 0).to_numpy()
    for position, feature in enumerate(schema):
        if feature.kind not in NUMERIC_KINDS or feature.role is Role.KEY:
            continue
        values = table.column(feature.name).to_numpy()
        there = present & ~np.isnan(values)
        sums = np.bincount(codes[there], weights=values[there], minlength=len(order))
        n_there = np.bincount(codes[there], minlength=len(order))
        summed = pa.array(np.where(n_there, sums, np.nan), from_pandas=True)
        kept = kept.set_column(position, feature.name, summed)
    return kept
