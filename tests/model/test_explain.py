"""Why a customer is where it is, and what would move it: for every kind of rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.model.assignment import assign
from segmint.model.change import smallest_change
from segmint.model.explain import explain
from segmint.model.segment_model import SegmentModel
from segmint.types import RawColumns

FAMILIES = ("kmeans", "gaussian_mixture", "dbscan", "hdbscan", "ward")


def _table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    group = rng.integers(0, 3, 240)
    return pd.DataFrame(
        {
            "spend": 100.0 + 60 * group + rng.normal(0, 6, 240),
            "visits": 10 + 12 * (group == 1) + rng.integers(0, 4, 240),
            "age": 40 + rng.normal(0, 5, 240),
        }
    )


@pytest.fixture(scope="module", params=FAMILIES)
def model(request: Any) -> SegmentModel:
    table = _table()
    options = segmint.RunOptions(families=(request.param,), ks=(3,), n_resamples=0)
    study = segmint.study(segmint.read(table), options)
    by_three = next(one for one in study.trials if one.n_clusters == 3 and one.failed is None)
    chosen = segmint.RunOptions(
        families=(request.param,), ks=(3,), n_resamples=0, choose=by_three.configuration.id
    )
    found = segmint.study(segmint.read(table), chosen).model
    assert found is not None
    return found


def _row(table: pd.DataFrame, place: int) -> RawColumns:
    return {name: table[name].to_numpy(dtype=np.float64)[place : place + 1] for name in table}


def _label(model: SegmentModel, columns: RawColumns) -> int:
    return int(assign(model, columns, np.array([None], dtype=object)).labels[0])


def test_terms_add_up_to_the_order_of_the_rule(model: SegmentModel) -> None:
    X = np.random.default_rng(0).normal(0, 1.2, (200, model.assigner.n_features))
    placed = model.assigner.place(X)
    for x, nearest in zip(X, placed.nearest, strict=True):
        terms, base = model.assigner.apart(x)
        assert int(np.argmin(terms.sum(axis=1) + base)) == nearest


def test_contributions_add_up_to_the_whole_margin(model: SegmentModel) -> None:
    table = _table()
    for place in range(0, 240, 24):
        found = explain(model, _row(table, place))
        assert sum(one.share for one in found.contributions) + found.rest == pytest.approx(1.0)
        assert {one.field for one in found.contributions} == {"spend", "visits", "age"}
        if found.assignment.segment_ids[0] != "unassigned":
            assert found.nearest == found.assignment.segment_ids[0]
        strongest = found.contributions[0]
        assert strongest.field != "age"
        assert strongest.value == table[strongest.field][place]


def test_a_change_does_what_it_promises(model: SegmentModel) -> None:
    table = _table()
    found_any = 0
    for place in range(0, 240, 30):
        columns = _row(table, place)
        own = _label(model, columns)
        for to in range(3):
            change = smallest_change(model, columns, allowed=["spend", "visits"], to=to)
            if to == own or change is None:
                continue
            found_any += 1
            assert set(change.values) <= {"spend", "visits"}
            moved = {**columns, **{name: np.array([value]) for name, value in change.values.items()}}
            assert _label(model, moved) == to
            if "visits" in change.values:
                assert float(change.values["visits"]).is_integer()
    assert found_any >= 8


def test_the_smallest_change_of_centers_is_the_smallest() -> None:
    table = _table()
    options = segmint.RunOptions(families=("kmeans",), ks=(4,), n_resamples=0, choose="kmeans-4")
    model = segmint.study(segmint.read(table), options).model
    assert model is not None
    rng = np.random.default_rng(1)
    for place in range(0, 240, 20):
        columns = _row(table, place)
        change = smallest_change(model, columns, allowed=["spend", "age"])
        assert change is not None
        x, own = model.preparation.forward(columns)[0], _label(model, columns)
        directions = rng.normal(size=(20_000, x.size))
        directions[:, 1] = 0.0
        directions /= np.sqrt((directions**2).sum(axis=1, keepdims=True))
        nearer = x + 0.99 * change.size * rng.uniform(0, 1, (20_000, 1)) * directions
        rounding = change.size - min(change.size, _exact(model, x, own))
        if rounding < 0.01 * change.size:
            assert (model.assigner.place(nearer).labels == own).all()


def _exact(model: SegmentModel, x: np.ndarray, own: int) -> float:
    """Return the distance to the nearest border where columns 0 and 2 may change."""
    centers = model.assigner.arrays()["centers"]
    best = np.inf
    for other in range(len(centers)):
        if other != own:
            normal = (centers[other] - centers[own])[[0, 2]]
            gap = ((x - centers[other]) ** 2).sum() - ((x - centers[own]) ** 2).sum()
            best = min(best, gap / 2 / np.sqrt((normal**2).sum()))
    return float(best)


def test_nothing_allowed_changes_nothing(model: SegmentModel) -> None:
    assert smallest_change(model, _row(_table(), 0), allowed=[]) is None


def test_levels_change_where_they_may() -> None:
    table = _table()
    table["region"] = np.where(table["visits"] > 15, "north", "south")
    reading = segmint.ReadOptions(features=("region", "age"))
    options = segmint.RunOptions(families=("kmeans",), ks=(2,), n_resamples=0, choose="kmeans-2")
    model = segmint.study(segmint.read(table, reading), options).model
    assert model is not None
    columns: RawColumns = {"region": np.array(["north"], dtype=object), "age": np.array([40.0])}
    change = smallest_change(model, columns, allowed=["region"])
    assert change is not None and change.values == {"region": "south"}
