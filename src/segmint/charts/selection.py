"""What the charts over K share: each family's best at each K, the axis, the color of the answer."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import Canvas
from segmint.charts.naming import asked_k
from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.words import say

K_FAMILIES = ("kmeans", "gaussian_mixture", "ward")


def best_by_k(study: Study, family: str, measure: str, *, lowest: bool) -> dict[int, TrialRecord]:
    """Return a family's best trial for each K that has the measure, by K ascending."""
    best: dict[int, TrialRecord] = {}
    for trial in study.trials:
        k, value = asked_k(trial), trial.value(measure)
        if trial.configuration.family != family or k is None or value is None:
            continue
        before = best[k].value(measure) if k in best else None
        if before is None or (value < before if lowest else value > before):
            best[k] = trial
    return dict(sorted(best.items()))


def leading_family(study: Study) -> str:
    """Return the family whose curve over K is drawn: the winner's where it takes a K, else K-Means."""
    family = study.decision.family
    return family if family in K_FAMILIES else K_FAMILIES[0]


def k_axis(**more: Any) -> alt.Axis:
    """Return the axis of the number of clusters."""
    return alt.Axis(title=say("charts.axis.k"), labelAngle=0, **more)


def answer_color(canvas: Canvas) -> alt.Color:
    """Return the color that marks the answer among gray."""
    c = canvas.theme
    return alt.Color(
        "answer:N", scale=alt.Scale(domain=[True, False], range=[c["accent"], c["ink-3"]]), legend=None
    )


def head(*names: str) -> tuple[str, ...]:
    """Return the heads of a table by their names in the words."""
    return tuple(say(f"charts.head.{name}") for name in names)
