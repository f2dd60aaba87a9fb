"""The elbow: how inertia falls with K, and where it stops falling fast."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.selection import answer_color, best_by_k, head, k_axis
from segmint.choosing.study import Study
from segmint.words import Sentence, say
from segmint.words.numbers import MISSING, percent, unit


def _inertias(study: Study) -> dict[int, float]:
    best = best_by_k(study, "kmeans", "inertia", lowest=True)
    return {k: trial.value("inertia") or 0.0 for k, trial in best.items()}


def _elbow_available(study: Study) -> bool:
    return study.decision.elbow is not None and len(_inertias(study)) >= 3


def _elbow_rows(study: Study) -> list[dict[str, Any]]:
    inertias, elbow = _inertias(study), study.decision.elbow
    first, last = min(inertias), max(inertias)
    before: float | None = None
    rows = []
    for k, value in inertias.items():
        chord = inertias[first] + (inertias[last] - inertias[first]) * (k - first) / (last - first)
        drop = None if before is None else (before - value) / inertias[first]
        rows.append(
            {
                "k": k,
                "inertia": value,
                "chord": chord,
                "drop": drop,
                "drop_text": "" if drop is None else percent(drop),
                "text": unit(value),
                "answer": study.model is not None and _is_answer(study, "kmeans", k),
                "elbow": elbow is not None and k == elbow.n_clusters,
            }
        )
        before = value
    return rows


def _is_answer(study: Study, family: str, k: int) -> bool:
    return study.decision.family == family and study.decision.n_clusters == k


def _draw_elbow(study: Study, canvas: Canvas) -> Any:
    c, rows = canvas.theme, _elbow_rows(study)
    x = alt.X("k:O", axis=k_axis(), scale=alt.Scale(paddingOuter=0.3))
    y = alt.Y(
        "inertia:Q",
        axis=alt.Axis(
            title=say("charts.elbow.y_short" if canvas.narrow else "charts.elbow.y"),
            tickCount=5,
            labelFlush=False,
        ),
        scale=alt.Scale(zero=True),
    )
    base = layer(rows)
    chord = layer([rows[0], rows[-1]]).mark_line(strokeDash=[3, 4], strokeWidth=1, color=c["edge"])
    fall = layer([row for row in rows if row["elbow"]]).mark_rule(strokeWidth=1.5, color=c["ink"])
    line = base.mark_line(color=c["ink-3"], strokeWidth=1.6)
    dots = base.mark_point(opacity=1, size=52, stroke=c["surface"], strokeWidth=1.2)
    marked = [row for row in rows if row["answer"] or row["elbow"]]
    texts = halo_text(
        layer(marked).encode(x=x, y=y, text=alt.Text("text:N")),
        canvas,
        align="left",
        dx=8,
        dy=-11,
        fontWeight=600,
    )
    drawing = alt.layer(
        chord.encode(x=x, y=alt.Y("chord:Q")),
        fall.encode(x=x, y=alt.Y("inertia:Q"), y2=alt.Y2("chord")),
        line.encode(x=x, y=y),
        dots.encode(
            x=x,
            y=y,
            color=answer_color(canvas),
            tooltip=[alt.Tooltip("k:O"), alt.Tooltip("text:N"), alt.Tooltip("drop_text:N")],
        ),
        texts,
    )
    return sized(drawing, canvas, 320)


def _elbow_caption(study: Study) -> Caption:
    rows, elbow, decision = _elbow_rows(study), study.decision.elbow, study.decision
    assert elbow is not None
    place = next((i for i, row in enumerate(rows) if row["elbow"]), 0)
    before = rows[place]["drop"] or 0.0
    after = rows[place + 1]["drop"] if place + 1 < len(rows) else 0.0
    said = "same" if elbow.n_clusters == decision.n_clusters else "other"
    if decision.n_clusters < 2:
        said = "only"
    figures: dict[str, Any] = {
        "k": elbow.n_clusters,
        "answer": decision.n_clusters,
        "distance": elbow.distance,
        "before": before,
        "after": after,
        "first": rows[0]["k"],
        "last": rows[-1]["k"],
        "top": rows[0]["inertia"],
        "bottom": rows[-1]["inertia"],
    }
    return Caption(
        Sentence(f"charts.elbow.finding_{said}", figures),
        Sentence("charts.elbow.reading", figures),
        Sentence("charts.elbow.description", figures),
    )


def _elbow_numbers(study: Study) -> Numbers:
    rows = tuple((str(row["k"]), row["text"], row["drop_text"] or MISSING) for row in _elbow_rows(study))
    return Numbers(head("k", "inertia", "fall"), rows)


elbow = Chart("elbow", _draw_elbow, _elbow_caption, _elbow_numbers, _elbow_available)
