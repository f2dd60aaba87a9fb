"""Texts by customer: several of one customer are one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from segmint.data import ReadOptions, read
from segmint.data.columns import raw_columns
from segmint.data.dataset import Dataset
from segmint.data.options import clean_name
from segmint.errors import DataError, SchemaError, UsageError
from segmint.labels import NOISE
from segmint.model.schema import NUMERIC_KINDS, Feature, Kind, Role, Schema
from segmint.types import IntVector, TextVector
from segmint.words import Sentence, sentence

_FEWEST_LABELS = 2


@dataclass(frozen=True, eq=False)
class Texts:
    """Documents, one a customer.

    Attributes
    ----------
    keys
        Of the customers, in the order in which they first appear.
    documents
        The texts of each, joined by line breaks in the order of the rows; the empty text where there is none.
    labels
        The commonest label of each, numbered; ``NOISE`` for none; ``None`` where none were asked for.
    n_texts
        How many rows hold a text.
    source
        The name of the source.
    notices
        What was counted or left out.
    """

    keys: tuple[str, ...]
    documents: tuple[str, ...]
    labels: IntVector | None
    n_texts: int
    source: str
    notices: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True)
class TextColumns:
    """Which columns hold what: the texts, the customers (``None``: each row is one), and labels to compare with."""

    text: str
    key: str | None = None
    labels: str | None = None


def read_texts(source: Any, columns: TextColumns, reading: ReadOptions | None = None) -> Texts:
    """Read texts and join those of one customer.

    Parameters
    ----------
    source
        Whatever :func:`segmint.read` takes.
    columns
        Which columns hold what.
    reading
        How the source is written.

    Raises
    ------
    SchemaError
        If a column is not there, or the column of texts holds numbers.
    DataError
        If the column of labels holds fewer than two that documents share.
    """
    dataset = _read(source, columns, reading or ReadOptions())
    raw = raw_columns(dataset)
    texts = raw[clean_name(columns.text)]
    keys = dataset.keys if columns.key is None else raw[clean_name(columns.key)]
    rows_of = _rows_by_key(keys)
    documents = tuple("\n".join(str(texts[row]) for row in rows if texts[row]) for rows in rows_of.values())
    n_without = len(keys) - sum(map(len, rows_of.values()))
    notices = [*dataset.notices]
    if n_without:
        notices.append(sentence("topics.notice.without_key", n=n_without))
    n_texts = sum(1 for rows in rows_of.values() for row in rows if texts[row])
    if n_texts > len(documents):
        notices.append(sentence("topics.notice.joined", n=n_texts, customers=len(documents)))
    labels = (
        None if columns.labels is None else _labels(raw[clean_name(columns.labels)], rows_of, columns.labels)
    )
    return Texts(tuple(rows_of), documents, labels, n_texts, dataset.source, tuple(notices))


def _read(source: Any, columns: TextColumns, reading: ReadOptions) -> Dataset:
    """Read the table with every column that counts as text: no key repeats, no number loses a digit."""
    named = [name for name in (columns.text, columns.key, columns.labels) if name is not None]
    wanted = [clean_name(name) for name in named]
    if len(set(wanted)) < len(wanted):
        raise UsageError("topics.one_column_twice", columns=wanted)
    if isinstance(source, Dataset):
        unknown = [name for name in wanted if name not in source.schema.names]
        if unknown:
            raise SchemaError("topics.no_such_column", column=unknown[0], columns=list(source.schema.names))
        found = source.schema.feature(wanted[0])
        if found.kind in NUMERIC_KINDS or found.kind is Kind.DATE:
            raise SchemaError("topics.not_text", column=wanted[0], kind=found.kind.value)
        return source
    schema = Schema(tuple(Feature(name, Kind.TEXT, Role.IGNORE) for name in wanted))
    return read(source, replace(reading, schema=schema, kinds=dict.fromkeys(wanted, Kind.TEXT), key=None))


def _rows_by_key(keys: TextVector) -> dict[str, list[int]]:
    """Return the rows of each customer, in the order in which customers first appear; keys as they stand, none without one."""
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        if key is not None and str(key).strip():
            rows.setdefault(str(key), []).append(row)
    return rows


def _labels(values: TextVector, rows_of: Mapping[str, Sequence[int]], column: str) -> IntVector:
    """Return the commonest label of each customer as a number; ties to the one that comes first."""
    chosen = [_commonest([values[row] for row in rows]) for rows in rows_of.values()]
    shared = [label for label, n in Counter(chosen).items() if label is not None and n > 1]
    if len(shared) < _FEWEST_LABELS:
        raise DataError("topics.no_labels", column=column, n=len(shared))
    numbers = {
        label: number for number, label in enumerate(sorted({one for one in chosen if one is not None}))
    }
    return np.array([NOISE if one is None else numbers[one] for one in chosen], dtype=np.int64)


def _commonest(labels: Sequence[Any]) -> str | None:
    known = Counter(str(label) for label in labels if label is not None and str(label).strip())
    return known.most_common(1)[0][0] if known else None
