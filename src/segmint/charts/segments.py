"""Charts of the segments: how well each holds together, and what each is like."""

from __future__ import annotations

import itertools
from typing import Any

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import layer, lookup_expression, sized
from segmint.charts.matching import color_token, segment_numbers
from segmint.charts.naming import card_name, cards, shortened
from segmint.choosing.study import Study
from segmint.model.cards import Effect, SegmentCard
from segmint.types import FloatVector
from segmint.words import Sentence, say
from segmint.words.numbers import agreement, count, score, share, unit

# Silhouette of every row ----------------------------------------------------------------------------------

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
    return bars, labels, top - gap


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
    places = [label["at"] for label in labels]
    axis = alt.Axis(
        title=None, values=places, grid=False, labelColor=c["ink"], labelLimit=220,
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
    return sized(drawing, canvas, min(720, 130 + max(300, 26 * n_segments)))


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
    sampled = len(values) < 0.5 * total
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


# Profile ---------------------------------------------------------------------------------------------------

_MOST_FEATURES = 20
_STEPS_OF_EFFECT = (-1.2, -0.8, -0.3, 0.3, 0.8, 1.2)
"""Borders of the seven colors: Cohen's small, medium and large, with the neutral one around zero."""


def feature_name(effect: Effect) -> str:
    """Return the name of a feature, with the level whose share is compared: ``Gender: F``."""
    if effect.level is None:
        return effect.feature
    return say("charts.profile.level", feature=effect.feature, level=effect.level)


def _profile_features(found: tuple[SegmentCard, ...]) -> list[str]:
    """Return the features by how much they set any segment apart, largest first; used ones before others."""
    largest: dict[str, tuple[bool, float]] = {}
    for card in found:
        for effect in card.effects:
            name = feature_name(effect)
            before = largest.get(name, (effect.used, 0.0))[1]
            largest[name] = (effect.used, max(before, abs(effect.size)))
    return sorted(largest, key=lambda name: (not largest[name][0], -largest[name][1], name))


def effect_step(size: float) -> int:
    """Return the place of an effect among the seven colors, 1 (far below the rest) … 7 (far above)."""
    return 1 + sum(size >= border for border in _STEPS_OF_EFFECT)


def inside_text(effect: Effect) -> str:
    """Return the segment's mean in original units, or its share of the level."""
    return unit(effect.inside) if effect.level is None else share(effect.inside)


def _profile_cells(study: Study) -> list[dict[str, Any]]:
    kept = _profile_features(cards(study))[:_MOST_FEATURES]
    return [
        {
            "feature": feature_name(effect),
            "segment": card.short,
            "number": card.number,
            "size": effect.size,
            "step": effect_step(effect.size),
            "text": inside_text(effect),
            "used": effect.used,
        }
        for card in cards(study)
        for effect in card.effects
        if feature_name(effect) in kept
    ]


def _draw_profile(study: Study, canvas: Canvas) -> Any:
    c, cells = canvas.theme, _profile_cells(study)
    found = cards(study)
    features = [name for name in _profile_features(found) if any(cell["feature"] == name for cell in cells)][
        :_MOST_FEATURES
    ]
    room = 180 if not canvas.narrow else 110
    cell = (canvas.width - room) / len(found)
    limit = 170 if not canvas.narrow else 100
    y = alt.Y(
        "feature:N",
        sort=features,
        axis=alt.Axis(title=None, labelColor=c["ink"], labelLimit=limit, domain=False),
        scale=alt.Scale(paddingInner=0.06),
    )
    x = alt.X(
        "segment:N",
        sort=[card.short for card in found],
        axis=_segment_heads(found, cell, c["ink"]),
        scale=alt.Scale(paddingInner=0.03),
    )
    color = alt.Color(
        "step:O",
        scale=alt.Scale(domain=list(range(1, 8)), range=[c[f"d{step}"] for step in range(1, 8)]),
        legend=None,
    )
    base = layer(cells)
    parts = [
        base.mark_rect(cornerRadius=3).encode(
            x=x,
            y=y,
            color=color,
            tooltip=[alt.Tooltip("segment:N"), alt.Tooltip("feature:N"), alt.Tooltip("text:N")],
        )
    ]
    if cell >= 8 + 6.6 * max(len(row["text"]) for row in cells):
        for strong in (False, True):
            own = [row for row in cells if (row["step"] in (1, 7)) is strong]
            if own:
                ink = c["surface"] if strong else c["ink"]
                parts.append(layer(own).mark_text(color=ink).encode(x=x, y=y, text=alt.Text("text:N")))
    return sized(alt.layer(*parts), canvas, (60 if cell >= 100 else 44) + 30 * len(features))


def _segment_heads(found: tuple[SegmentCard, ...], cell: float, ink: str) -> alt.Axis:
    """Head each column with the segment's number, and with its name where there is room."""
    expression = alt.Undefined
    if cell >= 100:
        names = {card.short: shortened(card.name, int(cell / 8.2)) for card in found}
        lookup = lookup_expression(names)
        expression = f"[datum.label, {lookup}[datum.label]]"
    return alt.Axis(
        title=None, orient="top", labelAngle=0, labelColor=ink, labelFontWeight=600, labelExpr=expression,
        labelLimit=int(max(cell, 20)), labelLineHeight=16, labelPadding=22 if cell >= 100 else 6, domain=False, ticks=False,
    )  # fmt: skip


def _profile_caption(study: Study) -> Caption:
    found, cells = cards(study), _profile_cells(study)
    first = max(cells, key=lambda cell: abs(cell["size"]))
    most = _profile_features(found)[0]
    figures: dict[str, Any] = {
        "feature": most,
        "segment": first["segment"],
        "first": first["feature"],
        "text": first["text"],
        "size": first["size"],
        "segments": len(found),
        "shown": len({cell["feature"] for cell in cells}),
        "all": len(_profile_features(found)),
    }
    more = figures["all"] > figures["shown"]
    return Caption(
        Sentence("charts.profile.finding", figures),
        Sentence("charts.profile.reading_more" if more else "charts.profile.reading", figures),
        Sentence("charts.profile.description", figures),
    )


def _profile_numbers(study: Study) -> Numbers:
    found = cards(study)
    inside = {
        (card.short, feature_name(effect)): inside_text(effect) for card in found for effect in card.effects
    }
    rows = tuple(
        (name, *(inside.get((card.short, name), "–") for card in found)) for name in _profile_features(found)
    )
    return Numbers((say("charts.head.feature"), *(card.short for card in found)), rows)


profile = Chart(
    "profile", _draw_profile, _profile_caption, _profile_numbers, lambda study: bool(_profile_cells(study))
)
