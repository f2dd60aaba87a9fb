"""The map of the segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import numpy as np

from segmint.charts.borders import border_lines
from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import framed, layer
from segmint.charts.matching import color_token, segment_numbers, shape
from segmint.charts.naming import card_name, cards, folded
from segmint.charts.placing import CHARACTER, Box, place_box
from segmint.charts.points import (
    Frame,
    axis_title,
    close_calls,
    drawable_map,
    map_points,
    place_encodings,
    point_marks,
)
from segmint.choosing.study import Study
from segmint.types import FloatMatrix
from segmint.words import Sentence, say
from segmint.words.numbers import count, share

_LINE: Final = 34
"""Characters of a name that fit beside its points in one line."""


def _draw_map(study: Study, canvas: Canvas) -> Any:
    figure = drawable_map(study)
    assert figure is not None
    height = 400 if canvas.narrow else 480
    frame, numbers = Frame(study, canvas, height), segment_numbers(study)
    rows = map_points(figure, study.decision.configuration or "", numbers, study)
    at = place_encodings(study, frame)
    size = (26 if canvas.narrow else 38) if len(rows) <= 600 else (14 if canvas.narrow else 24)
    parts = _borders(study, canvas, frame, at) + point_marks(rows, len(numbers), canvas, at, size)
    parts += _labels(study, rows, canvas, frame)
    return framed(alt.layer(*parts), frame.field.width, frame.field.height, frame.margins)


def _borders(study: Study, canvas: Canvas, frame: Frame, at: dict[str, Any]) -> list[Any]:
    ranges = [(float(frame.floor[axis]), float(frame.high[axis])) for axis in (0, 1)]
    lines = border_lines(study, ranges[0], ranges[1])
    if not lines:
        return []
    rows = [{"x": x, "y": y, "x2": x2, "y2": y2} for x, y, x2, y2 in lines]
    rule = layer(rows).mark_rule(strokeWidth=1, color=canvas.theme["line-2"], clip=True)
    return [rule.encode(**at, x2=alt.X2("x2"), y2=alt.Y2("y2"))]


def _labels(study: Study, rows: list[dict[str, Any]], canvas: Canvas, frame: Frame) -> list[Any]:
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
    name = card_name(card)
    long = [*([name] if len(name) <= _LINE else folded(name, _LINE - 10, 2)), size_line]
    brief = [card.short]
    choices = [brief] if short else [long, [*folded(name, 16, 3), size_line], brief]
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
    figure = drawable_map(study)
    assert figure is not None
    noise = 0.0 if study.winner is None else study.trial(study.winner.id).noise_share or 0.0
    close = close_calls(study)
    journey = "rfm" if study.model is None or study.model.recipe is None else study.model.recipe.journey
    figures: dict[str, Any] = {
        "who": say(f"charts.who.{journey}"),
        "one": say(f"charts.one.{journey}"),
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
    figure = drawable_map(study)
    assert figure is not None
    numbers = segment_numbers(study)
    rows = map_points(figure, study.decision.configuration or "", numbers, study)
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
    lambda study: drawable_map(study) is not None and study.model is not None,
)
