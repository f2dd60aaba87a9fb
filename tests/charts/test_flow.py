"""Who goes where, drawn: a bar for each segment and version, and bands that take up their bars."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.charts.chart import FULL, PHONE, Canvas, dressed
from segmint.charts.flow import Column, Flow, Node, draw_flow
from segmint.charts.render import svgs
from segmint.charts.theme import THEMES
from segmint.charts.versions import flow_of, history_flow, history_picture
from segmint.labels import UNASSIGNED
from segmint.model.lineage import Churn, Lineage

LIGHT = THEMES["light"]


def flow(*bands: Any, unassigned: bool = False) -> Flow:
    """Make a flow of tables of customers, each the next column's."""
    tables = [np.array(band) for band in bands]
    sizes = [tables[0].sum(axis=1), *(table.sum(axis=0) for table in tables)]
    columns = []
    for number, each in enumerate(sizes):
        last = len(each) - 1
        nodes = tuple(
            Node(UNASSIGNED, None, "", int(n))
            if unassigned and place == last
            else Node(f"seg-{place}", place + 1, f"Group {place + 1}", int(n))
            for place, n in enumerate(each)
        )
        columns.append(Column(f"Version {number + 1}", nodes))
    return Flow(tuple(columns), tuple(tuple(tuple(int(n) for n in row) for row in table) for table in tables))


def specification(given: Flow, width: int = FULL) -> dict[str, Any]:
    return dict(dressed(draw_flow, given, Canvas(width, LIGHT)).to_dict())


def marks(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the rows behind all marks of one kind."""
    found = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            mark = part.get("mark")
            name = mark.get("type") if isinstance(mark, dict) else mark
            if name == kind:
                data = part["data"]
                found.extend(data["values"] if "values" in data else spec["datasets"][data["name"]])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(spec)
    return found


@st.composite
def flows(draw: Any) -> Flow:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = [draw(st.integers(1, 6)) for _ in range(draw(st.integers(2, 4)))]
    bands = [rng.integers(0, 50, pair) * (rng.random(pair) < 0.6) for pair in pairwise(sizes)]
    for band in bands:
        band[0, 0] += 1
    return flow(*bands, unassigned=draw(st.booleans()))


@settings(max_examples=12)
@given(flows())
def test_each_segment_of_each_version_has_one_bar(drawn: Flow) -> None:
    bars = marks(specification(drawn), "rect")
    assert len(bars) == sum(len(column.nodes) for column in drawn.columns)
    by_column = sorted({bar["x"] for bar in bars})
    assert len(by_column) == len(drawn.columns)
    for x, column in zip(by_column, drawn.columns, strict=True):
        tall = [bar["bottom"] - bar["top"] for bar in bars if bar["x"] == x]
        sizes = [node.size for node in column.nodes]
        scale = max(tall) / max(sizes)
        for height, size in zip(tall, sizes, strict=True):
            assert height == pytest.approx(max(size * scale, 1.0), abs=1e-6)
        ends = sorted((bar["top"], bar["bottom"]) for bar in bars if bar["x"] == x)
        assert all(bottom <= top + 1.0 for (_, bottom), (top, _) in pairwise(ends)), "no bar hides another"


@settings(max_examples=12)
@given(flows())
def test_bands_take_up_their_bars_and_no_more(drawn: Flow) -> None:
    spec = specification(drawn)
    bars = marks(spec, "rect")
    xs = sorted({bar["x"] for bar in bars})
    bands: dict[str, list[dict[str, Any]]] = {}
    for row in marks(spec, "area"):
        bands.setdefault(row["band"], []).append(row)
    wanted = {
        f"{step}-{i}-{j}"
        for step, table in enumerate(drawn.bands)
        for i, row in enumerate(table)
        for j, n in enumerate(row)
        if n
    }
    assert set(bands) == wanted
    for step in range(len(drawn.bands)):
        left = [bar for bar in bars if bar["x"] == xs[step]]
        right = [bar for bar in bars if bar["x"] == xs[step + 1]]
        for i, row in enumerate(drawn.bands[step]):
            own = [bands[f"{step}-{i}-{j}"][0] for j, n in enumerate(row) if n]
            thick = sum(one["bottom"] - one["top"] for one in own)
            assert thick == pytest.approx((left[i]["bottom"] - left[i]["top"]) if own else 0.0, abs=1.0)
            parts = [one["bottom"] - one["top"] for one in own]
            for part, n in zip(parts, [n for n in row if n], strict=True):
                assert part == pytest.approx(thick * n / sum(row))
        for j, column in enumerate(zip(*drawn.bands[step], strict=True)):
            own = [bands[f"{step}-{i}-{j}"][-1] for i, n in enumerate(column) if n]
            thick = sum(one["bottom"] - one["top"] for one in own)
            assert thick == pytest.approx((right[j]["bottom"] - right[j]["top"]) if own else 0.0, abs=1.0)


def test_a_segment_keeps_its_color_over_versions() -> None:
    bars = marks(specification(flow(np.eye(3, dtype=int) * 10)), "rect")
    colors = {}
    for bar in bars:
        colors.setdefault(bar["top"], set()).add(bar["color"])
    assert all(len(each) == 1 for each in colors.values())
    assert len({color for each in colors.values() for color in each}) == 3


def test_bands_lie_inside_the_picture() -> None:
    given = flow([[5, 0, 900], [1, 1, 0]])
    spec = specification(given)
    rows = [*marks(spec, "area"), *marks(spec, "rect")]
    assert min(row["top"] for row in rows) >= -1e-9
    height = max(220, 34 * 3 + 40)
    assert max(row["bottom"] for row in rows) <= height + 1 + 1e-9


def test_texts_name_numbers_names_and_shares() -> None:
    told = [row["text"] for row in marks(specification(flow([[30, 10], [0, 60]], unassigned=True)), "text")]
    assert {"Version 1", "Version 2"} <= set(told)
    assert sum("S1 Group 1" in text for text in told) == 2
    assert any("40" in text for text in told) and any("30" in text for text in told)
    assert not any(text.startswith(("SNone", "S2")) for text in told)
    narrow = [row["text"] for row in marks(specification(flow([[30, 10], [0, 60]]), PHONE), "text")]
    assert "S1" in narrow and not any("Group" in text for text in narrow)


def test_a_name_is_text_and_no_markup() -> None:
    bad = "<b>x</b>"
    named = Flow((Column(bad, (Node("a", 1, bad, 5),)), Column("to", (Node("a", 1, bad, 5),))), (((5,),),))
    (drawn,) = svgs([dressed(draw_flow, named, Canvas(FULL, LIGHT))])
    assert "<b>" not in drawn and "&lt;b&gt;" in drawn


def test_a_version_without_customers_can_be_drawn() -> None:
    spec = specification(flow([[0, 0], [0, 0]]))
    assert marks(spec, "area") == []
    assert "NaN" not in json.dumps(spec)


@pytest.fixture(scope="module")
def model(build: Any) -> Any:
    return build.build_study(build.blobs(), winner=("kmeans", 3), ks=range(2, 4), resamples=2).model


# from lineages -------------------------------------------------------------------------------------------------------


def lineage(before: Any, after: Any, table: Any) -> Lineage:
    ids = [(*(card.id for card in cards), UNASSIGNED) for cards in (before.cards, after.cards)]
    churn = Churn(int(np.sum(table)), 0.0, 0, None, None, None, None, 0.0, None)
    rows = tuple(tuple(int(n) for n in row) for row in table)
    return Lineage("0" * 64, 1, True, 1.0, (), 9, ids[0], ids[1], rows, churn)


TABLE = [[40, 5, 0, 0], [0, 50, 0, 0], [0, 1, 44, 0], [0, 0, 0, 0]]


def test_columns_are_by_number_and_nobody_without_a_segment_is_left_out(model: Any) -> None:
    numbers = {0: 3, 1: 1, 2: 2}
    other = replace(model, cards=tuple(replace(card, number=numbers[card.label]) for card in model.cards))
    made = flow_of(other, other, lineage(model, model, TABLE), ("then", "now"))
    assert [node.number for node in made.columns[0].nodes] == [1, 2, 3]
    assert made.bands == (((50, 0, 0), (1, 44, 0), (5, 0, 40)),)
    assert [node.size for node in made.columns[0].nodes] == [50, 45, 45]
    assert [node.size for node in made.columns[1].nodes] == [56, 44, 40]
    lost = [*TABLE[:3], [0, 0, 7, 2]]
    made = flow_of(model, model, lineage(model, model, lost), ("then", "now"))
    assert [node.number for node in made.columns[0].nodes] == [1, 2, 3, None]
    assert np.sum(made.bands[0]) == np.sum(lost)


def test_a_history_lines_up_versions(model: Any) -> None:
    second = replace(model, lineage=lineage(model, model, TABLE))
    lost = [*TABLE[:3], [0, 0, 7, 2]]
    third = replace(model, lineage=lineage(model, model, lost))
    made = history_flow([(1, model), (4, second), (5, third)])
    assert all(str(n) in column.title for n, column in zip((1, 4, 5), made.columns, strict=True))
    for band, (left, right) in zip(made.bands, pairwise(made.columns), strict=True):
        assert np.shape(band) == (len(left.nodes), len(right.nodes))
    drawn = history_picture("shop", [(1, model), (4, second), (5, third)], "png")
    assert drawn.startswith(b"\x89PNG")


def test_a_history_loses_nobody(model: Any) -> None:
    """Some had no segment by the second version's rule on the third one's rows: they are in the picture too."""
    second = replace(model, lineage=lineage(model, model, TABLE))
    third = replace(model, lineage=lineage(model, model, [*TABLE[:3], [0, 0, 7, 2]]))
    made = history_flow([(1, model), (2, second), (3, third)])
    assert np.sum(made.bands[1]) == np.sum(TABLE) + 9
    assert sum(node.size for node in made.columns[2].nodes) == np.sum(TABLE) + 9
