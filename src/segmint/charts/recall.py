"""The picture of indexes: how much of the truth each finds, against how many queries a second it answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.index_names import BESIDE, GLYPH, Name, Plane, name_width, place_names
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.picture import Picture
from segmint.charts.placing import Box
from segmint.geometry.recommending import FOUND, Recommendation
from segmint.geometry.speeds import Speed
from segmint.words import say, sentence
from segmint.words.numbers import MISSING, brief, score, share, unit

Mark = dict[str, Any]
_HEIGHT: Final = 360
_AXES: Final = 70
"""Px that both axes take."""
_HEADROOM: Final = 0.13
"""How far the axis of recall goes on above 1, for names."""
_ROOM: Final = 4
_MARKS: Final = {
    "exact": ("ink", "square"),
    "kd-tree": ("s3", "triangle-up"),
    "lsh": ("s2", "diamond"),
    "minhash": ("s2", "diamond"),
    "hnsw": ("s1", "circle"),
    "ivf": ("s4", "triangle-down"),
}
"""Color and shape of each kind of index: never the color alone."""


def recall_picture(
    speeds: Sequence[Speed], advice: Recommendation, *, k: int, n_queries: int, n_rows: int, metric: str
) -> Picture:
    """Return recall against queries a second, every setting a point, the recommended one with a ring.

    Parameters
    ----------
    speeds, advice
        What was measured, and what follows from it.
    k, n_queries, n_rows, metric
        What was asked, how often, of how many rows, by which distance.
    """
    figures = {
        "k": k,
        "n": n_queries,
        "rows": n_rows,
        "metric": metric,
        "kind": advice.chosen.kind,
        "recall": advice.chosen.recall,
        "per_second": advice.chosen.per_second,
        "exact": advice.exact.per_second,
    }
    head = tuple(
        say(f"charts.head.{name}")
        for name in ("index", "setting", "recall", "per_second", "built", "looked_at")
    )
    return Picture(
        "recall",
        advice.headline,
        sentence("charts.recall.reading", **figures),
        sentence("charts.recall.description", **figures),
        Numbers(head, tuple(_row(one) for one in speeds)),
        lambda canvas: _draw(speeds, advice.chosen, k, canvas),
    )


def _row(one: Speed) -> tuple[str, ...]:
    return (
        one.kind,
        setting_text(one.setting),
        score(one.recall),
        unit(one.per_second),
        brief(one.built),
        MISSING if one.looked_at is None else share(one.looked_at),
    )


def setting_text(setting: Mapping[str, Any]) -> str:
    """Return the parameters of an index in short.

    Examples
    --------
    >>> setting_text({"n_tables": 4, "widths": 2.0})
    'n_tables 4, widths 2'
    """
    return ", ".join(f"{name} {value:g}" for name, value in setting.items()) or MISSING


def best_of(speeds: Sequence[Speed]) -> list[Speed]:
    """Return the settings that no other beats in both recall and speed, the fastest first."""
    best: list[Speed] = []
    for one in sorted(speeds, key=lambda one: (-one.per_second, -one.recall)):
        if not best or one.recall > best[-1].recall:
            best.append(one)
    return best


def _draw(speeds: Sequence[Speed], chosen: Speed, k: int, canvas: Canvas) -> Any:
    rows = [_mark(one) for one in speeds]
    lowest, reach = _floor(speeds), _reach(speeds, chosen, canvas)
    x, y = _speed_axis(reach, canvas), _recall_axis(lowest, k)
    plane = Plane(*reach, lowest, _ceiling(lowest), canvas.width - _AXES, _HEIGHT - _AXES)
    ring = layer([_mark(chosen)]).mark_point(filled=False, size=260, strokeWidth=2, color=canvas.theme["ink"])
    drawing = alt.layer(
        *_limit(y, canvas),
        *_doubts(rows, x, y, canvas),
        *_points(speeds, rows, x, y, canvas),
        ring.encode(x=x, y=y),
        *_labels(_names(speeds, chosen, plane), x, y, canvas),
    )
    return sized(drawing, canvas, _HEIGHT)


def _doubts(rows: Sequence[Mark], x: Any, y: Any, canvas: Canvas) -> list[Any]:
    """Return the intervals of recall, and the slowest and fastest repeats."""
    bars = layer(rows).mark_rule(strokeWidth=3, color=canvas.theme["edge"])
    return [
        bars.encode(x=x, y=_as(y, "low:Q"), y2="high:Q"),
        bars.encode(x=_as(x, "slowest:Q"), x2="fastest:Q", y=y),
    ]


def _as(channel: Any, shorthand: str) -> Any:
    """Return the same axis for another field."""
    other = channel.copy()
    other.shorthand = shorthand
    return other


def _points(speeds: Sequence[Speed], rows: Sequence[Mark], x: Any, y: Any, canvas: Canvas) -> list[Any]:
    """Return a point for each setting, and a line through those of a kind that no other of it beats."""
    kinds = list(dict.fromkeys(one.kind for one in speeds))
    colors = [canvas.theme[_MARKS[kind][0]] for kind in kinds]
    color = alt.Color("kind:N", scale=_scale(kinds, colors), legend=None)
    shape = alt.Shape("kind:N", scale=_scale(kinds, [_MARKS[kind][1] for kind in kinds]), legend=None)
    lines = [
        layer([_mark(one) for one in best_of([one for one in speeds if one.kind == kind])])
        .mark_line(strokeWidth=1.5)
        .encode(x=x, y=y, color=color, order=alt.Order("per_second:Q"))
        for kind in kinds
    ]
    points = layer(rows).mark_point(filled=True, opacity=1, size=60)
    return [*lines, points.encode(x=x, y=y, color=color, shape=shape)]


def _scale(domain: Sequence[str], values: Sequence[str]) -> Any:
    return alt.Scale(domain=list(domain), range=list(values))


def _mark(one: Speed) -> Mark:
    names = ("kind", "recall", "low", "high", "per_second", "slowest", "fastest")
    return {name: getattr(one, name) for name in names}


def _floor(speeds: Sequence[Speed]) -> float:
    """Return where the axis of recall begins: a round tenth below the lowest, .9 at most."""
    return max(0.0, min(0.9, math.floor(10 * min(one.low for one in speeds)) / 10))


def _ceiling(lowest: float) -> float:
    """Return where the axis of recall ends."""
    return 1 + _HEADROOM * (1 - lowest)


def _reach(speeds: Sequence[Speed], chosen: Speed, canvas: Canvas) -> tuple[float, float]:
    """Return the ends of the axis of speeds: so far that names at the right of their marks have room."""
    low = min(one.slowest for one in speeds) / 1.3
    width = canvas.width - _AXES
    needed = [math.log(max(one.fastest for one in speeds) * 1.1 / low)]
    for one in _anchors(speeds, chosen):
        room = width - BESIDE - _ROOM - name_width(_text(one, chosen))
        needed.append(math.log(one.per_second / low) * width / room)
    return low, low * math.exp(max(needed))


def _speed_axis(reach: tuple[float, float], canvas: Canvas) -> Any:
    low, high = reach
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    steps = (1,) if last - first >= (2 if canvas.narrow else 3) else (1, 2, 5)
    values = [
        step * 10.0**power
        for power in range(first - 1, last + 1)
        for step in steps
        if low <= step * 10.0**power <= high
    ]
    shown = ",~g" if high < 1e6 else "~s"
    axis = alt.Axis(title=say("charts.recall.x"), values=values, format=shown, labelOverlap=True)
    return alt.X("per_second:Q", scale=alt.Scale(type="log", domain=[low, high], nice=False), axis=axis)


def _recall_axis(lowest: float, k: int) -> Any:
    step = 0.02 if lowest >= 0.9 else 0.1 if lowest >= 0.5 else 0.2
    values = [round(lowest + number * step, 2) for number in range(int((1 - lowest) / step + 1e-9) + 1)]
    values = [*values, 1.0] if values[-1] < 1 else values
    axis = alt.Axis(title=say("charts.recall.y", k=k), values=values, format=".2~f")
    domain = [lowest, _ceiling(lowest)]
    return alt.Y("recall:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=axis)


def _limit(y: Any, canvas: Canvas) -> list[Any]:
    """Return the line from which on an approximate index finds enough, with its words."""
    row = [{"recall": FOUND, "text": say("charts.recall.enough", least=FOUND)}]
    words = layer(row).encode(x=alt.value(0), y=y, text=alt.Text("text:N"))
    return [
        layer(row).mark_rule(color=canvas.theme["edge"], strokeDash=[4, 3]).encode(y=y),
        halo_text(words, canvas, align="left", dx=4, dy=10, color=canvas.theme["ink-2"]),
    ]


def _labels(named: Sequence[Name], x: Any, y: Any, canvas: Canvas) -> list[Any]:
    """Draw each name with the mark of its kind, and a line to its own mark where that is not beside it."""
    ink, rim = canvas.theme["ink"], canvas.theme["ink-2"]
    parts = []
    for one in named:
        base = layer([_mark(one.at) | {"text": one.text}])
        side = 1 if one.dx > 0 else -1
        color, shape = _MARKS[one.at.kind]
        if one.far:
            rule = base.mark_rule(strokeWidth=1, color=rim, x2Offset=one.dx, y2Offset=one.dy)
            parts.append(rule.encode(x=x, y=y, x2="per_second:Q", y2="recall:Q"))
        glyph = base.mark_point(
            filled=True, opacity=1, size=50, shape=shape, color=canvas.theme[color],
            xOffset=one.dx + side * 5, yOffset=one.dy,
        )  # fmt: skip
        words = base.encode(x=x, y=y, text=alt.Text("text:N"))
        told = halo_text(
            words, canvas, align="left" if side > 0 else "right", dx=one.dx + side * GLYPH, dy=one.dy, color=ink,
            fontWeight=600 if one.bold else 400,
        )  # fmt: skip
        parts += [glyph.encode(x=x, y=y), told]
    return parts


def _names(speeds: Sequence[Speed], chosen: Speed, plane: Plane) -> list[Name]:
    """Name each kind once, beside one of its marks."""
    kinds = dict.fromkeys(one.kind for one in speeds)
    lines = [best_of([one for one in speeds if one.kind == kind]) for kind in kinds]
    lone = [[one] for one in speeds]
    anchors = [(one, _text(one, chosen), one is chosen) for one in _anchors(speeds, chosen)]
    _, enough = plane.place(replace(chosen, recall=FOUND))
    words = say("charts.recall.enough", least=FOUND)
    return place_names(anchors, [*lines, *lone], plane, Box(0, enough, name_width(words), 20))


def _anchors(speeds: Sequence[Speed], chosen: Speed) -> list[Speed]:
    """Return the point at which each kind is named: what is recommended, else its fastest setting."""
    kinds = dict.fromkeys(one.kind for one in speeds)
    ends = {kind: best_of([one for one in speeds if one.kind == kind])[0] for kind in kinds}
    return list((ends | {chosen.kind: chosen}).values())


def _text(one: Speed, chosen: Speed) -> str:
    return say("charts.recall.chosen", kind=one.kind) if one is chosen else one.kind
