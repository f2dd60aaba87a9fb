"""The data beside tables without structure."""

from __future__ import annotations

from typing import Any

import altair as alt

from segmint.charts.chart import HALF, Canvas, Caption, Chart, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.choosing.study import Study
from segmint.words import Sentence, say
from segmint.words.numbers import count, score, unit
from segmint.words.sentences import known


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
