"""Parquet through the engine, after a look at what its footer claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from segmint.data import engine
from segmint.data.files import BOMB_FLOOR, BOMB_RATIO, LocalFile
from segmint.data.names import MAX_COLUMNS, clean_names
from segmint.data.options import ReadOptions
from segmint.data.rows import Rejects, Rows, from_one
from segmint.errors import SchemaError, SourceError

DECODED_FLOOR = 256 << 20
DECODED_RATIO = 1000
"""Bytes of decoded cells for each byte of the file; equal cells are counted in runs, so much is possible."""
_MEMORY = 1 << 30
_CELL = 8


@contextmanager
def open_parquet(file: LocalFile, options: ReadOptions, rejects: Rejects) -> Iterator[Rows]:
    """Open a Parquet file.

    Raises
    ------
    SourceError
        If it is damaged, its counts do not agree, or it would unpack beyond belief.
    """
    names = _checked(file)
    columns = clean_names(names, file.name, options.rename)

    def batches(positions: Sequence[int], n_rows: int) -> Iterator[pa.RecordBatch]:
        return _batches(file, [names[position] for position in positions], n_rows)

    yield Rows(file.name, columns, False, batches, from_one, "row", (), rejects)


def _checked(file: LocalFile) -> list[str]:
    size = file.path.stat().st_size
    try:
        with pq.ParquetFile(file.path) as opened:
            footer = opened.metadata
            names = list(opened.schema_arrow.names)
            groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError):
        raise SourceError("data.damaged", where=file.name, format="Parquet") from None
    if len(names) > MAX_COLUMNS:
        raise SchemaError("data.too_many_columns", where=file.name, n=len(names), limit=MAX_COLUMNS)
    counts = [group.num_rows for group in groups]
    if footer.num_rows < 0 or any(n < 0 for n in counts) or sum(counts) != footer.num_rows:
        raise SourceError("data.forged_counts", where=file.name)
    if not footer.num_rows:
        raise SourceError("data.no_data", where=file.name)
    unpacked = sum(max(group.total_byte_size, 0) for group in groups)
    decoded = footer.num_rows * _CELL * max(len(names), 1)
    if unpacked > BOMB_FLOOR and unpacked > BOMB_RATIO * size:
        raise SourceError("data.bomb", where=file.name, ratio=BOMB_RATIO)
    if decoded > DECODED_FLOOR and decoded > DECODED_RATIO * size:
        raise SourceError("data.bomb", where=file.name, ratio=DECODED_RATIO)
    return names


def _batches(file: LocalFile, names: Sequence[str], n_rows: int) -> Iterator[pa.RecordBatch]:
    wanted = ", ".join(engine.identifier(name) for name in names)
    query = f"SELECT {wanted} FROM read_parquet({engine.literal(str(file.path))})"
    try:
        with engine.engine() as connection:
            connection.sql(f"SET memory_limit='{_memory(file.path)}B'")
            yield from connection.sql(query).to_arrow_reader(n_rows)
    except (duckdb.Error, pa.ArrowException):
        raise SourceError("data.damaged", where=file.name, format="Parquet") from None


def _memory(path: Path) -> int:
    return max(_MEMORY, 16 * path.stat().st_size)
