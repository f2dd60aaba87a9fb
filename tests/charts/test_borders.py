from __future__ import annotations

from typing import Any

import numpy as np

from segmint.charts.borders import border_lines


def test_borders_lie_where_two_centers_are_equally_near(blobs: Any) -> None:
    points = blobs.figures.map.points
    low, high = points.min(0), points.max(0)
    lines = border_lines(blobs, (low[0], high[0]), (low[1], high[1]))
    assert len(lines) > 20
    ends = np.array([line[:2] for line in lines])
    columns = {name: ends[:, i] for i, name in enumerate(blobs.figures.map.axes)}
    confidence = blobs.model.assigner.place(blobs.model.preparation.forward(columns)).confidence
    assert np.quantile(confidence, 0.9) < 0.05  # all but the corners of three cells


def test_a_projection_has_no_border_lines(wide: Any) -> None:
    assert border_lines(wide, (0.0, 1.0), (0.0, 1.0)) == []
