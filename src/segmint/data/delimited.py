"""CSV and its kin, read by the engine as texts, with the line of every fault."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from segmint.data import engine
from segmint.data.dialect import Dialect, detect
from segmint.data.encoding import TextFile, utf8_file
from segmint.data.files import LocalFile
from segmint.data.names import clean_names
from segmint.data.options import ReadOptions
from segmint.data.quarantine import Aside
from segmint.data.records import MAX_FIELD, MAX_RECORD, Record, records
from segmint.data.rows import Rejects, Rows
from segmint.errors import DataError, SourceError
from segmint.words import say

_TOTALS = ("total", "sum", "grand", "summe", "somme")


@contextmanager
def open_delimited(file: LocalFile, options: ReadOptions, rejects: Rejects, aside: Aside) -> Iterator[Rows]:
    """Open a delimited text.

    Raises
    ------
    SourceError
        See :mod:`segmint.data.encoding` and :mod:`segmint.data.dialect`; while the batches are taken, also
        for a quote that is not closed, a record with more or fewer cells than the header, and a cell
        over the limit, with its line.
    """
    text = utf8_file(file, options.encoding)
    dialect = detect(text, options, declared="\t" if file.format == "tsv" else None)
    columns = clean_names(dialect.names, file.name, options.rename)
    lines: array[int] | None = None
    body, skip = text.path, dialect.skip
    if options.lenient:
        body, lines = _kept(text, dialect, aside)
        skip = 0
    elif text.long_lines and (fault := _fault(text, dialect)):
        raise fault  # the engine may lose a line that is longer than what it reads at once
    elif dialect.spread:
        body, skip = _below(text, dialect), 0

    def batches(positions: Sequence[int], n_rows: int) -> Iterator[pa.RecordBatch]:
        return _batches(text, dialect, _query(body, skip, dialect, positions), n_rows)

    def line(row: int) -> int:
        return _line_of(text, dialect, row) if lines is None else lines[row]

    notices = (*text.notices, *dialect.notices)
    yield Rows(file.name, columns, True, batches, line, "line", notices, rejects)


def _batches(text: TextFile, dialect: Dialect, query: str, n_rows: int) -> Iterator[pa.RecordBatch]:
    done = 0
    try:
        with engine.engine() as connection:
            for batch in connection.sql(query).to_arrow_reader(n_rows):
                _require_short(batch, done, text, dialect)
                done += batch.num_rows
                yield batch
                pa.default_memory_pool().release_unused()  # else 20 to 40 MB more stay with the process
    except (duckdb.Error, pa.ArrowException, OSError):  # Arrow gives the engine's errors as OSError
        raise _fault(text, dialect) or SourceError("data.damaged", where=text.name, format="CSV") from None


def _query(path: Path, skip: int, dialect: Dialect, positions: Sequence[int]) -> str:
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(dialect.names)))
    wanted = ", ".join(f"c{position}" for position in positions)
    return (
        f"SELECT {wanted} FROM read_csv({engine.literal(str(path))}, columns={{{columns}}}, auto_detect=false, "
        f"header=false, skip={skip}, delim={engine.literal(dialect.delimiter)}, quote='\"', escape='\"', "
        f"nullstr='', strict_mode=true, max_line_size={MAX_RECORD})"
    )


def _require_short(batch: pa.RecordBatch, done: int, text: TextFile, dialect: Dialect) -> None:
    for column in batch.columns:
        lengths = pc.binary_length(column)
        if (pc.max(lengths).as_py() or 0) > MAX_FIELD:
            row = done + pc.index(pc.greater(lengths, MAX_FIELD), True).as_py()
            raise SourceError("data.long", where=f"{text.name}, line {_line_of(text, dialect, row):,}")


def _data_records(text: TextFile, dialect: Dialect) -> Iterator[Record]:
    """Return the records below the header, as the engine counts them."""
    with text.path.open(encoding="utf-8", newline=text.newline) as stream:
        lines = (line.removesuffix("\n") for line in stream)
        for _ in range(dialect.skip):
            next(lines, None)
        for record in records(lines, dialect.delimiter, first_line=dialect.skip + 1):
            if record.text or len(dialect.names) == 1:
                yield record


def _line_of(text: TextFile, dialect: Dialect, row: int) -> int:
    for number, record in enumerate(_data_records(text, dialect)):
        if number == row:
            return record.line
    return text.n_lines


def _fault_of(record: Record, dialect: Dialect) -> str | None:
    if record.fault is not None:
        return record.fault
    return None if len(record.cells) == len(dialect.names) else "ragged"


def _fault(text: TextFile, dialect: Dialect) -> DataError | None:
    """Find the first line that breaks a rule."""
    for record in _data_records(text, dialect):
        fault = _fault_of(record, dialect)
        if fault is None:
            continue
        where = f"{text.name}, line {record.line:,}"
        if fault != "ragged":
            return SourceError(f"data.{fault}", where=where)
        last = record.line + record.n_lines > text.n_lines - 1
        if last and record.text.strip(' "').casefold().startswith(_TOTALS):
            return SourceError("data.totals", where=where)
        return SourceError("data.ragged", where=where, n=len(record.cells), expected=len(dialect.names))
    return None


def _kept(text: TextFile, dialect: Dialect, aside: Aside) -> tuple[Path, array[int]]:
    """Copy the records that are in order, set the others aside, and keep each record's line."""
    lines: array[int] = array("q")
    path = text.folder / "kept"
    with path.open("w", encoding="utf-8", newline="") as out:
        for record in _data_records(text, dialect):
            fault = _fault_of(record, dialect)
            if fault is not None:
                aside(record.line, say(f"data.aside.{fault}"), record.text)
                continue
            out.write(record.text + "\n")
            lines.append(record.line)
    return path, lines


def _below(text: TextFile, dialect: Dialect) -> Path:
    """Copy what stands below a header that is spread over several lines."""
    path = text.folder / "below"
    with (
        text.path.open(encoding="utf-8", newline="\n") as stream,
        path.open("w", encoding="utf-8", newline="") as out,
    ):
        out.writelines(islice(stream, dialect.skip, None))
    return path
