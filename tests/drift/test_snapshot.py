from __future__ import annotations

import numpy as np
import pytest

from segmint.drift.snapshot import MOST_LEVELS, N_QUANTILES, build_snapshot
from segmint.labels import NOISE
from segmint.model.assignment import novelty
from segmint.model.centers import CentersAssigner
from segmint.model.placement import Placement
from segmint.model.schema import Feature, Kind, Role, Schema

SCHEMA = Schema(
    (
        Feature("id", Kind.TEXT, Role.KEY),
        Feature("x", Kind.NUMBER, Role.CLUSTER),
        Feature("y", Kind.COUNT, Role.CLUSTER),
        Feature("group", Kind.CATEGORY, Role.DESCRIBE),
        Feature("left out", Kind.NUMBER, Role.IGNORE),
    )
)


def table(n, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2)) + np.where(np.arange(n) % 4, 0.0, 6.0)[:, None]
    columns = {
        "x": X[:, 0],
        "y": X[:, 1],
        "group": np.array([f"g{i % 3}" if i % 10 else None for i in range(n)], dtype=object),
        "left out": np.zeros(n),
    }
    return columns, X, CentersAssigner(np.array([[0.0, 0.0], [6.0, 6.0]]))


def size(snapshot):
    arrays = [snapshot.counts, snapshot.means, snapshot.covariances, snapshot.novelty]
    arrays += [array for item in snapshot.numbers.values() for array in (item.edges, item.counts)]
    return sum(array.nbytes for array in arrays)


def test_moments_and_counts_are_those_of_the_rows():
    columns, X, rule = table(400)
    placement = rule.place(X)
    snapshot = build_snapshot(columns, SCHEMA, X, placement, 2)
    assert snapshot.n_samples == 400
    assert snapshot.counts.tolist() == [300, 100, 0]
    for label in (0, 1):
        members = X[placement.labels == label]
        np.testing.assert_allclose(snapshot.means[label], members.mean(axis=0))
        np.testing.assert_allclose(snapshot.covariances[label], np.cov(members.T))


def test_columns_that_cluster_or_describe_are_described():
    columns, X, rule = table(400)
    columns["x"][:40] = np.nan
    snapshot = build_snapshot(columns, SCHEMA, X, rule.place(X), 2)
    assert set(snapshot.numbers) == {"x", "y"}
    assert set(snapshot.levels) == {"group"}
    number = snapshot.numbers["x"]
    assert len(number.edges) == 9
    assert number.counts.sum() == 360
    assert number.counts.min() > 30  # deciles: each bin has about a tenth
    assert number.missing_share == pytest.approx(0.1)
    group = snapshot.levels["group"]
    assert sorted(group.levels) == ["g0", "g1", "g2"]
    assert group.counts.sum() == 360
    assert group.missing_share == pytest.approx(0.1)


def test_the_size_does_not_grow_with_the_rows():
    small, large = (
        build_snapshot(columns, SCHEMA, X, rule.place(X), 2)
        for columns, X, rule in (table(400), table(20_000))
    )
    assert size(small) == size(large) < 10_000
    assert large.novelty.shape == (2, N_QUANTILES)


def test_novelty_of_training_rows_is_their_rank():
    columns, X, rule = table(4000)
    placement = rule.place(X)
    snapshot = build_snapshot(columns, SCHEMA, X, placement, 2)
    values = novelty(snapshot.novelty, placement)
    for label in (0, 1):
        inside = placement.labels == label
        nearer = np.array([(placement.distance[inside] < d).mean() for d in placement.distance[inside]])
        assert np.abs(values[inside] - nearer).max() <= 2 / N_QUANTILES
    far = rule.place(np.array([[100.0, 100.0]]))
    assert novelty(snapshot.novelty, far).tolist() == [1.0]


def test_noise_is_counted_last_and_shapes_no_segment():
    columns, X, rule = table(400)
    place = rule.place(X)
    labels = np.where(np.arange(400) < 20, NOISE, place.labels)
    snapshot = build_snapshot(
        columns,
        SCHEMA,
        X,
        Placement(labels, place.distance, place.confidence, place.runner_up, place.nearest),
        2,
    )
    assert snapshot.counts[-1] == 20
    np.testing.assert_allclose(snapshot.means[0], X[labels == 0].mean(axis=0))


def test_a_segment_that_the_rule_leaves_empty_and_one_of_one_row():
    columns, X, _ = table(400)
    rule = CentersAssigner(np.array([[0.0, 0.0], X[0] + 1000.0, X[0]]))
    X = np.vstack([X[1:] * 1e-3, X[:1]])
    snapshot = build_snapshot(columns, SCHEMA, X, rule.place(X), 3)
    assert snapshot.counts.tolist() == [399, 0, 1, 0]
    for array in (snapshot.means, snapshot.covariances, snapshot.novelty):
        assert np.isfinite(array).all()


def test_what_fewer_than_five_rows_have_is_left_out():
    columns, X, _ = table(400)
    lone = np.array([777.75, 888.5])
    X = np.vstack([X, [lone] * 4])
    columns = {name: np.append(column, column[:4]) for name, column in columns.items()}
    columns["group"][-4:] = "rare"
    columns["y"] = np.array([np.nan] * 400 + [3.25] * 4)
    rule = CentersAssigner(np.array([[0.0, 0.0], lone]))
    snapshot = build_snapshot(columns, SCHEMA, X, rule.place(X), 2)
    assert snapshot.counts.tolist() == [400, 4, 0]
    np.testing.assert_allclose(snapshot.means[1], X.mean(axis=0))
    assert not snapshot.covariances[1].any()
    assert "rare" not in snapshot.levels["group"].levels
    assert (snapshot.levels["group"].n_other, snapshot.numbers["y"].mean) == (4, 0.0)
    assert (snapshot.numbers["y"].edges.size, snapshot.numbers["y"].counts.tolist()) == (0, [4])


def test_columns_without_a_value_and_with_many_levels():
    columns, X, rule = table(1000)
    columns["y"] = np.full(1000, np.nan)
    columns["group"] = np.array([f"level {i % 200}" for i in range(1000)], dtype=object)
    snapshot = build_snapshot(columns, SCHEMA, X, rule.place(X), 2)
    assert snapshot.numbers["y"].missing_share == 1.0
    assert snapshot.numbers["y"].counts.tolist() == [0]
    assert len(snapshot.levels["group"].levels) == MOST_LEVELS
    assert snapshot.levels["group"].n_other == 1000 - 5 * MOST_LEVELS
