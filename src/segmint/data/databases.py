"""Tables and queries of databases: read only, in batches."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from segmint.data import engine
from segmint.data.names import clean_names
from segmint.data.options import ReadOptions
from segmint.data.rows import Rejects, Rows, from_one
from segmint.errors import SourceError, UsageError

DIALECTS: Mapping[str, str] = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}


def is_database(source: str) -> bool:
    """Return whether a source is the address of a database."""
    return "://" in source


@contextmanager
def open_database(source: str, options: ReadOptions, rejects: Rejects) -> Iterator[Rows]:
    """Open a table or a query of a database.

    Raises
    ------
    UsageError
        If the address is not understood, or neither or both of table and query are given.
    SourceError
        If the database cannot be reached, or has no such table, or does not understand the query.
    """
    url = database_url(source)
    if options.table is not None and options.query is not None:
        raise UsageError("data.table_and_query")
    opened = _open_duckdb(url, options) if url.drivername == "duckdb" else _open_sql(url, options)
    with opened as (name, names, take):
        columns = clean_names(names, name, options.rename)

        def batches(positions: Sequence[int], n_rows: int) -> Iterator[pa.RecordBatch]:
            return take([names[position] for position in positions], n_rows)

        yield Rows(name, columns, False, batches, from_one, "row", (), rejects)


def database_url(source: str) -> sa.URL:
    """Return a database's address with the driver that this project uses.

    Raises
    ------
    UsageError
        If it is no address, or of another database. The address is not shown: it may hold a password.
    """
    try:
        url = sa.make_url(source)
    except (ArgumentError, ValueError):
        raise UsageError("data.bad_url", known=_known()) from None
    if url.drivername not in DIALECTS:
        raise UsageError("data.bad_url", known=_known())
    return url.set(drivername=DIALECTS[url.drivername])


def _known() -> list[str]:
    return ["postgresql://…", "sqlite:///…", "duckdb:///…"]


def database_file(url: sa.URL) -> Path:
    """Return the file of an SQLite or DuckDB address.

    Raises
    ------
    UsageError
        If it names none.
    """
    if not url.database or url.database == ":memory:":
        raise UsageError("data.bad_url", known=_known())
    return Path(url.database)


def _require_file(path: Path) -> None:
    if not path.exists():
        raise SourceError("data.no_file", where=path.name)
    if not path.is_file():
        raise SourceError("data.not_a_file", where=path.name, kind="no regular file")


Taken = tuple[str, list[str], Any]


# ------------------------------------------------------------------------------------ SQLAlchemy


def sql_engine(url: sa.URL, *, read_only: bool) -> sa.Engine:
    """Return an engine for Postgres or SQLite."""
    if url.drivername == "sqlite" and read_only:
        path = database_file(url)
        _require_file(path)
        url = sa.make_url("sqlite://").set(
            database=f"file:{_quoted(path)}", query={"mode": "ro", "uri": "true"}
        )
    return sa.create_engine(url, poolclass=sa.NullPool)


def _quoted(path: Path) -> str:
    return "".join(f"%{ord(char):02x}" if char in "%?#" else char for char in str(path.resolve()))


@contextmanager
def _open_sql(url: sa.URL, options: ReadOptions) -> Iterator[Taken]:
    opened = sql_engine(url, read_only=True)
    settings: dict[str, Any] = {"stream_results": True}
    if url.drivername.startswith("postgresql"):
        settings["postgresql_readonly"] = True
    try:
        with opened.connect().execution_options(**settings) as connection:
            statement, name, days = _statement(connection, options)
            names = _columns_of(connection, statement)

            def take(wanted: list[str], n_rows: int) -> Iterator[pa.RecordBatch]:
                chosen = [(names.index(each), each in days) for each in wanted]
                return _sql_batches(connection, statement, chosen, n_rows)

            yield name, names, take
    except SQLAlchemyError as error:
        raise SourceError("data.database", where=options.table or "query", reason=_reason(error)) from None
    finally:
        opened.dispose()


def _reason(error: Exception) -> str:
    """Return the kind of a database's error, without its text (which may quote values or passwords)."""
    return type(getattr(error, "orig", None) or error).__name__


def _statement(connection: sa.Connection, options: ReadOptions) -> tuple[sa.Executable, str, frozenset[str]]:
    """Return what to ask, its name, and the columns that are declared to hold dates."""
    if options.query is not None:
        # a colon in the query is not a parameter
        return sa.text(re.sub(r"(?<![:\\]):(?=\w)", r"\\:", options.query)), "query", frozenset()
    inspector = sa.inspect(connection)
    known = [*inspector.get_table_names(), *inspector.get_view_names()]
    schema, table = _found_table(options.table, known, inspector.get_schema_names)
    declared = inspector.get_columns(table, schema=schema)
    columns: list[sa.ColumnClause[Any]] = [sa.column(found["name"]) for found in declared]
    days = frozenset(found["name"] for found in declared if isinstance(found["type"], (sa.Date, sa.DateTime)))
    return sa.select(*columns).select_from(sa.table(table, schema=schema)), table, days


def _found_table(wanted: str | None, known: Sequence[str], schemas: Any) -> tuple[str | None, str]:
    """Return schema and name of the table that was asked for, or of the only one."""
    if wanted is None:
        if len(known) != 1:
            raise UsageError("data.which_table", known=list(known))
        return None, known[0]
    if wanted in known:
        return None, wanted
    schema, dot, table = wanted.partition(".")
    if dot and schema in schemas():
        return schema, table
    raise SourceError("data.no_table", where=wanted, known=list(known))


def _columns_of(connection: sa.Connection, statement: sa.Executable) -> list[str]:
    with connection.execute(statement) as result:
        if not result.returns_rows:
            raise UsageError("data.not_a_select")
        return list(result.keys())


def _sql_batches(
    connection: sa.Connection, statement: sa.Executable, chosen: Sequence[tuple[int, bool]], n_rows: int
) -> Iterator[pa.RecordBatch]:
    with connection.execute(statement) as result:
        for part in result.partitions(n_rows):
            arrays = [_array([row[position] for row in part], day) for position, day in chosen]
            yield pa.RecordBatch.from_arrays(arrays, names=[f"c{n}" for n in range(len(arrays))])


_ARROW_TYPES = frozenset({int, float, bool, str, datetime.date, datetime.datetime, Decimal})


def _array(values: Sequence[Any], day: bool) -> pa.Array:
    """Return an Arrow column of a database's values; values of several types become texts.

    SQLite keeps dates as texts: where the column is declared to hold them and all are ISO 8601, they are
    dates. Objects, lists and bytes become nothing that counts: they are kept as bytes and ignored.
    """
    types = {type(value) for value in values if value is not None}
    try:
        if types == {int, float}:
            return pa.array([None if value is None else float(value) for value in values], pa.float64())
        if types == {str} and day:
            return pc.cast(pa.array(values, pa.string()), pa.timestamp("us"))
        if types <= _ARROW_TYPES:
            return pa.array(values)
    except (pa.ArrowException, OverflowError):
        pass
    if types & {dict, list, bytes, memoryview}:
        return pa.array([None if value is None else b"" for value in values], pa.binary())
    return pa.array([None if value is None else str(value) for value in values], pa.string())


# ---------------------------------------------------------------------------------------- DuckDB


@contextmanager
def _open_duckdb(url: sa.URL, options: ReadOptions) -> Iterator[Taken]:
    path = database_file(url)
    _require_file(path)
    try:
        with engine.database(str(path), read_only=True) as connection:
            query, name = _duckdb_query(connection, options)
            names = list(connection.sql(query).columns)

            def take(wanted: list[str], n_rows: int) -> Iterator[pa.RecordBatch]:
                chosen = ", ".join(engine.identifier(each) for each in wanted)
                yield from connection.sql(f"SELECT {chosen} FROM ({query})").to_arrow_reader(n_rows)

            yield name, names, take
    except duckdb.Error as error:
        raise SourceError("data.database", where=options.table or path.name, reason=_reason(error)) from None


def _duckdb_query(connection: duckdb.DuckDBPyConnection, options: ReadOptions) -> tuple[str, str]:
    if options.query is not None:
        statements = connection.extract_statements(options.query)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError("data.not_a_select")
        return statements[0].query.rstrip().rstrip(";"), "query"
    found = connection.sql(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database()"
    ).fetchall()
    known = [table for schema, table in found if schema == "main"]
    schema, table = _found_table(options.table, known, lambda: [schema for schema, _ in found])
    prefix = f"{engine.identifier(schema)}." if schema else ""
    return f"SELECT * FROM {prefix}{engine.identifier(table)}", table
