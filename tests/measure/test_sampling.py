from __future__ import annotations

import numpy as np
import pytest

from segmint.labels import NOISE
from segmint.measure.sampling import drawn_by_any, estimate, stratified

LABELS = np.repeat([0, 1, 2, NOISE], [700, 200, 40, 60])


def ranks(seed):
    return np.random.default_rng(seed).permutation(len(LABELS))


def test_each_cluster_is_drawn_in_proportion_but_not_too_thinly():
    rows = stratified(LABELS, 188, ranks(0))
    assert np.bincount(LABELS[rows]).tolist() == [140, 40, 30]
    assert np.all(np.diff(rows) > 0)


def test_labelings_with_the_same_ranks_share_their_rows():
    other = np.where(LABELS == NOISE, NOISE, np.random.default_rng(1).integers(0, 4, len(LABELS)))
    samples = [stratified(labels, 300, ranks(0)) for labels in (LABELS, other)]
    assert len(drawn_by_any(samples, len(LABELS))) < 1.25 * len(samples[0])


def test_every_row_is_as_likely_as_its_neighbors():
    times = np.zeros(len(LABELS))
    for seed in range(400):
        times[stratified(LABELS, 188, ranks(seed))] += 1
    assert times[LABELS == NOISE].sum() == 0
    assert times[LABELS == 0].mean() == pytest.approx(400 * 140 / 700)
    assert times[LABELS == 0].std() == pytest.approx(np.sqrt(400 * 0.2 * 0.8), rel=0.15)


def test_all_rows_make_an_exact_mean():
    rows = np.flatnonzero(LABELS != NOISE)
    values = np.random.default_rng(0).normal(size=len(rows))
    score, means = estimate(LABELS, rows, values)
    assert score.exact
    assert score.value == pytest.approx(values.mean())
    assert means[2] == pytest.approx(values[-40:].mean())


def test_only_noise_draws_nothing():
    assert stratified(np.full(5, NOISE), 3, np.arange(5)).size == 0
