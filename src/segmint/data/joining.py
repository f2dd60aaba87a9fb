"""Batches of one source as one table, where their types may differ from batch to batch."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from segmint.data.cells import typed_texts


def one_table(batches: Sequence[pa.RecordBatch]) -> pa.Table:
    """Join batches; whole numbers and fractions become fractions, any other mixture texts.

    A database without fixed types (SQLite), or with an empty first batch, gives each batch the types of
    its own values.

    Examples
    --------
    >>> import pyarrow as pa
    >>> batches = [pa.record_batch({"a": [1], "b": [None]}), pa.record_batch({"a": [0.5], "b": ["x"]})]
    >>> one_table(batches).schema.types
    [DataType(double), DataType(string)]
    """
    tables = [pa.Table.from_batches([batch]) for batch in batches]
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException:
        columns = zip(*(table.columns for table in tables), strict=True)
        return pa.table(list(map(_joined, columns)), names=tables[0].column_names)


def _joined(parts: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    try:
        tables = [pa.table([part], names=["part"]) for part in parts]
        return pa.concat_tables(tables, promote_options="permissive").column(0)
    except pa.ArrowException:
        texts = [typed_texts(chunk) for part in parts for chunk in part.chunks]
        return pa.chunked_array(texts, pa.string())
