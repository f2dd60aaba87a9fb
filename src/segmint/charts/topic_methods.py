"""Both methods side by side: their measures over the seeds, and where they put the same documents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.picture import Picture
from segmint.topics.comparison import Seeds
from segmint.topics.study import TopicStudy
from segmint.words import say, sentence
from segmint.words.numbers import count, score

_ORDER: Final = ("nmi", "ari", "stability", "coherence", "c_v", "exclusivity")
_CELL: Final = 26
_STEP: Final = 0.2
_TEXT: Final = 110
"""Px for the name of a method and its mean."""


def seeds_picture(study: TopicStudy) -> Picture:
    """Return the measures of both methods over the seeds, least to greatest, with their means."""
    names = [name for name in _ORDER if name in next(iter(study.seeds.values())).values]
    n = len(next(iter(study.seeds.values())).values["stability"])
    better = study.better.method
    finding = f"finding_{better or 'neither'}"
    head = tuple(say(f"charts.head.{name}") for name in ("measure", "method", "mean", "least", "greatest"))
    table = tuple(
        (
            say(f"charts.topic_seeds.{name}"),
            say(f"topics.method.{method}"),
            score(seeds.mean(name)),
            *map(score, seeds.interval(name)),
        )
        for name in names
        for method, seeds in study.seeds.items()
    )
    return Picture(
        "topic_seeds",
        sentence(f"charts.topic_seeds.{finding}", n=n),
        sentence("charts.topic_seeds.reading", n=n),
        sentence(
            "charts.topic_seeds.description",
            n=n,
            measures=[say(f"charts.topic_seeds.{name}") for name in names],
        ),
        Numbers(head, table),
        lambda canvas: _draw_seeds(study.seeds, names, canvas),
    )


def _draw_seeds(seeds: Mapping[str, Seeds], names: list[str], canvas: Canvas) -> Any:
    c = canvas.theme
    lowest = min(0.0, *(one.interval(name)[0] for one in seeds.values() for name in names))
    lowest = math.floor(lowest / _STEP) * _STEP
    rows = _seed_rows(seeds, names, canvas, lowest)
    x_scale = alt.Scale(domain=[lowest, 1], nice=False)
    y_scale = alt.Scale(domain=[len(names), 0], nice=False)
    ticks = [round(lowest + _STEP * place, 1) for place in range(round((1 - lowest) / _STEP) + 1)]
    axis = alt.Axis(title=say("charts.topic_seeds.x"), grid=True, values=ticks, format=".1f")
    x = alt.X("mean:Q", scale=x_scale, axis=axis)
    y = alt.Y("y:Q", scale=y_scale, axis=None)
    base = layer(rows)
    color = alt.Color("color:N", scale=None)
    heads = [{"y": i + 0.1, "text": _head(name, canvas), "mean": lowest} for i, name in enumerate(names)]
    drawing = alt.layer(
        base.mark_rule(strokeWidth=3, color=c["edge"]).encode(
            x=alt.X("low:Q", scale=x_scale, title=None), x2="high:Q", y=y
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=x, y=y, color=color, shape=alt.Shape("mark:N", scale=None)
        ),
        *_texts(rows, x_scale, y, canvas),
        halo_text(
            layer(heads).encode(x=x, y=y, text="text:N"),
            canvas,
            align="left",
            baseline="middle",
            fontWeight=600,
        ),
    )
    return sized(drawing, canvas, 50 + 62 * len(names))


def _texts(rows: list[dict[str, Any]], x_scale: Any, y: Any, canvas: Canvas) -> list[Any]:
    """Write each mean beyond its interval: at the right, or at the left where it would run over the end."""
    sides = (("high", "left", 9), ("low", "right", -9))
    return [
        halo_text(
            layer([row for row in rows if row["side"] == side]).encode(
                x=alt.X(f"{side}:Q", scale=x_scale, title=None), y=y, text="text:N"
            ),
            canvas,
            align=align,
            dx=dx,
            baseline="middle",
        )
        for side, align, dx in sides
        if any(row["side"] == side for row in rows)
    ]


def _seed_rows(
    seeds: Mapping[str, Seeds], names: list[str], canvas: Canvas, lowest: float
) -> list[dict[str, Any]]:
    """Return a row a measure and method: its interval, its mean, its mark, and at which end its text stands."""
    c, room = canvas.theme, (1 - lowest) * _TEXT / canvas.width
    rows: list[dict[str, Any]] = []
    for place, name in enumerate(names):
        for offset, (method, one) in enumerate(seeds.items()):
            low, high = one.interval(name)
            rows.append(
                {
                    "y": place + 0.36 + 0.3 * offset,
                    "low": low,
                    "high": high,
                    "mean": one.mean(name),
                    "text": f"{say(f'topics.method.{method}')} {score(one.mean(name))}",
                    "color": c["accent"] if method == "lda" else c["ink-2"],
                    "mark": "circle" if method == "lda" else "square",
                    "side": "high" if high + room <= 1 or low - lowest < 1 - high else "low",
                }
            )
    return rows


def _head(name: str, canvas: Canvas) -> str:
    """Return what a measure says; on a phone without its range."""
    said = say(f"charts.topic_seeds.{name}")
    return said.split(" (")[0] if canvas.narrow else said


def crossing_picture(study: TopicStudy) -> Picture:
    """Return how many documents each topic shares with each cluster."""
    total = int(study.crossing.sum())
    same = int(np.trace(study.crossing))
    figures = {"same": same, "total": total, "share": same / max(1, total), "ari": study.agreement.ari}
    names = [f"C{one.number}" for one in study.topics]
    table = tuple(
        (f"T{topic.number}", *(count(int(n)) for n in row))
        for topic, row in zip(study.topics, study.crossing, strict=True)
    )
    return Picture(
        "topic_crossing",
        sentence("charts.topic_crossing.finding", **figures),
        sentence("charts.topic_crossing.reading"),
        sentence("charts.topic_crossing.description", **figures),
        Numbers((say("charts.head.topic"), *names), table),
        lambda canvas: _draw_crossing(study, canvas),
    )


def _draw_crossing(study: TopicStudy, canvas: Canvas) -> Any:
    c = canvas.theme
    most = max(1, int(study.crossing.max()))
    wide = len(study.topics) > (8 if canvas.narrow else 14)
    rows = [
        {
            "topic": f"T{i + 1}",
            "cluster": f"C{j + 1}",
            "n": int(n),
            "text": "" if wide or not n else count(int(n)),
            "fill": c[_tint(int(n), most)],
            "ink": c["surface"] if n > 0.5 * most else c["ink"],
        }
        for i, row in enumerate(study.crossing)
        for j, n in enumerate(row)
    ]
    order = [f"{{}}{one.number}" for one in study.topics]
    x = alt.X(
        "cluster:N", sort=[name.format("C") for name in order],
        axis=alt.Axis(title=say("charts.topic_crossing.x"), labelAngle=0, orient="top", domain=False, ticks=False,
                      labelExpr="substring(datum.label, 1)" if wide else "datum.label"),
    )  # fmt: skip
    y = alt.Y(
        "topic:N",
        sort=[name.format("T") for name in order],
        axis=alt.Axis(title=None, domain=False, grid=False),
    )
    base = layer(rows)
    drawing = alt.layer(
        base.mark_rect(stroke=c["surface"], strokeWidth=1).encode(
            x=x, y=y, color=alt.Color("fill:N", scale=None)
        ),
        base.mark_text(fontSize=12).encode(x=x, y=y, text="text:N", color=alt.Color("ink:N", scale=None)),
    )
    return sized(drawing, canvas, 60 + _CELL * len(study.topics))


def _tint(n: int, most: int) -> str:
    """Return the token of a count: the palest for none, then in six steps to the most."""
    return f"q{1 if not n else 2 + min(5, 6 * (n - 1) // most)}"
