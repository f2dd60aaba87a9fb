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
from segmint.data.records import MAX_FIELD
from segmint.data.rows import Rejects, Rows, from_one
from segmint.errors import SchemaError, SourceError

DECODED_FLOOR = 256 << 20
DECODED_RATIO = 1000
"""Bytes of decoded cells for each byte of the file; equal cells are counted in runs, so much is possible."""
_MEMORY = 1 << 30
_MEASURING = 384 << 20
_CELL = 8


@contextmanager
def open_parquet(file: LocalFile, options: ReadOptions, rejects: Rejects) -> Iterator[Rows]:
    """Open a Parquet file.

    Raises
    ------
    SourceError
        If it is damaged, its counts do not agree, or it would unpack beyond belief.
    """
    schema = _checked(file)
    names = list(schema.names)
    columns = clean_names(names, file.name, options.rename)
    _refuse_long_texts(file, [name for name in names if _is_text(schema.field(name).type)])

    def batches(positions: Sequence[int], n_rows: int) -> Iterator[pa.RecordBatch]:
        wanted = [_selected(schema.field(position)) for position in positions]
        return _batches(file, wanted, n_rows)

    yield Rows(file.name, columns, False, batches, from_one, "row", (), rejects)


def _checked(file: LocalFile) -> pa.Schema:
    size = file.path.stat().st_size
    try:
        with pq.ParquetFile(file.path) as opened:
            footer = opened.metadata
            schema = opened.schema_arrow
            names = schema.names
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
    return schema


def _is_text(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner)
    )


def _selected(field: pa.Field) -> str:
    """Return what is read of a column: nothing of lists, objects and bytes, which are ignored."""
    name = engine.identifier(field.name)
    if pa.types.is_nested(field.type) or (
        pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
    ):
        return f"NULL::BLOB AS {name}"
    return name


def _refuse_long_texts(file: LocalFile, names: Sequence[str]) -> None:
    """Measure the texts before they are unpacked: one long text may stand in a million rows."""
    if not names:
        return
    lengths = [f"strlen({engine.identifier(name)})" for name in names]
    longest = ", ".join(f"max({length})" for length in lengths)
    total = " + ".join(f"coalesce(sum({length}), 0)" for length in lengths)
    query = f"SELECT greatest({longest}, 0), {total} FROM read_parquet({engine.literal(str(file.path))})"
    try:
        with engine.engine() as connection:
            connection.execute(f"SET memory_limit='{_MEASURING}B'")
            found = connection.execute(query).fetchall()[0]
    except duckdb.Error:
        raise SourceError("data.damaged", where=file.name, format="Parquet") from None
    if found[0] > MAX_FIELD:
        raise SourceError("data.long", where=file.name)
    if found[1] > DECODED_FLOOR and found[1] > DECODED_RATIO * file.path.stat().st_size:
        raise SourceError("data.bomb", where=file.name, ratio=DECODED_RATIO)


def _batches(file: LocalFile, wanted: Sequence[str], n_rows: int) -> Iterator[pa.RecordBatch]:
    query = f"SELECT {', '.join(wanted)} FROM read_parquet({engine.literal(str(file.path))})"
    try:
        with engine.engine() as connection:
            connection.sql(f"SET memory_limit='{_memory(file.path)}B'")
            yield from connection.sql(query).to_arrow_reader(n_rows)
    except (duckdb.Error, pa.ArrowException, OSError):  # Arrow gives the engine's errors as OSError
        raise SourceError("data.damaged", where=file.name, format="Parquet") from None


def _memory(path: Path) -> int:
    return max(_MEMORY, 16 * path.stat().st_size)
