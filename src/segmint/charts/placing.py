"""Where labels go on a map, so that none covers a point or another label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.types import BoolVector, FloatMatrix

CHARACTER = 7.0
"""Width of a character of a label (12 px, weight 600), px; a little too wide for the widest of the fonts."""
_TURNS = 24
_RINGS = 14


@dataclass(frozen=True)
class Box:
    """A rectangle in px: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box, gap: float = 3.0) -> bool:
        """Return whether two boxes overlap or nearly touch."""
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )


def place_box(
    points: FloatMatrix, own: FloatMatrix, size: tuple[float, float], field: Box, taken: list[Box]
) -> tuple[Box, int]:
    """Return the place for a label beside its own points that covers the fewest points.

    Parameters
    ----------
    points
        All points in px, shape (n_points, 2).
    own
        The points of the labeled segment in px.
    size
        Width and height of the label in px.
    field
        Where labels may be.
    taken
        Labels that are there already.

    Returns
    -------
    tuple
        The box, and how many points it covers.
    """
    center = np.median(own, axis=0)
    others = points[~_member(points, own)]
    near = np.quantile(np.hypot(*(own - center).T), 0.5) if len(own) > 1 else 0.0
    best: tuple[tuple[float, float], Box, int] | None = None
    for box in _candidates(center, float(near), size, field):
        if any(box.meets(other) for other in taken):
            continue
        covered = _covered(points, box)
        away = float(np.hypot(box.x + box.width / 2 - center[0], box.y + box.height / 2 - center[1]))
        strangers = _covered(others, box, rim=26.0)
        cost = (covered * 60.0 + strangers * 6.0 + away, away)
        if best is None or cost < best[0]:
            best = (cost, box, covered)
    if best is None:
        box = _inside(Box(center[0] - size[0] / 2, center[1] - size[1] / 2, *size), field)
        return box, _covered(points, box)
    return best[1], best[2]


def _candidates(center: FloatMatrix, near: float, size: tuple[float, float], field: Box) -> list[Box]:
    boxes = []
    for ring in range(_RINGS):
        radius = 4.0 + near * 0.6 * (ring > 0) + ring * 14.0
        for turn in range(_TURNS):
            angle = 2 * np.pi * turn / _TURNS
            x = center[0] + np.cos(angle) * (radius + size[0] / 2) - size[0] / 2
            y = center[1] + np.sin(angle) * (radius + size[1] / 2) - size[1] / 2
            boxes.append(_inside(Box(float(x), float(y), *size), field))
    return boxes


def _member(points: FloatMatrix, own: FloatMatrix) -> BoolVector:
    mine = {(x, y) for x, y in own.tolist()}
    return np.fromiter(((x, y) in mine for x, y in points.tolist()), dtype=np.bool_, count=len(points))


def _inside(box: Box, field: Box) -> Box:
    x = min(max(box.x, field.x), field.x + field.width - box.width)
    y = min(max(box.y, field.y), field.y + field.height - box.height)
    return Box(x, y, box.width, box.height)


def _covered(points: FloatMatrix, box: Box, rim: float = 5.0) -> int:
    x, y = points[:, 0], points[:, 1]
    across = (x > box.x - rim) & (x < box.x + box.width + rim)
    down = (y > box.y - rim) & (y < box.y + box.height + rim)
    return int(np.count_nonzero(across & down))
