"""Where the names of indexes go in the picture of recall: each beside its own mark, over no other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from segmint.charts.placing import CHARACTER, Box
from segmint.geometry.speeds import Speed

GLYPH: Final = 14
"""Px that the mark beside a name takes: the name says by it whose it is."""
NEAR: Final = 20
"""Px from a mark to its name from which on a line joins them."""
BESIDE: Final = 12
"""Px from a mark to its name."""
_RINGS: Final = (15, 31, 47, 63, 79)
_LINE: Final = 16
_STEP: Final = 8.0
_CROWDED: Final = 60.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Speeds, logarithmic to the right, and recalls, upwards, in px from the upper left corner."""

    slow: float
    fast: float
    lowest: float
    highest: float
    width: float
    height: float

    def place(self, one: Speed) -> Point:
        """Return where a setting lies."""
        along = math.log(one.per_second / self.slow) / math.log(self.fast / self.slow)
        return self.width * along, self.height * (self.highest - one.recall) / (self.highest - self.lowest)


@dataclass(frozen=True)
class Name:
    """The name of a kind of index: how far it begins from its mark, in px to the right and down.

    It goes on away from the mark: to the left where it begins at the left.
    """

    at: Speed
    text: str
    bold: bool
    dx: float
    dy: float

    @property
    def far(self) -> bool:
        """Whether it lies so far from its mark that a line joins them."""
        return math.hypot(self.dx, self.dy) > NEAR

    def box(self, plane: Plane) -> Box:
        """Return what it covers."""
        x, y = plane.place(self.at)
        width = name_width(self.text)
        return Box(x + self.dx - (width if self.dx < 0 else 0.0), y + self.dy - _LINE / 2, width, _LINE)


def name_width(text: str) -> float:
    """Return the px that a name takes with its mark."""
    return GLYPH + CHARACTER * len(text)


def place_names(
    anchors: Sequence[tuple[Speed, str, bool]], lines: Sequence[Sequence[Speed]], plane: Plane, taken: Box
) -> list[Name]:
    """Place the names of the marks, the bold one first, then from the slowest.

    Parameters
    ----------
    anchors
        Marks with their names, and whether these are bold.
    lines
        The settings of each kind; those of one kind that are beside each other are joined.
    plane
        Where marks lie.
    taken
        Where other words stand.
    """
    boxes, placed = [taken], []
    for at, text, bold in sorted(anchors, key=lambda one: (not one[2], one[0].per_second)):
        candidates = [Name(at, text, bold, dx, dy) for dx, dy in _beside(_free_side(at, lines, plane))]
        costs = [_cost(one, lines, plane, boxes) + place for place, one in enumerate(candidates)]
        best = candidates[costs.index(min(costs))]
        placed.append(best)
        boxes.append(best.box(plane))
    return placed


def _free_side(at: Speed, lines: Sequence[Sequence[Speed]], plane: Plane) -> int:
    """Return the side that is tried first: the left (−1) of a mark that has near strangers at its right only."""
    x, y = plane.place(at)
    others = (plane.place(mark) for line in lines for mark in line if mark.kind != at.kind)
    near = {px >= x for px, py in others if math.hypot(px - x, py - y) < _CROWDED}
    return -1 if near == {True} else 1


def _beside(first: int) -> Iterator[Point]:
    for ring in _RINGS:
        for up in (-1, 1):
            yield from ((side * BESIDE, up * ring) for side in (first, -first))


def _cost(one: Name, lines: Sequence[Sequence[Speed]], plane: Plane, boxes: Sequence[Box]) -> float:
    """Return what speaks against a place: other names, marks and lines beneath it, a stranger that is as near."""
    box = one.box(plane)
    outside = box.x < 0 or box.x + box.width > plane.width or box.y < 0 or box.y + box.height > plane.height
    marks = [plane.place(mark) for line in lines for mark in line]
    others = [plane.place(mark) for line in lines for mark in line if mark.kind != one.at.kind]
    own = _away(box, plane.place(one.at))
    confused = any(_away(box, mark) <= own + 4 for mark in others)
    return (
        1000 * (outside + sum(box.meets(other) for other in boxes))
        + 200 * sum(_away(box, mark) < 5 for mark in marks)
        + 20 * sum(_away(box, dot) < 2 for line in lines for dot in _dots(line, plane))
        + (15 if one.far else 60) * confused
    )


def _away(box: Box, point: Point) -> float:
    """Return how far a point lies from a box, 0 within it."""
    x, y = point
    return math.hypot(max(box.x - x, 0, x - box.x - box.width), max(box.y - y, 0, y - box.y - box.height))


def _dots(line: Sequence[Speed], plane: Plane) -> Iterator[Point]:
    """Yield points of the lines that join marks, a few px apart."""
    for (x, y), (to_x, to_y) in pairwise(map(plane.place, line)):
        n = max(1, int(math.hypot(to_x - x, to_y - y) / _STEP))
        yield from ((x + (to_x - x) * i / n, y + (to_y - y) * i / n) for i in range(1, n))
