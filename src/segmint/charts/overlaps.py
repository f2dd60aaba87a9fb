"""How well each cluster is found again when rows are drawn anew."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import HALF, Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.naming import configuration_name, shortened
from segmint.choosing.stability import FOUND_AGAIN
from segmint.choosing.study import Study
from segmint.words import Sentence, say
from segmint.words.numbers import agreement


def _stability_rows(study: Study) -> list[dict[str, Any]]:
    """One row a cluster of each finalist, the answer first."""
    resampling = study.decision.resampling
    if resampling is None:
        return []
    chosen = study.decision.configuration
    order = sorted(study.finalists, key=lambda name: name != chosen)
    return [
        {
            "name": configuration_name(study.trial(name).configuration),
            "jaccard": value,
            "cluster": cluster + 1,
            "answer": name == chosen,
            "id": name,
        }
        for name in order
        for cluster, value in enumerate(resampling.jaccard.get(name, ()))
    ]


def _stability_means(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(row["id"], []).append(row)
    return [
        {
            **own[0],
            "mean": sum(row["jaccard"] for row in own) / len(own),
            "weakest": min(row["jaccard"] for row in own),
        }
        for own in by_name.values()
    ]


def _draw_stability(study: Study, canvas: Canvas) -> Any:
    c, rows = canvas.theme, _stability_rows(study)
    means = _stability_means(rows)
    low = min(0.5, *(row["jaccard"] for row in rows)) - 0.03
    scale = alt.Scale(domain=[low, 1.02], nice=False)
    order = list(dict.fromkeys(row["id"] for row in rows))
    x = alt.X(
        "jaccard:Q",
        scale=scale,
        axis=alt.Axis(
            title=say("charts.stability.x"), format=".1f", grid=True, domain=False, ticks=False, tickCount=5
        ),
    )
    y = alt.Y("id:N", sort=order, axis=None, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1))
    color = alt.Color(
        "answer:N", scale=alt.Scale(domain=[True, False], range=[c["accent"], c["edge"]]), legend=None
    )
    rings = layer(rows).mark_point(filled=False, size=62, opacity=1, strokeWidth=1.6, yOffset=7)
    ticks = layer(means).mark_tick(thickness=2.5, size=20, color=c["ink"], yOffset=7)
    names = [{**row, "at": low, "name": shortened(row["name"], int(canvas.width / 7))} for row in means]
    texts = layer(names).encode(x=alt.X("at:Q", scale=scale), y=y, text=alt.Text("name:N"))
    solid = layer([{"at": FOUND_AGAIN}]).mark_rule(strokeDash=[2, 3], color=c["ink-3"])
    drawing = alt.layer(
        solid.encode(x=alt.X("at:Q", scale=scale)),
        halo_text(texts, canvas, align="left", dx=0, dy=-12, fontWeight=500),
        rings.encode(x=x, y=y, color=color),
        ticks.encode(x=alt.X("mean:Q", scale=scale), y=y),
    )
    return sized(drawing, canvas, 56 + 44 * len(order))


def _stability_caption(study: Study) -> Caption:
    resampling = study.decision.resampling
    assert resampling is not None
    means = _stability_means(_stability_rows(study))
    solid = [row for row in means if row["weakest"] >= FOUND_AGAIN]
    answer = next((row for row in means if row["answer"]), means[0])
    said = (
        "weak"
        if answer["weakest"] < 0.5
        else "partly"
        if answer["weakest"] < FOUND_AGAIN
        else "only"
        if len(solid) == 1
        else "whole"
    )
    if study.model is None:
        said = "none"
    figures = {
        "n": resampling.n_resamples,
        "name": answer["name"],
        "mean": answer["mean"],
        "weakest": answer["weakest"],
        "solid": len(solid),
        "of": len(means),
    }
    return Caption(
        Sentence(f"charts.stability.finding_{said}", figures),
        Sentence("charts.stability.reading", figures),
        Sentence("charts.stability.description", figures),
    )


def _stability_numbers(study: Study) -> Numbers:
    head = tuple(say(f"charts.head.{name}") for name in ("configuration", "found_again", "weakest"))
    rows = tuple(
        (row["name"], agreement(row["mean"]), agreement(row["weakest"]))
        for row in _stability_means(_stability_rows(study))
    )
    return Numbers(head, rows)


stability = Chart(
    "stability",
    _draw_stability,
    _stability_caption,
    _stability_numbers,
    lambda study: bool(_stability_rows(study)),
    HALF,
)
