"""Points on a plane: their frame, their places, their marks; for the map and for the families' maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas
from segmint.charts.marks import layer
from segmint.charts.matching import color_token, segment_numbers, shape
from segmint.charts.naming import shortened
from segmint.charts.placing import CHARACTER, Box
from segmint.charts.scales import axis_scale
from segmint.choosing.study import MapData, Study
from segmint.labels import NOISE
from segmint.types import BoolVector, FloatMatrix
from segmint.words import say
from segmint.words.numbers import count, unit
from segmint.words.sentences import known

CLOSE = {"margin": 0.1, "posterior": 0.6}
"""Confidence below which a row is a close call: nearly as near (or as probable) to a second segment."""
_HALF_A_MARK = 0.02
"""Room for half a mark on the lowest value there can be, of the reach of the points."""


def drawable_map(study: Study) -> MapData | None:
    """Return the map's data where the answer has labels and some points can be drawn."""
    figure, chosen = study.figures.map, study.decision.configuration
    if figure is None or chosen not in figure.labels:
        return None
    return figure if np.isfinite(figure.points).all(axis=1).any() else None


def axis_title(study: Study, axis: str) -> str:
    """Return the title of an axis: the column with its unit, or the name of a component."""
    key = f"charts.map.axes.{axis.replace(' ', '_')}"
    if known(key):
        return say(key)
    units = {feature.name: feature.unit for feature in study.schema}
    given = units.get(axis) if units.get(axis) != axis else None
    titled = f"{axis} ({given})" if given and f"({given})" not in axis else axis
    return say("charts.map.logged", axis=titled) if axis_scale(study, axis).offset is not None else titled


def close_calls(study: Study) -> BoolVector:
    """Return which points of the map are nearly as near to a second segment; shape (n_points,)."""
    figure, model = study.figures.map, study.model
    if figure is None:
        return np.zeros(0, dtype=bool)
    kind = "margin" if model is None else model.assigner.confidence_kind
    return np.nan_to_num(figure.confidence, nan=1.0) < CLOSE[kind]


class Frame:
    """From original units to places on the axes, and to px: the plot's field, its margins, the ends of its axes."""

    def __init__(self, study: Study, canvas: Canvas, height: int, *, small: bool = False) -> None:
        figure = study.figures.map
        assert figure is not None
        self.scales = [axis_scale(study, axis) for axis in figure.axes]
        finite = figure.points[np.isfinite(figure.points).all(axis=1)]
        places = self.places(finite)
        low, high = places.min(axis=0), places.max(axis=0)
        reach = np.where(high > low, high - low, 1.0)
        rim = np.array([0.05, 0.05 if small else 0.1])  # room for labels above and below the points
        self.low, self.high = low - rim * reach, high + rim * reach
        self.floor = self.low
        if (
            not figure.projected
        ):  # below it no value can lie: no border there, and no more room than half a mark
            lowest = finite.min(axis=0).tolist()
            floor = np.array([self.scales[i].floor(lowest[i]) for i in (0, 1)])
            self.low = np.maximum(self.low, floor - _HALF_A_MARK * reach)
            self.floor = np.maximum(self.low, floor)
        ends = [finite[:, i].max() for i in (0, 1)]
        left = 18 + CHARACTER * max(len(unit(float(v))) for v in (finite[:, 1].min(), ends[1], 0.5 * ends[1]))
        right = 6 + CHARACTER * len(count(float(ends[0]))) / 2  # the last tick's number stands around its end
        self.margins = {"left": min(left, 80.0), "top": 28.0, "right": max(14.0, right), "bottom": 46.0}
        width = canvas.width - self.margins["left"] - self.margins["right"]
        self.field = Box(0.0, 0.0, width, height - 74.0)

    def places(self, points: FloatMatrix) -> FloatMatrix:
        """Return where points in original units lie on the axes."""
        return np.column_stack([self.scales[i].places(points[:, i]) for i in (0, 1)])

    def px(self, places: FloatMatrix) -> FloatMatrix:
        """Return places in px within the field."""
        across = (places - self.low) / (self.high - self.low)
        x = across[:, 0] * self.field.width
        return np.column_stack([x, (1 - across[:, 1]) * self.field.height])

    def scale(self, axis: int) -> alt.Scale:
        """Return the scale of one axis, with nothing added."""
        return alt.Scale(domain=[float(self.low[axis]), float(self.high[axis])], nice=False, zero=False)


def place_encodings(study: Study, frame: Frame, *, small: bool = False) -> dict[str, Any]:
    """Return the x and y of points, with axes that are titled with their units."""
    figure = study.figures.map
    assert figure is not None
    ticks = 4 if small else 6
    titles = [axis_title(study, axis) for axis in figure.axes]
    if small:
        titles = [shortened(title, 24) for title in titles]
    axes = [
        frame.scales[i].axis(titles[i], float(frame.low[i]), float(frame.high[i]), ticks)
        if titles[i]
        else None
        for i in (0, 1)
    ]
    return {
        "x": alt.X("x:Q", scale=frame.scale(0), axis=axes[0]),
        "y": alt.Y("y:Q", scale=frame.scale(1), axis=axes[1]),
    }


def map_points(
    figure: MapData, configuration: str, numbers: Mapping[int, int], study: Study
) -> list[dict[str, Any]]:
    """Return one row a point: place on the axes, display number (0 for noise), close call, differing from the answer."""
    labels, answer = figure.labels[configuration], figure.labels[study.decision.configuration or ""]
    own = segment_numbers(study)
    close = close_calls(study)
    columns = [axis_scale(study, axis).places(figure.points[:, j]) for j, axis in enumerate(figure.axes)]
    rows = []
    for i, (x, y) in enumerate(np.column_stack(columns).tolist()):
        if np.isfinite(x) and np.isfinite(y):
            number = numbers.get(int(labels[i]), 0) if labels[i] != NOISE else 0
            before = own.get(int(answer[i]), 0) if answer[i] != NOISE else 0
            rows.append(
                {"x": x, "y": y, "number": number, "close": bool(close[i]), "differs": number != before}
            )
    return rows


def point_marks(
    rows: list[dict[str, Any]], n_segments: int, canvas: Canvas, at: dict[str, Any], size: float
) -> list[Any]:
    """Return the marks of all points: solid dots, hollow close calls, thin crosses for noise."""
    c, parts = canvas.theme, []
    noise = [row for row in rows if row["number"] == 0]
    if noise:
        cross = layer(noise).mark_point(
            shape="M-.6,-.6L.6,.6M-.6,.6L.6,-.6",
            filled=False,
            size=size * 2.2,
            strokeWidth=1,
            opacity=1,
            stroke=c["noise"],
        )
        parts.append(cross.encode(**at))
    for number in sorted({row["number"] for row in rows} - {0}):
        color, form = c[color_token(number, n_segments)], shape(number, n_segments)
        solid = [row for row in rows if row["number"] == number and not row["close"]]
        hollow = [row for row in rows if row["number"] == number and row["close"]]
        if solid:
            mark = layer(solid).mark_point(
                shape=form,
                size=size,
                filled=True,
                color=color,
                opacity=0.85,
                stroke=c["surface"],
                strokeWidth=0.6,
            )
            parts.append(mark.encode(**at))
        if hollow:
            ring = layer(hollow).mark_point(
                shape=form,
                size=size,
                filled=True,
                fill=c["surface"],
                opacity=1,
                stroke=color,
                strokeWidth=1.6,
            )
            parts.append(ring.encode(**at))
    return parts
