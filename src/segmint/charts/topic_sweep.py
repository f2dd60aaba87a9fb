"""The numbers of topics that were tried: whose words belong together, and whose come again."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from segmint.charts.chart import Canvas, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.picture import Picture
from segmint.topics.choice import Means
from segmint.topics.study import TopicStudy
from segmint.words import say, sentence
from segmint.words.numbers import MISSING, count, percent, score

_HEIGHT: Final = 260


def sweep_picture(study: TopicStudy) -> Picture:
    """Return the score of each number of topics, and what it is made of in the table."""
    choice = study.choice
    figures = {
        "k": choice.n_topics,
        "wins": choice.wins.get(choice.n_topics, 0),
        "n": choice.n_samples,
        "score": choice.chosen.score,
    }
    head = tuple(
        say(f"charts.head.{name}")
        for name in ("k", "score", "wins_of_samples", "lda_coherence", "lda_again", "kmeans_coherence", "kmeans_again",
                     "perplexity", "lda_samples")
    )  # fmt: skip
    return Picture(
        "topic_sweep",
        sentence("charts.topic_sweep.finding", **figures),
        sentence("charts.topic_sweep.reading", **figures),
        sentence("charts.topic_sweep.description", **figures),
        Numbers(head, tuple(_row(one, choice.wins.get(one.n_topics, 0)) for one in choice.means)),
        lambda canvas: _draw(study, canvas),
    )


def _row(means: Means, wins: int) -> tuple[str, ...]:
    return (
        str(means.n_topics),
        score(means.score),
        count(wins),
        score(means.coherence["lda"]),
        percent(means.stability["lda"]),
        score(means.coherence["kmeans"]),
        percent(means.stability["kmeans"]),
        MISSING if means.perplexity is None else count(means.perplexity),
        count(means.n_lda),
    )


def _draw(study: TopicStudy, canvas: Canvas) -> Any:
    c, choice = canvas.theme, study.choice
    rows = [{"k": one.n_topics, "score": one.score} for one in choice.means]
    ks = [one.n_topics for one in choice.means]
    low, high = min(row["score"] for row in rows), max(row["score"] for row in rows)
    room = (high - low) * 0.15 or 0.05
    x = alt.X(
        "k:Q",
        axis=alt.Axis(title=say("charts.topic_sweep.x"), labelAngle=0, values=ks, format="d"),
        scale=alt.Scale(domain=[ks[0] - 0.4, ks[-1] + 0.6], nice=False),
    )
    y = alt.Y(
        "score:Q",
        axis=alt.Axis(title=say("charts.topic_sweep.y"), tickCount=5),
        scale=alt.Scale(domain=[low - room, high + 1.6 * room], nice=False),
    )
    base = layer(rows)
    best = layer([{**row, "text": score(row["score"])} for row in rows if row["k"] == choice.n_topics])
    drawing = alt.layer(
        base.mark_line(color=c["edge"], strokeWidth=1.6).encode(x=x, y=y),
        base.mark_point(size=34, opacity=1, color=c["ink-2"]).encode(x=x, y=y),
        best.mark_point(size=110, opacity=1, color=c["accent"]).encode(x=x, y=y),
        halo_text(best.encode(x=x, y=y, text=alt.Text("text:N")), canvas, dy=-16, fontWeight=600),
    )
    return sized(drawing, canvas, _HEIGHT)
