"""The file that gets the rows set aside."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from segmint.data.rows import Rejects
from segmint.errors import SourceError


class Aside(Protocol):
    """What takes a row that is set aside."""

    def __call__(self, line: int, reason: str, text: str) -> None:
        """Take one row: where it stood, which rule it breaks, what stood there."""


@contextmanager
def quarantine(path: Path | None, rejects: Rejects) -> Iterator[Aside]:
    """Count rows that are set aside, and keep them in a file where one is named (with mode 600: they are personal)."""
    if path is None:
        yield _count_only(rejects)
        return
    with _private(path) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["line", "reason", "text"])

        def take(line: int, reason: str, text: str) -> None:
            rejects.add(line)
            writer.writerow([line, reason, text])

        yield take


def _count_only(rejects: Rejects) -> Aside:
    def take(line: int, reason: str, text: str) -> None:  # noqa: ARG001 - nothing is kept
        rejects.add(line)

    return take


def _private(path: Path) -> TextIO:
    """Open a file that only its owner reads."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise SourceError("data.unwritable", where=path.name, reason=error.strerror or "") from None
