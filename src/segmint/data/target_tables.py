"""Writing into a table of a database, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from segmint.data import engine
from segmint.data.databases import database_file, database_url, sql_engine
from segmint.errors import SourceError, UsageError

Columns: TypeAlias = Mapping[str, np.ndarray[Any, Any]]
Write: TypeAlias = Callable[[Columns], None]
IfExists: TypeAlias = Literal["error", "replace", "append"]


@contextmanager
def open_table(address: str, table: str, if_exists: IfExists) -> Iterator[Write]:
    """Give what writes rows into a table; the rows are there when all are written, or none is.

    Raises
    ------
    UsageError
        If the table is there and must not be.
    SourceError
        If the database refuses.
    """
    url = database_url(address)
    file = None if url.drivername.startswith("postgresql") else database_file(url)
    new = file is not None and not file.exists()
    opened = _duckdb(url, table, if_exists) if url.drivername == "duckdb" else _sql(url, table, if_exists)
    try:
        with opened as write:
            yield write
    except (SQLAlchemyError, duckdb.Error):
        _forget(file, new)
        raise SourceError("data.not_written", where=f"table {table}") from None
    except BaseException:
        _forget(file, new)
        raise


def _forget(file: Path | None, new: bool) -> None:
    """Remove the file of a database that was made for rows which did not come."""
    if file is not None and new:
        file.unlink(missing_ok=True)


def is_texts(column: np.ndarray[Any, Any]) -> bool:
    """Return whether an array holds texts (or objects, which are written as texts)."""
    return column.dtype.kind in "OUST"


def arrow_table(columns: Columns) -> pa.Table:
    """Return columns as an Arrow table; NaN and ``None`` are null."""
    return pa.table({name: _arrow_column(column) for name, column in columns.items()})


def _arrow_column(column: np.ndarray[Any, Any]) -> pa.Array:
    if not is_texts(column):
        return pa.array(column, from_pandas=True)
    try:
        return pa.array(column, pa.string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # not all of them are texts
        texts = [None if value is None or value != value else str(value) for value in column.tolist()]
        return pa.array(texts, pa.string())


# ------------------------------------------------------------------------------------ SQLAlchemy


@contextmanager
def _sql(url: sa.URL, table: str, if_exists: IfExists) -> Iterator[Write]:
    """Fill a table beside the old one and let it take the name at the end: readers wait only for that."""
    opened = sql_engine(url, read_only=False)
    if url.drivername == "sqlite":
        _with_transactions(opened)
    made: sa.Table | None = None
    try:
        with opened.begin() as connection:
            schema, name = _place(connection, table)
            exists = sa.inspect(connection).has_table(name, schema=schema)
            _require_free(exists, if_exists, table)
            appending = exists and if_exists == "append"
            working = name if appending else f"{name[:40]}_{secrets.token_hex(6)}"

            def write(columns: Columns) -> None:
                nonlocal made
                if made is None:
                    made = _sql_table(working, schema, columns)
                    if not appending:
                        made.create(connection)
                connection.execute(made.insert(), _sql_rows(columns))

            yield write
            if made is not None and not appending:
                _take_name(connection, made, schema, name, exists)
    finally:
        opened.dispose()


def _with_transactions(opened: sa.Engine) -> None:
    """Let SQLite make and drop tables inside the transaction; Python's driver commits before them."""

    @sa.event.listens_for(opened, "connect")
    def _leave_to_us(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(opened, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _place(connection: sa.Connection, table: str) -> tuple[str | None, str]:
    schema, dot, name = table.partition(".")
    if dot and name and schema in sa.inspect(connection).get_schema_names():
        return schema, name
    return None, table


def _require_free(exists: bool, if_exists: IfExists, table: str) -> None:
    if exists and if_exists == "error":
        raise UsageError("data.table_exists", table=table)


def _sql_table(name: str, schema: str | None, columns: Columns) -> sa.Table:
    made: list[sa.Column[Any]] = [sa.Column(each, _sql_type(column)) for each, column in columns.items()]
    return sa.Table(name, sa.MetaData(), *made, schema=schema)


def _sql_type(column: np.ndarray[Any, Any]) -> sa.types.TypeEngine[Any]:
    if is_texts(column):
        return sa.Text()
    if column.dtype.kind == "b":
        return sa.Boolean()
    return sa.BigInteger() if column.dtype.kind in "iu" else sa.Double()


def _sql_rows(columns: Columns) -> list[dict[str, Any]]:
    values = [
        [None if value is None or value != value else value for value in column.tolist()]
        for column in columns.values()
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _take_name(
    connection: sa.Connection, made: sa.Table, schema: str | None, name: str, exists: bool
) -> None:
    quote = connection.dialect.identifier_preparer
    if exists:
        connection.execute(sa.schema.DropTable(sa.Table(name, sa.MetaData(), schema=schema)))
    connection.exec_driver_sql(
        f"ALTER TABLE {quote.format_table(made)} RENAME TO {quote.quote_identifier(name)}"
    )


# ---------------------------------------------------------------------------------------- DuckDB


@contextmanager
def _duckdb(url: sa.URL, table: str, if_exists: IfExists) -> Iterator[Write]:
    with engine.database(str(database_file(url)), read_only=False) as connection:
        connection.execute("BEGIN")
        name = engine.identifier(table)
        found = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [table])
        exists = bool(found.fetchall()[0][0])
        _require_free(exists, if_exists, table)
        started = exists and if_exists == "append"

        def write(columns: Columns) -> None:
            nonlocal started
            connection.register("segmint_rows", arrow_table(columns))
            into = f"INSERT INTO {name} BY NAME" if started else f"CREATE OR REPLACE TABLE {name} AS"
            connection.execute(f"{into} SELECT * FROM segmint_rows")
            connection.unregister("segmint_rows")
            started = True

        yield write
        connection.execute("COMMIT")
