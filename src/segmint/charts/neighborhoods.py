"""Pictures of neighbors: labels beside clusters, metrics of texts, and distances as dimensions grow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import halo_text, layer, sized, spread
from segmint.charts.matching import color_token
from segmint.charts.picture import Picture
from segmint.measure.agreement import match_labels
from segmint.types import FloatMatrix, IntVector
from segmint.words import say, sentence
from segmint.words.numbers import share, unit

_PANEL: Final = 246
_HEIGHT: Final = 380
_HIGHEST: Final = 1_000.0
"""Above it nothing is drawn: in two dimensions some direction is nearly a query's own."""
_LINES: Final[Mapping[str, str]] = {"table": "s2", "requests": "accent"}
_PERCENT: Final = "format(100 * datum.value, '.0f') + ' %'"


@dataclass(frozen=True)
class Curse:
    """How far the farthest row is beyond the nearest, by dimension: ``contrast`` is (far − near) / near, above 0."""

    name: str
    dimensions: tuple[int, ...]
    contrast: tuple[float, ...]


def supervision_picture(
    points: FloatMatrix,
    labels: IntVector,
    voted: IntVector,
    clusters: IntVector,
    name: str,
    levels: Sequence[str],
    accuracy: float,
    ari: float,
) -> Picture:
    """Return the same rows three times: by their label, by their neighbors' labels, and by K-Means.

    Parameters
    ----------
    points
        Rows in two directions, shape (n_samples, 2).
    labels, voted, clusters
        Shape (n_samples,), from 0 on.
    name, levels
        The column of labels, and its values in order.
    accuracy, ari
        The share that the neighbors tell right, and the agreement of the clusters.
    """
    figures = {"name": name, "accuracy": accuracy, "ari": ari, "n": len(points)}
    panels = {"given": labels, "voted": voted, "clusters": match_labels(labels, clusters)}
    wrong = {key: int((found != labels).sum()) for key, found in panels.items()}
    head = (say("charts.neighborhoods.panel"), say("charts.neighborhoods.differ"))
    rows = tuple((say(f"charts.neighborhoods.{key}", name=name), str(n)) for key, n in wrong.items())
    return Picture(
        "supervision",
        sentence("charts.neighborhoods.supervision", **figures),
        sentence("charts.neighborhoods.supervision_reading", levels=_swatches(levels), **figures),
        sentence("charts.neighborhoods.supervision_description", **figures),
        Numbers(head, rows),
        lambda canvas: _three(points, panels, labels, name, canvas),
    )


_COLOR_WORDS: Final = ("blue", "orange", "teal", "plum", "sky", "olive")


def _swatches(levels: Sequence[str]) -> list[str]:
    """Return which level has which color; nothing said beyond six."""
    told = [
        f"{level} {say(f'charts.neighborhoods.{word}')}"
        for level, word in zip(levels, _COLOR_WORDS, strict=False)
    ]
    return told if len(levels) <= len(_COLOR_WORDS) else told[: len(_COLOR_WORDS)]


def _three(
    points: FloatMatrix, panels: Mapping[str, IntVector], labels: IntVector, name: str, canvas: Canvas
) -> Any:
    c, most = canvas.theme, int(max(found.max() for found in panels.values())) + 1
    drawn = []
    for key, found in panels.items():
        data = [
            {
                "x": float(x),
                "y": float(y),
                "color": c[color_token(int(one) + 1, most)],
                "wrong": bool(one != own),
            }
            for (x, y), one, own in zip(points, found, labels, strict=True)
        ]
        x, y = (
            alt.X("x:Q", axis=None, scale=alt.Scale(zero=False)),
            alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False)),
        )
        dots = (
            layer(data)
            .mark_point(size=26, opacity=0.8)
            .encode(x=x, y=y, color=alt.Color("color:N", scale=None))
        )
        rings = layer([row for row in data if row["wrong"]]).mark_point(
            size=70, filled=False, strokeWidth=1.2, color=c["ink"]
        ).encode(x=x, y=y)  # fmt: skip
        title = alt.TitleParams(say(f"charts.neighborhoods.{key}", name=name), fontSize=13, anchor="start")
        drawn.append(alt.layer(dots, rings).properties(width=_PANEL, height=_PANEL, title=title))
    return alt.hconcat(*drawn, spacing=24).properties(autosize="pad", padding=20)


@dataclass(frozen=True)
class Told:
    """How often a metric's neighbors tell a label.

    ``every``: with all labels of the other folds; ``few``: the mean over draws of a few known rows of each label,
    80 % of the draws between ``low`` and ``high``.
    """

    every: float
    few: float
    low: float
    high: float


def metrics_picture(accuracy: Mapping[str, Told], n: int, majority: float, few: int, draws: int) -> Picture:
    """Return how often the neighbors by each metric tell a text's label, with few known labels and with all.

    Parameters
    ----------
    accuracy
        By the metric's name, best with few labels first.
    n
        How many texts were told.
    majority
        The share of the commonest label.
    few, draws
        How many rows of each label are known, and how often they were drawn.
    """
    names, every = list(accuracy), [one.every for one in accuracy.values()]
    figures = {"best": names[0], "a": accuracy[names[0]].few, "worst": names[-1], "b": accuracy[names[-1]].few, "n": n,
               "majority": majority, "few": few, "draws": draws, "low": min(every), "high": max(every)}  # fmt: skip
    head = tuple(say(f"charts.neighborhoods.{name}") for name in ("metric", "with_few", "with_all"))
    return Picture(
        "metrics",
        sentence("charts.neighborhoods.metrics", **figures),
        sentence("charts.neighborhoods.metrics_reading", **figures),
        sentence("charts.neighborhoods.metrics_description", **figures),
        Numbers(head, tuple((name, share(one.few), share(one.every)) for name, one in accuracy.items())),
        lambda canvas: _dots(accuracy, canvas),
    )


def _dots(accuracy: Mapping[str, Told], canvas: Canvas) -> Any:
    c, best = canvas.theme, next(iter(accuracy))
    data = [
        {"name": name, "value": one.few, "low": one.low, "high": one.high, "every": one.every, "text": share(one.few),
         "color": c["accent" if name == best else "ink-2"]}
        for name, one in accuracy.items()
    ]  # fmt: skip
    scale = alt.Scale(domain=[0, 1.02], nice=False)
    axis = alt.Axis(title=say("charts.neighborhoods.accuracy"), labelExpr=_PERCENT, values=[0, 0.2, 0.4, 0.6, 0.8, 1],
                    grid=True)  # fmt: skip
    x = alt.X("value:Q", scale=scale, axis=axis)
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=200))
    base = layer(data)
    drawing = alt.layer(
        base.mark_rule(strokeWidth=3, color=c["edge"]).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", y=y
        ),
        base.mark_point(size=80, opacity=1).encode(x=x, y=y, color=alt.Color("color:N", scale=None)),
        base.mark_point(size=80, opacity=1, filled=False, strokeWidth=2, color=c["ink-2"]).encode(
            x=alt.X("every:Q", scale=scale, axis=axis), y=y
        ),
        halo_text(base.encode(x=x, y=y, text="text:N"), canvas, dy=-14),
    )
    return sized(drawing, canvas, 46 * len(data) + 50)


def curse_picture(curses: Sequence[Curse], names: Mapping[str, str]) -> Picture:
    """Return how much farther the farthest row is than the nearest, by dimension: generated points and real rows.

    Parameters
    ----------
    curses
        One line each, generated ones by their metric; the first is told of in the title.
    names
        What stands at each line.
    """
    first = curses[0]
    figures = {"low": first.contrast[0], "high": first.contrast[-1], "d": first.dimensions[-1],
               "e": first.dimensions[0]}  # fmt: skip
    head = (
        say("charts.neighborhoods.rows"),
        say("charts.neighborhoods.d"),
        say("charts.neighborhoods.contrast"),
    )
    table = tuple(
        (names[one.name], str(d), unit(value))
        for one in curses
        for d, value in zip(one.dimensions, one.contrast, strict=True)
    )
    return Picture(
        "curse",
        sentence("charts.neighborhoods.curse", **figures),
        sentence("charts.neighborhoods.curse_reading", **figures),
        sentence("charts.neighborhoods.curse_description", **figures),
        Numbers(head, table),
        lambda canvas: _lines(curses, names, canvas),
    )


def _lines(curses: Sequence[Curse], names: Mapping[str, str], canvas: Canvas) -> Any:
    c = canvas.theme
    values = [value for one in curses for value in one.contrast if 0 < value <= _HIGHEST]
    low, high = math.log10(min(values) * 0.55), math.log10(max(values) * 1.4)
    d_last = max(one.dimensions[-1] for one in curses)
    domain = [1.8, d_last * 5.0]
    powers = [float(2**p) for p in range(1, int(math.log2(d_last)) + 1)]
    x = alt.X(
        "d:Q", scale=alt.Scale(type="log", domain=domain, nice=False),
        axis=alt.Axis(title=say("charts.neighborhoods.d"), values=powers, format="d"),
    )  # fmt: skip
    ticks = [10.0**p for p in range(math.ceil(low), math.floor(high) + 1)]
    y = alt.Y(
        "contrast:Q", scale=alt.Scale(type="log", domain=[10**low, 10**high], nice=False),
        axis=alt.Axis(title=say("charts.neighborhoods.contrast"), values=ticks, grid=True, format="~g"),
    )  # fmt: skip
    layers = []
    for one in curses:
        color = c[_LINES.get(one.name, "edge")]
        data = [
            {"d": d, "contrast": v}
            for d, v in zip(one.dimensions, one.contrast, strict=True)
            if 0 < v <= _HIGHEST
        ]
        base = layer(data).encode(x=x, y=y)
        layers += [base.mark_line(color=color), base.mark_point(color=color, size=30, opacity=1)]
    ends = [(one, float(np.log10(one.contrast[-1]))) for one in curses]
    pixels = [(high - end) / (high - low) * (_HEIGHT - 60) for _, end in ends]
    placed = spread(pixels, gap=17, lowest=0, highest=_HEIGHT - 60)
    told = [
        {
            "d": one.dimensions[-1],
            "contrast": 10 ** (high - place / (_HEIGHT - 60) * (high - low)),
            "name": names[one.name],
        }
        for (one, _), place in zip(ends, placed, strict=True)
    ]
    layers.append(
        halo_text(layer(told).encode(x=x, y=y, text="name:N"), canvas, align="left", dx=10, fontWeight=500)
    )
    return sized(alt.layer(*layers), canvas, _HEIGHT)
