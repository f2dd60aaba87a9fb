"""The maps of the families beside each other: same axes, same colors."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import Canvas, Caption, Chart, Numbers, dressed
from segmint.charts.marks import layer, sized
from segmint.charts.matching import matched_numbers, segment_numbers
from segmint.charts.naming import configuration_name, family_title, shortened
from segmint.charts.points import (
    Frame,
    drawable_map,
    map_points,
    place_encodings,
    point_marks,
)
from segmint.charts.theme import THEMES
from segmint.choosing.study import Study
from segmint.words import Sentence, say
from segmint.words.numbers import count, share

_SMALL_MULTIPLE = 500
MOST_RINGS = 0.2
"""Above this share of differing points rings would hide the picture; then the share is only said."""


def compared(study: Study) -> list[str]:
    """Return the best configuration of each family that can be drawn, the answer first."""
    figure = drawable_map(study)
    if figure is None:
        return []
    chosen = study.decision.configuration
    order = [chosen, *(rival.configuration for rival in study.decision.rivals), *study.finalists]
    seen, families = [], set()
    for name in order:
        if name is None or name not in figure.labels:
            continue
        family = study.trial(name).configuration.family
        if family not in families:
            families.add(family)
            seen.append(name)
    return seen


def family_panel(study: Study, configuration: str, *, width: int, theme: str = "light") -> Any:
    """Draw one family's map: matched colors, a ring where it differs from the answer, × for noise."""

    def draw(study: Study, canvas: Canvas) -> Any:
        height = _panel_height(canvas)
        return sized(_panel(study, configuration, canvas, height), canvas, height)

    return dressed(draw, study, Canvas(width, THEMES[theme]))


def _panel_height(canvas: Canvas) -> int:
    return round(canvas.width * 0.78) + 40


def _panel(study: Study, configuration: str, canvas: Canvas, height: int) -> Any:
    figure = drawable_map(study)
    assert figure is not None
    frame = Frame(study, canvas, height, small=True)
    rows = _thinned(panel_rows(study, configuration))
    at = place_encodings(study, frame, small=True)
    n_segments = max(len(segment_numbers(study)), *(row["number"] for row in rows))
    size = 16 if len(rows) <= 300 else 10
    parts = point_marks([{**row, "close": False} for row in rows], n_segments, canvas, at, size)
    rings = [row for row in rows if row["differs"] and row["number"]]
    if rings and len(rings) <= MOST_RINGS * len(rows):
        ink, few = canvas.theme["ink"], len(rings) <= 0.1 * len(rows)
        ring = layer(rings).mark_point(
            filled=False, size=58 if few else 34, strokeWidth=1.1 if few else 0.7, opacity=1, stroke=ink
        )
        parts.append(ring.encode(**at))
    return alt.layer(*parts)


def panel_rows(study: Study, configuration: str) -> list[dict[str, Any]]:
    """Return the points of one family's map in the colors of the answer."""
    figure = drawable_map(study)
    assert figure is not None
    answer = figure.labels[study.decision.configuration or ""]
    numbers = matched_numbers(figure.labels[configuration], answer, segment_numbers(study))
    return map_points(figure, configuration, numbers, study)


def _thinned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep every n-th point of each segment where there are too many for a small picture."""
    if len(rows) <= _SMALL_MULTIPLE:
        return rows
    step = len(rows) / _SMALL_MULTIPLE
    ordered = sorted(range(len(rows)), key=lambda i: (rows[i]["number"], i))
    kept = {ordered[int(i * step)] for i in range(_SMALL_MULTIPLE)}
    return [row for i, row in enumerate(rows) if i in kept]


def _draw_families(study: Study, canvas: Canvas) -> Any:
    names = compared(study)
    across = max(1, min(len(names), canvas.width // 190))
    own = Canvas(canvas.width // across - 12, canvas.theme)
    panels = []
    for name in names:
        said = shortened(configuration_name(study.trial(name).configuration), int(own.width / 7))
        panel = _panel(study, name, own, _panel_height(own))
        title = alt.TitleParams(text=said, fontSize=12, offset=8)
        panels.append(panel.properties(title=title, width=own.width - 50, height=_panel_height(own) - 82))
    return alt.concat(*panels, columns=across, spacing=18)


def difference(study: Study, configuration: str) -> float:
    """Return the share of the map's points that have another place than in the answer."""
    rows = panel_rows(study, configuration)
    return sum(row["differs"] for row in rows) / len(rows)


def _families_caption(study: Study) -> Caption:
    names = compared(study)
    others = sorted((difference(study, name), name) for name in names[1:])
    figures: dict[str, Any] = {"families": len(names)}
    if others:
        figures |= {
            "best": family_title(study.trial(names[0]).configuration.family),
            "nearest": family_title(study.trial(others[0][1]).configuration.family),
            "least": others[0][0],
            "farthest": family_title(study.trial(others[-1][1]).configuration.family),
            "most": others[-1][0],
        }
    said = (
        "alone" if not others else "agree" if others[-1][0] < 0.05 else "two" if len(others) == 1 else "plain"
    )
    if study.model is None and others:
        said = "none"
    figure = drawable_map(study)
    assert figure is not None
    figures["drawn"] = min(len(figure.points), _SMALL_MULTIPLE)
    figures["n"] = figure.n_rows
    noisy = any(study.trial(name).noise_share for name in names)
    figures["note"] = say("charts.map.noise_note") if noisy else ""
    sampled = figures["drawn"] < figure.n_rows
    return Caption(
        Sentence(f"charts.families.finding_{said}", figures),
        Sentence("charts.families.reading_sampled" if sampled else "charts.families.reading", figures),
        Sentence("charts.families.description", figures),
    )


def _families_numbers(study: Study) -> Numbers:
    head = tuple(say(f"charts.head.{name}") for name in ("configuration", "segments", "noise", "differs"))
    rows = tuple(
        (
            configuration_name(study.trial(name).configuration),
            count(study.trial(name).n_clusters or 0),
            share(study.trial(name).noise_share or 0.0),
            share(difference(study, name)),
        )
        for name in compared(study)
    )
    return Numbers(head, rows)


families = Chart(
    "families", _draw_families, _families_caption, _families_numbers, lambda study: len(compared(study)) > 1
)
