"""Topics on a map: how large each is, and which ones share words."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import halo_text, layer, sized, spread
from segmint.charts.matching import color_token
from segmint.charts.naming import shortened
from segmint.charts.picture import Picture
from segmint.topics.study import TopicStudy
from segmint.words import say, sentence
from segmint.words.numbers import count, score, share

_HIGHEST: Final = 330
"""Px between the highest and the lowest topic, at most."""
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
    c, n = canvas.theme, len(study.topics)
    most = max(one.share for one in study.topics)
    reach = max(abs(one.place[0]) for one in study.topics) * 1.25 or 1.0
    highest = max(abs(one.place[1]) for one in study.topics)
    unit = canvas.width / (reach * (3.65 if canvas.narrow else 2.95))  # one length on both axes
    unit = min(unit, _HIGHEST / (2 * highest)) if highest else unit
    height = max(22 * n + 30, 90 + 2 * unit * highest)
    wide = alt.Scale(domain=[-reach * 1.05, canvas.width / unit - reach * 1.05], nice=False)
    half = height / unit / 2
    edge_y = half * (1 - 24 / height)
    label_y = spread([one.place[1] for one in study.topics], gap=18 / unit, lowest=-edge_y, highest=edge_y)
    rows = [
        {
            "x": one.place[0],
            "y": one.place[1],
            "at": at,
            "size": _LARGEST * (0.3 if canvas.narrow else 1.0) * one.share / most,
            "color": c[color_token(one.number, n)],
            "label": shortened(f"T{one.number} {one.title}", 22 if canvas.narrow else 40),
        }
        for one, at in zip(study.topics, label_y, strict=True)
    ]
    tall = alt.Scale(domain=[-half, half], nice=False)
    x, y = alt.X("x:Q", scale=wide, axis=None), alt.Y("y:Q", scale=tall, axis=None)
    base = layer(rows)
    edge = reach * 1.15
    lines = base.transform_calculate(edge=str(edge)).mark_rule(color=c["line-2"])
    drawing = alt.layer(
        lines.encode(x=x, x2="edge:Q", y=y, y2="at:Q"),
        base.mark_circle(opacity=0.85, stroke=c["surface"], strokeWidth=1).encode(
            x=x, y=y, size=alt.Size("size:Q", scale=None), color=alt.Color("color:N", scale=None)
        ),
        halo_text(
            layer([{**row, "edge": edge} for row in rows]).encode(
                x=alt.X("edge:Q", scale=wide, axis=None),
                y=alt.Y("at:Q", scale=tall, axis=None),
                text="label:N",
            ),
            canvas,
            align="left",
            dx=6,
            fontWeight=500,
        ),
    )
    return sized(drawing, canvas, round(height))
