from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from segmint.drift.build import build_drift_reference
from segmint.drift.compare import compare
from segmint.drift.framing import MOST_PAIRS, pairs_of
from segmint.drift.scoring import Placed, place_rows
from segmint.drift.verdict import Verdict
from segmint.families.fit import Configuration, Fit, Request
from segmint.families.folding import place_as_new
from segmint.families.kmeans import fit_kmeans
from segmint.families.quick import density_of, quick_fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.model.centers import CentersAssigner
from segmint.model.drift_reference import DriftReference
from segmint.model.schema import Schema
from segmint.types import silent


def reference(X, K, seed=0):
    centers, labels, *_ = fit_kmeans(X, K, n_init=3, seed=seed)
    rule = CentersAssigner(centers)
    configuration = Configuration("kmeans", {"n_clusters": K, "n_init": 3, "init": "k-means++"}, seed)
    rows = place_as_new(configuration, Geometry(X), labels, rule, seed=seed)
    built = build_drift_reference(rows, rule, columns={}, schema=Schema(()), seed=seed, n_draws=200)
    return rule, built


def content(built: DriftReference) -> bytes:
    return b"".join(array.tobytes() for array in built.arrays().values())


def blobs(n, d, seed):
    rng = np.random.default_rng(seed)
    return np.random.default_rng(5).normal(0, 4, (3, d))[rng.integers(3, size=n)] + rng.normal(size=(n, d))


def test_the_same_seed_gives_the_same_bytes(watch):
    one, same, other = (watch(800, seed, n_draws=200).reference for seed in (3, 3, 4))
    assert content(one) == content(same) != content(other)


def test_the_size_does_not_grow_with_the_rows_and_is_small(watched, watch):
    larger, smaller = content(watch(8_000, 2, n_draws=100).reference), content(watched.reference)
    assert abs(len(larger) - len(smaller)) < 2_000  # the commonest values are none or some
    assert len(smaller) < 100_000


@pytest.mark.parametrize(
    "make",
    [
        lambda n, seed: blobs(n, 1, seed),
        lambda n, seed: np.round(blobs(n, 2, seed)),
        lambda n, seed: np.c_[blobs(n, 3, seed), np.zeros(n)],
        lambda n, seed: np.c_[blobs(n, 2, seed), 5.0 * (np.random.default_rng(seed).random(n) < 0.01)],
        lambda n, seed: blobs(n, 30, seed),
        lambda n, seed: np.repeat(blobs(n // 10, 2, seed), 10, axis=0),
    ],
    ids=["one feature", "whole numbers", "a constant", "a rare flag", "many features", "duplicates"],
)
@pytest.mark.parametrize("K", [1, 3])
@pytest.mark.filterwarnings("error")
def test_any_table_can_be_watched_and_its_own_rows_are_no_drift(make, K):
    X = np.ascontiguousarray(make(600, 1))
    rule, built = reference(X, K)
    report = compare(built, place_rows(rule, X[::2]))
    assert report.p > 0.01
    json.dumps(report.to_json(), allow_nan=False)
    again = DriftReference.restore(built.arrays(), built.parameters())
    assert compare(again, place_rows(rule, X[::2])).to_json() == report.to_json()
    assert not any(np.isnan(array).any() for array in built.arrays().values())


def test_one_row_that_leaves_a_constant_alarms_nobody():
    X = np.c_[blobs(1_500, 3, 1), np.zeros(1_500)]
    rule, built = reference(X, 3)
    other = np.c_[blobs(600, 3, 2), np.zeros(600)]
    other[7, 3] = 1.0
    assert compare(built, place_rows(rule, other)).p > 0.01


def test_of_a_segment_of_fewer_than_five_rows_nothing_but_their_number_is_kept():
    lone = np.array([77.75, 88.5])
    X = np.vstack([np.random.default_rng(0).normal(size=(400, 2)), [lone] * 4])
    rule = CentersAssigner(np.array([[0.0, 0.0], lone]))
    placed = rule.place(X)
    rows = Placed(X, placed.labels, placed.nearest, placed.distance, placed.confidence)
    built = build_drift_reference(rows, rule, columns={}, schema=Schema(()), n_draws=50)
    assert built.sums.counts.tolist() == [400, 4, 0]
    for array in (built.sums.z, built.sums.absolute, built.sums.squared, built.profile.cells):
        assert not array[1].any()
    np.testing.assert_allclose(
        built.frame.centers[1], np.clip(X, *np.quantile(X, (0.005, 0.995), axis=0)).mean(axis=0)
    )


def test_pairs_are_all_or_a_drawn_part():
    assert pairs_of(4, 0).tolist() == [[0, 0, 0, 1, 1, 2], [1, 2, 3, 2, 3, 3]]
    many = pairs_of(60, 0)
    assert many.shape == (2, MOST_PAIRS) and (many[0] < many[1]).all()
    assert len({tuple(pair) for pair in many.T.tolist()}) == MOST_PAIRS
    assert pairs_of(60, 0).tolist() == many.tolist() != pairs_of(60, 1).tolist()


_HASH = """
import sys; sys.path.insert(0, {folder!r})
import hashlib
from conftest import _watch
print(hashlib.sha256(b"".join(a.tobytes() for a in _watch(1500, 1, n_draws=300).reference.arrays().values())).hexdigest())
"""


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_number_of_threads(request):
    code = _HASH.format(folder=str(request.path.parent))
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("family", ["kmeans", "ward"])
def test_segments_of_equal_rows_are_judged(family):
    points = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    X = np.ascontiguousarray(np.tile(points, (60, 1)))
    geometry = Geometry(X)
    planned = FAMILIES[family].plan(geometry, Request(ks=(3,), seed=0))
    (fit,) = FAMILIES[family].sweep(geometry, planned, silent)
    assert isinstance(fit, Fit)
    fresh = quick_fit(fit.configuration, n_samples=len(X), density=density_of(fit.configuration, geometry))
    rows = place_as_new(fit.configuration, geometry, fit.labels, fit.assigner, fresh=fresh)
    built = build_drift_reference(rows, fit.assigner, columns={}, schema=Schema(()), fresh=fresh)
    more, moved = np.tile(points, (80, 1)), np.tile(points, (80, 1))
    moved[::3, 0] += 1.0
    assert compare(built, place_rows(fit.assigner, more), fresh=fresh).verdict is Verdict.STABLE
    assert compare(built, place_rows(fit.assigner, moved), fresh=fresh).verdict is Verdict.DRIFT


def test_a_cluster_of_one_outlier_alarms_no_large_batch_that_lacks_it():
    X = np.vstack([blobs(1_999, 3, 1), [[60.0, 60.0, 60.0]]])
    rule, built = reference(X, 4)
    assert 1.0 in built.sums.counts.tolist()
    assert compare(built, place_rows(rule, blobs(200_000, 3, 2))).p > 0.01
    many = np.vstack([blobs(50_000, 3, 3), np.full((1_500, 3), 60.0)])
    assert compare(built, place_rows(rule, many)).verdict is Verdict.DRIFT, "many of them are news"
