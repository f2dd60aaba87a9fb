"""The picture of looks over time: how unlikely each batch is by chance alone, with its verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import halo_text, layer, lookup_expression, sized
from segmint.charts.naming import shortened
from segmint.charts.picture import Picture
from segmint.drift.verdict import ALARMS, Verdict, alpha_of_one
from segmint.words import Sentence, say, sentence
from segmint.words.numbers import MISSING, count, probability

Look = Mapping[str, Any]
"""One look as it is kept: ``batch``, ``when``, and ``report`` as :meth:`segmint.drift.report.DriftReport.to_json` gives it."""

_TOP: Final = 8
"""Powers of ten: what is less likely is drawn there, above the line in any case; how much less says nothing more."""
_CHARACTER: Final = 6.6
_LEFT: Final = 60
"""Px that a character of a word and the axis of probabilities take."""
_WORDS: Final = {
    "stable": ("circle", "ink-3"),
    "watch": ("triangle-up", "warn"),
    "drift": ("diamond", "bad"),
    "broken data": ("cross", "bad"),
    "insufficient data": ("square", "line-2"),
}
"""Shape and color of each verdict: never the color alone."""


def looks_picture(looks: Sequence[Look]) -> Picture:
    """Return how unlikely each batch is by chance alone, with its verdict."""
    verdicts = [look["report"]["verdict"] for look in looks]
    alarms = sum(verdict in ALARMS for verdict in verdicts)
    figures = {"n": len(looks), "alarms": alarms, "last": verdicts[-1]}
    key = "quiet" if not alarms else "alarms"
    rows = tuple(
        (
            look["batch"],
            count(look["report"]["n_rows"]),
            probability(look["report"]["p"]),
            look["report"]["verdict"],
            look["report"]["cause"] or MISSING,
        )
        for look in looks
    )
    head = tuple(say(f"charts.head.{name}") for name in ("batch", "size", "p_value", "verdict", "cause"))
    return Picture(
        "looks",
        sentence(f"charts.looks.finding_{key}", **figures),
        _reading(looks),
        sentence("charts.looks.description", **figures),
        Numbers(head, rows),
        lambda canvas: _draw_looks(looks, canvas),
    )


def _reading(looks: Sequence[Look]) -> Sentence:
    """Return how to read the picture, where there are several limits, and looks at which nothing was tested."""
    own = "_own" if len(set(_limits(looks))) > 1 else ""
    untested = any(look["report"]["p"] is None for look in looks)
    return sentence(f"charts.looks.reading{own}", note=say("charts.looks.untested") if untested else "")


def _words(looks: Sequence[Look], step: float) -> list[str]:
    """Return the verdict beside each point that begins one: a row of equal ones is told once, and none over another.

    ``step`` is the way from point to point in px.
    """
    verdicts = [look["report"]["verdict"] for look in looks]
    words, free = [], -math.inf
    for place, (verdict, before) in enumerate(zip(verdicts, ["", *verdicts], strict=False)):
        half = 0.5 * _CHARACTER * len(verdict)
        told = verdict not in ("stable", before) and place * step - half > free
        free = place * step + half if told else free
        words.append(verdict if told else "")
    return words


def _limits(looks: Sequence[Look]) -> list[float]:
    """Return the height of the line above which a look's probability is no chance: each look's own."""
    return [-math.log10(alpha_of_one(look["report"]["alpha"], look["report"]["looks"])) for look in looks]


def _draw_looks(looks: Sequence[Look], canvas: Canvas) -> Any:
    c, limits = canvas.theme, _limits(looks)
    most = max(_TOP, math.ceil(max(limits)) + 1)
    rows = _points(looks, canvas, most)
    top = max(max(limits) * 1.3, *(row["surprise"] for row in rows)) * 1.08
    x, y = _batch_axis(rows, canvas), _chance_axis(top, most, canvas)
    shape, color = _verdict_marks(rows, canvas)
    one = len(set(limits)) == 1
    drawing = alt.layer(
        *(_one_limit(limits[0], y, canvas) if one else _own_limits(limits, x, y, canvas)),
        layer(rows).mark_line(color=c["line-2"], strokeWidth=1.5).encode(x=x, y=y),
        layer(rows).mark_point(filled=True, opacity=1, size=90).encode(x=x, y=y, shape=shape, color=color),
        layer(rows).mark_text(dy=-13, color=c["ink"], fontSize=12).encode(x=x, y=y, text=alt.Text("word:N")),
        *([_told_limit(limits[0], y, canvas)] if one else ()),
    )
    return sized(drawing, canvas, 280)


def _one_limit(limit: float, y: Any, canvas: Canvas) -> list[Any]:
    """Return what chance allows as a ground below one line."""
    c = canvas.theme
    return [
        layer([{"surprise": 0, "top": limit}]).mark_rect(color=c["sunken"]).encode(y=y, y2="top:Q"),
        layer([{"surprise": limit}]).mark_rule(color=c["edge"]).encode(y=y),
    ]


def _told_limit(limit: float, y: Any, canvas: Canvas) -> Any:
    """Return the words of the limit: below its line, since verdicts are written above their points."""
    told = layer([{"surprise": limit, "text": say("charts.looks.alpha", alpha=10.0**-limit)}])
    ground = replace(canvas, theme={**canvas.theme, "surface": canvas.theme["sunken"]})
    words = told.encode(x=alt.value(0), y=y, text=alt.Text("text:N"))
    return halo_text(words, ground, align="left", dx=4, dy=9, color=canvas.theme["ink-2"])


def _own_limits(limits: Sequence[float], x: Any, y: Any, canvas: Canvas) -> list[Any]:
    """Return a dash for each look: batches were judged by several false-alarm rates."""
    rows = [{"place": number, "surprise": limit} for number, limit in enumerate(limits)]
    width = max(6.0, 0.6 * (canvas.width - _LEFT) / len(rows))
    return [layer(rows).mark_tick(thickness=2, size=width, color=canvas.theme["edge"]).encode(x=x, y=y)]


def _points(looks: Sequence[Look], canvas: Canvas, most: int) -> list[dict[str, Any]]:
    words = _words(looks, (canvas.width - _LEFT) / len(looks))
    return [
        {
            "place": number,
            "batch": look["batch"],
            "surprise": _surprise(look["report"], most),
            "verdict": look["report"]["verdict"],
            "word": word,
        }
        for number, (look, word) in enumerate(zip(looks, words, strict=True))
    ]


def _surprise(report: Mapping[str, Any], most: int) -> float:
    """Return the height of a look: broken data are highest, too few rows say nothing."""
    if report["p"] is None:
        return float(most) if report["verdict"] == Verdict.BROKEN else 0.0
    return -math.log10(max(report["p"], 10.0**-most))


def _batch_axis(rows: Sequence[Mapping[str, Any]], canvas: Canvas) -> Any:
    """Return the axis of batches in their order: named where there is room."""
    order = [row["place"] for row in rows]
    every = max(1, -(-len(rows) // (4 if canvas.narrow else 12)))
    room = max(12, int(every * (canvas.width - _LEFT) / len(rows) / _CHARACTER) - 1)
    names = {str(row["place"]): shortened(str(row["batch"]), room) for row in rows}
    named = f"{lookup_expression(names)}[datum.value]"
    axis = alt.Axis(title=None, labelAngle=0, labelExpr=named, values=order[::every], labelOverlap=True)
    return alt.X("place:O", sort=order, axis=axis)


def _chance_axis(top: float, most: int, canvas: Canvas) -> Any:
    """Return the axis of probabilities: less likely by chance is higher."""
    axis = alt.Axis(
        title=say(f"charts.looks.y{'_narrow' if canvas.narrow else ''}", least=f"1e−{most}"),
        values=list(range(math.ceil(top) + 1)),
        labelExpr="datum.value ? '1e−' + datum.value : '1'",
    )
    return alt.Y("surprise:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)


def _verdict_marks(rows: Sequence[Mapping[str, Any]], canvas: Canvas) -> tuple[Any, Any]:
    kinds = list(dict.fromkeys(row["verdict"] for row in rows))
    shapes = alt.Scale(domain=kinds, range=[_WORDS[kind][0] for kind in kinds])
    colors = alt.Scale(domain=kinds, range=[canvas.theme[_WORDS[kind][1]] for kind in kinds])
    return alt.Shape("verdict:N", scale=shapes, legend=None), alt.Color(
        "verdict:N", scale=colors, legend=None
    )
