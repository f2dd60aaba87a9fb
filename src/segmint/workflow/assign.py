"""Segments for rows: a frame or a dataset in memory, or a file in a stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmint.data import ReadOptions, open_writer, raw_columns, read_chunks
from segmint.data.dataset import Dataset
from segmint.data.target_tables import IfExists
from segmint.errors import UsageError
from segmint.model.assignment import Assignment
from segmint.model.assignment import assign as assign_columns
from segmint.model.segment_model import SegmentModel
from segmint.types import Progress, silent
from segmint.words import Sentence, sentence

OUTPUT_COLUMNS = ("segment_id", "segment_name", "confidence", "runner_up", "novelty")


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
        How to read it.

    Raises
    ------
    SchemaError
        If columns of the model are missing; the error shows the difference.
    """
    if isinstance(data, Dataset):
        return assign_columns(model, raw_columns(data), data.keys)
    chunks = list(read_chunks(data, model.schema, options))
    columns = {name: np.concatenate([chunk.columns[name] for chunk in chunks]) for name in chunks[0].columns}
    return assign_columns(model, columns, np.concatenate([chunk.keys for chunk in chunks]))


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
    n_rows = n_rejected = 0
    with open_writer(target, table=table, if_exists=if_exists) as writer:
        for chunk in read_chunks(source, model.schema, options or ReadOptions()):
            assignment = assign_columns(model, chunk.columns, chunk.keys)
            writer.write(output_columns(model, assignment))
            _count(sizes, assignment)
            n_rows += len(assignment.keys)
            n_rejected += chunk.n_rejected
            unseen.update(assignment.n_unseen)
            filled.update(assignment.n_filled)
            notices += [notice for notice in chunk.notices if notice not in notices]
            progress("assigned", n_rows, n_rows)
    counted = (
        sentence(f"workflow.notice.{what}", column=column, n=n)
        for what, counts in (("unseen", unseen), ("filled", filled))
        for column, n in sorted(counts.items())
        if n
    )
    return Assigned(n_rows, n_rejected, sizes, (*notices, *counted))


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
    return {
        key: assignment.keys,
        "segment_id": assignment.segment_ids,
        "segment_name": assignment.segment_names,
        "confidence": assignment.confidence,
        "runner_up": assignment.runner_up,
        "novelty": assignment.novelty,
    }


def _count(sizes: dict[str, int], assignment: Assignment) -> None:
    ids, counts = np.unique(assignment.segment_ids.astype(str), return_counts=True)
    for segment, count in zip(ids.tolist(), counts.tolist(), strict=True):
        sizes[segment] = sizes.get(segment, 0) + count
