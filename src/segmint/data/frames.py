"""Frames of the user: pandas, polars, Arrow, DuckDB relations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import narwhals as nw
import pyarrow as pa
from narwhals.exceptions import NarwhalsError

from segmint.data.names import clean_names
from segmint.data.options import ReadOptions
from segmint.data.rows import Rejects, Rows, from_one
from segmint.errors import SourceError, UsageError


@contextmanager
def open_frame(frame: Any, options: ReadOptions, rejects: Rejects) -> Iterator[Rows]:
    """Open a data frame; it is not changed, and its index is not read.

    Raises
    ------
    UsageError
        If it is no frame.
    SourceError
        If a column holds values of several kinds, which have no place in one Arrow column.
    SchemaError
        If columns have no name, or names repeat.
    """
    if nw.dependencies.is_pandas_like_dataframe(frame):
        clean_names(_labels(frame), "frame", options.rename)  # Arrow would name what has no name "nan"
    table = _arrow(frame)
    columns = clean_names(list(table.column_names), "frame", options.rename)

    def batches(positions: Sequence[int], n_rows: int) -> Iterator[pa.RecordBatch]:
        yield from table.select(list(positions)).to_batches(max_chunksize=n_rows)

    yield Rows("frame", columns, False, batches, from_one, "row", (), rejects)


def _labels(frame: Any) -> list[str | None]:
    """Return the labels of a frame's columns as texts, ``None`` for those that are missing."""
    return [None if label is None or label != label else str(label) for label in frame.columns]


def _arrow(frame: Any) -> pa.Table:
    try:
        found = nw.from_native(frame)
    except TypeError:
        raise UsageError("data.no_source", type=type(frame).__name__) from None
    except (NarwhalsError, ValueError) as error:
        raise SourceError("data.bad_frame", where="frame", reason=type(error).__name__) from None
    try:
        collected = found.collect("pyarrow") if isinstance(found, nw.LazyFrame) else found
        return collected.to_arrow()
    except (pa.ArrowException, TypeError) as error:
        raise SourceError("data.bad_frame", where="frame", reason=type(error).__name__) from None
