"""What sets the segments apart: features by segments, in original units, colored by the size of the effect."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import layer, lookup_expression, sized
from segmint.charts.naming import cards, folded
from segmint.choosing.study import Study
from segmint.labels import FEWEST_TOLD
from segmint.model.cards import Effect, SegmentCard
from segmint.words import Sentence, say
from segmint.words.numbers import MISSING, share, unit

_MOST_FEATURES = 20
_STEPS_OF_EFFECT = (-1.2, -0.8, -0.3, 0.3, 0.8, 1.2)
"""Borders of the seven colors: Cohen's small, medium and large, with the neutral one around zero."""


def feature_name(effect: Effect) -> str:
    """Return the name of a feature, with the level whose share is compared: ``Gender: F``."""
    if effect.level is None:
        return effect.feature
    return say("charts.profile.level", feature=effect.feature, level=effect.level)


def profile_effects(found: tuple[SegmentCard, ...]) -> dict[str, dict[str, Effect]]:
    """Return every feature's effects by segment (``S1`` …): used features first, then by the largest effect.

    A card tells only of its strongest level of a category; here the other segments' shares of that level are
    filled in from their cards. Of two levels that mirror each other one row is enough.
    """
    rows: dict[str, dict[str, Effect]] = {}
    for card in found:
        for effect in card.effects:
            rows.setdefault(feature_name(effect), {})[card.short] = effect
    for own in rows.values():
        first = next(iter(own.values()))
        if first.level is not None:
            told = tuple(card for card in found if first.feature in card.levels)
            own |= {card.short: _level_effect(card, told, first) for card in told if card.short not in own}
    ranked = sorted(rows, key=lambda name: (not _used(rows[name]), -_largest(rows[name]), name))
    return {name: rows[name] for name in ranked if not _mirrored(name, ranked, rows, found)}


def _used(own: dict[str, Effect]) -> bool:
    return next(iter(own.values())).used


def _largest(own: dict[str, Effect]) -> float:
    return max(abs(effect.size) for effect in own.values())


def _mirrored(
    name: str, ranked: list[str], rows: dict[str, dict[str, Effect]], found: tuple[SegmentCard, ...]
) -> bool:
    """Whether an earlier row shows the other level of a column that has just two."""
    effect = next(iter(rows[name].values()))
    levels = {level for card in found for level in card.levels.get(effect.feature, {})}
    before = (next(iter(rows[other].values())) for other in ranked[: ranked.index(name)])
    return effect.level is not None and len(levels) <= 2 and any(e.feature == effect.feature for e in before)


def _level_effect(card: SegmentCard, found: tuple[SegmentCard, ...], like: Effect) -> Effect:
    """Return a segment's effect for a level: its share against all other segments', as Cohen's h."""
    shares = {other.short: other.levels.get(like.feature, {}).get(like.level or "", 0.0) for other in found}
    inside = shares[card.short]
    others = [other for other in found if other is not card]
    rows = sum(other.size for other in others)
    outside = sum(shares[other.short] * other.size for other in others) / rows if rows else inside
    size = 2 * (np.arcsin(np.sqrt(inside)) - np.arcsin(np.sqrt(outside)))
    return Effect(like.feature, like.level, inside, outside, like.overall, float(size), like.used)


def effect_step(size: float) -> int:
    """Return the place of an effect among the seven colors, 1 (far below the rest) … 7 (far above)."""
    return 1 + sum(size >= border for border in _STEPS_OF_EFFECT)


_NOTHING = 1e-9


def snapped(value: float, effect: Effect) -> float:
    """Return 0 for what is only left over of rounding beside the other means of the feature."""
    largest = max(abs(effect.inside), abs(effect.outside or 0.0), abs(effect.overall))
    return 0.0 if abs(value) < _NOTHING * largest else value


def inside_text(effect: Effect) -> str:
    """Return the segment's mean in original units, or its share of the level."""
    value = snapped(effect.inside, effect)
    return unit(value) if effect.level is None else share(value)


def profile_cells(study: Study) -> list[dict[str, Any]]:
    """Return a row a cell: its feature and segment, its text, and the step of its color from 1 to 7."""
    rows = list(profile_effects(cards(study)).items())[:_MOST_FEATURES]
    return [
        {
            "feature": name,
            "segment": segment,
            "size": effect.size,
            "step": effect_step(sizes[segment]),
            "text": inside_text(effect),
        }
        for name, own in rows
        for sizes in [_from_all(own)]
        for segment, effect in own.items()
    ]


def _from_all(own: dict[str, Effect]) -> dict[str, float]:
    """Return how far each segment's mean lies from that of all rows, in one unit for the whole feature.

    The effects compare with all other rows, and each has its own deviation: of two means the lower could have the higher
    color. The unit is their median deviation.
    """
    apart = [(abs(e.inside - (e.outside or 0.0)), abs(e.size)) for e in own.values() if e.outside is not None]
    deviations = [difference / size for difference, size in apart if size > 0 and difference > 0]
    if not deviations or any(effect.level is not None for effect in own.values()):
        return {segment: effect.size for segment, effect in own.items()}
    deviation = float(np.median(deviations))
    return {segment: (effect.inside - effect.overall) / deviation for segment, effect in own.items()}


def _draw_profile(study: Study, canvas: Canvas) -> Any:
    c, cells = canvas.theme, profile_cells(study)
    found = cards(study)
    features = list(dict.fromkeys(cell["feature"] for cell in cells))
    room = 180 if not canvas.narrow else 110
    cell = (canvas.width - room) / len(found)
    limit = 170 if not canvas.narrow else 100
    named = f"{lookup_expression(_with_units(study, features))}[datum.value]"
    y = alt.Y(
        "feature:N",
        sort=features,
        axis=alt.Axis(title=None, labelColor=c["ink"], labelLimit=limit, domain=False, labelExpr=named),
        scale=alt.Scale(paddingInner=0.06),
    )
    x = alt.X(
        "segment:N",
        sort=[card.short for card in found],
        axis=_segment_heads(found, cell, c["ink"]),
        scale=alt.Scale(domain=[card.short for card in found], paddingInner=0.03),
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
    return sized(alt.layer(*parts), canvas, (76 if cell >= 100 else 44) + 30 * len(features))


def _segment_heads(found: tuple[SegmentCard, ...], cell: float, ink: str) -> alt.Axis:
    """Head each column with the segment's number, and with its name where there is room."""
    expression, padding = alt.Undefined, 6
    if cell >= 100:
        heads = {card.short: [card.short, *folded(card.name, int(cell / 8.2), 3)] for card in found}
        expression = f"{lookup_expression(heads)}[datum.label]"
        padding += 16 * (max(map(len, heads.values())) - 1)
    return alt.Axis(
        title=None, orient="top", labelAngle=0, labelColor=ink, labelFontWeight=600, labelExpr=expression,
        labelLimit=int(max(cell, 20)), labelLineHeight=16, labelPadding=padding, domain=False, ticks=False,
    )  # fmt: skip


def _with_units(study: Study, features: list[str]) -> dict[str, str]:
    """Return the features as they are labeled, with their units: ``recency (days)``."""
    units = {f.name: f.unit for f in study.schema if f.unit and f.unit != f.name}
    return {name: f"{name} ({units[name]})" if name in units else name for name in features}


def _profile_caption(study: Study) -> Caption:
    found, cells = cards(study), profile_cells(study)
    features = list(profile_effects(found))
    first = max(cells, key=lambda cell: abs(cell["size"]))
    figures: dict[str, Any] = {
        "feature": features[0],
        "segment": first["segment"],
        "first": first["feature"],
        "text": first["text"],
        "segments": len(found),
        "shown": min(len(features), _MOST_FEATURES),
        "all": len(features),
    }
    more = len(features) > _MOST_FEATURES
    untold = any(card.size < FEWEST_TOLD for card in found)
    figures["note"] = say("charts.profile.few_note") if untold else ""
    return Caption(
        Sentence("charts.profile.finding", figures),
        Sentence("charts.profile.reading_more" if more else "charts.profile.reading", figures),
        Sentence("charts.profile.description", figures),
    )


def _profile_numbers(study: Study) -> Numbers:
    found = cards(study)
    rows = tuple(
        (name, *(inside_text(own[card.short]) if card.short in own else MISSING for card in found))
        for name, own in profile_effects(found).items()
    )
    return Numbers((say("charts.head.feature"), *(card.short for card in found)), rows)


profile = Chart(
    "profile", _draw_profile, _profile_caption, _profile_numbers, lambda study: bool(profile_cells(study))
)
