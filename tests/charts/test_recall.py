"""The picture of indexes: every setting, one name a kind, none over another."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from segmint.charts.chart import Canvas
from segmint.charts.index_names import Name, Plane
from segmint.charts.recall import _names, _reach, best_of, recall_picture
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


CROWDED = [
    speed("exact", 1, 82_000), speed("kd-tree", 1, 129_000), speed("lsh", 1, 13_348), speed("lsh", 0.97, 14_000),
    speed("hnsw", 1, 141_350), speed("hnsw", 0.99, 143_350), speed("hnsw", 1, 120_000), speed("ivf", 0.99, 134_873),
]  # fmt: skip


def names_of(measured: list[Speed], width: int) -> tuple[list[Name], Plane]:
    """Return the names of a picture and the plane of its marks."""
    chosen, canvas = recommend(measured).chosen, Canvas(width, THEMES["light"])
    slow, fast = _reach(measured, chosen, canvas)
    plane = Plane(slow, fast, 0.6, 1.05, width - 70, 290)
    return _names(measured, chosen, plane), plane


@pytest.mark.parametrize("measured", [MEASURED, CROWDED], ids=["spread", "crowded"])
@pytest.mark.parametrize("width", [830, 326])
def test_names_touch_no_name_and_no_mark_and_end_inside(measured: list[Speed], width: int) -> None:
    named, plane = names_of(measured, width)
    assert {one.at.kind for one in named} == {one.kind for one in measured}
    boxes = [one.box(plane) for one in named]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert box.x >= 0 and box.x + box.width <= plane.width
        assert box.y >= 0 and box.y + box.height <= plane.height
        assert not any(
            box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height
            for x, y in map(plane.place, measured)
        )


@pytest.mark.parametrize("measured", [MEASURED, CROWDED], ids=["spread", "crowded"])
def test_a_name_without_a_line_is_nearest_to_its_own_mark(measured: list[Speed]) -> None:
    named, plane = names_of(measured, 830)
    for one in named:
        x, y = plane.place(one.at)
        begin = (x + one.dx, y + one.dy)
        nearest = min(measured, key=lambda mark: math.dist(begin, plane.place(mark)))
        assert one.far or nearest.kind == one.at.kind, one.text


def test_a_mark_between_two_others_is_not_named_between_them() -> None:
    measured = [speed("exact", 1, 4655), speed("kd-tree", 1, 5300), speed("hnsw", 0.7, 30_000)]
    named, plane = names_of(measured, 830)
    exact = next(one for one in named if one.at.kind == "exact")
    assert exact.box(plane).x + exact.box(plane).width < plane.place(measured[0])[0]


def test_a_line_joins_what_no_other_beats() -> None:
    found = best_of([speed("lsh", 0.5, 100), speed("lsh", 0.4, 90), speed("lsh", 0.9, 10)])
    assert [one.recall for one in found] == [0.5, 0.9]
