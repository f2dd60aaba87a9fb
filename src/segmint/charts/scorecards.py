"""The scorecard: configurations in the order in which they matter, as a picture."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import layer, lookup_expression, sized
from segmint.charts.naming import configuration_name, shortened
from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.words import Sentence, say
from segmint.words.numbers import MISSING, count, score, share

_SHOWN = 18


def ranked_trials(study: Study) -> list[TrialRecord]:
    """Return all trials: the answer, the runner-up, the finalists, the others by silhouette, failures last."""
    decision = study.decision
    first = [
        decision.configuration,
        decision.runner_up,
        *(rival.configuration for rival in decision.rivals),
        *study.finalists,
    ]
    order = {name: place for place, name in enumerate(dict.fromkeys(name for name in first if name))}

    def place(trial: TrialRecord) -> tuple[int, int, float, str]:
        value = trial.value("silhouette")
        rank = order.get(trial.configuration.id, len(order))
        return (
            trial.failed is not None,
            rank,
            -(value if value is not None else -2.0),
            trial.configuration.id,
        )

    return sorted(study.trials, key=place)


def _rows(study: Study) -> list[dict[str, Any]]:
    shown = [trial for trial in ranked_trials(study) if trial.value("silhouette") is not None][:_SHOWN]
    return [
        {
            "id": trial.configuration.id,
            "name": configuration_name(trial.configuration),
            "silhouette": trial.value("silhouette"),
            "text": score(trial.value("silhouette") or 0.0),
            "covered": share(1 - (trial.noise_share or 0.0)),
            "segments": count(trial.n_clusters or 0),
            "answer": trial.configuration.id == study.decision.configuration,
        }
        for trial in shown
    ]


def _draw(study: Study, canvas: Canvas) -> Any:
    c, rows = canvas.theme, _rows(study)
    low = min(0.0, *(row["silhouette"] for row in rows))
    high = max(row["silhouette"] for row in rows)
    columns = 0.42 if canvas.narrow else 0.26
    scale = alt.Scale(domain=[low, low + (high - low) * (1 + columns)], nice=False)
    names = {row["id"]: shortened(row["name"], 22 if canvas.narrow else 40) for row in rows}
    lookup = lookup_expression(names)
    axis = alt.Axis(title=None, labelExpr=f"{lookup}[datum.value]", labelLimit=300, labelColor=c["ink"])
    y = alt.Y("id:N", sort=list(names), axis=axis, scale=alt.Scale(paddingInner=0.42))
    x = alt.X(
        "silhouette:Q", scale=scale,
        axis=alt.Axis(title=say("charts.scorecard.x"), format=".1f", grid=True, domain=False, ticks=False, values=_ticks(low, high)),
    )  # fmt: skip
    color = alt.Color(
        "answer:N", scale=alt.Scale(domain=[True, False], range=[c["accent"], c["line-2"]]), legend=None
    )
    base = layer(
        [{**row, "end": scale["domain"][1], "note": say("charts.scorecard.covered", **row)} for row in rows]
    )
    drawing = alt.layer(
        base.mark_bar().encode(x=x, y=y, color=color),
        base.mark_text(align="left", dx=6, fontWeight=500).encode(x=x, y=y, text=alt.Text("text:N")),
        base.mark_text(align="right", color=c["ink-2"]).encode(
            x=alt.X("end:Q", scale=scale), y=y, text=alt.Text("covered:N")
        ),
    )
    return sized(drawing, canvas, 60 + 24 * len(rows))


def _ticks(low: float, high: float) -> list[float]:
    return [round(i * 0.2, 1) for i in range(-5, 6) if low - 0.05 <= i * 0.2 <= high + 0.001]


def _caption(study: Study) -> Caption:
    rows = _rows(study)
    answer = next((row for row in rows if row["answer"]), None)
    best = max(rows, key=lambda row: row["silhouette"])
    failed = sum(trial.failed is not None for trial in study.trials)
    figures: dict[str, Any] = {
        "n": len(study.trials),
        "shown": len(rows),
        "failed": failed,
        "best": best["name"],
        "value": best["silhouette"],
        "covered": best["covered"],
        "answer": "" if answer is None else answer["name"],
        "answer_value": 0.0 if answer is None else answer["silhouette"],
    }
    said = "none" if answer is None else "best" if best["answer"] else "other"
    return Caption(
        Sentence(f"charts.scorecard.finding_{said}", figures),
        Sentence("charts.scorecard.reading", figures),
        Sentence("charts.scorecard.description", figures),
    )


def _numbers(study: Study) -> Numbers:
    head = tuple(
        say(f"charts.head.{name}") for name in ("configuration", "segments", "covered", "silhouette")
    )
    rows = tuple(
        (
            configuration_name(trial.configuration),
            MISSING if trial.n_clusters is None else count(trial.n_clusters),
            MISSING if trial.noise_share is None else share(1 - trial.noise_share),
            MISSING if trial.value("silhouette") is None else score(trial.value("silhouette") or 0.0),
        )
        for trial in ranked_trials(study)
    )
    return Numbers(head, rows)


scorecard = Chart("scorecard", _draw, _caption, _numbers, lambda study: bool(_rows(study)))
