"""Small parts that several charts are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from segmint.charts.chart import Canvas

Row = Mapping[str, Any]


def layer(rows: Sequence[Row]) -> Any:
    """Return a chart over plain rows (a tuple: Altair copies lists with every layer that is added)."""
    return alt.Chart(alt.InlineData(values=tuple(rows)))


def sized(chart: Any, canvas: Canvas, height: int) -> Any:
    """Give a chart the canvas's width, axes included, so that text stays 12 px at every width."""
    fit = alt.AutoSizeParams(type="fit", contains="padding", resize=False)
    return chart.properties(width=canvas.width, height=height, autosize=fit)


def framed(chart: Any, width: float, height: float, margins: Mapping[str, float]) -> Any:
    """Give a chart a plot of an exact size with exact margins, for marks that are placed in px."""
    none = alt.AutoSizeParams(type="none", contains="content")
    return chart.properties(width=width, height=height, autosize=none, padding=dict(margins))


def number_format(low: float, high: float) -> str:
    """Return the format of an axis's numbers: ``0.5``, ``20``, ``1,500``, ``20k``."""
    largest = max(abs(low), abs(high))
    return "~s" if largest >= 20_000 or 0 < largest < 1e-4 else ",.6~g"


def lookup_expression(texts: Mapping[str, str] | Mapping[str, list[str]]) -> str:
    """Return a Vega expression of an object of texts; the texts are the customers', so they are quoted.

    Examples
    --------
    >>> print(lookup_expression({"a": "it's", "b": 'a "b"'}))
    {"a": "it's", "b": "a \\"b\\""}
    """
    return json.dumps(dict(texts), ensure_ascii=True)


def halo_text(chart: Any, canvas: Canvas, **more: Any) -> Any:
    """Return text with a rim in the color of the surface beneath it, so that grid lines don't cross it."""
    rim = chart.mark_text(stroke=canvas.theme["surface"], strokeWidth=4, strokeJoin="round", **more)
    return rim + chart.mark_text(**more)


def spread(places: Sequence[float], *, gap: float, lowest: float, highest: float) -> list[float]:
    """Move label positions apart until neighbors are at least ``gap`` away, keeping their order.

    Examples
    --------
    >>> spread([10.0, 12.0, 40.0], gap=8, lowest=0, highest=50)
    [7.0, 15.0, 40.0]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[tuple[float, list[int]]] = []
    for i in order:
        blocks.append((places[i], [i]))
        while len(blocks) > 1 and _touch(blocks[-2], blocks[-1], gap):
            (first, left), (second, right) = blocks[-2:]
            middle = (first * len(left) + second * len(right)) / (len(left) + len(right))
            blocks[-2:] = [(middle, left + right)]
    moved = [0.0] * len(places)
    for middle, members in blocks:
        half = gap * (len(members) - 1) / 2
        middle = min(max(middle, lowest + half), highest - half) if highest - lowest > 2 * half else middle
        for rank, i in enumerate(members):
            moved[i] = middle - half + rank * gap
    return moved


def _touch(above: tuple[float, list[int]], below: tuple[float, list[int]], gap: float) -> bool:
    reach = gap * (len(above[1]) + len(below[1])) / 2
    return below[0] - above[0] < reach
