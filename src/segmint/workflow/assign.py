"""Segments for rows: a frame or a dataset in memory, or a file in a stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from segmint.data import Chunk, ReadOptions, open_writer, raw_columns, read_chunks
from segmint.data.dataset import Dataset
from segmint.data.target_tables import IfExists
from segmint.errors import SchemaError, UsageError
from segmint.model.assignment import RESULT_COLUMNS as OUTPUT_COLUMNS
from segmint.model.assignment import Assignment
from segmint.model.assignment import assign as assign_columns
from segmint.model.parsing import level_text, parse_number
from segmint.model.recipe import Recipe
from segmint.model.schema import NUMERIC_KINDS, Feature, Kind, Schema
from segmint.model.segment_model import SegmentModel
from segmint.types import Progress, RawColumn, RawColumns, silent
from segmint.words import Sentence, say, sentence


@dataclass(frozen=True)
class Assigned:
    """What an assignment of a whole source did.

    ``sizes`` counts rows by segment id, ``unassigned`` among them; ``notices`` say what was repaired,
    ignored or counted.
    """

    n_rows: int
    n_rejected: int
    sizes: Mapping[str, int]
    notices: tuple[Sentence, ...]


def assign(model: SegmentModel, data: Any, options: ReadOptions | None = None) -> Assignment:
    """Give each row of a dataset, a frame or a file its segment, in memory.

    Parameters
    ----------
    model
        The segmentation.
    data
        A :class:`Dataset`, or whatever :func:`segmint.read` takes; its columns are read as the model's own.
    options
        How to read it; a :class:`Dataset` was read before.

    Returns
    -------
    Assignment
        In the order of the rows: labels, lasting ids, names, confidence, runner-up and novelty. The same
        for a file, a frame and a dataset of the same rows.

    Raises
    ------
    SchemaError
        If columns of the model are missing, or a dataset holds them as other kinds than the model; the
        details show the difference.
    ValueRuleError
        If a value is not of its column's kind.
    SourceError
        If the source cannot be read.

    Examples
    --------
    >>> import segmint
    >>> table = segmint.example_table("wholesale_customers")
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> model = segmint.study(segmint.read(table), options).model
    >>> assignment = segmint.assign(model, table)
    >>> len(assignment.segment_ids), assignment.segment_ids[0] in {card.id for card in model.cards}
    (440, True)
    """
    if isinstance(data, Dataset):
        return assign_columns(model, own_columns(model, data), data.keys)
    chunks = list(own_chunks(model, data, options))
    columns = {name: np.concatenate([chunk.columns[name] for chunk in chunks]) for name in chunks[0].columns}
    return assign_columns(model, columns, np.concatenate([chunk.keys for chunk in chunks]))


def own_chunks(
    model: SegmentModel, source: Any, reading: ReadOptions | None = None, *, schema: Schema | None = None
) -> Iterator[Chunk]:
    """Read a source in chunks as the model's own rows were read; texts stand for shares of its topics.

    Parameters
    ----------
    model
        The segmentation.
    source, reading
        See :func:`segmint.data.read_chunks`.
    schema
        Another than the model's.
    """
    with advising(model):
        yield from read_chunks(
            source, schema or model.schema, replace(reading or ReadOptions(), topics=model.topics)
        )


@contextmanager
def advising(model: SegmentModel) -> Iterator[None]:
    """Say of a source that lacks the model's columns what it may hold in their place: texts, or events."""
    try:
        yield
    except SchemaError as error:
        topics, lacking = model.topics, error.figures.get("missing") or error.figures.get("columns") or ()
        if topics is not None and not {*topics.names}.isdisjoint(lacking):
            raise SchemaError(
                "workflow.no_shares", where=error.where, details=error.details, column=topics.text
            ) from None
        if lacking and model.recipe is not None and _holds_events(model.recipe, error):
            raise SchemaError("workflow.are_events", where=error.where, details=error.details) from None
        raise


def _holds_events(recipe: Recipe, error: SchemaError) -> bool:
    """Return whether a source that lacks features has all columns that they are made of."""
    return {*recipe.columns.values()} <= {*error.figures.get("found", ())}


def own_columns(model: SegmentModel, dataset: Dataset) -> RawColumns:
    """Return a dataset's columns as the model reads them, where nothing is lost in that."""
    found = {feature.name: feature for feature in dataset.schema}
    raw = dict(raw_columns(dataset))
    if model.topics is not None and model.topics.replaces(raw):
        raw = dict(model.topics.folded(raw))
    details: list[str] = []
    for feature in model.schema.clustering:
        if feature.name in raw and feature.name in found:
            details += _differences(feature, found[feature.name], raw[feature.name])
            raw[feature.name] = _converted(feature, raw[feature.name])
    if details:
        raise SchemaError("workflow.other_columns", where=dataset.source, details=tuple(details))
    return raw


def _differences(own: Feature, other: Feature, column: RawColumn) -> list[str]:
    """Say where a column was read otherwise than the model would: another kind, or a word for missing."""
    if _all_missing(column):
        return []
    kinds = {own.kind, other.kind}
    if len(kinds) > 1 and kinds != NUMERIC_KINDS and (own.kind, other.kind) != (Kind.CATEGORY, Kind.TEXT):
        return [say("workflow.other_kind", column=own.name, own=own.kind.value, other=other.kind.value)]
    words = {*own.missing_values} - {*other.missing_values}
    values = {parse_number(word) if own.numeric else word for word in words} - {None}
    if values.isdisjoint(column.tolist()):
        return []
    return [say("workflow.other_missing", column=own.name)]


def _converted(own: Feature, column: RawColumn) -> RawColumn:
    if own.numeric and _all_missing(column):
        return np.full(len(column), np.nan)
    if own.kind is Kind.CATEGORY and column.dtype.kind == "O":
        return np.array([None if text is None else level_text(text) for text in column], dtype=object)
    return np.full(len(column), None) if _all_missing(column) else column


def _all_missing(column: RawColumn) -> bool:
    return all(value is None or value != value for value in column.tolist())


def assign_source(
    model: SegmentModel,
    source: str | Path,
    target: str | Path,
    *,
    options: ReadOptions | None = None,
    table: str | None = None,
    if_exists: IfExists = "error",
    progress: Progress = silent,
) -> Assigned:
    """Assign a whole source in chunks and write the result; memory does not grow with the rows.

    The target gets the key under its own name, then ``segment_id``, ``segment_name``, ``confidence``,
    ``runner_up`` and ``novelty``. It appears whole or not at all. A table of a database that is there
    already is an error unless ``if_exists`` says ``replace`` or ``append``; files are replaced.
    """
    sizes: dict[str, int] = {}
    notices: list[Sentence] = []
    unseen: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    n_rows = n_rejected = n_silent = 0
    with open_writer(target, table=table, if_exists=if_exists) as writer:
        for chunk in own_chunks(model, source, options):
            assignment = assign_columns(model, chunk.columns, chunk.keys)
            writer.write(output_columns(model, assignment))
            _count(sizes, assignment)
            n_rows += len(assignment.keys)
            n_rejected += chunk.n_rejected
            n_silent += _without_text(model, chunk.columns)
            unseen.update(assignment.n_unseen)
            filled.update(assignment.n_filled)
            notices += [notice for notice in chunk.notices if notice not in notices]
            progress("assigned", n_rows, n_rows)
    silent_told = (sentence("workflow.notice.without_text", n=n_silent),) if n_silent else ()
    if silent_told and model.topics is not None:  # told once, not by share
        filled.subtract(dict.fromkeys(model.topics.names, n_silent))
    counted = (
        sentence(f"workflow.notice.{what}", column=column, n=n)
        for what, counts in (("unseen", unseen), ("filled", filled))
        for column, n in sorted(counts.items())
        if n > 0
    )
    return Assigned(n_rows, n_rejected, sizes, (*notices, *silent_told, *counted))


def _without_text(model: SegmentModel, columns: RawColumns) -> int:
    """Count the customers who have none of the shares of a model's topics."""
    if model.topics is None:
        return 0
    shares = [np.asarray(columns[name], dtype=np.float64) for name in model.topics.names if name in columns]
    return int(np.all(np.isnan(shares), axis=0).sum()) if shares else 0


def write_assignment(
    model: SegmentModel, assignment: Assignment, target: str | Path, *, table: str | None = None
) -> None:
    """Write an assignment that is in memory, in the same form as :func:`assign_source`."""
    with open_writer(target, table=table) as writer:
        writer.write(output_columns(model, assignment))


def output_columns(model: SegmentModel, assignment: Assignment) -> dict[str, np.ndarray[Any, Any]]:
    """Return the columns of the result: the key under its own name, then the segment's.

    Raises
    ------
    UsageError
        If the key is called like a column of the result.
    """
    key = "row" if model.schema.key is None else model.schema.key.name
    if key in OUTPUT_COLUMNS:
        raise UsageError("workflow.key_taken", key=key, columns=list(OUTPUT_COLUMNS))
    return {key: assignment.keys, **assignment.result()}


def _count(sizes: dict[str, int], assignment: Assignment) -> None:
    for segment, count in assignment.sizes().items():
        sizes[segment] = sizes.get(segment, 0) + count
