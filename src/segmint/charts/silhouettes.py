"""The silhouette at each K, with its doubt."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import HALF, Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.naming import family_title
from segmint.charts.selection import K_FAMILIES, answer_color, best_by_k, head, k_axis, leading_family
from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.words import Sentence, say
from segmint.words.numbers import MISSING, score


def _silhouettes(study: Study) -> dict[int, TrialRecord]:
    return best_by_k(study, leading_family(study), "silhouette", lowest=False)


def _silhouette_rows(study: Study) -> list[dict[str, Any]]:
    bands = {} if study.decision.resampling is None else study.decision.resampling.silhouettes
    rows = []
    for k, trial in _silhouettes(study).items():
        low, high = bands.get(trial.configuration.id, (None, None))
        value = trial.value("silhouette")
        rows.append(
            {
                "k": k,
                "silhouette": value,
                "low": low,
                "high": high,
                "text": score(value or 0.0),
                "answer": trial.configuration.id == study.decision.configuration,
            }
        )
    return rows


def _other_silhouettes(study: Study) -> list[dict[str, Any]]:
    """The best of the other families that take a K: faint dots beside the curve."""
    rows = []
    for family in K_FAMILIES:
        if family != leading_family(study):
            for k, trial in best_by_k(study, family, "silhouette", lowest=False).items():
                rows.append({"k": k, "silhouette": trial.value("silhouette"), "family": family_title(family)})
    known = set(_silhouettes(study))
    return [row for row in rows if row["k"] in known]


def _draw_silhouette(study: Study, canvas: Canvas) -> Any:
    c, rows, others = canvas.theme, _silhouette_rows(study), _other_silhouettes(study)
    seen = [row[name] for row in rows for name in ("silhouette", "low", "high") if row[name] is not None]
    seen += [row["silhouette"] for row in others]
    low, high = min(seen), max(seen)
    scale = alt.Scale(domain=[low - 0.08 * (high - low or 1), high + 0.12 * (high - low or 1)], nice=False)
    x = alt.X("k:O", axis=k_axis(), scale=alt.Scale(paddingOuter=0.3))
    y = alt.Y(
        "silhouette:Q",
        axis=alt.Axis(title=say("charts.silhouette_by_k.y"), format=".2f", tickCount=5),
        scale=scale,
    )
    base = layer(rows)
    bars = layer([row for row in rows if row["low"] is not None])
    parts = [
        layer(others).mark_point(size=26, opacity=0.9, color=c["line-2"]).encode(x=x, y=y),
        base.mark_line(color=c["line-2"], strokeWidth=1.2).encode(x=x, y=y),
        bars.mark_rule(strokeWidth=3, color=c["edge"], strokeCap="butt").encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2=alt.Y2("high")
        ),
        base.mark_point(size=62, opacity=1, stroke=c["surface"], strokeWidth=1.2).encode(
            x=x, y=y, color=answer_color(canvas), tooltip=[alt.Tooltip("k:O"), alt.Tooltip("text:N")]
        ),
    ]
    return sized(alt.layer(*parts, *_silhouette_texts(rows, canvas, x, y)), canvas, 320)


def _silhouette_texts(rows: list[dict[str, Any]], canvas: Canvas, x: alt.X, y: alt.Y) -> list[Any]:
    named = [row for row in rows if row["answer"]] or [max(rows, key=lambda row: row["silhouette"])]
    named = [{**row, "top": max(row["silhouette"], row["high"] or -1.0)} for row in named]
    place = layer(named).encode(x=x, y=alt.Y("top:Q", scale=y["scale"]), text=alt.Text("text:N"))
    return [halo_text(place, canvas, dy=-14, fontWeight=600)]


def _silhouette_caption(study: Study) -> Caption:
    rows = _silhouette_rows(study)
    ranked = sorted(rows, key=lambda row: -row["silhouette"])
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
    answer = next((row for row in rows if row["answer"]), None)
    close = best["silhouette"] - second["silhouette"] < 0.03
    said = "close" if close else "clear"
    if answer is not None and not best["answer"]:
        said = "other"
    if study.decision.family != leading_family(study):
        said = "beside"
    if study.decision.verdict == "none":
        said = "none"
    figures: dict[str, Any] = {
        "k": best["k"],
        "value": best["silhouette"],
        "second": second["k"],
        "second_value": second["silhouette"],
        "answer": study.decision.n_clusters,
        "answer_value": None if answer is None else answer["silhouette"],
        "family": family_title(leading_family(study)),
        "lowest_k": rows[0]["k"],
        "highest_k": rows[-1]["k"],
        "n": 0 if study.decision.resampling is None else study.decision.resampling.n_resamples,
    }
    bands = any(row["low"] is not None for row in rows)
    reading = "bands" if bands else "plain"
    return Caption(
        Sentence(f"charts.silhouette_by_k.finding_{said}", figures),
        Sentence(f"charts.silhouette_by_k.reading_{reading}", figures),
        Sentence("charts.silhouette_by_k.description", figures),
    )


def _silhouette_numbers(study: Study) -> Numbers:
    def interval(row: dict[str, Any]) -> str:
        if row["low"] is None:
            return MISSING
        return say("charts.interval", low=row["low"], high=row["high"])

    rows = tuple((str(row["k"]), row["text"], interval(row)) for row in _silhouette_rows(study))
    return Numbers(head("k", "silhouette", "resampled"), rows)


silhouette_by_k = Chart(
    "silhouette_by_k",
    _draw_silhouette,
    _silhouette_caption,
    _silhouette_numbers,
    lambda study: len(_silhouettes(study)) >= 2,
    HALF,
)
