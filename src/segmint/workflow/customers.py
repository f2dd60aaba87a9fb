"""All customers of a table as a model sees them, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segmint.data import ReadOptions
from segmint.data.dataset import Dataset
from segmint.model.segment_model import SegmentModel
from segmint.types import FloatMatrix, IntVector, RawColumns, TextVector
from segmint.words import Sentence
from segmint.workflow.assign import own_chunks, own_columns


@dataclass(frozen=True, eq=False)
class Customers:
    """All rows: keys, original and prepared columns, labels."""

    keys: TextVector
    columns: RawColumns
    X: FloatMatrix
    labels: IntVector
    notices: tuple[Sentence, ...]


def read_customers(model: SegmentModel, data: Any, reading: ReadOptions) -> Customers:
    """Read a table as the model reads it.

    Parameters
    ----------
    model
        Its schema reads, its preparation makes rows comparable.
    data
        Whatever :func:`segmint.read` takes, or a :class:`Dataset`.
    reading
        How the data are written, and which column is the key.
    """
    if isinstance(data, Dataset):
        return _prepared(model, own_columns(model, data), data.keys, ())
    parts = [
        _prepared(model, chunk.columns, chunk.keys, chunk.notices)
        for chunk in own_chunks(model, data, reading)
    ]
    return Customers(
        np.concatenate([part.keys for part in parts]),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in model.preparation.columns},
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.labels for part in parts]),
        parts[-1].notices,
    )


def _prepared(
    model: SegmentModel, columns: RawColumns, keys: TextVector, notices: tuple[Sentence, ...]
) -> Customers:
    own = {name: columns[name] for name in model.preparation.columns}
    X = model.preparation.forward(own)
    return Customers(keys, own, X, model.assigner.place(X).labels, notices)
