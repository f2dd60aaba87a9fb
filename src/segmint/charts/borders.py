"""Where the answer changes on a map of two columns: the border lines of the rule for new rows."""

from __future__ import annotations

import numpy as np

from segmint.charts.scales import axis_scale
from segmint.choosing.study import Study
from segmint.model.preparation import NumericStep
from segmint.types import FloatMatrix, FloatVector, IntVector

_COLUMNS, _ROWS = 56, 36
_HALVINGS = 7

Segment = tuple[float, float, float, float]


def border_lines(study: Study, x_range: tuple[float, float], y_range: tuple[float, float]) -> list[Segment]:
    """Return short lines (x, y, x2, y2) on the map's axes along which the saved rule changes its answer.

    The rule is asked on a grid; on each edge of the grid with two answers the border is found by halving, and
    the crossings of a cell are joined. Empty where the map is a projection: then borders are no lines.

    Parameters
    ----------
    study
        A study with a model of two numeric columns.
    x_range, y_range
        The part of the plane that is drawn, as places on the axes: in original units, or logged where the
        preparation logs.
    """
    figure, model = study.figures.map, study.model
    if model is None or figure is None or figure.projected:
        return []
    steps = model.preparation.steps
    if [step.name for step in steps] != list(figure.axes) or not all(
        isinstance(s, NumericStep) for s in steps
    ):
        return []
    scales = [axis_scale(study, axis) for axis in figure.axes]
    x, y = np.linspace(*x_range, _COLUMNS), np.linspace(*y_range, _ROWS)

    def ask(points: FloatMatrix) -> IntVector:
        columns = {name: scales[i].values(points[:, i]) for i, name in enumerate(figure.axes)}
        return model.assigner.place(model.preparation.forward(columns)).labels

    grid = np.column_stack([np.repeat(x, _ROWS), np.tile(y, _COLUMNS)])
    labels = ask(grid).reshape(_COLUMNS, _ROWS)
    across = _crossings(ask, x, y, labels)
    along = _crossings(ask, y, x, labels.T, flipped=True)
    return _joined(across, along)


def _crossings(
    ask: object, first: FloatVector, second: FloatVector, labels: IntVector, *, flipped: bool = False
) -> dict[tuple[int, int], tuple[float, float]]:
    """Find the border on each grid edge that runs along ``first``, by halving all edges together."""
    i, j = np.nonzero(labels[:-1] != labels[1:])
    low, high, fixed = first[i].copy(), first[i + 1].copy(), second[j]
    start = labels[i, j]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        points = np.column_stack([fixed, middle] if flipped else [middle, fixed])
        same = ask(points) == start if len(points) else np.zeros(0, dtype=bool)  # type: ignore[operator]
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    place = (low + high) / 2
    ends = (
        zip(fixed.tolist(), place.tolist(), strict=False)
        if flipped
        else zip(place.tolist(), fixed.tolist(), strict=False)
    )
    keys = zip(j.tolist(), i.tolist(), strict=False) if flipped else zip(i.tolist(), j.tolist(), strict=False)
    return dict(zip(keys, ends, strict=True))


def _joined(
    across: dict[tuple[int, int], tuple[float, float]], along: dict[tuple[int, int], tuple[float, float]]
) -> list[Segment]:
    """Join the crossings of each cell: two by a line, three or four through their middle."""
    lines: list[Segment] = []
    for i in range(_COLUMNS - 1):
        for j in range(_ROWS - 1):
            sides = [across.get((i, j)), across.get((i, j + 1)), along.get((i, j)), along.get((i + 1, j))]
            ends = [side for side in sides if side is not None]
            if len(ends) == 2:
                lines.append((*ends[0], *ends[1]))
            elif len(ends) > 2:
                x, y = sum(e[0] for e in ends) / len(ends), sum(e[1] for e in ends) / len(ends)
                lines += [(*end, x, y) for end in ends]
    return lines
