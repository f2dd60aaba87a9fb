"""Charts of the search: how inertia, silhouette, BIC and neighbor distances move with the parameters."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import HALF, Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized, spread
from segmint.charts.naming import asked_k, configuration_name, family_title
from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.words import Sentence, say, sentence
from segmint.words.numbers import MISSING, percent, score, share, unit

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


def _k_axis(**more: Any) -> alt.Axis:
    return alt.Axis(title=say("charts.axis.k"), labelAngle=0, **more)


# Elbow -------------------------------------------------------------------------------------------------


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
    x = alt.X("k:O", axis=_k_axis(), scale=alt.Scale(paddingOuter=0.3))
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
            color=_answer_color(canvas),
            tooltip=[alt.Tooltip("k:O"), alt.Tooltip("text:N"), alt.Tooltip("drop_text:N")],
        ),
        texts,
    )
    return sized(drawing, canvas, 320)


def _answer_color(canvas: Canvas) -> alt.Color:
    c = canvas.theme
    return alt.Color(
        "answer:N", scale=alt.Scale(domain=[True, False], range=[c["accent"], c["ink-3"]]), legend=None
    )


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
    return Numbers(_head("k", "inertia", "fall"), rows)


def _head(*names: str) -> tuple[str, ...]:
    return tuple(say(f"charts.head.{name}") for name in names)


elbow = Chart("elbow", _draw_elbow, _elbow_caption, _elbow_numbers, _elbow_available)


# Silhouette by K -----------------------------------------------------------------------------------------


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


def structureless_best(study: Study) -> float | None:
    """Return the best silhouette that the tables without structure reached, if that was the statistic."""
    values = [
        max(null.values) for null in study.decision.nulls if null.statistic == "silhouette" and null.values
    ]
    return max(values, default=None)


def _draw_silhouette(study: Study, canvas: Canvas) -> Any:
    c, rows, others = canvas.theme, _silhouette_rows(study), _other_silhouettes(study)
    limit = structureless_best(study)
    seen = [row[name] for row in rows for name in ("silhouette", "low", "high") if row[name] is not None]
    seen += [row["silhouette"] for row in others] + ([] if limit is None else [limit])
    low, high = min(seen), max(seen)
    scale = alt.Scale(domain=[low - 0.08 * (high - low or 1), high + 0.12 * (high - low or 1)], nice=False)
    x = alt.X("k:O", axis=_k_axis(), scale=alt.Scale(paddingOuter=0.3))
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
            x=x, y=y, color=_answer_color(canvas), tooltip=[alt.Tooltip("k:O"), alt.Tooltip("text:N")]
        ),
    ]
    if limit is not None:
        parts.insert(
            0,
            layer([{"y": limit}])
            .mark_rule(strokeDash=[2, 3], color=c["ink-3"])
            .encode(y=alt.Y("y:Q", scale=scale)),
        )
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
    limit = structureless_best(study)
    close = best["silhouette"] - second["silhouette"] < 0.03
    said = "close" if close else "clear"
    if answer is not None and not best["answer"]:
        said = "other"
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
        "limit": limit,
    }
    bands = any(row["low"] is not None for row in rows)
    reading = ("bands" if bands else "plain") + ("" if limit is None else "_null")
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
    return Numbers(_head("k", "silhouette", "resampled"), rows)


silhouette_by_k = Chart(
    "silhouette_by_k",
    _draw_silhouette,
    _silhouette_caption,
    _silhouette_numbers,
    lambda study: len(_silhouettes(study)) >= 2,
    HALF,
)


# BIC by covariance ---------------------------------------------------------------------------------------

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
        axis=_k_axis(values=ks, format="d"),
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


_PERCENT = "format(100 * datum.value, '.0f') + ' %'"


# k-distance ----------------------------------------------------------------------------------------------


def _chosen_eps(study: Study) -> TrialRecord | None:
    """Return the DBSCAN among the finalists, or the best silhouette of any that found clusters."""
    found = [
        trial for trial in study.trials if trial.configuration.family == "dbscan" and trial.failed is None
    ]
    final = [trial for trial in found if trial.configuration.id in study.finalists]
    ranked = final or sorted(found, key=lambda trial: -(trial.value("silhouette") or -2.0))
    return ranked[0] if ranked else None


def _k_distance_rows(study: Study) -> list[dict[str, Any]]:
    rows = []
    for k, distances in study.figures.k_distance.items():
        last = max(len(distances) - 1, 1)
        rows += [{"share": i / last, "distance": float(value), "k": k} for i, value in enumerate(distances)]
    return rows


def _draw_k_distance(study: Study, canvas: Canvas) -> Any:
    c, rows, trial = canvas.theme, _k_distance_rows(study), _chosen_eps(study)
    eps = None if trial is None else float(trial.configuration.parameters["eps"])
    ks = list(study.figures.k_distance)
    top = max([row["distance"] for row in rows] + ([] if eps is None else [eps]))
    scale = alt.Scale(domain=[0, top * 1.04], nice=False)
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
    for rank, k in enumerate(ks):
        own = layer([row for row in rows if row["k"] == k])
        parts.append(own.mark_line(strokeWidth=1.8, color=c["ink" if rank == 0 else "edge"]).encode(x=x, y=y))
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
    k = min(study.figures.k_distance)
    figures: dict[str, Any] = {"k": k, "highest": max(row["distance"] for row in rows)}
    if trial is None:
        return Caption(
            Sentence("charts.k_distance.finding_none", figures),
            Sentence("charts.k_distance.reading", figures),
            Sentence("charts.k_distance.description_none", figures),
        )
    eps = float(trial.configuration.parameters["eps"])
    curve = study.figures.k_distance.get(int(trial.configuration.parameters.get("min_samples", k)))
    curve = study.figures.k_distance[k] if curve is None else curve
    figures |= {
        "eps": eps,
        "above": float((curve > eps).mean()),
        "configuration": configuration_name(trial.configuration),
        "noise": trial.noise_share or 0.0,
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
