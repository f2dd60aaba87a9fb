"""Charts of the doubt: resamples, stability, and tables without structure."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import HALF, Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.naming import configuration_name, family_title, shortened
from segmint.choosing.study import Study
from segmint.words import Sentence, say
from segmint.words.numbers import agreement, count, score, unit
from segmint.words.sentences import known

# Resamples -------------------------------------------------------------------------------------------

_GROUPS = 3


def resample_groups(study: Study) -> list[dict[str, Any]]:
    """Return who won how many resamples: the answer first, then the two next, then all others together.

    Each has ``name``, ``wins`` and ``place`` (0 for the answer).
    """
    resampling = study.decision.resampling
    if resampling is None:
        return []
    chosen = study.decision.configuration
    ranked = sorted(resampling.wins.items(), key=lambda item: (item[0] != chosen, -item[1], item[0]))
    ranked = [(name, wins) for name, wins in ranked if wins or name == chosen]
    kept = ranked[:_GROUPS]
    groups: list[dict[str, Any]] = [
        {"name": _winner_name(study, name), "wins": wins, "place": place}
        for place, (name, wins) in enumerate(kept)
    ]
    rest = resampling.n_resamples - sum(wins for _, wins in kept)
    if rest > 0:
        groups.append({"name": say("charts.resamples.others"), "wins": rest, "place": _GROUPS})
    return groups


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


# Stability ------------------------------------------------------------------------------------------------


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
    solid = layer([{"at": 0.85}]).mark_rule(strokeDash=[2, 3], color=c["ink-3"])
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
    solid = [row for row in means if row["weakest"] >= 0.85]
    answer = next((row for row in means if row["answer"]), means[0])
    said = (
        "weak"
        if answer["weakest"] < 0.5
        else "partly"
        if answer["weakest"] < 0.85
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


# Tables without structure --------------------------------------------------------------------------------


def statistic_title(statistic: str) -> str:
    """Return how an index is called in words."""
    key = f"charts.statistics.{statistic}"
    return say(key) if known(key) else statistic.replace("_", " ")


_EXPLAINED = frozenset({"separation"})


def statistic_text(value: float, statistic: str) -> str:
    """Write a value of an index with the decimals that it deserves: scores three, others as a unit."""
    return score(value) if statistic == "silhouette" else unit(value)


def null_kind(kind: str) -> str:
    """Return how a kind of structureless table is called in words."""
    key = f"charts.null.kinds.{kind.replace('-', '_')}"
    return say(key) if known(key) else kind


def _null_rows(study: Study) -> list[dict[str, Any]]:
    return [
        {
            "kind": null_kind(null.kind),
            "name": null.statistic,
            "statistic": statistic_title(null.statistic),
            "text": statistic_text(null.observed, null.statistic),
            "place": place,
            "observed": null.observed,
            "values": null.values,
            "highest": max(null.values),
            "p_value": null.p_value,
        }
        for place, null in enumerate(study.decision.nulls)
        if null.values
    ]


def _draw_null(study: Study, canvas: Canvas) -> Any:
    c, rows = canvas.theme, _null_rows(study)
    points = [{"place": row["place"], "value": value} for row in rows for value in row["values"]]
    seen = [point["value"] for point in points] + [row["observed"] for row in rows]
    low, high = min(seen), max(seen)
    reach = (high - low) or 1.0
    scale = alt.Scale(domain=[low - 0.05 * reach, high + 0.08 * reach], nice=False)
    x = alt.X(
        "value:Q",
        scale=scale,
        axis=alt.Axis(title=rows[0]["statistic"], grid=True, domain=False, ticks=False, tickCount=5),
    )
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1))
    values = layer(points).mark_tick(thickness=1.2, size=16, color=c["edge"], opacity=0.7, yOffset=8)
    names = [{"place": row["place"], "at": low - 0.05 * reach, "name": row["kind"]} for row in rows]
    observed = layer([{"place": row["place"], "value": row["observed"], "text": row["text"]} for row in rows])
    drawing = alt.layer(
        values.encode(x=x, y=y),
        halo_text(
            layer(names).encode(x=alt.X("at:Q", scale=scale), y=y, text=alt.Text("name:N")),
            canvas,
            align="left",
            dy=-12,
            fontWeight=500,
        ),
        observed.mark_point(size=74, opacity=1, color=c["accent"], yOffset=8).encode(x=x, y=y),
        halo_text(observed.encode(x=x, y=y, text=alt.Text("text:N")), canvas, dy=-9, fontWeight=600),
    )
    return sized(drawing, canvas, 52 + 50 * len(rows))


_LEVEL = 0.01 + 1e-9


def _null_caption(study: Study) -> Caption:
    rows = _null_rows(study)
    worst = max(rows, key=lambda row: (row["p_value"], row["highest"] - row["observed"]))
    figures: dict[str, Any] = {
        "observed": worst["text"],
        "highest": statistic_text(worst["highest"], worst["name"]),
        "kind": worst["kind"],
        "n": min(len(row["values"]) for row in rows),
        "p": worst["p_value"],
        "statistic": worst["statistic"],
        "kinds": [row["kind"] for row in rows],
        "meaning": say(f"charts.null.meanings.{worst['name']}") if worst["name"] in _EXPLAINED else "",
    }
    beyond = [row["p_value"] <= _LEVEL for row in rows]
    said = "beyond" if all(beyond) else "some" if any(beyond) else "within"
    return Caption(
        Sentence(f"charts.null.finding_{said}", figures),
        Sentence("charts.null.reading", figures),
        Sentence("charts.null.description", figures),
    )


def _null_numbers(study: Study) -> Numbers:
    names = ("null_kind", "tables", "observed", "null_highest", "p_value")
    rows = tuple(
        (
            row["kind"],
            count(len(row["values"])),
            row["text"],
            statistic_text(row["highest"], row["name"]),
            score(row["p_value"]),
        )
        for row in _null_rows(study)
    )
    return Numbers(tuple(say(f"charts.head.{name}") for name in names), rows)


null = Chart("null", _draw_null, _null_caption, _null_numbers, lambda study: bool(_null_rows(study)), HALF)
