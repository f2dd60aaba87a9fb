"""DuckDB, as this project opens it: nothing is fetched, nothing is loaded by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_SILENT = "SET enable_progress_bar = false"  # it would be drawn on standard output, among the results


@contextmanager
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give an engine in memory, for files."""
    connection = duckdb.connect(":memory:", config=_CONFIG)
    connection.execute(_SILENT)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def database(path: str, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a DuckDB database that can reach nothing outside itself."""
    connection = duckdb.connect(
        path, read_only=read_only, config={**_CONFIG, "enable_external_access": "false"}
    )
    connection.execute(_SILENT)
    try:
        yield connection
    finally:
        connection.close()


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
