"""The map of the segments, and the maps of the families beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from segmint.charts.borders import border_lines
from segmint.charts.chart import Canvas, Caption, Chart, Numbers, dressed
from segmint.charts.marks import framed, layer, number_format, sized
from segmint.charts.matching import color_token, matched_numbers, segment_numbers, shape
from segmint.charts.naming import card_name, cards, configuration_name, family_title, shortened
from segmint.charts.placing import CHARACTER, Box, place_box
from segmint.charts.theme import THEMES
from segmint.choosing.study import MapData, Study
from segmint.labels import NOISE
from segmint.types import BoolVector, FloatMatrix
from segmint.words import Sentence, say
from segmint.words.numbers import count, share, unit
from segmint.words.sentences import known

CLOSE = {"margin": 0.1, "posterior": 0.6}
"""Confidence below which a row is a close call: nearly as near (or as probable) to a second segment."""
_SMALL_MULTIPLE = 500
MOST_RINGS = 1 / 3
"""Above this share of differing points rings would hide the picture; then the share is only said."""


def _map(study: Study) -> MapData | None:
    figure, chosen = study.figures.map, study.decision.configuration
    if figure is None or chosen not in figure.labels:
        return None
    return figure if np.isfinite(figure.points).all(axis=1).any() else None


def axis_title(study: Study, axis: str) -> str:
    """Return the title of an axis: the column with its unit, or the name of a component."""
    key = f"charts.map.axes.{axis.replace(' ', '_')}"
    if known(key):
        return say(key)
    units = {feature.name: feature.unit for feature in study.schema}
    return f"{axis} ({units[axis]})" if units.get(axis) else axis


def close_calls(study: Study) -> BoolVector:
    """Return which points of the map are nearly as near to a second segment; shape (n_points,)."""
    figure, model = study.figures.map, study.model
    if figure is None:
        return np.zeros(0, dtype=bool)
    kind = "margin" if model is None else model.assigner.confidence_kind
    return np.nan_to_num(figure.confidence, nan=1.0) < CLOSE[kind]


class _Frame:
    """From original units to px: the plot's field, its margins, and the domains of its axes."""

    def __init__(self, points: FloatMatrix, canvas: Canvas, height: int, *, small: bool = False) -> None:
        finite = points[np.isfinite(points).all(axis=1)]
        low, high = finite.min(axis=0), finite.max(axis=0)
        reach = np.where(high > low, high - low, 1.0)
        rim = np.array([0.05, 0.05 if small else 0.1])  # room for labels above and below the points
        self.low, self.high = low - rim * reach, high + rim * reach
        left = 18 + CHARACTER * max(len(unit(float(v))) for v in (low[1], high[1], 0.5 * (low[1] + high[1])))
        self.margins = {"left": min(left, 80.0), "top": 28.0, "right": 14.0, "bottom": 46.0}
        width = canvas.width - self.margins["left"] - self.margins["right"]
        self.field = Box(0.0, 0.0, width, height - 74.0)

    def px(self, points: FloatMatrix) -> FloatMatrix:
        """Return points in px within the field."""
        across = (points - self.low) / (self.high - self.low)
        x = across[:, 0] * self.field.width
        return np.column_stack([x, (1 - across[:, 1]) * self.field.height])

    def scale(self, axis: int) -> alt.Scale:
        """Return the scale of one axis, with nothing added."""
        return alt.Scale(domain=[float(self.low[axis]), float(self.high[axis])], nice=False, zero=False)


def _encodings(study: Study, frame: _Frame, *, small: bool = False) -> dict[str, Any]:
    figure = study.figures.map
    assert figure is not None
    ticks = 4 if small else 6
    titles = [axis_title(study, axis) for axis in figure.axes]
    if small:
        titles = [shortened(title, 24) for title in titles]
    axes = [
        alt.Axis(title=titles[i], tickCount=ticks, format=number_format(frame.low[i], frame.high[i]))
        if titles[i]
        else None
        for i in (0, 1)
    ]
    return {
        "x": alt.X("x:Q", scale=frame.scale(0), axis=axes[0]),
        "y": alt.Y("y:Q", scale=frame.scale(1), axis=axes[1]),
    }


def _points(
    figure: MapData, configuration: str, numbers: Mapping[int, int], study: Study
) -> list[dict[str, Any]]:
    """Return one row a point: place, display number (0 for noise), close call, differing from the answer."""
    labels, answer = figure.labels[configuration], figure.labels[study.decision.configuration or ""]
    own = segment_numbers(study)
    close = close_calls(study)
    rows = []
    for i, (x, y) in enumerate(figure.points.tolist()):
        if np.isfinite(x) and np.isfinite(y):
            number = numbers.get(int(labels[i]), 0) if labels[i] != NOISE else 0
            before = own.get(int(answer[i]), 0) if answer[i] != NOISE else 0
            rows.append(
                {"x": x, "y": y, "number": number, "close": bool(close[i]), "differs": number != before}
            )
    return rows


def _dots(
    rows: list[dict[str, Any]], n_segments: int, canvas: Canvas, at: dict[str, Any], size: float
) -> list[Any]:
    """Return the marks of all points: solid dots, hollow close calls, thin crosses for noise."""
    c, parts = canvas.theme, []
    noise = [row for row in rows if row["number"] == 0]
    if noise:
        cross = layer(noise).mark_point(
            shape="M-.6,-.6L.6,.6M-.6,.6L.6,-.6",
            filled=False,
            size=size * 2.2,
            strokeWidth=1,
            opacity=1,
            stroke=c["noise"],
        )
        parts.append(cross.encode(**at))
    dense = len(rows) > 2_000
    for number in sorted({row["number"] for row in rows} - {0}):
        color, form = c[color_token(number, n_segments)], shape(number, n_segments)
        solid = [row for row in rows if row["number"] == number and not row["close"]]
        hollow = [row for row in rows if row["number"] == number and row["close"]]
        if solid:
            mark = layer(solid).mark_point(
                shape=form,
                size=size,
                filled=True,
                color=color,
                opacity=0.4 if dense else 0.85,
                stroke=c["surface"],
                strokeWidth=0.6,
            )
            parts.append(mark.encode(**at))
        if hollow:
            ring = layer(hollow).mark_point(
                shape=form,
                size=size,
                filled=True,
                fill=c["surface"],
                opacity=1,
                stroke=color,
                strokeWidth=1.6,
            )
            parts.append(ring.encode(**at))
    return parts


# The map --------------------------------------------------------------------------------------------------


def _draw_map(study: Study, canvas: Canvas) -> Any:
    figure = _map(study)
    assert figure is not None
    height = 400 if canvas.narrow else 480
    frame, numbers = _Frame(figure.points, canvas, height), segment_numbers(study)
    rows = _points(figure, study.decision.configuration or "", numbers, study)
    at = _encodings(study, frame)
    size = (26 if canvas.narrow else 38) if len(rows) <= 600 else (14 if canvas.narrow else 24)
    parts = _borders(study, canvas, frame, at) + _dots(rows, len(numbers), canvas, at, size)
    parts += _labels(study, rows, canvas, frame)
    return framed(alt.layer(*parts), frame.field.width, frame.field.height, frame.margins)


def _borders(study: Study, canvas: Canvas, frame: _Frame, at: dict[str, Any]) -> list[Any]:
    ranges = [(float(frame.low[axis]), float(frame.high[axis])) for axis in (0, 1)]
    lines = border_lines(study, ranges[0], ranges[1])
    if not lines:
        return []
    rows = [{"x": x, "y": y, "x2": x2, "y2": y2} for x, y, x2, y2 in lines]
    rule = layer(rows).mark_rule(strokeWidth=1, color=canvas.theme["line-2"], clip=True)
    return [rule.encode(**at, x2=alt.X2("x2"), y2=alt.Y2("y2"))]


def _labels(study: Study, rows: list[dict[str, Any]], canvas: Canvas, frame: _Frame) -> list[Any]:
    """Name each segment beside its points: number, name and size, or the number alone where there is no room."""
    found, c = cards(study), canvas.theme
    points = frame.px(np.array([[row["x"], row["y"]] for row in rows]))
    owner = np.array([row["number"] for row in rows])
    taken: list[Box] = []
    parts: list[Any] = []
    for card in sorted(found, key=lambda card: card.number):
        if not (owner == card.number).any():
            continue
        box, texts = _placed(
            card,
            points,
            points[owner == card.number],
            frame.field,
            taken,
            short=canvas.narrow or len(found) > 8,
        )
        taken.append(box)
        parts += _label_marks(
            box, texts, c, color_token(card.number, len(found)), shape(card.number, len(found))
        )
    return parts


def _placed(
    card: Any, points: FloatMatrix, own: FloatMatrix, field: Box, taken: list[Box], *, short: bool
) -> tuple[Box, list[str]]:
    size_line = f"{count(card.size)} · {share(card.share)}"
    long = [shortened(card_name(card), 34), size_line]
    folded = [*textwrap.wrap(card_name(card), 16)[:2], size_line]
    brief = [card.short]
    choices = [brief] if short else [long, folded, brief]
    for texts in choices:
        size = (17 + CHARACTER * max(len(text) for text in texts), 16.0 * len(texts))
        box, covered = place_box(points, own, size, field, taken)
        if covered <= len(points) * 0.004 or texts is choices[-1]:
            break
    return box, texts


def _label_marks(box: Box, texts: list[str], c: Mapping[str, str], token: str, form: str) -> list[Any]:
    dot = layer([{}]).mark_point(shape=form, size=60, filled=True, color=c[token], opacity=1)
    parts = [dot.encode(x=alt.XValue(box.x + 6), y=alt.YValue(box.y + 8))]
    for line, text in enumerate(texts):
        head = len(texts) == 1 or line < len(texts) - 1
        style = {"align": "left", "baseline": "middle", "fontWeight": 600 if head else 400}
        own = layer([{"text": text}]).encode(
            x=alt.XValue(box.x + 16), y=alt.YValue(box.y + 8 + 16 * line), text=alt.Text("text:N")
        )
        parts += [
            own.mark_text(
                stroke=c["surface"], strokeWidth=3.5, strokeJoin="round", color=c["surface"], **style
            ),
            own.mark_text(color=c["ink" if head else "ink-2"], **style),
        ]
    return parts


def _map_caption(study: Study) -> Caption:
    figure = _map(study)
    assert figure is not None
    noise = 0.0 if study.winner is None else study.trial(study.winner.id).noise_share or 0.0
    close = close_calls(study)
    figures: dict[str, Any] = {
        "segments": study.decision.n_clusters,
        "close": int(close.sum()),
        "close_share": float(close.mean()) if close.size else 0.0,
        "drawn": len(figure.points),
        "n": figure.n_rows,
        "noise": noise,
        "note": (say("charts.map.close_note", close=int(close.sum())) if close.any() else "")
        + (say("charts.map.noise_note") if noise else ""),
        "kept": figure.kept_variance,
        "x": axis_title(study, figure.axes[0]),
        "y": axis_title(study, figure.axes[1]),
    }
    said = "slices" if study.decision.verdict == "slices" else "noise" if noise else "plain"
    sampled = len(figure.points) < figure.n_rows
    reading = "single" if not figure.axes[1] else "projected" if figure.projected else "plain"
    return Caption(
        Sentence(f"charts.map.finding_{said}", figures),
        Sentence(f"charts.map.reading_{reading}{'_sampled' if sampled else ''}", figures),
        Sentence("charts.map.description", figures),
    )


def _map_numbers(study: Study) -> Numbers:
    figure = _map(study)
    assert figure is not None
    numbers = segment_numbers(study)
    rows = _points(figure, study.decision.configuration or "", numbers, study)
    head = tuple(say(f"charts.head.{name}") for name in ("segment", "size", "share", "points", "close_calls"))
    table = []
    for card in cards(study):
        own = [row for row in rows if row["number"] == card.number]
        calls = sum(row["close"] for row in own)
        table.append((card_name(card), count(card.size), share(card.share), count(len(own)), count(calls)))
    return Numbers(head, tuple(table))


segment_map = Chart(
    "map",
    _draw_map,
    _map_caption,
    _map_numbers,
    lambda study: _map(study) is not None and study.model is not None,
)


# Families side by side ------------------------------------------------------------------------------------


def compared(study: Study) -> list[str]:
    """Return the best configuration of each family that can be drawn, the answer first."""
    figure = _map(study)
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
    figure = _map(study)
    assert figure is not None
    frame = _Frame(figure.points, canvas, height, small=True)
    rows = _thinned(panel_rows(study, configuration))
    at = _encodings(study, frame, small=True)
    n_segments = max(len(segment_numbers(study)), *(row["number"] for row in rows))
    size = 16 if len(rows) <= 300 else 10
    parts = _dots([{**row, "close": False} for row in rows], n_segments, canvas, at, size)
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
    figure = _map(study)
    assert figure is not None
    answer = figure.labels[study.decision.configuration or ""]
    numbers = matched_numbers(figure.labels[configuration], answer, segment_numbers(study))
    return _points(figure, configuration, numbers, study)


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
    figure = _map(study)
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
