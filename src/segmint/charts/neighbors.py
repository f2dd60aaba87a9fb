"""Sorted distances to the k-th neighbor: where DBSCAN's eps belongs."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized, spread
from segmint.charts.naming import configuration_name
from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.words import Sentence, say, sentence
from segmint.words.numbers import share, unit

_PERCENT = "format(100 * datum.value, '.0f') + ' %'"


def _chosen_eps(study: Study) -> TrialRecord | None:
    """Return the DBSCAN among the finalists, or the best silhouette of any that found clusters."""
    found = [
        trial for trial in study.trials if trial.configuration.family == "dbscan" and trial.failed is None
    ]
    final = [trial for trial in found if trial.configuration.id in study.finalists]
    ranked = final or sorted(found, key=lambda trial: -(trial.value("silhouette") or -2.0))
    return ranked[0] if ranked else None


def _own_k(study: Study, trial: TrialRecord | None) -> int:
    """Return the curve to which an eps belongs: that of its ``min_samples``; the lowest where it has none."""
    curves = study.figures.k_distance
    if trial is not None and _has_own_curve(study, trial):
        return int(trial.configuration.parameters["min_samples"])
    return min(curves)


def _has_own_curve(study: Study, trial: TrialRecord) -> bool:
    return trial.configuration.parameters["min_samples"] in study.figures.k_distance


def _below(study: Study, k: int, eps: float) -> float:
    """Return the share of the customers whose k-th nearest lies within eps."""
    return float((study.figures.k_distance[k] <= eps).mean())


def _k_distance_rows(study: Study) -> list[dict[str, Any]]:
    rows = []
    for k, distances in study.figures.k_distance.items():
        last = max(len(distances) - 1, 1)
        rows += [{"share": i / last, "distance": float(value), "k": k} for i, value in enumerate(distances)]
    return rows


def _draw_k_distance(study: Study, canvas: Canvas) -> Any:
    c, rows, trial = canvas.theme, _k_distance_rows(study), _chosen_eps(study)
    eps = None if trial is None else float(trial.configuration.parameters["eps"])
    ks, own_k = list(study.figures.k_distance), _own_k(study, trial)
    top = max([row["distance"] for row in rows] + ([] if eps is None else [eps]))
    scale = alt.Scale(domain=[0, top * 1.12], nice=False)  # room for the label of eps
    x = alt.X(
        "share:Q",
        axis=alt.Axis(
            title=say("charts.k_distance.x_short" if canvas.narrow else "charts.k_distance.x"),
            values=[0, 0.25, 0.5, 0.75, 1],
            labelExpr=_PERCENT,
        ),
        scale=alt.Scale(domain=[0, 1.0 + (0.2 if canvas.narrow else 0.08)], nice=False),
    )
    y = alt.Y(
        "distance:Q",
        axis=alt.Axis(
            title=say("charts.k_distance.y_short" if canvas.narrow else "charts.k_distance.y"), tickCount=5
        ),
        scale=scale,
    )
    parts = []
    for k in ks:
        own = layer([row for row in rows if row["k"] == k])
        parts.append(
            own.mark_line(strokeWidth=1.8, color=c["ink" if k == own_k else "edge"]).encode(x=x, y=y)
        )
    ends = [float(study.figures.k_distance[k][-1]) for k in ks]
    moved = spread(ends, gap=16 * top / 250, lowest=0, highest=top)
    labels = [
        {"share": 1.0, "distance": at, "name": say("charts.k_distance.line", k=k)}
        for k, at in zip(ks, moved, strict=True)
    ]
    parts.append(
        layer(labels)
        .mark_text(align="left", dx=8, color=c["ink-2"])
        .encode(x=x, y=y, text=alt.Text("name:N"))
    )
    if eps is not None:
        at = layer([{"distance": eps, "share": 0.0, "text": say("charts.k_distance.eps", eps=eps)}])
        parts.append(at.mark_rule(strokeWidth=1.5, color=c["accent"], strokeDash=[5, 3]).encode(y=y))
        if trial is not None and _has_own_curve(study, trial):
            curve = study.figures.k_distance[own_k]
            met = float(np.interp(eps, curve, np.linspace(0, 1, len(curve))))
            cut = layer([{"share": met, "distance": eps}])
            parts.append(cut.mark_point(size=62, opacity=1, filled=True, color=c["accent"]).encode(x=x, y=y))
        parts.append(
            halo_text(
                at.encode(x=x, y=y, text=alt.Text("text:N")),
                canvas,
                align="left",
                dx=6,
                dy=-9,
                fontWeight=600,
            )
        )
    return sized(alt.layer(*parts), canvas, 300)


def _k_distance_caption(study: Study) -> Caption:
    trial = _chosen_eps(study)
    rows = _k_distance_rows(study)
    k = _own_k(study, trial)
    figures: dict[str, Any] = {"k": k, "highest": max(row["distance"] for row in rows), "note": ""}
    if trial is None:
        return Caption(
            Sentence("charts.k_distance.finding_none", figures),
            Sentence("charts.k_distance.reading", figures),
            Sentence("charts.k_distance.description_none", figures),
        )
    eps = float(trial.configuration.parameters["eps"])
    figures |= {
        "eps": eps,
        "below": _below(study, k, eps),
        "configuration": configuration_name(trial.configuration),
        "noise": trial.noise_share or 0.0,
        "note": say("charts.k_distance.own", k=k) if _has_own_curve(study, trial) else "",
    }
    return Caption(
        sentence("charts.k_distance.finding", **figures),
        sentence("charts.k_distance.reading", **figures),
        sentence("charts.k_distance.description", **figures),
    )


def _k_distance_numbers(study: Study) -> Numbers:
    curves = study.figures.k_distance
    shares = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
    rows = tuple(
        (share(at), *(unit(float(curve[round(at * (len(curve) - 1))])) for curve in curves.values()))
        for at in shares
    )
    return Numbers(
        (say("charts.head.rows_below"), *(say("charts.k_distance.line", k=k) for k in curves)), rows
    )


k_distance = Chart(
    "k_distance",
    _draw_k_distance,
    _k_distance_caption,
    _k_distance_numbers,
    lambda study: any(len(curve) > 1 for curve in study.figures.k_distance.values()),
)
