"""Columns that are expected beside columns that were found."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from segmint.data.rows import shown
from segmint.model.schema import Kind
from segmint.words import say

_SHOWN = 20


def column_diff(
    expected: Sequence[str], found: Sequence[str], kinds: Mapping[str, Kind] | None = None
) -> tuple[str, ...]:
    """Return the lines of a difference: ``−`` expected and not there, ``+`` found and perhaps meant.

    Parameters
    ----------
    expected, found
        Names of columns, in order.
    kinds
        What an expected column holds, where that is known.

    Examples
    --------
    >>> print(*column_diff(["Income (k$)", "Age"], ["Income_k", "Age", "City"]), sep=chr(10))
    − Income (k$)  expected
    + Income_k     found; is this the one?
      Age
    """
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    pairs = _pairs(missing, extra)
    rows: list[tuple[str, str, str]] = []
    for name in expected:
        if name not in missing:
            rows.append((" ", name, ""))
            continue
        rows.append(("−", name, _expected(name, kinds or {})))
        if name in pairs:
            rows.append(("+", pairs[name], say("data.diff.nearest")))
    rows += [("+", name, say("data.diff.found")) for name in extra if not rows or (not pairs and missing)]
    width = max((len(shown(name)) for _, name, note in rows if note), default=0)
    lines = [f"{sign} {shown(name):{width}}  {note}".rstrip() for sign, name, note in rows]
    return (*lines[:_SHOWN], "…") if len(lines) > _SHOWN else tuple(lines)


def _expected(name: str, kinds: Mapping[str, Kind]) -> str:
    if name not in kinds:
        return say("data.diff.expected")
    return say("data.diff.expected_kind", kind=kinds[name].value)


def _pairs(missing: Sequence[str], extra: Sequence[str]) -> dict[str, str]:
    """Give each missing name the nearest name that is left over."""
    left = {_plain(name): name for name in extra}
    pairs: dict[str, str] = {}
    for name in missing:
        near = difflib.get_close_matches(_plain(name), left, n=1, cutoff=0.6)
        if near:
            pairs[name] = left.pop(near[0])
    return pairs


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
