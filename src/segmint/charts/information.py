"""BIC at each K for each kind of covariance."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized, spread
from segmint.charts.naming import asked_k
from segmint.charts.selection import k_axis
from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.words import Sentence, say
from segmint.words.numbers import MISSING, unit

_DASHES = {"full": [1, 0], "tied": [6, 3], "diag": [2, 3], "spherical": [8, 3, 2, 3]}


def _covariance(trial: TrialRecord) -> str:
    return str(trial.configuration.parameters.get("covariance_type", "full"))


def _bic_trials(study: Study) -> list[TrialRecord]:
    found = [
        trial
        for trial in study.trials
        if trial.configuration.family == "gaussian_mixture"
        and trial.value("bic") is not None
        and asked_k(trial) is not None
    ]
    return sorted(found, key=lambda trial: (_covariance(trial), asked_k(trial) or 0))


def _bic_row(trial: TrialRecord) -> dict[str, Any]:
    covariance = _covariance(trial)
    return {
        "k": asked_k(trial),
        "bic": trial.value("bic"),
        "covariance": covariance,
        "name": _covariance_name(covariance),
    }


def _covariance_name(covariance: str) -> str:
    return say(f"charts.covariances.{covariance}") if covariance in _DASHES else covariance


def _best_bic(study: Study) -> TrialRecord:
    return min(_bic_trials(study), key=lambda trial: trial.value("bic") or 0.0)


def _draw_bic(study: Study, canvas: Canvas) -> Any:
    c, rows, best = (
        canvas.theme,
        [_bic_row(trial) for trial in _bic_trials(study)],
        _bic_row(_best_bic(study)),
    )
    ks = sorted({row["k"] for row in rows})
    low, high = min(row["bic"] for row in rows), max(row["bic"] for row in rows)
    scale = alt.Scale(domain=[low - 0.14 * (high - low or 1), high + 0.06 * (high - low or 1)], nice=False)
    x = alt.X(
        "k:Q",
        axis=k_axis(values=ks, format="d"),
        scale=alt.Scale(
            domain=[ks[0] - 0.3, ks[-1] + (1.2 if not canvas.narrow else 2.4) * len(ks) / 10], nice=False
        ),
    )
    y = alt.Y(
        "bic:Q",
        axis=alt.Axis(title=say("charts.bic_by_covariance.y"), format=",.0f", tickCount=5),
        scale=scale,
    )
    parts = []
    for covariance in dict.fromkeys(row["covariance"] for row in rows):
        own = layer([row for row in rows if row["covariance"] == covariance])
        ink = c["ink"] if covariance == best["covariance"] else c["edge"]
        dash = _DASHES.get(covariance, [1, 0])
        parts += [
            own.mark_line(strokeWidth=1.6, color=ink, strokeDash=dash).encode(x=x, y=y),
            own.mark_point(size=18, opacity=1, color=ink).encode(
                x=x, y=y, tooltip=[alt.Tooltip("name:N"), alt.Tooltip("k:Q"), alt.Tooltip("bic:Q")]
            ),
        ]
    mark = layer([{**best, "text": unit(best["bic"])}]).encode(x=x, y=y)
    parts.append(mark.mark_point(size=80, opacity=1, color=c["ink"], stroke=c["surface"], strokeWidth=1.2))
    parts.append(halo_text(mark.encode(text=alt.Text("text:N")), canvas, dy=16, fontWeight=600))
    return sized(alt.layer(*parts, *_line_ends(rows, canvas, x, scale, 320)), canvas, 320)


def _line_ends(
    rows: list[dict[str, Any]], canvas: Canvas, x: alt.X, scale: alt.Scale, height: int
) -> list[Any]:
    """Write each line's name at its right end, moved apart where they would touch."""
    ends = {row["covariance"]: row for row in rows}
    low, high = scale["domain"]
    px = (high - low) / (height - 66)
    ordered = list(ends.values())
    moved = spread([row["bic"] for row in ordered], gap=15 * px, lowest=low, highest=high)
    last = max(row["k"] for row in rows)
    labels = [{"k": last, "at": at, "name": row["name"]} for row, at in zip(ordered, moved, strict=True)]
    text = layer(labels).mark_text(align="left", dx=9, color=canvas.theme["ink-2"])
    return [text.encode(x=x, y=alt.Y("at:Q", scale=scale), text=alt.Text("name:N"))]


def _bic_caption(study: Study) -> Caption:
    best = _bic_row(_best_bic(study))
    same = [row for row in map(_bic_row, _bic_trials(study)) if row["k"] == study.decision.n_clusters]
    other = min((row["bic"] for row in same), default=None)
    agree = best["k"] == study.decision.n_clusters
    figures: dict[str, Any] = {
        "k": best["k"],
        "covariance": best["name"],
        "bic": best["bic"],
        "answer": study.decision.n_clusters,
        "gap": 0.0 if other is None else other - best["bic"],
    }
    plain = agree or study.decision.n_clusters < 2 or other is None
    said = "agrees" if agree else "plain" if plain else "differs"
    return Caption(
        Sentence(f"charts.bic_by_covariance.finding_{said}", figures),
        Sentence("charts.bic_by_covariance.reading", figures),
        Sentence("charts.bic_by_covariance.description", figures),
    )


def _bic_numbers(study: Study) -> Numbers:
    rows = [_bic_row(trial) for trial in _bic_trials(study)]
    names = list(dict.fromkeys(row["covariance"] for row in rows))
    values = {(row["k"], row["covariance"]): row["bic"] for row in rows}
    ks = sorted({row["k"] for row in rows})
    table = tuple(
        (str(k), *(unit(values[k, name]) if (k, name) in values else MISSING for name in names)) for k in ks
    )
    return Numbers((say("charts.head.k"), *map(_covariance_name, names)), table)


bic_by_covariance = Chart(
    "bic_by_covariance",
    _draw_bic,
    _bic_caption,
    _bic_numbers,
    lambda study: len({asked_k(trial) for trial in _bic_trials(study)}) >= 2,
)
