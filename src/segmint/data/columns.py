"""The plain columns in which rows cross to the other rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segmint.data.dataset import Dataset
from segmint.types import RawColumn, RawColumns

if TYPE_CHECKING:
    import pyarrow as pa


def raw_columns(dataset: Dataset) -> RawColumns:
    """Return a dataset's columns as arrays in original units.

    Parameters
    ----------
    dataset
        The rows.

    Returns
    -------
    RawColumns
        By name, in the schema's order: float64 with NaN for missing (numbers, counts, dates as days
        since 1970-01-01), or objects with ``None`` for missing (flags, categories, text).

    Examples
    --------
    >>> from segmint.data import example_table, read
    >>> columns = raw_columns(read(example_table("wholesale_customers")))
    >>> columns["Milk"].dtype, columns["Region"][0]
    (dtype('float64'), '3')
    """
    return {name: raw_column(dataset.table.column(name)) for name in dataset.table.column_names}


def raw_column(column: pa.ChunkedArray | pa.Array) -> RawColumn:
    """Return one Arrow column as an array: floats with NaN, or objects with ``None``."""
    values = column.to_numpy(zero_copy_only=False) if hasattr(column, "type") else column
    if values.dtype.kind == "f":
        return np.asarray(values, dtype=np.float64)
    return np.asarray(values, dtype=object)
