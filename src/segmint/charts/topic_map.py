"""Topics on a map: how large each is, and which ones share words."""

from __future__ import annotations

import math
from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import layer, sized
from segmint.charts.matching import color_token
from segmint.charts.naming import shortened
from segmint.charts.picture import Picture
from segmint.topics.study import TopicStudy
from segmint.words import say, sentence
from segmint.words.numbers import count, score, share

_HIGHEST: Final = 380
"""Px of the map, at most."""
_KEY: Final = 340
"""Px for the words beside the map; on a phone they stand below it."""
_LINE: Final = 22
_GAP: Final = 20
_NUMBER_WIDE: Final = 26
_NUMBER_HIGH: Final = 14
_LARGEST: Final = 3600
"""Area of the largest circle, px²."""


def map_picture(study: TopicStudy) -> Picture:
    """Return the map of a study's topics."""
    largest = study.topics[0]
    figures = {"n": len(study.topics), "words": largest.title, "share": largest.share}
    head = tuple(
        say(f"charts.head.{name}") for name in ("topic", "words", "share_of_words", "documents", "coherence")
    )
    table = tuple(
        (f"T{one.number}", one.title, share(one.share), count(one.n_documents), score(one.coherence))
        for one in study.topics
    )
    return Picture(
        "topic_map",
        sentence("charts.topic_map.finding", **figures),
        sentence("charts.topic_map.reading"),
        sentence("charts.topic_map.description", **figures),
        Numbers(head, table),
        lambda canvas: _draw(study, canvas),
    )


def _draw(study: TopicStudy, canvas: Canvas) -> Any:
    beside = 0 if canvas.narrow else _KEY
    circles, map_height = _circles(study, canvas, canvas.width - beside)
    names_height = _LINE * len(study.topics)
    height = map_height + _GAP + names_height if canvas.narrow else max(map_height, names_height)
    down = 0.0 if canvas.narrow else (height - map_height) / 2
    circles = [{**row, "y": row["y"] + down, "at": row["at"] + down} for row in circles]
    left, top = (
        (0.0, map_height + _GAP)
        if canvas.narrow
        else (canvas.width - _KEY + _GAP, (height - names_height) / 2)
    )
    names = _names(study, canvas, left, top)
    across, along = alt.Scale(domain=[0, canvas.width], nice=False), alt.Scale(domain=[height, 0], nice=False)
    x, y = alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=along, axis=None)
    color, size = alt.Color("color:N", scale=None), alt.Size("size:Q", scale=None)
    drawn, key = layer(circles), layer(names)
    drawing = alt.layer(
        drawn.mark_circle(opacity=1, fillOpacity=0.25, strokeWidth=2).encode(
            x=x,
            y=y,
            size=size,
            fill=alt.Fill("color:N", scale=None),
            stroke=alt.Stroke("color:N", scale=None),
        ),
        drawn.mark_text(baseline="middle", fontWeight=600).encode(
            x=x, y=alt.Y("at:Q", scale=along, axis=None), text="label:N"
        ),
        key.mark_circle(size=90, opacity=1).encode(x=x, y=y, color=color),
        key.mark_text(align="left", baseline="middle", fontWeight=500).encode(
            x=alt.X("text_x:Q", scale=across, axis=None), y=y, text="label:N"
        ),
        key.mark_text(align="right", baseline="middle").encode(
            x=alt.X("share_x:Q", scale=across, axis=None), y=y, text="share:N"
        ),
    )
    return sized(drawing, canvas, round(height))


def _circles(study: TopicStudy, canvas: Canvas, width: float) -> tuple[list[dict[str, Any]], float]:
    """Place the circles and their numbers in px, with one length on both axes; return them and their height."""
    most, n = max(one.share for one in study.topics), len(study.topics)
    largest = _LARGEST * (0.4 if canvas.narrow else 1.0)
    edge = math.sqrt(largest / math.pi) + 4
    xs, ys = ([one.place[axis] for one in study.topics] for axis in (0, 1))
    wide, tall = max(xs) - min(xs), max(ys) - min(ys)
    units = [(room - 2 * edge) / span for room, span in ((width, wide), (_HIGHEST, tall)) if span > 0]
    unit = min(units, default=0.0)
    left = (width - unit * wide) / 2
    rows = [
        {
            "x": left + unit * (one.place[0] - min(xs)),
            "y": edge + unit * (max(ys) - one.place[1]),
            "size": largest * one.share / most,
            "color": canvas.theme[color_token(one.number, n)],
            "label": f"T{one.number}",
        }
        for one in study.topics
    ]
    return _apart(rows), 2 * edge + unit * tall


def _apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each number a height of its own: in the middle of its circle, or below numbers that stand there."""
    placed: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda one: one["y"]):
        at = row["y"]
        for other in sorted(placed, key=lambda one: one["at"]):
            if abs(other["x"] - row["x"]) < _NUMBER_WIDE and abs(other["at"] - at) < _NUMBER_HIGH:
                at = other["at"] + _NUMBER_HIGH
        placed.append({**row, "at": at})
    return placed


def _names(study: TopicStudy, canvas: Canvas, left: float, top: float) -> list[dict[str, Any]]:
    """Place the words of each number in px, with its share of all words."""
    n = len(study.topics)
    return [
        {
            "x": left + 6,
            "text_x": left + 18,
            "share_x": canvas.width - 2,
            "y": top + _LINE * (place + 0.5),
            "color": canvas.theme[color_token(one.number, n)],
            "label": shortened(f"T{one.number} {one.title}", 34),
            "share": share(one.share),
        }
        for place, one in enumerate(study.topics)
    ]
