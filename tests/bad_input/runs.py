"""Whole runs that several rows look at, each made once by both doors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bad_input_doors import Both, groups

from segmint import Study

SCRIPT, HIDDEN = "<script>alert(1)</script>", "po\u202eints\u200b"
FORMULAS = {
    "=1+1": "'=1+1", "+x": "'+x", "-x": "'-x", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx",
    "-7": "-7", "+7.5": "+7.5", "-7+1": "'-7+1",
}  # fmt: skip
"""Keys as they stand in the data, and as they are exported: numbers stay numbers."""


@dataclass(frozen=True)
class Run:
    """A run by both doors.

    Attributes
    ----------
    both
        The doors, and the folder in which the run was.
    table
        What was read.
    study
        The library's.
    shown
        The command line's JSON.
    rows
        The segments of the training rows, as they were exported.
    """

    both: Both
    table: Path
    study: Study
    shown: dict[str, Any]
    rows: Path


def hostile(both: Both) -> Run:
    """Run a table in three groups with hostile names and keys, and two columns that tell nothing."""
    lines = groups(head=f"id,{SCRIPT},{HIDDEN},shop,empty", more=lambda row: ",Oslo,").splitlines()
    for at, key in enumerate(FORMULAS, start=1):
        lines[at] = f'"{key}",{lines[at].split(",", 1)[1]}'
    table, out = both.write("\n".join(lines)), both.folder / "rows.csv"
    study, shown = both.study(table, "-o", out)
    return Run(both, table, study, shown, out)


def wide(both: Both) -> Run:
    """Run eight rows of ten numbers, two of them collinear, and a category; with up to nine clusters."""
    values = np.random.default_rng(0).normal(size=(8, 9)).round(3)
    names = [f"n{number}" for number in range(9)]
    lines = [",".join([*map(str, row), f"{2 * row[0]:.3f}", "xy"[at > 4]]) for at, row in enumerate(values)]
    table = both.write("\n".join([",".join([*names, "twice", "plan"]), *lines]) + "\n")
    study, shown = both.study(table, ks=(1, 2, 9), features=(*names, "twice", "plan"))
    return Run(both, table, study, shown, both.folder / "none")
