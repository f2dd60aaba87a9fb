"""Documents as mixtures: what mixed membership looks like."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import layer, sized
from segmint.charts.matching import color_token
from segmint.charts.picture import Picture
from segmint.charts.theme import N_COLORS
from segmint.topics.mixed import SECOND_FROM
from segmint.topics.study import TopicStudy
from segmint.words import say, sentence
from segmint.words.numbers import count, share

_HEIGHT: Final = 240
_LINE: Final = 20
_NARROW: Final = 40
"""Documents that a phone has room for."""


def mixtures_picture(study: TopicStudy) -> Picture:
    """Return a sample of documents as stacked bars, one color a topic."""
    figures = {
        "n": study.n_split,
        "total": study.corpus.n_documents - study.corpus.n_empty,
        "drawn": len(study.sample),
        "share": SECOND_FROM,
    }
    head = tuple(say(f"charts.head.{name}") for name in ("topic", "words", "documents", "mean_share"))
    means = study.sample.mean(axis=0)
    table = tuple(
        (f"T{topic.number}", topic.title, count(topic.n_documents), share(float(mean)))
        for topic, mean in zip(study.topics, means, strict=True)
    )
    return Picture(
        "topic_mixtures",
        sentence("charts.topic_mixtures.finding", **figures),
        sentence(
            f"charts.topic_mixtures.reading{'' if len(study.topics) <= N_COLORS else '_many'}", **figures
        ),
        sentence("charts.topic_mixtures.description", **figures),
        Numbers(head, table),
        lambda canvas: _draw(study, canvas),
    )


def _parts(mixture: list[float], n: int) -> list[tuple[float, str]]:
    """Return a column's parts from the bottom: by topic, or by size where there are more topics than colors."""
    if n <= N_COLORS:
        return [(share, color_token(k + 1, n)) for k, share in enumerate(mixture)]
    ranked = sorted(mixture, reverse=True)
    return list(zip(ranked, ["accent", "s2", *["line-2"] * (n - 2)], strict=True))


def _draw(study: TopicStudy, canvas: Canvas) -> Any:
    c, n = canvas.theme, len(study.topics)
    step = max(1, -(-len(study.sample) // _NARROW)) if canvas.narrow else 1
    named = (
        dict(enumerate(f"T{topic.number} {topic.title}" for topic in study.topics)) if n <= N_COLORS else {}
    )
    rows = [
        {"document": place, "order": order, "share": share, "color": c[token], "topic": named.get(order)}
        for place, mixture in enumerate(study.sample[::step])
        for order, (share, token) in enumerate(_parts(mixture.tolist(), n))
    ]
    axis = alt.Axis(
        title=say("charts.topic_mixtures.y"),
        values=[0, 0.5, 1],
        labelExpr="format(datum.value * 100, '.0f') + ' %'",
    )
    drawing = (
        layer(rows)
        .mark_bar(cornerRadiusEnd=0)
        .encode(
            x=alt.X("document:O", axis=None, scale=alt.Scale(paddingInner=0.15)),
            y=alt.Y("share:Q", stack="zero", scale=alt.Scale(domain=[0, 1], clamp=True), axis=axis),
            color=_colors(list(named.values()), canvas) if named else alt.Color("color:N", scale=None),
            order=alt.Order("order:Q"),
        )
    )
    lines = -(-len(named) // _columns(canvas))
    return sized(alt.layer(drawing), canvas, _HEIGHT + _LINE * lines)


def _columns(canvas: Canvas) -> int:
    return 1 if canvas.narrow else 2


def _colors(names: list[str], canvas: Canvas) -> alt.Color:
    """Return the colors of the topics, with a legend that names them."""
    c, n = canvas.theme, len(names)
    scale = alt.Scale(domain=names, range=[c[color_token(k + 1, n)] for k in range(n)])
    legend = alt.Legend(
        title=None,
        orient="bottom",
        columns=_columns(canvas),
        symbolType="square",
        labelLimit=330,
        labelColor=c["ink"],
    )
    return alt.Color("topic:N", scale=scale, legend=legend)
