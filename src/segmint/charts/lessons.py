"""Charts of the practical work that no study has: scaling, local optima, two metrics over K."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from segmint.charts.marks import layer
from segmint.charts.matching import color_token
from segmint.charts.theme import THEMES, ThemeName, configuration
from segmint.choosing.study import Study
from segmint.model.preparation import NumericStep
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import say

PANEL = 384
REACHED = 1e-3  # a start this close to the best inertia has reached the best optimum


def scaling_chart(
    steps: Sequence[NumericStep], raw: Sequence[FloatVector], X: FloatMatrix, *, theme: ThemeName = "light"
) -> Any:
    """Draw two columns before and after standardising, each pair on axes of one length a unit.

    Parameters
    ----------
    steps
        The two columns' steps.
    raw
        The two columns in original units, shape (n_samples,) each.
    X
        The same rows prepared, shape (n_samples, 2).
    theme
        ``light`` or ``dark``.
    """
    before = _panel(np.column_stack(raw), [step.name for step in steps], say("charts.lessons.before"), theme)
    names = [f"{step.name} ({say('charts.lessons.deviations')})" for step in steps]
    after = _panel(X, names, say("charts.lessons.after"), theme)
    title = _title(say("charts.lessons.scaling"), say("charts.lessons.scaling_reading"), theme)
    return _finished(alt.hconcat(before, after, spacing=48).properties(title=title), theme)


def without_scaler_chart(
    names: Sequence[str],
    raw: FloatMatrix,
    numbers: IntVector,
    unscaled: IntVector,
    *,
    theme: ThemeName = "light",
) -> Any:
    """Draw the same customers twice, coloured by the segments they get with and without their scaler.

    Parameters
    ----------
    names
        The two columns.
    raw
        Their values in original units, shape (n_samples, 2).
    numbers, unscaled
        The number of each row's segment, from 1 on, with the scaler, and without it.
    theme
        ``light`` or ``dark``.
    """
    panels = [
        _colored(raw, names, found, say(f"charts.lessons.{key}"), theme)
        for key, found in (("with_scaler", numbers), ("without_scaler", unscaled))
    ]
    differ = int((numbers != unscaled).sum())
    finding = say("charts.lessons.unscaled", n=differ, rows=len(raw))
    title = _title(finding, say("charts.lessons.unscaled_reading"), theme)
    return _finished(alt.hconcat(*panels, spacing=48).properties(title=title), theme)


def _colored(
    points: FloatMatrix, names: Sequence[str], numbers: IntVector, title: str, theme: ThemeName
) -> Any:
    highest = int(numbers.max())
    rows = [
        {
            "x": float(x),
            "y": float(y),
            "color": THEMES[theme][color_token(number, highest)],
            "segment": f"S{number}",
        }
        for (x, y), number in zip(points, numbers.tolist(), strict=True)
    ]
    axes = [alt.Axis(title=name, tickCount=5) for name in names]
    return (
        layer(rows)
        .mark_point(size=70, filled=True, opacity=0.9)
        .encode(
            x=alt.X("x:Q", scale=alt.Scale(zero=False, padding=12), axis=axes[0]),
            y=alt.Y("y:Q", scale=alt.Scale(zero=False, padding=12), axis=axes[1]),
            color=alt.Color("color:N", scale=None),
            tooltip=["segment:N"],
        )
        .properties(width=PANEL - 40, height=PANEL - 40, title=title)
    )


def _panel(points: FloatMatrix, names: Sequence[str], title: str, theme: ThemeName) -> Any:
    """Draw points on two axes with the same length for one unit, so that the picture shows what K-Means sees."""
    half = float(np.ptp(points, axis=0).max()) * 0.55 or 1.0
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    domains = [[float(m - half), float(m + half)] for m in middle]
    rows = [{"x": float(x), "y": float(y)} for x, y in points]
    scales = [alt.Scale(domain=domain, nice=False, zero=False) for domain in domains]
    return (
        layer(rows)
        .mark_point(color=THEMES[theme]["accent"])
        .encode(
            x=alt.X("x:Q", scale=scales[0], axis=alt.Axis(title=names[0], tickCount=5)),
            y=alt.Y("y:Q", scale=scales[1], axis=alt.Axis(title=names[1], tickCount=5)),
        )
        .properties(width=PANEL - 40, height=PANEL - 40, title=title)
    )


def optima_chart(excess: Mapping[str, FloatVector], *, theme: ThemeName = "light") -> Any:
    """Draw where single starts end: the share above the best inertia, one dot a start, by kind of start.

    Parameters
    ----------
    excess
        For each kind of start, shape (n_starts,): inertia over the best of all, minus 1; ≥ 0.
    theme
        ``light`` or ``dark``.
    """
    colors = THEMES[theme]
    highest = max(float(values.max()) for values in excess.values()) or 1.0
    rows = [row for name, values in excess.items() for row in _stacked(name, values, highest)]
    panels = []
    for name in excess:
        mine = [row for row in rows if row["start"] == name]
        panels.append(
            layer(mine)
            .mark_point(size=14, color=colors["accent"], opacity=0.9)
            .encode(
                x=alt.X(
                    "excess:Q",
                    scale=alt.Scale(domain=[0, highest * 1.03]),
                    axis=alt.Axis(title=say("charts.lessons.excess"), format="~%"),
                ),
                y=alt.Y(
                    "height:Q", axis=alt.Axis(title=say("charts.lessons.starts"), tickCount=4, grid=True)
                ),
            )
            .properties(width=740, height=170, title=name)
        )
    finding = ", ".join(
        say("charts.lessons.optima", start=name, share=float(np.mean(values <= REACHED)))
        for name, values in excess.items()
    )
    title = _title(finding, say("charts.lessons.optima_reading"), theme)
    chart = alt.vconcat(*panels, spacing=20).resolve_scale(x="shared", y="shared").properties(title=title)
    return _finished(chart, theme)


def _stacked(name: str, values: FloatVector, highest: float) -> list[dict[str, Any]]:
    """Stack dots of nearly equal ends on each other: a histogram in which every start is a dot."""
    cells = np.round(values / highest * 120).astype(int)
    rows: list[dict[str, Any]] = []
    seen: dict[int, int] = {}
    for cell in np.sort(cells).tolist():
        seen[cell] = seen.get(cell, 0) + 1
        rows.append({"start": name, "excess": cell / 120 * highest, "height": seen[cell]})
    return rows


def inertia_and_silhouette_chart(study: Study, *, theme: ThemeName = "light") -> Any:
    """Draw inertia and silhouette over K, one above the other: two metrics, never two y axes."""
    colors = THEMES[theme]
    rows = [
        {
            "k": int(trial.configuration.parameters["n_clusters"]),
            "inertia": trial.value("inertia"),
            "silhouette": trial.value("silhouette"),
        }
        for trial in study.trials
        if trial.configuration.family == "kmeans" and trial.failed is None
    ]
    panels = []
    for measure in ("inertia", "silhouette"):
        known = [row for row in rows if row[measure] is not None]
        x = alt.X(
            "k:O", axis=alt.Axis(title="K", labelAngle=0), scale=alt.Scale(domain=[row["k"] for row in rows])
        )
        y = alt.Y(f"{measure}:Q", axis=alt.Axis(title=say(f"charts.lessons.{measure}"), tickCount=5))
        base = layer(known).encode(x=x, y=y)
        drawing = base.mark_line(color=colors["ink-3"]) + base.mark_point(color=colors["accent"], opacity=1)
        panels.append(drawing.properties(width=740, height=190))
    title = _title(say("charts.lessons.compare"), say("charts.lessons.compare_reading"), theme)
    return _finished(alt.vconcat(*panels, spacing=24).properties(title=title), theme)


def _title(finding: str, reading: str, theme: ThemeName) -> alt.TitleParams:
    return alt.TitleParams(
        text=finding, subtitle=reading, color=THEMES[theme]["ink"], subtitleColor=THEMES[theme]["ink-2"]
    )


def _finished(chart: Any, theme: ThemeName) -> Any:
    chart.config = alt.Config.from_dict(configuration(THEMES[theme]))
    return chart.properties(background=THEMES[theme]["surface"], padding=20)
