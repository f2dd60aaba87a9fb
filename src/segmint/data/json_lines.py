"""JSON lines: one object a line; values become texts, so that a long key or number keeps every digit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from segmint.data.encoding import TextFile, utf8_file
from segmint.data.files import LocalFile
from segmint.data.names import MAX_COLUMNS, clean_names
from segmint.data.options import ReadOptions
from segmint.data.quarantine import Aside
from segmint.data.rows import Rejects, Rows
from segmint.errors import SchemaError, SourceError
from segmint.words import say

MAX_LINE = 16 << 20


class _LineError(Exception):
    """A line that is no flat object; the text is the end of a key of the words."""


@contextmanager
def open_json_lines(file: LocalFile, options: ReadOptions, rejects: Rejects, aside: Aside) -> Iterator[Rows]:
    """Open JSON lines.

    Raises
    ------
    SourceError
        If a line is no object, holds an object or a list, or names a field twice; with its line.
    """
    text = utf8_file(file, options.encoding)
    names, bad = _survey(text, aside if options.lenient else None)
    columns = clean_names(names, file.name, options.rename)

    def batches(positions: Sequence[int], n_rows: int) -> Iterator[pa.RecordBatch]:
        return _batches(text, [names[position] for position in positions], bad, n_rows)

    def line(row: int) -> int:
        return next((number for at, (number, _) in enumerate(_lines(text, bad)) if at == row), 0)

    yield Rows(file.name, columns, True, batches, line, "line", text.notices, rejects)


def _survey(text: TextFile, aside: Aside | None) -> tuple[list[str], frozenset[int]]:
    """Return the fields of all lines in order of appearance, and the lines that were set aside."""
    names: dict[str, None] = {}
    bad: set[int] = set()
    for number, line in _lines(text, frozenset()):
        try:
            names.update(dict.fromkeys(_object(line)))
        except _LineError as fault:
            if aside is None:
                raise SourceError(f"data.{fault}", where=f"{text.name}, line {number:,}") from None
            bad.add(number)
            aside(number, say(f"data.aside.{fault}"), line)
        if len(names) > MAX_COLUMNS:
            raise SchemaError("data.too_many_columns", where=text.name, n=len(names), limit=MAX_COLUMNS)
    if not names:
        raise SourceError("data.no_data", where=text.name)
    return list(names), frozenset(bad)


def _lines(text: TextFile, without: frozenset[int]) -> Iterator[tuple[int, str]]:
    with text.path.open(encoding="utf-8") as stream:
        number = 0
        while line := stream.readline(MAX_LINE):
            number += 1
            if number not in without and line.strip():
                yield number, line


def _batches(
    text: TextFile, names: Sequence[str], bad: frozenset[int], n_rows: int
) -> Iterator[pa.RecordBatch]:
    cells: list[list[str | None]] = [[] for _ in names]
    for _, line in _lines(text, bad):
        found = _object(line)
        for column, name in zip(cells, names, strict=True):
            column.append(found.get(name))
        if cells and len(cells[0]) >= n_rows:
            yield _batch(cells)
            cells = [[] for _ in names]
    if cells and cells[0]:
        yield _batch(cells)


def _batch(cells: list[list[str | None]]) -> pa.RecordBatch:
    arrays = [pa.array(column, pa.string()) for column in cells]
    return pa.RecordBatch.from_arrays(arrays, names=[f"c{number}" for number in range(len(cells))])


def _object(line: str) -> dict[str, str | None]:
    if len(line) >= MAX_LINE:
        raise _LineError("long")
    try:
        found = json.loads(line, object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=str)
        line.encode() if "\\u" not in line else json.dumps(found, ensure_ascii=False).encode()
    except (json.JSONDecodeError, RecursionError, UnicodeEncodeError):
        raise _LineError("not_json") from None
    if not isinstance(found, dict):
        raise _LineError("not_object")
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in pairs:
        if name in found:
            raise _LineError("repeated_field")
        if isinstance(value, (dict, list)):
            raise _LineError("nested")
        found[name] = ("true" if value else "false") if isinstance(value, bool) else value
    return found
