"""Who goes from which segment to which over versions: bands between columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas
from segmint.charts.marks import framed, layer, spread
from segmint.charts.matching import color_token
from segmint.charts.naming import shortened
from segmint.words import say
from segmint.words.numbers import share

_GAP: Final = 10
_BAR: Final = 10
_LINE: Final = 16
_NAME: Final = (31, 22)
"""Characters of a name that stand beside its bar, a longer one is cut: of a few versions, and of many."""
_FEW: Final = 3
_PALE: Final = 0.36
_FULL: Final = 0.8
_STEPS: Final = np.linspace(0, 1, 17)
_EASED: Final = _STEPS**2 * (3 - 2 * _STEPS)


@dataclass(frozen=True)
class Node:
    """A segment in one version: its id, display number (``None`` without a segment), name and customers."""

    id: str
    number: int | None
    name: str
    size: int


@dataclass(frozen=True)
class Column:
    """One version: its title, and its segments from top to bottom."""

    title: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Flow:
    """Versions side by side.

    Attributes
    ----------
    columns
        From the first version to the last.
    bands
        Between each column and the next: customers by their place in both, shape (n_before, n_after) each.
    """

    columns: tuple[Column, ...]
    bands: tuple[tuple[tuple[int, ...], ...], ...]


@dataclass(frozen=True, eq=False)
class _Places:
    """Where everything of one column lies, in px."""

    x: float
    tops: list[float]
    heights: list[float]


def draw_flow(flow: Flow, canvas: Canvas) -> Any:
    """Draw the bands; the width of each is the share of customers who go that way.

    Parameters
    ----------
    flow
        What goes where.
    canvas
        Width and colors; on a narrow one segments are told by their numbers only.
    """
    most = max(len(column.nodes) for column in flow.columns)
    height = max(220, 34 * most + 40)
    side = 46 if canvas.narrow else _side(flow)
    width = canvas.width - 2 * side
    places = [_placed(column, i, len(flow.columns), width, height) for i, column in enumerate(flow.columns)]
    n = max((node.number or 0 for column in flow.columns for node in column.nodes), default=0)
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False, zero=False), axis=None)
    y_scale = alt.Scale(domain=[0, height], range=[0, height], nice=False, zero=False)
    color = alt.Color("color:N", scale=None)
    bands = layer(_band_rows(flow, places, canvas, n)).mark_area()
    bars = layer(_bar_rows(flow, places, canvas, n)).mark_rect(opacity=1)
    parts = [
        bands.encode(
            x=x,
            y=alt.Y("top:Q", scale=y_scale, axis=None),
            y2=alt.Y2("bottom:Q"),
            detail="band:N",
            color=color,
            opacity=alt.Opacity("opacity:Q", scale=None),
        ),
        bars.encode(
            x=x, x2="x2:Q", y=alt.Y("top:Q", scale=y_scale, axis=None), y2=alt.Y2("bottom:Q"), color=color
        ),
        *_labels(flow, places, canvas, x, y_scale, height),
    ]
    return framed(alt.layer(*parts), width, height, {"left": side, "right": side, "top": 26, "bottom": 6})


def _side(flow: Flow) -> int:
    """Return the room for the longest name of the outer columns, with its number and share."""
    names = (len(node.name) for column in (flow.columns[0], flow.columns[-1]) for node in column.nodes)
    return round(6.3 * (min(max(names, default=0), _characters(flow)) + len("S12  100.0 %")))


def _characters(flow: Flow) -> int:
    return _NAME[len(flow.columns) > _FEW]


def _placed(column: Column, number: int, n_columns: int, width: float, height: float) -> _Places:
    sizes = np.array([node.size for node in column.nodes], dtype=np.float64)
    room = height - _GAP * (len(sizes) - 1)
    heights = room * sizes / max(sizes.sum(), 1.0)
    tops = np.concatenate([[0.0], np.cumsum(heights + _GAP)[:-1]])
    x = number * (width - _BAR) / max(n_columns - 1, 1)
    return _Places(x, tops.tolist(), heights.tolist())


def _color(node: Node, canvas: Canvas, n: int) -> str:
    return canvas.theme["noise" if node.number is None else color_token(node.number, n)]


def _band_rows(flow: Flow, places: Sequence[_Places], canvas: Canvas, n: int) -> list[dict[str, Any]]:
    """Return the outlines of all bands, thin ones too: a band takes its part of both bars."""
    rows: list[dict[str, Any]] = []
    for step, band in enumerate(flow.bands):
        counts = np.array(band, dtype=np.float64)
        left, right = places[step], places[step + 1]
        starts = _stacked(counts, left, axis=1)
        ends = _stacked(counts.T, right, axis=1).T
        out, into = counts.sum(axis=1), counts.sum(axis=0)
        for i, j in zip(*np.nonzero(counts), strict=True):
            thick = counts[i, j] * left.heights[i] / out[i], counts[i, j] * right.heights[j] / into[j]
            rows += [
                {
                    "band": f"{step}-{i}-{j}",
                    "x": float(left.x + _BAR + at * (right.x - left.x - _BAR)),
                    "top": float(starts[i, j] + eased * (ends[i, j] - starts[i, j])),
                    "bottom": float(
                        starts[i, j] + thick[0] + eased * (ends[i, j] + thick[1] - starts[i, j] - thick[0])
                    ),
                    "color": _color(flow.columns[step].nodes[i], canvas, n),
                    "opacity": _PALE if _stays(flow, step, i, j) else _FULL,
                }
                for at, eased in zip(_STEPS, _EASED, strict=True)
            ]
    return rows


def _stays(flow: Flow, step: int, i: int, j: int) -> bool:
    return flow.columns[step].nodes[i].id == flow.columns[step + 1].nodes[j].id


def _stacked(counts: np.ndarray[Any, np.dtype[np.float64]], places: _Places, *, axis: int) -> Any:
    """Return where each band begins on its bar: below those before it."""
    total = np.maximum(counts.sum(axis=axis, keepdims=True), 1.0)
    scaled = counts / total * np.array(places.heights)[:, None]
    return np.array(places.tops)[:, None] + np.cumsum(scaled, axis=axis) - scaled


def _bar_rows(flow: Flow, places: Sequence[_Places], canvas: Canvas, n: int) -> list[dict[str, Any]]:
    return [
        {
            "x": at.x,
            "x2": at.x + _BAR,
            "top": top,
            "bottom": top + max(tall, 1.0),
            "color": _color(node, canvas, n),
        }
        for column, at in zip(flow.columns, places, strict=True)
        for node, top, tall in zip(column.nodes, at.tops, at.heights, strict=True)
    ]


def _labels(
    flow: Flow, places: Sequence[_Places], canvas: Canvas, x: Any, y_scale: Any, height: float
) -> list[Any]:
    """Return the names at both ends and the titles above; columns between have numbers only."""
    parts = []
    last, most = len(flow.columns) - 1, _characters(flow)
    for number, (column, at) in enumerate(zip(flow.columns, places, strict=True)):
        end = number in (0, last)
        align = "right" if number == 0 else "left"
        place = at.x - 6 if number == 0 else at.x + _BAR + 6
        middles = [top + tall / 2 for top, tall in zip(at.tops, at.heights, strict=True)]
        apart = spread(middles, gap=_LINE, lowest=8, highest=height - 8)
        rows = [
            {"x": place, "top": where, "text": _text(node, column, 0 if canvas.narrow or not end else most)}
            for node, where in zip(column.nodes, apart, strict=True)
        ]
        y = alt.Y("top:Q", scale=y_scale, axis=None)
        texts = layer(rows).encode(x=x, y=y, text=alt.Text("text:N"))
        if not end:
            parts.append(
                texts.mark_text(
                    align=align, stroke=canvas.theme["surface"], strokeWidth=3, strokeJoin="round"
                )
            )
        parts.append(texts.mark_text(align=align, color=canvas.theme["ink"]))
        title = layer([{"x": at.x + _BAR / 2, "top": -16, "text": column.title}])
        anchor = "right" if number == 0 else "left" if number == last else "center"
        shift = _BAR / 2 if number == 0 else -_BAR / 2 if number == last else 0
        parts.append(
            title.mark_text(align=anchor, dx=shift, color=canvas.theme["ink-2"], fontWeight=600).encode(
                x=x, y=y, text=alt.Text("text:N")
            )
        )
    return parts


def _text(node: Node, column: Column, most: int) -> str:
    """Return a segment's number, name and share; where there is no room for names, the number alone."""
    total = max(sum(each.size for each in column.nodes), 1)
    told = share(node.size / total)
    if node.number is None:
        return f"{say('charts.flow.unassigned') if most else '×'} {told}"
    return f"S{node.number} {shortened(node.name, most)} {told}" if most else f"S{node.number}"
