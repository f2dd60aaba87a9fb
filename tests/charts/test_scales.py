from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from segmint.charts import segment_map
from segmint.charts.chart import Canvas
from segmint.charts.points import Frame
from segmint.charts.scales import LINEAR, AxisScale, axis_scale
from segmint.charts.theme import THEMES


@pytest.mark.parametrize("scale", [LINEAR, AxisScale(0.0), AxisScale(100.0, 10.0)])
def test_places_and_values_are_each_others_inverse(scale: AxisScale) -> None:
    values = np.array([100.0, 101.5, 250.0, 9000.0])
    assert scale.values(scale.places(values)) == pytest.approx(values)


@pytest.mark.parametrize(
    ("scale", "low", "high", "told"),
    [
        (AxisScale(0.0), 0.0, 9600.0, {"0", "10", "100", "1,000"}),
        (AxisScale(0.0), 0.0, 12.0, {"0", "1", "3", "10"}),
    ],
)
def test_ticks_of_a_logged_axis_are_round(scale: AxisScale, low: float, high: float, told: set[str]) -> None:
    ends = scale.places(np.array([low, high]))
    axis = scale.axis("hours", *ends.tolist(), 5).to_dict()
    assert all(f'"{text}"' in axis["labelExpr"] for text in told)
    assert all(ends[0] <= place <= ends[1] for place in axis["values"])
    assert min(np.diff(axis["values"])) > 0.05 * (ends[1] - ends[0])


def test_a_logarithm_that_starts_far_from_zero_has_ticks_too() -> None:
    scale = AxisScale(1000.0, 10.0)
    axis = scale.axis("weight", 0.0, float(scale.places(np.array([1200.0]))[0]), 5)
    assert len(axis.to_dict()["values"]) >= 3


def test_the_map_is_logged_where_the_preparation_logs_and_has_no_border_below_the_lowest_value(
    blobs: Any,
) -> None:
    logged = _logged(blobs)
    first, second = logged.figures.map.axes
    assert axis_scale(logged, first).offset == 0.0 and axis_scale(logged, second) == LINEAR
    frame = Frame(logged, Canvas(830, THEMES["light"]), 480)
    assert frame.floor[0] >= 0
    drawn = segment_map(logged).to_dict()
    assert "log scale" in str(drawn) and "log scale" not in str(segment_map(blobs).to_dict())


def _logged(study: Any) -> Any:
    """The same study, its first column logged by the preparation."""
    first, second = study.preparation.steps
    shifted = study.figures.map.points + np.array([100.0, 0.0])
    preparation = replace(study.preparation, steps=(replace(first, log_offset=0.0, lower=0.0), second))
    models = {name: replace(model, preparation=preparation) for name, model in study.models.items()}
    figures = replace(study.figures, map=replace(study.figures.map, points=shifted))
    return replace(study, preparation=preparation, models=models, figures=figures)
