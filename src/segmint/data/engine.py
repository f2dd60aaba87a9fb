"""DuckDB, as this project opens it: nothing is fetched, nothing is loaded by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import duckdb

from segmint.errors import ResourceError, SourceError

Connection: TypeAlias = duckdb.DuckDBPyConnection

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


@contextmanager
def working_database(folder: Path, *, memory: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database in a folder that may go away with it: what exceeds the memory is written there.

    Raises
    ------
    ResourceError
        If the engine needs more memory than it may have, and can't write it to disk.
    SourceError
        If there is no room on the disk.
    """
    config = {**_CONFIG, "memory_limit": f"{memory}B", "temp_directory": str(folder / "spilled")}
    connection = duckdb.connect(str(folder / "work.duckdb"), config=config)
    connection.execute(_SILENT)
    connection.execute("SET preserve_insertion_order = false")  # results are ordered where they are taken
    try:
        yield connection
    except duckdb.OutOfMemoryException:
        raise ResourceError("data.no_memory") from None
    except duckdb.IOException:
        raise SourceError("data.no_room", where="events") from None
    finally:
        connection.close()


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
