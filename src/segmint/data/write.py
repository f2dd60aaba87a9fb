"""Writing results: a CSV or Parquet file, or a table of a database; whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from segmint.data.databases import database_file, database_url, is_database, sql_engine
from segmint.data.engine import database as duckdb_database
from segmint.data.engine import identifier
from segmint.data.replacing import replacing
from segmint.errors import SourceError, UsageError

Columns = Mapping[str, np.ndarray[Any, Any]]
Write = Callable[[Columns], None]
IfExists = Literal["replace", "append", "error"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would execute."""


class RowWriter:
    """Takes columns of rows, chunk after chunk."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self.n_rows = 0

    def write(self, columns: Columns) -> None:
        """Write some rows: columns of one length, the same names each time."""
        self._write(columns)
        self.n_rows += len(next(iter(columns.values())))


@contextmanager
def open_writer(
    target: str | Path, *, table: str | None = None, if_exists: IfExists = "replace"
) -> Iterator[RowWriter]:
    """Open a target for results; it appears when all rows are written, and stays as it was on an error.

    Parameters
    ----------
    target
        A file that ends in ``.csv``, ``.csv.gz`` or ``.parquet``, or the address of a database.
    table
        The table, for a database.
    if_exists
        What happens to a table that is there: it is replaced in the same transaction, appended to, or an
        error. Files are replaced.

    Raises
    ------
    UsageError
        If the kind of target is not known, or a database has no table named.
    SourceError
        If it cannot be written.
    """
    text = str(target)
    if is_database(text):
        if not table:
            raise UsageError("data.no_target_table")
        opened = _duckdb if database_url(text).drivername == "duckdb" else _database
        with opened(text, table, if_exists) as write:
            yield RowWriter(write)
        return
    path = Path(target)
    opener = {".csv": _csv, ".parquet": _parquet}.get(_ending(path))
    if opener is None:
        raise UsageError("data.unknown_target", name=path.name)
    with replacing(path) as temporary, opener(temporary, path) as write:
        yield RowWriter(write)


def _ending(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    return (
        ".parquet"
        if path.name.lower().endswith(".parquet")
        else name[name.rfind(".") :]
        if "." in name
        else ""
    )


# ---------------------------------------------------------------------------------------------- files


@contextmanager
def _csv(temporary: Path, final: Path) -> Iterator[Write]:
    with ExitStack() as stack:
        raw = stack.enter_context(temporary.open("wb"))
        if final.name.lower().endswith(".gz"):  # no name and no clock inside: the same rows, the same bytes
            raw = stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0))
        text = stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
        writer = csv.writer(text, lineterminator="\n")
        started = False

        def write(columns: Columns) -> None:
            nonlocal started
            if not started:
                writer.writerow([neutral(name) for name in columns])
                started = True
            writer.writerows(zip(*(_cells(column) for column in columns.values()), strict=True))

        yield write


def _cells(column: np.ndarray[Any, Any]) -> list[Any]:
    if column.dtype == object:
        return ["" if value is None else neutral(str(value)) for value in column]
    values = column.tolist()
    return ["" if value != value else value for value in values]  # NaN is an empty cell


def neutral(text: str) -> str:
    """Return a text that a spreadsheet does not execute: a quote before a formula's first character.

    Numbers stay numbers, also negative ones.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-3"), neutral("plain")
    ("'=1+1", '-3', 'plain')
    """
    if not text.startswith(FORMULA) or _is_number(text):
        return text
    return f"'{text}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text and text[-1].isdigit()


@contextmanager
def _parquet(temporary: Path, _: Path) -> Iterator[Write]:
    with ExitStack() as stack:
        writer: pq.ParquetWriter | None = None

        def write(columns: Columns) -> None:
            nonlocal writer
            table = _arrow(columns)
            if writer is None:
                writer = stack.enter_context(pq.ParquetWriter(temporary, table.schema))
            writer.write_table(table)

        yield write


def _arrow(columns: Columns) -> pa.Table:
    return pa.table({name: _arrow_column(column) for name, column in columns.items()})


def _arrow_column(column: np.ndarray[Any, Any]) -> pa.Array:
    if column.dtype == object:
        return pa.array(column.tolist(), type=pa.string())
    return pa.array(column, from_pandas=True)  # NaN becomes null


# ------------------------------------------------------------------------------------------ databases


@contextmanager
def _database(target: str, table: str, if_exists: IfExists) -> Iterator[Write]:
    engine = sql_engine(database_url(target), read_only=False)
    made: sa.Table | None = None
    try:
        with engine.begin() as connection:

            def write(columns: Columns) -> None:
                nonlocal made
                if made is None:
                    made = _sql_table(connection, table, columns, if_exists)
                names = list(columns)
                rows = zip(*(_values(column) for column in columns.values()), strict=True)
                connection.execute(made.insert(), [dict(zip(names, row, strict=True)) for row in rows])

            yield write
    except sa.exc.SQLAlchemyError:
        raise SourceError("data.not_written", where=f"table {table}") from None
    finally:
        engine.dispose()


def _sql_table(connection: sa.Connection, table: str, columns: Columns, if_exists: IfExists) -> sa.Table:
    exists = sa.inspect(connection).has_table(table)
    kinds = {True: sa.Text, False: sa.Double}
    made = sa.Table(
        table,
        sa.MetaData(),
        *(sa.Column(name, kinds[column.dtype == object]()) for name, column in columns.items()),
    )
    if exists and if_exists == "error":
        raise UsageError("data.table_exists", table=table)
    if exists and if_exists == "replace":
        made.drop(connection)
    if not exists or if_exists == "replace":
        made.create(connection)
    return made


def _values(column: np.ndarray[Any, Any]) -> list[Any]:
    return [None if value != value else value for value in column.tolist()]


@contextmanager
def _duckdb(target: str, table: str, if_exists: IfExists) -> Iterator[Write]:
    path = database_file(database_url(target))
    with duckdb_database(str(path), read_only=False) as connection:
        connection.execute("BEGIN")
        name, started = identifier(table), False
        exists = bool(
            connection.execute(
                "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [table]
            ).fetchall()[0][0]
        )
        if exists and if_exists == "error":
            raise UsageError("data.table_exists", table=table)

        def write(columns: Columns) -> None:
            nonlocal started
            connection.register("segmint_rows", _arrow(columns))
            append = started or (exists and if_exists == "append")
            into = f"INSERT INTO {name}" if append else f"CREATE OR REPLACE TABLE {name} AS"
            connection.execute(f"{into} SELECT * FROM segmint_rows")
            connection.unregister("segmint_rows")
            started = True

        yield write
        connection.execute("COMMIT")
