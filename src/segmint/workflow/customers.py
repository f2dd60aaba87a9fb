"""All customers of a table as a model sees them, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segmint.data import ReadOptions
from segmint.data.dataset import Dataset
from segmint.errors import UsageError
from segmint.model.segment_model import SegmentModel
from segmint.types import FloatMatrix, IntVector, RawColumns, TextVector
from segmint.words import Sentence
from segmint.workflow.assign import own_chunks, own_columns
from segmint.workflow.room import refuse_if_too_large


@dataclass(frozen=True, eq=False)
class Customers:
    """All rows: keys, original and prepared columns, labels."""

    keys: TextVector
    columns: RawColumns
    X: FloatMatrix
    labels: IntVector
    notices: tuple[Sentence, ...]


def read_customers(
    model: SegmentModel, data: Any, reading: ReadOptions, *, memory: float | None = None
) -> Customers:
    """Read a table as the model reads it.

    Parameters
    ----------
    model
        Its schema reads, its preparation makes rows comparable.
    data
        Whatever :func:`segmint.read` takes, or a :class:`Dataset`.
    reading
        How the data are written, and which column is the key.
    memory
        Bytes that may be used; ``None`` for what the machine has.

    Raises
    ------
    UsageError
        If a dataset was read without the key, or with another.
    ResourceError
        As soon as so many rows were read that they would not fit.
    """
    if isinstance(data, Dataset):
        _refuse_other_key(data, reading.key)
        return _prepared(model, own_columns(model, data), data.keys, ())
    parts, n_rows = list[Customers](), 0
    for chunk in own_chunks(model, data, reading):
        parts.append(_prepared(model, chunk.columns, chunk.keys, chunk.notices))
        n_rows += len(chunk.keys)
        refuse_if_too_large(n_rows, parts[-1].X.shape[1], memory=memory)
    return Customers(
        np.concatenate([part.keys for part in parts]),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in model.preparation.columns},
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.labels for part in parts]),
        parts[-1].notices,
    )


def _refuse_other_key(dataset: Dataset, key: str | None) -> None:
    found = None if dataset.schema.key is None else dataset.schema.key.name
    if key is not None and found != key:
        raise UsageError("workflow.dataset_key", key=key, found=found or "–")


def _prepared(
    model: SegmentModel, columns: RawColumns, keys: TextVector, notices: tuple[Sentence, ...]
) -> Customers:
    own = {name: columns[name] for name in model.preparation.columns}
    X = model.preparation.forward(own)
    return Customers(keys, own, X, model.assigner.place(X).labels, notices)
