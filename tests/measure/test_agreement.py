from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segmint.labels import NOISE
from segmint.measure.agreement import adjusted_rand, best_jaccard, jaccard, match_labels
from segmint.measure.refinement import numbered


@st.composite
def pairs(draw):
    n = draw(st.integers(1, 50))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return tuple(numbered(rng.integers(-1, draw(st.integers(1, 6)), n)) for _ in range(2))


@given(pairs())
def test_adjusted_rand_is_scikit_learns(pair):
    first, second = pair
    assert adjusted_rand(first, second) == pytest.approx(adjusted_rand_score(first, second), abs=1e-12)
    assert adjusted_rand(first, second) == adjusted_rand(second, first)
    assert adjusted_rand(first, first) == 1.0


@given(pairs())
def test_jaccard_is_overlap_over_union(pair):
    first, second = pair
    found = jaccard(first, second)
    for a in range(found.shape[0]):
        for b in range(found.shape[1]):
            one, two = set(np.flatnonzero(first == a)), set(np.flatnonzero(second == b))
            assert found[a, b] == pytest.approx(len(one & two) / len(one | two))
    np.testing.assert_array_equal(best_jaccard(first, first), np.ones(found.shape[0]))
    assert best_jaccard(first, second).shape == (found.shape[0],)


@given(pairs(), st.randoms(use_true_random=False))
def test_matching_undoes_a_renaming(pair, random):
    labels, _ = pair
    k = int(labels.max()) + 1
    names = np.array([*random.sample(range(k), k), NOISE])
    np.testing.assert_array_equal(match_labels(labels, names[labels]), labels)


@given(pairs())
def test_matching_only_renames(pair):
    reference, other = pair
    matched = match_labels(reference, other)
    assert len(set(zip(other.tolist(), matched.tolist(), strict=True))) == len(set(other.tolist()))
    assert len(set(matched.tolist())) == len(set(other.tolist()))
    np.testing.assert_array_equal(matched == NOISE, other == NOISE)
    assert np.mean(matched == reference) >= np.mean((other == reference) & (other != NOISE)) - 1e-12
