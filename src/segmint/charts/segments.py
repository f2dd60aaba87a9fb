"""Charts of the segments: how well each holds together, and what each is like."""

from __future__ import annotations

import itertools
from typing import Any

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import layer, lookup_expression, sized, spread
from segmint.charts.matching import color_token, segment_numbers
from segmint.charts.naming import card_name, cards, shortened
from segmint.choosing.study import Study
from segmint.types import FloatVector
from segmint.words import Sentence, say
from segmint.words.numbers import agreement, count, score

# Silhouette of every row ----------------------------------------------------------------------------------

PLOT = 360
"""Height of the knives, px."""
_STEPS = 120
"""Rows of pixels that one segment's knife may have at most: more would not be seen."""


def _knives(study: Study) -> list[tuple[int, str, FloatVector]]:
    """Return number, name and descending silhouettes of each segment of the answer."""
    chosen = study.decision.configuration
    values = study.figures.silhouette_rows.get(chosen or "", ())
    numbers = segment_numbers(study)
    named = {card.number: card_name(card) for card in cards(study)}
    found = [
        (numbers[label], named.get(numbers[label], f"S{numbers[label]}"), np.sort(own)[::-1])
        for label, own in enumerate(values)
        if label in numbers and len(own)
    ]
    return sorted(found, key=lambda knife: knife[0])


def _mean_silhouette(study: Study) -> float:
    chosen = study.decision.configuration
    stored = None if chosen is None else study.trial(chosen).value("silhouette")
    if stored is not None:
        return stored
    return float(np.concatenate([values for _, _, values in _knives(study)]).mean())


def _knife_rows(study: Study) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float]:
    """Return the bars, one label a segment, and the height of all knives in rows."""
    knives = _knives(study)
    n, total = len(knives), sum(len(values) for _, _, values in knives)
    gap = max(total * 0.02, 0.5) if n < 10 else total * 0.01
    bars: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    top = 0.0
    for number, name, values in knives:
        steps = min(len(values), max(4, round(_STEPS * 2.5 * len(values) / total)))
        edges = np.linspace(0, len(values), steps + 1)
        for low, high in itertools.pairwise(edges):
            value = float(values[int(low) : max(int(high), int(low) + 1)].mean())
            bars += [{"y": top + end, "value": value, "zero": 0, "number": number} for end in (low, high)]
        labels.append(
            {"at": top + len(values) / 2, "name": name, "number": number, "mean": float(values.mean())}
        )
        top += len(values) + gap
    height = top - gap
    apart = spread([label["at"] for label in labels], gap=16 * height / PLOT, lowest=0, highest=height)
    return bars, [{**label, "at": at} for label, at in zip(labels, apart, strict=True)], height


def _draw_silhouette_rows(study: Study, canvas: Canvas) -> Any:
    c = canvas.theme
    bars, labels, height = _knife_rows(study)
    n_segments, mean = len(labels), _mean_silhouette(study)
    low, high = min(0.0, *(bar["value"] for bar in bars)), max(bar["value"] for bar in bars)
    x_scale = alt.Scale(domain=[low - 0.02 if low < 0 else 0, high + 0.1 * (high - low)], nice=False)
    y_scale = alt.Scale(domain=[0, height], reverse=True, nice=False)
    x = alt.X(
        "value:Q",
        stack=None,
        scale=x_scale,
        axis=alt.Axis(title=say("charts.silhouette_rows.x"), tickCount=5, format=".1f"),
    )
    names = [shortened(label["name"], 26) if not canvas.narrow else f"S{label['number']}" for label in labels]
    lookup = lookup_expression({str(i): name for i, name in enumerate(names)})
    places = [round(label["at"], 2) for label in labels]  # few digits: they are looked up again as text
    axis = alt.Axis(
        title=None, values=places, grid=False, labelColor=c["ink"], labelLimit=220, labelOverlap=False,
        labelExpr=f"{lookup}[indexof({_list(places)}, datum.value)]",
    )  # fmt: skip
    colors = alt.Color(
        "number:N",
        scale=alt.Scale(
            domain=[label["number"] for label in labels],
            range=[c[color_token(label["number"], n_segments)] for label in labels],
        ),
        legend=None,
    )
    means = layer(
        [{**label, "end": high + 0.1 * (high - low), "text": agreement(label["mean"])} for label in labels]
    )
    average = layer([{"value": mean, "text": say("charts.silhouette_rows.average", value=mean), "top": 0}])
    y = alt.Y("at:Q", scale=y_scale, axis=axis)
    drawing = alt.layer(
        layer(bars)
        .mark_area(orient="horizontal", opacity=1)
        .encode(x=x, x2=alt.X2("zero"), y=alt.Y("y:Q", scale=y_scale, axis=axis), color=colors),
        layer([{"value": 0}]).mark_rule(color=c["ink-3"]).encode(x=x),
        average.mark_rule(strokeDash=[4, 3], strokeWidth=1.2, color=c["ink"]).encode(x=x),
        average.mark_text(align="left", dx=5, dy=-9, color=c["ink-2"]).encode(
            x=x, y=alt.YValue(0), text=alt.Text("text:N")
        ),
        means.mark_text(align="right", color=c["ink-2"]).encode(
            x=alt.X("end:Q", scale=x_scale), y=y, text=alt.Text("text:N")
        ),
    )
    return sized(drawing, canvas, PLOT + 70)


def _list(values: list[float]) -> str:
    return "[" + ",".join(repr(float(value)) for value in values) + "]"


def _silhouette_rows_caption(study: Study) -> Caption:
    knives = _knives(study)
    values = np.concatenate([own for _, _, own in knives])
    weakest = min(knives, key=lambda knife: float(knife[2].mean()))
    strongest = max(knives, key=lambda knife: float(knife[2].mean()))
    below, low = int(np.count_nonzero(values < 0)), float(weakest[2].mean())
    total = study.figures.map.n_rows if study.figures.map is not None else len(values)
    figures: dict[str, Any] = {
        "weakest": weakest[1],
        "low": low,
        "strongest": strongest[1],
        "high": float(strongest[2].mean()),
        "below": below,
        "below_share": below / len(values),
        "n": len(values),
        "total": total,
        "mean": _mean_silhouette(study),
        "segments": len(knives),
    }
    said = "weak" if low < 0.25 else "even" if figures["high"] - low < 0.15 else "uneven"
    if below > 0.05 * len(values):
        said = "below"
    covered = 1 - (study.trial(study.decision.configuration or "").noise_share or 0.0)
    sampled = len(values) < 0.98 * covered * total
    return Caption(
        Sentence(f"charts.silhouette_rows.finding_{said}", figures),
        Sentence(
            "charts.silhouette_rows.reading_sampled" if sampled else "charts.silhouette_rows.reading", figures
        ),
        Sentence("charts.silhouette_rows.description", figures),
    )


def _silhouette_rows_numbers(study: Study) -> Numbers:
    head = tuple(
        say(f"charts.head.{name}")
        for name in ("segment", "rows_drawn", "mean_silhouette", "lowest", "below_zero")
    )
    rows = tuple(
        (
            name,
            count(len(values)),
            score(float(values.mean())),
            agreement(float(values.min())),
            count(int(np.count_nonzero(values < 0))),
        )
        for _, name, values in _knives(study)
    )
    return Numbers(head, rows)


silhouette_rows = Chart(
    "silhouette_rows",
    _draw_silhouette_rows,
    _silhouette_rows_caption,
    _silhouette_rows_numbers,
    lambda study: study.model is not None and bool(_knives(study)),
)
