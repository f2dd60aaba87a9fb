"""An opened source: batches of its rows, before kinds and roles are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segmint.words import Sentence, sentence

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 65_536
FIRST_TOLD = 3
"""Rows set aside whose lines are told; the others are counted."""


@dataclass
class Rejects:
    """Rows that were set aside while reading, counted; filled as the batches are taken."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, reason: str) -> None:
        """Count one more; the lines and reasons of the first are kept to be told."""
        self.count += 1
        self.first = sorted([*self.first, (line, reason)])[:FIRST_TOLD]

    def notices(self, unit: str) -> tuple[Sentence, ...]:
        """Say how many were set aside, and of the first few where and why; nothing where there are none."""
        if not self.count:
            return ()
        told = [f"{unit} {line} ({reason})" for line, reason in self.first]
        told += ["…"] if self.count > len(told) else []
        return (sentence("data.notice.rejected_where", n=self.count, places=told),)


@dataclass(frozen=True)
class Rows:
    """The rows of an opened source.

    Attributes
    ----------
    name
        What people are shown: a file's name, a table's name, never a path or a password.
    columns
        The names, cleaned and renamed, in the source's order.
    textual
        Whether cells are texts that the grammar of cells decides on (else they have types).
    batches
        Called with the wanted columns' positions and a number of rows: record batches in order, whose
        columns are those positions.
    line
        The line (or the row, where there are no lines) in which a row stands, by its number from 0.
    unit
        What ``line`` counts: ``line`` or ``row``.
    notices
        What was found out or repaired when it was opened.
    rejects
        Rows set aside so far.
    """

    name: str
    columns: tuple[str, ...]
    textual: bool
    batches: Callable[[Sequence[int], int], Iterator[pa.RecordBatch]]
    line: Callable[[int], int]
    unit: str = "row"
    notices: tuple[Sentence, ...] = ()
    rejects: Rejects = field(default_factory=Rejects)

    def where(self, row: int, column: str | None = None) -> str:
        """Return where a row stands, as errors show it."""
        place = f"{self.name}, {self.unit} {self.line(row):,}"
        return place if column is None else f"{place}, column “{shown(column)}”"


def from_one(row: int) -> int:
    """Return the number of a row, counted from one."""
    return row + 1


def shown(name: str) -> str:
    """Return a name of the data with control, bidirectional and zero-width characters written out."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in name)
