"""The records of a delimited text, one by one: slow, and exact about lines.

The engine reads the file; this reader looks at its first lines, finds the line of a fault, and sets bad
records aside. A quote is special only at the beginning of a cell (RFC 4180); elsewhere it is a character.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

Fault = Literal["unclosed", "quote", "long", "long_line"]

MAX_FIELD = 1 << 20
"""Characters of one cell, at most."""
MAX_RECORD = 2 << 20
"""Bytes of one record, at most: what is read at once, so that memory does not grow with the file."""


@dataclass(frozen=True)
class Record:
    """One record.

    ``line`` is its first line, from 1; ``text`` what stands there; ``cells`` are empty where there is a
    ``fault``: a quote that is never closed, text after a closed quote, a cell or a line over the limit.
    """

    line: int
    n_lines: int
    text: str
    cells: tuple[str, ...]
    fault: Fault | None = None


def records(lines: Iterable[str], delimiter: str, *, first_line: int = 1) -> Iterator[Record]:
    """Split lines (without their ends) into records.

    A quote that is never closed costs one line: reading goes on with the next one.
    """
    source = iter(lines)
    held: deque[str] = deque()
    number = first_line
    while True:
        text = held.popleft() if held else next(source, None)
        if text is None:
            return
        record = _one_line(text, number, delimiter) or _several_lines(text, number, delimiter, source, held)
        yield record
        number += record.n_lines


def _one_line(text: str, number: int, delimiter: str) -> Record | None:
    if '"' not in text:
        cells = tuple(text.split(delimiter))
        found = _length_fault(text, cells)
    else:
        cells, found = split_cells(text, delimiter)
        found = found or _length_fault(text, cells)
    return None if found == "unclosed" else Record(number, 1, text, () if found else cells, found)


def _length_fault(text: str, cells: tuple[str, ...]) -> Fault | None:
    if len(text) <= MAX_FIELD:
        return None
    if max(map(len, cells)) > MAX_FIELD:
        return "long"
    return "long_line" if len(text.encode()) >= MAX_RECORD else None


def _several_lines(text: str, number: int, delimiter: str, source: Iterator[str], held: deque[str]) -> Record:
    """Take lines until the open quote closes; inside, quotes are doubled, so only an odd number can close it."""
    taken: list[str] = []
    size = len(text)
    while size <= MAX_FIELD:
        line = held.popleft() if held else next(source, None)
        if line is None:
            break
        taken.append(line)
        size += len(line) + 1
        if line.count('"') % 2:
            whole = "\n".join([text, *taken])
            cells, fault = split_cells(whole, delimiter)
            if fault is None:
                return Record(number, 1 + len(taken), whole, cells)
            if fault != "unclosed":  # the quote that seemed to close belongs to another cell
                break
    held.extendleft(reversed(taken))
    return Record(number, 1, text, (), "unclosed")


def split_cells(text: str, delimiter: str) -> tuple[tuple[str, ...], Fault | None]:
    """Return the cells of one record's text, or none and the fault."""
    plain, quoted = _patterns(delimiter)
    cells: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            found = quoted.match(text, at)
            if found is None:
                return (), _quote_fault(text, at)
            cells.append(found.group(1).replace('""', '"'))
        else:
            found = plain.match(text, at)
            assert found is not None  # the pattern takes the empty text too
            cells.append(found.group())
        if len(cells[-1]) > MAX_FIELD:
            return (), "long"
        at = found.end() + 1
        if at > len(text):
            return tuple(cells), None


_OPEN = re.compile(r'"(?:[^"]++|"")*+')


def _quote_fault(text: str, at: int) -> Fault:
    found = _OPEN.match(text, at)
    return "unclosed" if found is not None and found.end() == len(text) else "quote"


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    mark = re.escape(delimiter)
    return re.compile(f"[^{mark}]*"), re.compile(rf'"((?:[^"]++|"")*+)"(?={mark}|\Z)')
