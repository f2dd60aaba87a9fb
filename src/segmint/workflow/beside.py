"""Tables beside the customers': shares of topics or other numbers by key, and the topics that make shares of texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from segmint.data import ReadOptions, raw_columns, read
from segmint.data.beside import Beside
from segmint.data.dataset import Dataset
from segmint.data.options import clean_name
from segmint.data.quarantine import quarantine
from segmint.data.rows import Rejects
from segmint.data.sources import open_source
from segmint.errors import BundleError, DataError, SchemaError, UsageError
from segmint.model.schema import Feature, Kind, Role
from segmint.model.segment_model import SegmentModel
from segmint.model.topic_columns import TopicColumns
from segmint.model.topic_file import load_topic_columns
from segmint.types import FloatVector
from segmint.words import Sentence, sentence
from segmint.workflow.beside_refusals import keyless, repeated, without_numbers
from segmint.workflow.texts import TextColumns, read_texts
from segmint.workflow.topic_features import topics_path


def with_beside(reading: ReadOptions, table: Any, *, model: SegmentModel | None = None) -> ReadOptions:
    """Return how customers are read with the numbers that stand in another table, found by key.

    Where a topic model lies beside that table (``segmint topics --as-features`` writes it), it is kept with the
    customers, and goes into the model that is made of them.

    Parameters
    ----------
    reading
        How the customers are read; its ``key`` names the other table's too, where there is a column of that name.
    table
        The other table: whatever :func:`segmint.read` takes.
    model
        The model whose columns are wanted; ``None`` before there is one.

    Raises
    ------
    UsageError
        If the other table is standard input, which has no name that says how it is written.
    SchemaError
        If no column of the other table names the customers, or none holds numbers.
    DataError
        If keys repeat there, or as :func:`segmint.read`.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"id": ["a", "b", "c"], "spend": [5.0, 7.5, 9.0]})
    >>> shares = pd.DataFrame({"id": ["c", "a"], "complaints": [0.25, 0.5]})
    >>> read(customers, with_beside(ReadOptions(), shares)).table.column("complaints").to_pylist()
    [0.5, None, 0.25]
    """
    if str(table) == "-":
        raise UsageError("workflow.beside_stdin")
    names = _column_names(table)
    topics = topics_beside(table) if model is None else model.topics
    others = model is None and topics is not None and not {*topics.names} <= {*names}
    topics = None if others else topics
    key = reading.key or (None if model is None or model.schema.key is None else model.schema.key.name)
    beside = _read(table, names, _of_columns(reading, names), key, topics, model=model)
    if model is not None:
        return replace(reading, beside=_only(beside, model))
    if others:
        beside = replace(beside, notices=(*beside.notices, _not_taken(table, "other_columns")))
    return replace(reading, beside=beside, topics=topics or reading.topics)


def _of_columns(reading: ReadOptions, names: Collection[str]) -> ReadOptions:
    """Return what is said of the columns that a table has."""

    def own(said: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in map(clean_name, said) if name in names)

    features = None if reading.features is None else own(reading.features)
    return replace(reading, features=features, exclude=own(reading.exclude), describe=own(reading.describe))


def read_with_topics(table: Any, reading: ReadOptions | None = None) -> Dataset:
    """Read a table that may itself be one of shares: with the topic model beside it.

    Nobody named that file: one that is no topic model, or of other columns, is said and not taken.

    Parameters
    ----------
    table, reading
        See :func:`segmint.read`.

    Raises
    ------
    DataError
        As :func:`segmint.read`.

    Examples
    --------
    >>> import segmint
    >>> read_with_topics(segmint.example_table("wholesale_customers")).topics is None
    True
    """
    reading = reading or ReadOptions()
    try:
        topics = topics_beside(table)
    except BundleError:
        return _telling(read(table, reading), _not_taken(table, "unreadable"))
    dataset = read(table, replace(reading, topics=reading.topics or topics))
    if topics is None or {*topics.names} <= {*dataset.schema.names}:
        return dataset
    return _telling(dataset, _not_taken(table, "other_columns"))


def _telling(dataset: Dataset, notice: Sentence) -> Dataset:
    return replace(dataset, notices=(*dataset.notices, notice))


def _not_taken(table: str | Path, why: str) -> Sentence:
    return sentence(f"data.notice.topics_{why}", file=topics_path(table).name)


def with_texts(reading: ReadOptions, texts: Any, model: SegmentModel) -> ReadOptions:
    """Return how customers are read with the shares of the texts that they wrote, which stand in another table.

    Parameters
    ----------
    reading
        How the customers are read.
    texts
        Whatever :func:`segmint.read` takes, with the model's column of texts and its key; several texts of one customer
        are one document. All are read at once.
    model
        A model with topics.

    Raises
    ------
    UsageError
        If the model has no topics, or no key to find a customer's texts by.
    DataError
        As :func:`segmint.read`.
    """
    topics, key = model.topics, model.schema.key
    if topics is None:
        raise UsageError("workflow.no_topics", name=model.manifest.name)
    named = reading.key or (None if key is None else key.name)
    if named is None:
        raise UsageError("workflow.texts_without_key", name=model.manifest.name)
    try:
        found = read_texts(texts, TextColumns(text=topics.text, key=named))
    except DataError as error:
        raise _of_those_texts(error, named, topics.text) from None
    shares = topics.shares(found.documents)
    columns = {name: shares[:, topic].copy() for topic, name in enumerate(topics.names)}
    features = tuple(model.schema.feature(name) for name in topics.names)
    return replace(reading, beside=Beside(found.source, found.keys, features, columns, found.notices))


def topics_beside(table: Any) -> TopicColumns | None:
    """Return the topic model beside a table of shares with its columns; ``None`` where there is none.

    Raises
    ------
    BundleError
        If it is damaged.
    """
    if not isinstance(table, (str, Path)) or "://" in str(table) or not Path(table).is_file():
        return None
    path = topics_path(table)
    with suppress(OSError):  # such as a name that is too long
        return load_topic_columns(path) if path.is_file() else None
    return None


def _of_those_texts(error: DataError, key: str, text: str) -> DataError:
    """Return an error of a table of texts; one of its columns says which it must have."""
    if error.code not in ("data.unknown_columns", "data.missing_schema_columns"):
        return _of_that_table(error)
    return SchemaError(
        "workflow.other_text_columns", where=error.where, details=error.details, key=key, text=text
    )


def _read(
    table: Any,
    names: tuple[str, ...],
    said: ReadOptions,
    key: str | None,
    topics: TopicColumns | None,
    *,
    model: SegmentModel | None,
) -> Beside:
    """Read the numbers of a table beside the customers', by what is said of its columns."""
    shares = () if topics is None else tuple(name for name in topics.names if name in names)
    options = ReadOptions(
        key=_key(names, key, shares),
        kinds=dict.fromkeys(shares, Kind.NUMBER),
        missing=said.missing,
        features=said.features,
        exclude=said.exclude,
        describe=said.describe,
    )
    try:
        dataset = _with_keys(table, options)
    except DataError as error:
        if error.code == "data.repeated_keys":
            raise repeated(table, options, error, model) from None
        raise _of_that_table(error) from None
    if dataset.schema.key is None:
        raise keyless(dataset, model)
    excluded_shares = {*said.exclude} & {*shares}
    return replace(_beside(dataset, topics, excluded_shares, model), every=names)


def _with_keys(table: Any, options: ReadOptions) -> Dataset:
    """Read a table without its rows that have no key, which are counted.

    Raises
    ------
    DataError
        If keys repeat, or as :func:`segmint.read`.
    """
    try:
        return read(table, options)
    except DataError as error:
        if error.code != "data.missing_keys":
            raise
    dataset = read(table, replace(options, on_duplicate="last"))
    for notice in dataset.notices:
        if notice.key == "data.notice.repeated_last":
            raise DataError("data.repeated_keys", where=dataset.source, **notice.figures)
    return dataset


def _of_that_table(error: DataError) -> DataError:
    """Return an error of the other table, which options of reading do not reach, without advice to use one."""
    if "--" not in error.remedy:
        return error
    said = {"received": error.received, "broken": error.rule}
    return type(error)("workflow.beside_broken", where=error.where, details=error.details, **said)


def _column_names(table: Any) -> tuple[str, ...]:
    rejects = Rejects()
    with quarantine(None, rejects) as aside, open_source(table, ReadOptions(), rejects, aside) as rows:
        return rows.columns


def _key(names: Sequence[str], key: str | None, shares: Sequence[str]) -> str | None:
    """Return the column of keys: the one that is named, or the only one beside shares; else it is found out."""
    if key is not None and clean_name(key) in names:
        return clean_name(key)
    others = [name for name in names if name not in shares]
    return others[0] if shares and len(others) == 1 else None


def _beside(
    dataset: Dataset,
    topics: TopicColumns | None,
    excluded_shares: Collection[str],
    model: SegmentModel | None,
) -> Beside:
    """Return the numbers of a table that can cluster; the others are counted.

    Shares that were excluded stay, ignored: texts make all shares of a model.
    """
    used = (Role.CLUSTER, Role.DESCRIBE)
    chosen = [
        one for one in dataset.schema if one.numeric and (one.role in used or one.name in excluded_shares)
    ]
    if not chosen:
        raise without_numbers(dataset, model)
    raw = raw_columns(dataset)
    columns = {one.name: raw[one.name] for one in chosen}
    features = tuple(_told(one, topics) for one in chosen)
    notices = tuple(_notices(dataset, columns))
    return Beside(dataset.source, tuple(dataset.keys.tolist()), features, columns, notices)


def _notices(dataset: Dataset, columns: Mapping[str, FloatVector]) -> Iterator[Sentence]:
    """Yield what was found when the table was read; rows without any number are told once, not by column."""
    empty = np.all([np.isnan(column) for column in columns.values()], axis=0)
    n_empty, n_left_out = int(empty.sum()), len(dataset.schema) - 1 - len(columns)
    told = [sentence("data.notice.missing", n=n_empty, column=name) for name in columns]
    yield from (notice for notice in dataset.notices if notice not in told)
    if n_empty:
        yield sentence("data.notice.beside_blank", n=n_empty, total=len(empty), beside=dataset.source)
    if n_left_out:
        yield sentence("data.notice.beside_left_out", n=n_left_out, beside=dataset.source)


def _told(feature: Feature, topics: TopicColumns | None) -> Feature:
    if topics is None or feature.name not in topics.names:
        return feature
    reason = sentence(
        "data.reason.topic", number=topics.names.index(feature.name) + 1, name=topics.model.name
    )
    return replace(feature, reason=reason, given=False) if feature.role is Role.CLUSTER else feature


def _only(beside: Beside, model: SegmentModel) -> Beside:
    """Return the columns of a table that a model has."""
    known = tuple(one for one in beside.features if one.name in model.schema.names)
    if not known:
        raise SchemaError("workflow.beside_other", where=beside.source, name=model.manifest.name)
    return replace(beside, features=known)
