from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.drift.scoring import Z_EDGES, Placed, add_up, empty, score, score_block
from segmint.labels import NOISE
from segmint.model.drift_reference import Frame

K, D = 3, 4


def frame(seed: int = 0) -> Frame:
    rng = np.random.default_rng(seed)
    pairs = np.stack(np.triu_indices(D, 1)).astype(np.int64)
    return Frame(
        rng.normal(size=(K, D)),
        rng.uniform(0.5, 2, size=(K, D)),
        np.sort(rng.normal(size=(D, 9)), axis=1),
        rng.uniform(0.5, 2, size=K),
        np.array([2.2]),
        np.full(K, 2.5),
        np.eye(D),
        np.ones((K, D)),
        pairs,
        np.ones(pairs.shape[1]),
    )


def rows(n: int, seed: int) -> Placed:
    rng = np.random.default_rng(seed)
    labels, nearest = rng.integers(-1, K, n), rng.integers(0, K, n)
    nearest = np.where(labels == NOISE, nearest, labels)
    confidence = np.where(labels == NOISE, np.nan, rng.random(n))
    return Placed(rng.normal(size=(n, D)) * 2, labels, nearest, rng.gamma(2.0, 1.0, n), confidence)


def naive(frame: Frame, rows: Placed) -> dict[str, np.ndarray]:
    """Score row by row, as the formulas say."""
    found = {
        "counts": np.zeros(K + 1), "z": np.zeros((K, D)), "absolute": np.zeros((K, D)), "squared": np.zeros((K, D)),
        "bins": np.zeros((D, 10)), "distance": np.zeros(3), "products": np.zeros(frame.pairs.shape[1]),
        "near": np.zeros(K), "new": np.zeros(K + 1), "cells": np.zeros((K, D, 9)), "confidence": np.zeros(1),
    }  # fmt: skip
    for x, label, nearest, distance, confidence in zip(
        rows.X, rows.labels, rows.nearest, rows.distance, rows.confidence, strict=True
    ):
        told = distance / frame.typical[nearest]
        r = round(min(told, 3.0) * 1024) / 1024
        found["distance"] += (r, r * r, told > frame.far[0])
        for f in range(D):
            found["bins"][f, int((frame.edges[f] < x[f]).sum())] += 1
        found["counts"][label] += 1
        if label == NOISE:
            found["new"][K] += 1
            continue
        found["confidence"] += round(confidence * 1024) / 1024
        z = np.rint(np.clip((x - frame.centers[label]) / frame.scales[label], -3, 3) * 1024) / 1024
        found["z"][label] += z
        found["absolute"][label] += abs(z)
        found["squared"][label] += z * z
        found["products"] += z[frame.pairs[0]] * z[frame.pairs[1]]
        if told > frame.outer[label]:
            found["new"][label] += 1
            continue
        found["near"][label] += 1
        for f in range(D):
            found["cells"][label, f, int((np.array(Z_EDGES) < z[f]).sum())] += 1
    return found


def parts(scores):
    return {
        field.name: getattr(part, field.name)
        for part in (scores.sums, scores.profile)
        for field in fields(part)
    }


def test_scores_are_what_the_formulas_say():
    wanted = naive(frame(), rows(700, 3))
    for name, array in parts(score(frame(), rows(700, 3))).items():
        np.testing.assert_array_equal(array, wanted[name], err_msg=name)


@settings(max_examples=25)
@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 10**6))
def test_parts_add_up_to_the_whole_to_the_last_bit_in_any_order(n, cut, seed):
    whole = rows(n, seed)
    order = np.random.default_rng(seed).permutation(n)
    found = parts(score(frame(), whole))
    split = [score_block(frame(), whole.part(order[:cut])), score_block(frame(), whole.part(order[cut:]))]
    for name, array in parts(add_up(frame(), split)).items():
        np.testing.assert_array_equal(array, found[name], err_msg=name)


def test_no_rows_and_huge_values():
    assert parts(score(frame(), rows(0, 0)))["counts"].tolist() == [0.0] * (K + 1)
    far = rows(50, 1)
    far = Placed(far.X * 1e100, far.labels, far.nearest, far.distance * 1e100, far.confidence)
    found = score(frame(), far)
    assert all(np.isfinite(array).all() for array in parts(found).values())
    assert found.sums.distance[0] == 3.0 * 50
    assert found.profile.near.sum() == 0


def test_nothing_added_is_nothing():
    total = add_up(frame(), [])
    assert parts(total).keys() == parts(empty(frame())).keys()
    assert total.sums.n_rows == pytest.approx(0.0)
