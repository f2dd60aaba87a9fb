"""The picture of indexes: how much of the truth each finds, against how many queries a second it answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import halo_text, layer, sized, spread
from segmint.charts.picture import Picture
from segmint.geometry.recommending import FOUND, Recommendation
from segmint.geometry.speeds import Speed
from segmint.words import say, sentence
from segmint.words.numbers import MISSING, score, share, unit

Mark = dict[str, Any]
_HEIGHT: Final = 360
_AXES: Final = 70
"""Px that both axes take."""
_LINE: Final = 16
_CHARACTER: Final = 6.6
_LABEL_ROOM: Final = 1.9
"""By how much more than the fastest the axis reaches, for the labels at its right."""
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
    c = canvas.theme
    kinds = list(dict.fromkeys(one.kind for one in speeds))
    rows = [_mark(one, one is chosen) for one in speeds]
    lowest = _floor(speeds)
    x, y = _speed_axis(speeds, canvas), _recall_axis(lowest, k)
    color = alt.Color("kind:N", scale=_scale(kinds, [c[_MARKS[kind][0]] for kind in kinds]), legend=None)
    shape = alt.Shape("kind:N", scale=_scale(kinds, [_MARKS[kind][1] for kind in kinds]), legend=None)
    lines = [
        layer([_mark(one, False) for one in best_of([s for s in speeds if s.kind == kind])])
        .mark_line(strokeWidth=1.5)
        .encode(x=x, y=y, color=color, order=alt.Order("per_second:Q"))
        for kind in kinds
    ]
    ring = layer([row for row in rows if row["chosen"]])
    drawing = alt.layer(
        *_limit(x, y, advice_room=canvas),
        layer(rows).mark_rule(strokeWidth=3, color=c["edge"]).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        layer(rows)
        .mark_rule(strokeWidth=3, color=c["edge"])
        .encode(x=alt.X("slowest:Q"), x2="fastest:Q", y=y),
        *lines,
        layer(rows).mark_point(filled=True, opacity=1, size=60).encode(x=x, y=y, color=color, shape=shape),
        ring.mark_point(filled=False, size=260, strokeWidth=2, color=c["ink"]).encode(x=x, y=y),
        _labels(speeds, chosen, lowest, canvas),
    )
    return sized(drawing, canvas, _HEIGHT)


def _scale(domain: Sequence[str], values: Sequence[str]) -> Any:
    return alt.Scale(domain=list(domain), range=list(values))


def _mark(one: Speed, chosen: bool) -> Mark:
    names = ("kind", "recall", "low", "high", "per_second", "slowest", "fastest")
    return {name: getattr(one, name) for name in names} | {"chosen": chosen}


def _floor(speeds: Sequence[Speed]) -> float:
    """Return where the axis of recall begins: a round tenth below the lowest, .9 at most."""
    return max(0.0, min(0.9, math.floor(10 * min(one.low for one in speeds)) / 10))


def _reach(speeds: Sequence[Speed]) -> tuple[float, float]:
    low = min(one.slowest for one in speeds) / 1.3
    return low, max(one.fastest for one in speeds) * _LABEL_ROOM


def _speed_axis(speeds: Sequence[Speed], canvas: Canvas) -> Any:
    low, high = _reach(speeds)
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    steps = (1,) if last - first >= (2 if canvas.narrow else 3) else (1, 2, 5)
    values = [
        step * 10.0**power
        for power in range(first - 1, last + 1)
        for step in steps
        if low <= step * 10.0**power <= high
    ]
    axis = alt.Axis(
        title=say("charts.recall.x"), values=values, format=",~g" if high < 1e6 else "~s", labelOverlap=True
    )
    return alt.X("per_second:Q", scale=alt.Scale(type="log", domain=[low, high], nice=False), axis=axis)


def _recall_axis(lowest: float, k: int) -> Any:
    steps = 5 if lowest >= 0.5 else 10
    values = [number / steps / 2 for number in range(2 * steps + 1) if number / steps / 2 >= lowest - 1e-9]
    axis = alt.Axis(title=say("charts.recall.y", k=k), values=values, format=".2~f")
    domain = [lowest, 1 + 0.13 * (1 - lowest)]
    return alt.Y("recall:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=axis)


def _limit(x: Any, y: Any, *, advice_room: Canvas) -> list[Any]:
    """Return the line from which on an approximate index finds enough, with its words."""
    del x
    c = advice_room.theme
    row = [{"recall": FOUND, "text": say("charts.recall.enough", least=FOUND)}]
    words = layer(row).encode(x=alt.value(0), y=y, text=alt.Text("text:N"))
    return [
        layer(row).mark_rule(color=c["edge"], strokeDash=[4, 3]).encode(y=y),
        halo_text(words, advice_room, align="left", dx=4, dy=10, color=c["ink-2"]),
    ]


def _labels(speeds: Sequence[Speed], chosen: Speed, lowest: float, canvas: Canvas) -> Any:
    """Name each kind once: above a single point, at the right of the fastest setting of a line."""
    kinds = dict.fromkeys(one.kind for one in speeds)
    ends = {kind: best_of([one for one in speeds if one.kind == kind])[0] for kind in kinds}
    single = [one for kind, one in ends.items() if sum(s.kind == kind for s in speeds) == 1]
    several = [one for one in ends.values() if one not in single]
    rows = _above(single, chosen, speeds, canvas) + _beside(several, chosen, lowest)
    x, y = _speed_axis(speeds, canvas), _recall_axis(lowest, 1).copy()
    parts = [
        halo_text(
            layer([row]).encode(x=x, y=y, text=alt.Text("text:N")),
            canvas,
            align=row["align"],
            dx=row["dx"],
            dy=row["dy"],
            color=canvas.theme["ink"],
            fontWeight=600 if row["bold"] else 400,
        )
        for row in rows
    ]
    return alt.layer(*parts)


def _text(one: Speed, chosen: Speed) -> str:
    return say("charts.recall.chosen", kind=one.kind) if one.kind == chosen.kind else one.kind


def _label(one: Speed, chosen: Speed, *, align: str, dx: float, dy: float) -> Mark:
    own = {"text": _text(one, chosen), "align": align, "dx": dx, "dy": dy}
    return {"per_second": one.per_second, "recall": one.recall, "bold": one.kind == chosen.kind, **own}


def _above(single: Sequence[Speed], chosen: Speed, speeds: Sequence[Speed], canvas: Canvas) -> list[Mark]:
    """Put names over their points, one over the other where they would touch."""
    low, high = _reach(speeds)
    scale = (canvas.width - _AXES) / math.log(high / low)
    found: list[Mark] = []
    free, dy = -math.inf, -18.0
    for one in sorted(single, key=lambda one: one.per_second):
        place, half = scale * math.log(one.per_second / low), 0.5 * _CHARACTER * len(_text(one, chosen))
        dy = dy - _LINE if place - half < free else -18.0
        free = max(free, place + half + 4)
        found.append(_label(one, chosen, align="center", dx=0, dy=dy))
    return found


def _beside(several: Sequence[Speed], chosen: Speed, lowest: float) -> list[Mark]:
    """Put names at the right of the fastest setting, apart from each other."""
    height = (_HEIGHT - _AXES) / (1.13 * (1 - lowest))
    places = [-one.recall * height for one in several]
    moved = spread(places, gap=_LINE, lowest=-1.1 * height, highest=-lowest * height) if places else []
    return [
        _label(one, chosen, align="left", dx=11, dy=new - old)
        for one, old, new in zip(several, places, moved, strict=True)
    ]
