"""The picture of a case study: what each segment is of the customers, and of what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import layer
from segmint.charts.matching import color_token
from segmint.charts.naming import shortened
from segmint.charts.picture import Picture
from segmint.profile.titles import capitalized
from segmint.words import say, sentence
from segmint.words.numbers import MISSING, share

Row = Mapping[str, Any]
"""One segment: ``name``, ``number``, and the panels' shares; ``low`` and ``high`` around ``back``."""
PANELS: Final = ("share", "worth_share", "back", "worth_after")
_NAMES: Final = 290
_GAP: Final = 18
_STEP: Final = 46
_ROOM: Final = 1.5
"""End of every panel's scale: all of them, 100 %, and room for the words beside it."""


def case_picture(rows: Sequence[Row], worth: str, horizon: int, who: str) -> Picture:
    """Return a segment's share of all, of the worth before, who came back, and of the worth after.

    Parameters
    ----------
    rows
        One for each segment; a panel whose values are ``None`` is left out.
    worth
        What the worth is, in words.
    horizon
        Days that were kept back.
    who
        What the rows are called: customers, or players.
    """
    panels = [panel for panel in PANELS if all(row[panel] is not None for row in rows)]
    top = max(rows, key=lambda row: row["worth_share"] or 0.0)
    figures = {
        "segment": top["name"],
        "customers": top["share"],
        "worth": worth,
        "part": top["worth_share"] or 0.0,
        "after": top["worth_after"] or 0.0,
        "horizon": horizon,
        "who": who,
    }
    dated = "dated" if horizon else "undated"
    named = "worth_share" if horizon else "worth_undated"
    keys = {panel: named if panel == "worth_share" else panel for panel in panels}
    words = {"worth": capitalized(worth), "who": capitalized(who)}
    heads = {panel: say(f"charts.cases.{key}", **words) for panel, key in keys.items()}
    table = tuple(
        (
            row["name"],
            *(MISSING if row[panel] is None else share(row[panel]) for panel in panels),
        )
        for row in rows
    )
    return Picture(
        "case",
        sentence(f"charts.cases.finding_{dated}", **figures),
        sentence(f"charts.cases.reading_{dated}", horizon=horizon),
        sentence("charts.cases.description", **figures, n=len(rows)),
        Numbers((say("charts.head.segment"), *heads.values()), table),
        lambda canvas: _draw(rows, heads, canvas),
    )


def _draw(rows: Sequence[Row], heads: Mapping[str, str], canvas: Canvas) -> Any:
    c = canvas.theme
    most = max(row["number"] for row in rows)
    data = [
        {**row, "label": shortened(row["name"], 42), "color": c[color_token(row["number"], most)], "place": i}
        for i, row in enumerate(rows)
    ]
    height = _STEP * len(rows)
    width = (canvas.width - _NAMES - _GAP * len(heads)) / len(heads)
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.5, paddingOuter=0.3))
    names = (
        layer(data)
        .mark_text(align="left", fontSize=12.5, color=c["ink"])
        .encode(x=alt.value(0), y=y, text=alt.Text("label:N"))
        .properties(width=_NAMES - _GAP, height=height)
    )
    parts = [_panel(data, panel, head, y, width, height, c) for panel, head in heads.items()]
    return alt.hconcat(names, *parts, spacing=_GAP).properties(autosize="pad", padding=20)


def _panel(
    data: Sequence[Row], panel: str, head: str, y: Any, width: float, height: int, c: Mapping[str, str]
) -> Any:
    """Draw one column of bars on the scale of all columns, 0 to 100 %, each with its share beside it; who came back with its interval."""
    ends = [max(row[panel], row["high"] if panel == "back" else 0.0) for row in data]
    scale = alt.Scale(domain=[0, _ROOM], nice=False)
    told = [{**row, "text": share(row[panel]), "end": end} for row, end in zip(data, ends, strict=True)]
    x = alt.X(f"{panel}:Q", scale=scale, axis=None)
    base = layer(told)
    bars = base.mark_bar(cornerRadiusEnd=2).encode(x=x, y=y, color=alt.Color("color:N", scale=None))
    words = base.mark_text(align="left", dx=6, fontSize=12, color=c["ink"]).encode(
        x=alt.X("end:Q", scale=scale, axis=None), y=y, text="text:N"
    )
    rule = base.mark_rule(strokeWidth=2, color=c["ink"])
    doubt = rule.encode(x=alt.X("low:Q", scale=scale, axis=None), x2="high:Q", y=y)
    for end in ("low", "high"):  # caps, lest a short interval looks like a speck
        cap = base.mark_tick(thickness=2, size=14, color=c["ink"])
        doubt += cap.encode(x=alt.X(f"{end}:Q", scale=scale, axis=None), y=y)
    zero = layer([{"zero": 0}]).mark_rule(color=c["line-2"]).encode(x=alt.X("zero:Q", scale=scale, axis=None))
    drawing = alt.layer(bars, *([doubt] if panel == "back" else []), words, zero)
    title = alt.TitleParams(head, fontSize=12, fontWeight=500, color=c["ink-2"], anchor="start", offset=8)
    return drawing.properties(width=width, height=height, title=title)
