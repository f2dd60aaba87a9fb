"""The picture of indexes: how much of the truth each finds, against queries a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.picture import Picture
from segmint.words import say, sentence
from segmint.words.numbers import count, score

Row = Mapping[str, Any]
"""One setting: ``kind``, ``setting`` (text), ``recall``, ``speed`` (queries a second), ``chosen``."""
_SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
_COLORS: Final = ("ink", "s3", "s2", "s4", "s1", "s6")


def recall_picture(rows: Sequence[Row], *, k: int, n_queries: int, enough: float) -> Picture:
    """Return recall against queries a second for every setting, the recommended one marked.

    Parameters
    ----------
    rows
        The settings; exactly one is ``chosen``.
    k, n_queries
        How many neighbors were asked for, and by how many queries.
    enough
        The recall from which an index may be recommended.
    """
    chosen = next(row for row in rows if row["chosen"])
    exact = rows[0]
    figures = {
        "kind": chosen["kind"],
        "faster": chosen["speed"] / exact["speed"],
        "recall": chosen["recall"],
        "k": k,
        "n": n_queries,
        "enough": enough,
    }
    head = tuple(say(f"charts.recall.head_{name}") for name in ("index", "setting", "recall", "speed"))
    table = tuple((row["kind"], row["setting"], score(row["recall"]), count(row["speed"])) for row in rows)
    return Picture(
        "recall",
        sentence(f"charts.recall.finding_{'exact' if chosen is exact else 'other'}", **figures),
        sentence("charts.recall.reading", **figures),
        sentence("charts.recall.description", **figures),
        Numbers(head, table),
        lambda canvas: _draw(rows, enough, canvas),
    )


def _draw(rows: Sequence[Row], enough: float, canvas: Canvas) -> Any:
    c = canvas.theme
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    x = alt.X("speed:Q", scale=alt.Scale(type="log", nice=True), axis=_axis(say("charts.recall.x"), "~s"))
    y = alt.Y(
        "recall:Q", scale=alt.Scale(domain=[0, 1.04], nice=False), axis=_axis(say("charts.recall.y"), ".1f")
    )
    color = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[c[one] for one in _COLORS]), legend=None)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=list(_SHAPES)), legend=None)
    base = layer(rows)
    last = [
        max((row for row in rows if row["kind"] == kind), key=lambda row: row["recall"]) for kind in kinds
    ]
    names = halo_text(
        layer(last).encode(x=x, y=y, text="kind:N"), canvas, dy=-14, fontSize=12.5, color=c["ink"]
    )
    drawing = alt.layer(
        layer([{"recall": enough}]).mark_rule(color=c["edge"], strokeDash=[4, 3]).encode(y=y),
        base.mark_line(strokeWidth=1.5, opacity=0.7).encode(x=x, y=y, color=color, order="recall:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=color, shape=shape),
        layer([row for row in rows if row["chosen"]])
        .mark_point(size=320, filled=False, strokeWidth=2, color=c["accent"], opacity=1)
        .encode(x=x, y=y),
        names,
    )
    return sized(drawing, canvas, 380)


def _axis(title: str, form: str) -> alt.Axis:
    return alt.Axis(title=title, format=form, grid=True, tickCount=6)
