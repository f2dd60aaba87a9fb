"""Options that several commands share, and how their texts become values."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from segmint.errors import UsageError
from segmint.words import say

Data = Annotated[str, typer.Argument(metavar="DATA", help=say("help.data"))]
Workspace = Annotated[
    Path | None,
    typer.Option("--workspace", help=say("help.workspace"), show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help=say("help.as_json"))]
Seed = Annotated[int, typer.Option("--seed", help=say("help.seed"))]
Resamples = Annotated[int, typer.Option("--resamples", min=0, max=1000, help=say("help.resamples"))]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help=say("help.jobs"))]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=say("help.quiet"))]


def names(texts: Sequence[str] | None) -> tuple[str, ...]:
    """Split lists of column names at commas; a name that holds a comma stands in double quotes.

    Examples
    --------
    >>> names(["A,B", 'C', '"D, in k$"'])
    ('A', 'B', 'C', 'D, in k$')
    """
    found: list[str] = []
    for row in csv.reader(texts or (), skipinitialspace=True):
        found += [name.strip() for name in row if name.strip()]
    return tuple(dict.fromkeys(found))


def pairs(option: str, texts: Sequence[str] | None) -> dict[str, str]:
    """Split ``LEFT=RIGHT`` texts at the last equals sign.

    Raises
    ------
    UsageError
        If a text has no equals sign, or nothing on one side of it.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        left, _, right = (part.strip() for part in text.rpartition("="))
        if not left or not right:
            raise UsageError("cli.not_a_pair", option=option, text=text)
        found[left] = right
    return found


MOST_CLUSTERS = 1000
_RANGE = re.compile(r"\s*([0-9]{1,4})(?:\.\.([0-9]{1,4}))?\s*")


def numbers_of_clusters(text: str | None) -> tuple[int, ...] | None:
    """Read ``--k``: ``5``, ``2..12`` or ``2,3,5``.

    Raises
    ------
    UsageError
        If it is none of these, a range ends before it begins, or a number is not between 1 and 1,000.

    Examples
    --------
    >>> numbers_of_clusters("2..4"), numbers_of_clusters("5"), numbers_of_clusters("2,4")
    ((2, 3, 4), (5,), (2, 4))
    """
    if text is None:
        return None
    found: set[int] = set()
    for part in text.split(","):
        read = _RANGE.fullmatch(part)
        first, last = (int(read[1]), int(read[2] or read[1])) if read else (0, 0)
        if not 1 <= first <= last <= MOST_CLUSTERS:
            raise UsageError("cli.bad_k", text=text)
        found |= set(range(first, last + 1))
    return tuple(sorted(found))


def one_of(option: str, value: str | None, allowed: Sequence[str]) -> str | None:
    """Return a value that must be one of a few.

    Raises
    ------
    UsageError
        If it is not; the error names the nearest that is.
    """
    if value is not None and value not in allowed:
        nearest = difflib.get_close_matches(value, allowed, n=1) or allowed[:1]
        raise UsageError(
            "cli.not_one_of", option=option, value=value, allowed=list(allowed), nearest=nearest[0]
        )
    return value
