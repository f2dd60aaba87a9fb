"""The words of each topic as bars, beside how frequent they are in all documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import layer, sized
from segmint.charts.matching import color_token
from segmint.charts.naming import shortened
from segmint.charts.picture import Picture
from segmint.topics.study import Topic, TopicStudy
from segmint.topics.words import LAMBDA
from segmint.words import say, sentence
from segmint.words.numbers import share

N_WORDS: Final = 8
_ROW: Final = 19
_HEAD: Final = 34
_GAP: Final = 28
_NAME: Final = 108
"""Px for the words at the left of the bars."""


def words_picture(study: TopicStudy) -> Picture:
    """Return the bars of the most telling words of each topic."""
    figures = {"n": len(study.topics), "words": N_WORDS, "weight": f"{LAMBDA:g}"}
    head = tuple(say(f"charts.head.{name}") for name in ("topic", "word", "in_topic", "in_all"))
    table = tuple(
        (f"T{topic.number}", word.word, share(word.in_topic), share(word.in_all))
        for topic in study.topics
        for word in topic.words[:N_WORDS]
    )
    return Picture(
        "topic_words",
        sentence("charts.topic_words.finding", **figures),
        sentence("charts.topic_words.reading", **figures),
        sentence("charts.topic_words.description", **figures),
        Numbers(head, table),
        lambda canvas: _draw(study, canvas),
    )


def _draw(study: TopicStudy, canvas: Canvas) -> Any:
    n_columns = 1 if canvas.narrow else 3
    tall = _HEAD + _ROW * N_WORDS + _GAP
    height = tall * -(-len(study.topics) // n_columns)
    width = canvas.width / n_columns
    most = max(word.in_topic for topic in study.topics for word in topic.words[:N_WORDS])
    rows = [
        row
        for place, topic in enumerate(study.topics)
        for row in _rows(
            topic,
            left=width * (place % n_columns),
            top=tall * (place // n_columns),
            room=(width - _NAME - 24) / most,
            color=canvas.theme[color_token(topic.number, len(study.topics))],
        )
    ]
    heads = [row for row in rows if row["kind"] == "head"]
    words = [row for row in rows if row["kind"] == "word"]
    x = alt.Scale(domain=[0, canvas.width], nice=False)
    y = alt.Scale(domain=[height, 0], nice=False)
    across, down = alt.X("x:Q", scale=x, axis=None), alt.Y("y:Q", scale=y, axis=None)
    bar, c = layer(words), canvas.theme
    drawing = alt.layer(
        bar.mark_rect().encode(
            x=across, x2="end:Q", y=down, y2="below:Q", color=alt.Color("color:N", scale=None)
        ),
        bar.mark_rule(color=c["ink"], strokeWidth=1.5).encode(
            x=alt.X("all:Q", scale=x, axis=None), y=down, y2="below:Q"
        ),
        bar.mark_text(align="right", dx=-6, baseline="middle").encode(
            x=across, y=alt.Y("middle:Q", scale=y, axis=None), text="text:N"
        ),
        layer(heads)
        .mark_text(align="left", baseline="middle", fontWeight=600, fontSize=13)
        .encode(x=across, y=down, text="text:N"),
        layer(heads)
        .mark_circle(size=90, opacity=1)
        .encode(x=alt.X("dot:Q", scale=x, axis=None), y=down, color=alt.Color("color:N", scale=None)),
    )
    return sized(drawing, canvas, int(height))


def _rows(topic: Topic, *, left: float, top: float, room: float, color: str) -> Iterator[dict[str, Any]]:
    """Place one topic's head and bars, in px."""
    title = f"T{topic.number}  {share(topic.share)}"
    yield {"kind": "head", "x": left + 20, "dot": left + 8, "y": top + 16, "text": title, "color": color}
    for place, word in enumerate(topic.words[:N_WORDS]):
        y = top + _HEAD + _ROW * place
        yield {
            "kind": "word",
            "x": left + _NAME,
            "end": left + _NAME + word.in_topic * room,
            "all": left + _NAME + word.in_all * room,
            "y": y,
            "below": y + _ROW - 6,
            "middle": y + (_ROW - 6) / 2,
            "text": shortened(word.word, 15),
            "color": color,
        }
