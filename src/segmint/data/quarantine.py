"""The file that gets the rows set aside."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, TextIO

from segmint.data.formulas import neutral
from segmint.data.replacing import refusals, replacing
from segmint.data.rows import Rejects


class Aside(Protocol):
    """What takes a row that is set aside."""

    def __call__(self, line: int, reason: str, text: str) -> None:
        """Take one row: where it stood, which rule it breaks, what stood there."""


@contextmanager
def quarantine(path: Path | None, rejects: Rejects) -> Iterator[Aside]:
    """Count rows that are set aside, and keep them in a file where one is named (with mode 600: they are personal).

    The file takes its name when all went well: a source that is refused leaves the rows of an earlier one.
    """
    if path is None:
        yield _count_only(rejects)
        return
    with replacing(path, mode=0o600) as temporary, _opened(temporary, path.name) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["line", "reason", "text"])

        def take(line: int, reason: str, text: str) -> None:
            rejects.add(line, reason)
            with refusals(path.name):
                writer.writerow([line, neutral(reason), neutral(text)])

        yield take


def _count_only(rejects: Rejects) -> Aside:
    def take(line: int, reason: str, text: str) -> None:  # noqa: ARG001 - the row is not kept
        rejects.add(line, reason)

    return take


@contextmanager
def _opened(temporary: Path, name: str) -> Iterator[TextIO]:
    """Give the open file; what the disk refuses when it is closed counts too."""
    with refusals(name):
        out = temporary.open("w", encoding="utf-8", newline="")
    try:
        yield out
    except BaseException:
        with suppress(OSError):
            out.close()
        raise
    with refusals(name):
        out.close()
