"""Writing results: a CSV or Parquet file, or a table of a database; whole or not at all."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segmint.data.databases import is_database
from segmint.data.formulas import neutral
from segmint.data.replacing import refusals, replacing
from segmint.data.target_tables import Columns, IfExists, Write, arrow_table, is_texts, open_table
from segmint.errors import UsageError
from segmint.model.parsing import flag_text

ENDINGS = (".csv", ".tsv", ".parquet")
_SPECIAL = re.compile(r"[\",\t\r\n]|^ | $")


class RowWriter:
    """Takes columns of rows, chunk after chunk.

    Attributes
    ----------
    n_rows
        Rows taken so far.
    """

    def __init__(self, write: Write, name: str) -> None:
        self._write = write
        self._name = name
        self._names: tuple[str, ...] | None = None
        self.n_rows = 0

    def write(self, columns: Columns) -> None:
        """Write some rows.

        Parameters
        ----------
        columns
            Arrays of shape (n_rows,) by name: numbers, truth values or texts (``None`` and NaN are missing);
            the same names in the same order each time.

        Raises
        ------
        ValueError
            If names or lengths differ (a programmer's error).
        """
        names, lengths = tuple(columns), {len(column) for column in columns.values()}
        if len(lengths) != 1 or (self._names is not None and names != self._names):
            raise ValueError("columns of one length, with the same names each time")
        first, self._names = self._names is None, names
        n_rows = lengths.pop()
        if n_rows or first:  # a table without rows has its names all the same
            with refusals(self._name):
                self._write(columns)
        self.n_rows += n_rows


@contextmanager
def open_writer(
    target: str | Path, *, table: str | None = None, if_exists: IfExists = "error"
) -> Iterator[RowWriter]:
    """Open a target for results; it appears when all rows are written, and stays as it was on an error.

    Parameters
    ----------
    target
        A file that ends in ``.csv``, ``.tsv`` (each also ``.gz``) or ``.parquet``, or the address of a
        database (``postgresql://…``, ``sqlite:///…``, ``duckdb:///…``). A file that is there is replaced.
    table
        The table, for a database; ``SCHEMA.TABLE`` in Postgres.
    if_exists
        What happens to a table that is there: ``"error"``, ``"replace"`` or ``"append"``; each in one
        transaction.

    Raises
    ------
    UsageError
        If the kind of target is not known, a database has no table named, or the table is there already.
    SourceError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_writer(Path(folder) / "out.csv") as writer:
    ...         writer.write({"key": np.array(["a", "=b"], dtype=object), "x": np.array([1.5, np.nan])})
    ...     print((Path(folder) / "out.csv").read_text().splitlines())
    ['key,x', 'a,1.5', "'=b,"]
    """
    ending = check_target(target, table)
    if not ending:
        with open_table(str(target), str(table), if_exists) as write:
            yield RowWriter(write, f"table {table}")
        return
    path = Path(target)
    with (
        replacing(path) as temporary,
        _closing(
            _parquet(temporary) if ending == ".parquet" else _delimited(temporary, path.name, ending),
            path.name,
        ) as write,
    ):
        yield RowWriter(write, path.name)


def check_target(target: str | Path, table: str | None = None) -> str:
    """Refuse a target that :func:`open_writer` would refuse for its name, before there is anything to write.

    Returns
    -------
    str
        The ending that says how the rows are written; the empty text for a database.

    Raises
    ------
    UsageError
        If the kind of target is not known, or a database has no table named.
    """
    if is_database(str(target)):
        if not table:
            raise UsageError("data.no_target_table")
        return ""
    ending = _ending(Path(target))
    if ending is None:
        raise UsageError("data.unknown_target", name=Path(target).name)
    return ending


@contextmanager
def _closing(opened: AbstractContextManager[Write], name: str) -> Iterator[Write]:
    """Enter and leave with the disk's refusals told apart from the caller's own errors."""
    stack = ExitStack()
    with refusals(name):
        write = stack.enter_context(opened)
    try:
        yield write
    except BaseException:
        with suppress(OSError):
            stack.close()
        raise
    with refusals(name):
        stack.close()


def _ending(path: Path) -> str | None:
    name = path.name.lower()
    bare = name.removesuffix(".gz")
    found = next((ending for ending in ENDINGS if bare.endswith(ending)), None)
    return None if found == ".parquet" and bare != name else found


@contextmanager
def _delimited(temporary: Path, name: str, ending: str) -> Iterator[Write]:
    with ExitStack() as stack:
        raw: IO[bytes] = stack.enter_context(temporary.open("wb"))
        if name.lower().endswith(".gz"):  # no name and no clock inside: the same rows, the same bytes
            packed: Any = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
            raw = stack.enter_context(packed)
        text = stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
        delimiter = "\t" if ending == ".tsv" else ","
        started = False

        def write(columns: Columns) -> None:
            nonlocal started
            rows = zip(*_cells(columns), strict=True)
            if not started:
                text.write(delimiter.join(_quoted(neutral(name)) for name in columns) + "\n")
                started = True
            text.writelines(delimiter.join(row) + "\n" for row in rows)

        yield write


def _cells(columns: Mapping[str, np.ndarray[Any, Any]]) -> Iterator[list[str]]:
    for column in columns.values():
        values = column.tolist()
        if is_texts(column):
            yield [
                "" if value is None or value != value else _quoted(neutral(str(value))) for value in values
            ]
        elif column.dtype.kind == "b":
            yield [flag_text(value) for value in values]
        else:
            yield ["" if value != value else repr(value) for value in values]


def _quoted(text: str) -> str:
    """Return a cell in quotes where it needs them (a lone carriage return too, which Python's writer forgets)."""
    if text and not _SPECIAL.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'


@contextmanager
def _parquet(temporary: Path) -> Iterator[Write]:
    """Write in a thread, which packs one chunk while the next is made; a refusal comes with the chunk after."""
    with ThreadPoolExecutor(1, "parquet") as thread, ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        pending: Future[None] | None = None

        def settle() -> None:
            nonlocal pending
            waiting, pending = pending, None
            if waiting is not None:
                waiting.result()

        def write(columns: Columns) -> None:
            nonlocal writer, pending
            table: pa.Table = arrow_table(columns)
            if writer is None:
                writer = stack.enter_context(pq.ParquetWriter(temporary, table.schema, compression="zstd"))
                stack.callback(settle)
            settle()
            pending = thread.submit(writer.write_table, table)

        yield write
