"""CSV and JSON lines: a piece of a body in, the same piece of the answer out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from segmint.errors import RequestError
from segmint.serve.assigning import Assigned, assigned
from segmint.serve.json_body import read_json
from segmint.serve.rows import Values
from segmint.serve.served import Served
from segmint.serve.settings import Limits
from segmint.serve.texts import values_of_rows

_QUOTED: Final = frozenset('",\r\n')


class Form(Protocol):
    """How a stream is written; one object a stream, since it counts its rows."""

    def assign(self, piece: bytes) -> tuple[bytes, Assigned | None]:
        """Return the answer to whole records, and what was assigned."""

    def end(self) -> None:
        """Refuse a stream that had no customer."""


class LinesForm:
    """An object a line."""

    def __init__(self, served: Served, limits: Limits) -> None:
        self._served, self._depth, self._n = served, limits.depth, 0
        self._first: dict[str, Any] | None = None

    def assign(self, piece: bytes) -> tuple[bytes, Assigned | None]:
        """Return a line for each customer."""
        rows = [self._customer(line) for line in piece.splitlines() if line.strip()]
        if not rows:
            return b"", None
        first, self._n = self._n + 1, self._n + len(rows)
        self._first = self._first or rows[0]
        values = values_of_rows(self._served.model, rows, first=first, alike=self._first)
        found = assigned(self._served, values, first=first)
        lines = (json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in found.records())
        return "".join(f"{line}\n" for line in lines).encode(), found

    def _customer(self, line: bytes) -> dict[str, Any]:
        row = read_json(line, depth=self._depth, known=self._served.columns)
        if not isinstance(row, dict):
            raise RequestError("serve.no_customers", status=422)
        return row

    def end(self) -> None:
        """Refuse a stream that had no customer."""
        if not self._n:
            raise RequestError("serve.no_customers", status=422)


class CsvForm:
    """A line of names, then a line a customer; commas, and double quotes where they are needed (RFC 4180)."""

    def __init__(self, served: Served, _: Limits) -> None:
        self._served, self._n = served, 0
        self._names: tuple[str, ...] | None = None

    def assign(self, piece: bytes) -> tuple[bytes, Assigned | None]:
        """Return a line for each customer, below a line of names."""
        try:
            text = piece.decode("utf-8-sig" if self._names is None else "utf-8")
        except UnicodeDecodeError:
            raise RequestError("serve.no_text", status=400) from None
        names, head = self._names, ""
        if names is None:
            names, text = self._read_names(text)
            self._names = names
            head = self._answer_names()
        columns = _columns(text, len(names), self._n + 1)
        n_rows = len(columns[0])
        if not n_rows:
            return head.encode(), None
        first, self._n = self._n + 1, self._n + n_rows
        values: Values = dict(zip(names, columns, strict=True))
        found = assigned(self._served, values, first=first)
        return (head + self._answer(found, first)).encode(), found

    def end(self) -> None:
        """Refuse a stream that had no customer."""
        if not self._n:
            raise RequestError("serve.no_rows", status=422)

    def _read_names(self, text: str) -> tuple[tuple[str, ...], str]:
        source = io.StringIO(text, newline="")
        try:
            first = next((row for row in csv.reader(source, strict=True) if row), [])
        except csv.Error:
            raise RequestError("serve.csv", status=422, row=0) from None
        names = tuple(name.strip() for name in first)
        if not names:
            raise RequestError("serve.no_rows", status=422)
        known = self._served.columns
        twice = next((name for name in names if names.count(name) > 1 and name in known), None)
        if twice is not None:
            raise RequestError("serve.repeated", status=422, field=twice)
        return names, source.read()

    def _answer_names(self) -> str:
        key = self._served.model.schema.key
        named = "row" if key is None or key.name not in (self._names or ()) else key.name
        return f"{_quoted(named)},segment_id,segment_name,confidence,runner_up,novelty\n"

    def _answer(self, found: Assigned, first: int) -> str:
        """Return lines as :mod:`segmint.workflow.assign` writes them to a file."""
        columns = found.assignment.result()
        keys: Iterable[Any] = found.assignment.keys.tolist()
        if found.key is None or found.key not in (self._names or ()):
            keys = range(first, first + len(found.assignment.keys))
        names = {name: _quoted(name) for name in set(columns["segment_name"].tolist())}
        lines = zip(
            [_quoted(str(key)) for key in keys],
            columns["segment_id"].tolist(),
            [names[name] for name in columns["segment_name"].tolist()],
            ["" if value != value else repr(value) for value in columns["confidence"].tolist()],
            [value or "" for value in columns["runner_up"].tolist()],
            map(repr, columns["novelty"].tolist()),
            strict=True,
        )
        return "\n".join(map(",".join, lines)) + "\n"


def _columns(text: str, n_columns: int, first: int) -> Sequence[Sequence[str]]:
    """Return the cells by column."""
    if '"' in text or "\r" in text:
        return _quoted_columns(text, n_columns, first)
    lines = [line for line in text.split("\n") if line]
    for place, line in enumerate(lines):
        if line.count(",") != n_columns - 1:
            raise RequestError("serve.csv", status=422, row=first + place)
    cells = ",".join(lines).split(",") if lines else []
    return [cells[place::n_columns] for place in range(n_columns)]


def _quoted_columns(text: str, n_columns: int, first: int) -> Sequence[Sequence[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if row:
                rows.append(row)
            if row and len(row) != n_columns:
                raise RequestError("serve.csv", status=422, row=first + len(rows) - 1)
    except csv.Error:
        raise RequestError("serve.csv", status=422, row=first + len(rows)) from None
    return [*zip(*rows, strict=True)] if rows else [()] * n_columns


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED.intersection(text) else text
