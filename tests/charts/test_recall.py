"""The picture of indexes: every setting, one name a kind, none over another."""

from __future__ import annotations

from itertools import combinations

import pytest

from segmint.charts.chart import Canvas
from segmint.charts.recall import _named, _reach, best_of, recall_picture
from segmint.charts.theme import THEMES
from segmint.geometry.recommending import recommend
from segmint.geometry.speeds import Speed


def speed(kind: str, recall: float, per_second: float) -> Speed:
    return Speed(
        kind, {}, recall, recall, recall, per_second, per_second, per_second, built=0.1, looked_at=None
    )


MEASURED = [
    speed("exact", 1, 4655), speed("kd-tree", 1, 4700), speed("lsh", 0.62, 13075), speed("lsh", 0.9, 700),
    speed("hnsw", 0.998, 4900), speed("ivf", 0.77, 121118), speed("ivf", 0.967, 100412),
]  # fmt: skip


@pytest.mark.parametrize("measured", [MEASURED, MEASURED[:3], MEASURED[:1]], ids=["all", "no faiss", "alone"])
@pytest.mark.parametrize("width", [830, 326])
def test_it_draws(measured, width: int) -> None:
    picture = recall_picture(
        measured, recommend(measured), k=10, n_queries=1000, n_rows=20_000, metric="cosine"
    )
    assert len(picture.numbers.rows) == len(measured)
    assert all(len(row) == len(picture.numbers.head) for row in picture.numbers.rows)
    assert picture.bare(width=width).to_dict()
    assert str(picture.finding) and str(picture.reading) and str(picture.description)


def test_names_do_not_touch_and_end_inside() -> None:
    chosen = recommend(MEASURED).chosen
    canvas = Canvas(830, THEMES["light"])
    axis = _reach(MEASURED, chosen, canvas)
    named = _named(MEASURED, chosen, axis, height=500.0)
    assert {one.at.kind for one in named} == {"exact", "kd-tree", "lsh", "hnsw", "ivf"}
    assert not any(one.touches(other, axis, 500.0) for one, other in combinations(named, 2))
    assert all(axis.place(one.at.per_second) + 6.6 * len(one.text) < axis.width for one in named)


def test_a_line_joins_what_no_other_beats() -> None:
    found = best_of([speed("lsh", 0.5, 100), speed("lsh", 0.4, 90), speed("lsh", 0.9, 10)])
    assert [one.recall for one in found] == [0.5, 0.9]
