"""Who won the resamples: one dot each."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import layer, sized
from segmint.charts.naming import configuration_name, family_title
from segmint.choosing.study import Study
from segmint.measure.agreement import adjusted_rand
from segmint.types import IntVector
from segmint.words import Sentence, say
from segmint.words.numbers import count

_GROUPS = 3


_SAME = 0.95
"""Adjusted Rand index from which two finalists are one partition but for a few rows."""


def same_as_answer(study: Study) -> list[str]:
    """Return the answer and the finalists whose segments are the same, as far as they won resamples.

    They count together for the confidence; never more of them than the confidence holds.
    """
    decision, figure = study.decision, study.figures.map
    chosen, resampling = decision.configuration, decision.resampling
    if chosen is None or resampling is None:
        return []
    total = resampling.wins.get(chosen, 0)
    allowed = total if decision.confidence is None else round(decision.confidence * resampling.n_resamples)
    same = [chosen]
    for name in study.finalists:
        wins = resampling.wins.get(name, 0)
        if figure is None or name == chosen or not wins or not {name, chosen} <= set(figure.labels):
            continue
        alike = study.trial(name).n_clusters == study.trial(chosen).n_clusters
        if alike and total + wins <= allowed and _agree(figure.labels[name], figure.labels[chosen]):
            same.append(name)
            total += wins
    return same


def _agree(one: IntVector, other: IntVector) -> bool:
    return adjusted_rand(one, other) >= _SAME


def resample_groups(study: Study) -> list[dict[str, Any]]:
    """Return who won how many resamples: the answer first, then the two next, then all others together.

    Each has ``name``, ``wins`` and ``place`` (0 for the answer).
    """
    resampling = study.decision.resampling
    if resampling is None:
        return []
    same = same_as_answer(study)
    groups: list[dict[str, Any]] = []
    if same:
        wins = sum(resampling.wins.get(name, 0) for name in same)
        groups.append({"name": _answer_name(study, same), "wins": wins, "place": 0})
    others = [(name, wins) for name, wins in resampling.wins.items() if wins and name not in same]
    ranked = sorted(others, key=lambda item: (-item[1], item[0]))
    for place, (name, wins) in enumerate(ranked[: _GROUPS - 1], start=1):
        groups.append({"name": _winner_name(study, name), "wins": wins, "place": place})
    rest = resampling.n_resamples - sum(group["wins"] for group in groups)
    if rest > 0:
        groups.append({"name": say("charts.resamples.others"), "wins": rest, "place": _GROUPS})
    return groups


def _answer_name(study: Study, same: list[str]) -> str:
    if len(same) == 1:
        return _winner_name(study, same[0])
    return say("charts.resamples.same", k=study.trial(same[0]).n_clusters or 0)


def _winner_name(study: Study, configuration: str) -> str:
    """``K = 5`` where only one family wins, else the family and its number of clusters."""
    resampling = study.decision.resampling
    assert resampling is not None
    winners = [name for name, wins in resampling.wins.items() if wins or name == study.decision.configuration]
    trials = {trial.configuration.id: trial for trial in study.trials}
    if configuration not in trials:
        return configuration
    families = {trials[name].configuration.family for name in winners if name in trials}
    trial = trials[configuration]
    if trial.n_clusters is None:
        return configuration_name(trial.configuration)
    if len(families) == 1 and trial.configuration.family in ("kmeans", "ward"):
        return say("charts.k_equals", k=str(trial.n_clusters))
    return say("charts.resamples.winner", family=family_title(trial.configuration.family), k=trial.n_clusters)


def resample_look(place: int, canvas: Canvas) -> dict[str, Any]:
    """Return fill and rim of a resample's dot: solid for the answer, paler for those behind it."""
    c = canvas.theme
    fills = (c["accent"], c["q3"], c["q1"], c["surface"])
    rims = (c["accent"], c["q4"], c["q4"], c["ink-3"])
    return {"fill": fills[min(place, 3)], "stroke": rims[min(place, 3)]}


def _resample_dots(study: Study, columns: int) -> list[dict[str, Any]]:
    places = [group["place"] for group in resample_groups(study) for _ in range(group["wins"])]
    return [{"column": i % columns, "row": i // columns, "place": place} for i, place in enumerate(places)]


def _draw_resamples(study: Study, canvas: Canvas) -> Any:
    columns = 25 if canvas.width >= 300 else 20
    dots = _resample_dots(study, columns)
    parts = []
    for place in sorted({dot["place"] for dot in dots}):
        own = layer([dot for dot in dots if dot["place"] == place])
        parts.append(
            own.mark_point(size=44, opacity=1, strokeWidth=1.3, **resample_look(place, canvas)).encode(
                x=alt.X("column:O", axis=None, scale=alt.Scale(domain=list(range(columns)))),
                y=alt.Y("row:O", axis=None),
            )
        )
    n_rows = max(dot["row"] for dot in dots) + 1
    return sized(alt.layer(*parts), canvas, 8 + 13 * n_rows)


def _resamples_caption(study: Study) -> Caption:
    resampling = study.decision.resampling
    assert resampling is not None
    groups = resample_groups(study)
    said = [say("charts.resamples.group", **group) for group in groups]
    figures = {
        "n": resampling.n_resamples,
        "wanted": resampling.n_wanted,
        "wins": groups[0]["wins"],
        "name": groups[0]["name"],
        "groups": said,
    }
    less = resampling.n_resamples < resampling.n_wanted
    return Caption(
        Sentence("charts.resamples.finding", figures),
        Sentence("charts.resamples.reading_fewer" if less else "charts.resamples.reading", figures),
        Sentence("charts.resamples.description", figures),
    )


def _resamples_numbers(study: Study) -> Numbers:
    rows = tuple((group["name"], count(group["wins"])) for group in resample_groups(study))
    return Numbers((say("charts.head.configuration"), say("charts.head.wins")), rows)


resamples = Chart(
    "resamples",
    _draw_resamples,
    _resamples_caption,
    _resamples_numbers,
    lambda study: (
        study.decision.resampling is not None
        and study.decision.resampling.n_resamples > 0
        and bool(resample_groups(study))
    ),
    340,
)
