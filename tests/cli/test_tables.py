"""Tables of the terminal: aligned, and within eighty characters where a column folds."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from segmint.cli.tables import plain_table

LONG = "two kept, one not followed, three new since the version before"


def written(*rows: tuple[str, ...], fold: int | None = 1) -> list[str]:
    out = StringIO()
    plain_table(
        Console(file=out, soft_wrap=True), ("Version", "What", "Moved"), rows, right=frozenset({2}), fold=fold
    )
    return out.getvalue().splitlines()


def test_a_column_that_folds_gives_way_to_the_others() -> None:
    lines = written(("x" * 40, LONG, "24 %"), ("y", "first", "–"))
    assert max(map(len, lines)) <= 80
    assert " ".join(line[44:72].strip() for line in lines[2:-1]) == LONG
    assert lines[2].endswith("24 %") and not lines[3].endswith("%")
    assert lines[-1].split() == ["y", "first", "–"]


def test_what_is_short_enough_is_not_folded() -> None:
    assert len(written(("1", "first", "–"))) == 3


@pytest.mark.parametrize("cell", ["", " " * 90, "x" * 90])
def test_no_cell_breaks_it(cell: str) -> None:
    assert written(("x" * 40, cell, "24 %"))[2].endswith("24 %")
