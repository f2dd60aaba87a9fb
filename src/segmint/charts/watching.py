"""Pictures of drift: sizes of segments and their centers, and looks over time where there are several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from segmint.charts.chart import HALF, Canvas, Numbers
from segmint.charts.looks import Look, looks_picture
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.matching import color_token
from segmint.charts.naming import shortened
from segmint.charts.picture import Picture
from segmint.intervals import wilson
from segmint.words import say, sentence
from segmint.words.numbers import MISSING, share, unit

_MOST_MOVES: Final = 12
_NAMED: Final[Mapping[str, Any]] = {"align": "left", "dy": -10, "fontWeight": 500}


PICTURES: Final = ("looks", "sizes", "centers")
"""The names of all pictures of a look; some looks have fewer."""


def pictures_of(looks: Sequence[Look]) -> tuple[Picture, ...]:
    """Return the pictures of the last look, and of all looks where there are several.

    Parameters
    ----------
    looks
        Of one model, the earliest first; at least one. Each has the display numbers of its own version's labels.
    """
    report = looks[-1]["report"]
    over_time = [looks_picture(looks)] if len(looks) > 1 else []
    if not report["segments"]:  # broken data say nothing of segments
        return tuple(over_time)
    numbers = {int(label): number for label, number in looks[-1]["numbers"].items()}
    found = [sizes_picture(report, numbers)]
    if _moves(report):
        found.append(centers_picture(report))
    return (*over_time, *found)


# ---------------------------------------------------------------------------------------------- sizes


def sizes_picture(report: Mapping[str, Any], numbers: Mapping[int, int]) -> Picture:
    """Return each segment's share in training and in the batch, with what chance leaves open."""
    rows = _size_rows(report, numbers)
    changed = [row for row in rows if not row["low"] <= row["before"] <= row["high"]]
    most = max(rows, key=lambda row: abs(row["now"] - row["before"]))
    figures = {"name": most["name"], "before": most["before"], "now": most["now"], "n": report["n_rows"]}
    head = tuple(say(f"charts.head.{name}") for name in ("segment", "in_training", "in_batch", "interval"))
    table = tuple(
        (row["name"], share(row["before"]), share(row["now"]), f"{share(row['low'])} – {share(row['high'])}")
        for row in rows
    )
    return Picture(
        "sizes",
        sentence(f"charts.sizes.finding_{'changed' if changed else 'same'}", **figures),
        sentence("charts.sizes.reading", n=report["n_rows"]),
        sentence("charts.sizes.description", **figures),
        Numbers(head, table),
        lambda canvas: _draw_sizes(rows, canvas),
        HALF,
    )


def _size_rows(report: Mapping[str, Any], numbers: Mapping[int, int]) -> list[dict[str, Any]]:
    n = max(report["n_rows"], 1)
    rows = [
        {
            "name": segment["name"],
            "number": numbers[segment["label"]],
            "before": segment["share_before"],
            "now": segment["share_now"],
        }
        for segment in report["segments"]
    ]
    rows.sort(key=lambda row: row["number"])
    outside = report["unassigned"]
    if outside["before"] or outside["now"]:
        rows.append(
            {
                "name": say("charts.flow.unassigned"),
                "number": 0,
                "before": outside["before"],
                "now": outside["now"],
            }
        )
    for row in rows:
        row["low"], row["high"] = wilson(row["now"], n)
    return rows


def _draw_sizes(rows: Sequence[Mapping[str, Any]], canvas: Canvas) -> Any:
    c = canvas.theme
    top = max(max(row["high"], row["before"]) for row in rows)
    scale = alt.Scale(domain=[0, min(1.0, top * 1.08)], nice=False)
    percent_axis = alt.Axis(
        title=say("charts.sizes.x"), grid=True, domain=False, ticks=False, tickCount=5,
        labelExpr="format(datum.value * 100, '.0f') + ' %'",
    )  # fmt: skip
    x = alt.X("now:Q", scale=scale, axis=percent_axis)
    data = [{**row, "label": shortened(row["name"], 44), "place": i} for i, row in enumerate(rows)]
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.3))
    n = max(row["number"] for row in rows)
    colors = [c["noise"] if not row["number"] else c[color_token(row["number"], n)] for row in rows]
    color = alt.Color(
        "place:N", scale=alt.Scale(domain=[row["place"] for row in data], range=colors), legend=None
    )
    base = layer(data)
    drawing = alt.layer(
        base.mark_rule(strokeWidth=3, color=c["edge"], yOffset=6).encode(
            x=alt.X("low:Q", scale=scale, axis=percent_axis), x2="high:Q", y=y
        ),
        base.mark_point(
            filled=False, size=70, strokeWidth=1.6, color=c["ink-2"], opacity=1, yOffset=6
        ).encode(x=alt.X("before:Q", scale=scale), y=y),
        base.mark_point(filled=True, size=70, opacity=1, yOffset=6).encode(x=x, y=y, color=color),
        halo_text(base.encode(x=alt.value(0), y=y, text=alt.Text("label:N")), canvas, **_NAMED),
    )
    return sized(drawing, canvas, 60 + 44 * len(rows))


# -------------------------------------------------------------------------------------------- centers


def _moves(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what moved: a feature of a segment each, those of the largest parts, the farthest first."""
    found = [
        {**move, "segment": segment["name"], "label": segment["label"]}
        for segment in report["segments"]
        for move in segment["moves"]
    ]
    largest = sorted(found, key=lambda move: -move["part"])[:_MOST_MOVES]
    return sorted(largest, key=lambda move: -abs(move["deviations"]))


def centers_picture(report: Mapping[str, Any]) -> Picture:
    """Return how far the centers of segments moved, in their own standard deviations and in original units."""
    rows = _moves(report)
    first = rows[0]
    figures = {
        "segment": first["segment"],
        "feature": first["feature"],
        "deviations": abs(first["deviations"]),
        "n": len(rows),
    }
    head = tuple(
        say(f"charts.head.{name}") for name in ("segment", "feature", "in_training", "in_batch", "deviations")
    )
    table = tuple(
        (
            row["segment"],
            row["feature"],
            _in_units(row["before_in_units"]),
            _in_units(row["now_in_units"]),
            f"{row['deviations']:+.2f}",
        )
        for row in rows
    )
    direction = "up" if first["deviations"] > 0 else "down"
    return Picture(
        "centers",
        sentence(f"charts.centers.finding_{direction}", **figures),
        sentence("charts.centers.reading"),
        sentence("charts.centers.description", **figures),
        Numbers(head, table),
        lambda canvas: _draw_centers(rows, canvas),
        HALF,
    )


def _in_units(value: float | None) -> str:
    return MISSING if value is None else unit(value)


def _draw_centers(rows: Sequence[Mapping[str, Any]], canvas: Canvas) -> Any:
    c = canvas.theme
    low = min(0.0, *(row["low"] for row in rows))
    high = max(0.0, *(row["high"] for row in rows))
    room = 0.06 * (high - low)
    scale = alt.Scale(domain=[low - room, high + room], nice=False)
    axis = alt.Axis(title=say("charts.centers.x"), grid=True, domain=False, ticks=False, tickCount=5)
    data = [
        {**row, "place": i, "text": shortened(_told(row), 44 if canvas.narrow else 54)}
        for i, row in enumerate(rows)
    ]
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.3))
    base = layer(data)
    drawing = alt.layer(
        layer([{"at": 0}]).mark_rule(color=c["ink-3"]).encode(x=alt.X("at:Q", scale=scale, axis=axis)),
        base.mark_rule(strokeWidth=3, color=c["edge"], yOffset=6).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", y=y
        ),
        base.mark_point(filled=True, size=70, color=c["accent"], opacity=1, yOffset=6).encode(
            x=alt.X("deviations:Q", scale=scale), y=y
        ),
        halo_text(base.encode(x=alt.value(0), y=y, text=alt.Text("text:N")), canvas, **_NAMED),
    )
    return sized(drawing, canvas, 60 + 44 * len(rows))


def _told(row: Mapping[str, Any]) -> str:
    """Return segment and feature, with both centers in original units where there are some."""
    number = str(row["segment"]).split(" ", 1)[0]
    if row["before_in_units"] is None or row["now_in_units"] is None:
        return f"{number} {row['feature']}"
    return f"{number} {row['feature']}: {unit(row['before_in_units'])} → {unit(row['now_in_units'])}"
