from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.model.schema import Feature, Kind, Role
from segmint.profile.centers import level_shares
from segmint.profile.effects import LARGEST_EFFECT, find_effects, number_contrast, share_contrast
from segmint.profile.told import Told


def naive_d(inside: np.ndarray, outside: np.ndarray) -> float:
    n, m = len(inside), len(outside)
    pooled = ((n - 1) * np.var(inside, ddof=1) + (m - 1) * np.var(outside, ddof=1)) / (n + m - 2)
    return float((inside.mean() - outside.mean()) / math.sqrt(pooled))


@given(st.integers(0, 10_000))
def test_numbers_agree_with_the_definition_whatever_is_missing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.where(rng.uniform(size=60) < 0.2, np.nan, rng.normal(100, 5, size=60))
    labels = rng.permutation(np.repeat([-1, 0, 1, 2], 15))
    contrast = number_contrast(x, labels, 3)
    for label in range(3):
        inside, outside = x[labels == label], x[labels != label]
        inside, outside = inside[~np.isnan(inside)], outside[~np.isnan(outside)]
        assert contrast.size[label] == pytest.approx(naive_d(inside, outside), rel=1e-7, abs=1e-9)
        assert contrast.inside[label] == pytest.approx(inside.mean())
        assert contrast.outside[label] == pytest.approx(outside.mean())


@given(st.integers(0, 10_000))
def test_renaming_clusters_renames_effects_and_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=40), rng.permutation(np.repeat([0, 1], 20))
    forward, turned = number_contrast(x, labels, 2), number_contrast(x, 1 - labels, 2)
    np.testing.assert_allclose(forward.size, turned.size[::-1])
    np.testing.assert_allclose(forward.size[0], -forward.size[1])


def test_shares_agree_with_the_definition() -> None:
    hits = np.array([1, 1, 1, 0, 0, 0, 0, 1, np.nan])
    contrast = share_contrast(hits, np.array([0, 0, 0, 0, 1, 1, 1, 1, 1]), 2)
    h = 2 * math.asin(math.sqrt(0.75)) - 2 * math.asin(math.sqrt(0.25))
    assert contrast.size.tolist() == pytest.approx([h, -h])
    assert contrast.overall == pytest.approx(0.5)


def test_groups_without_any_spread_are_far_apart_but_not_infinitely() -> None:
    contrast = number_contrast(np.array([1.0, 1.0, 2.0, 2.0]), np.array([0, 0, 1, 1]), 2)
    assert contrast.size.tolist() == [-LARGEST_EFFECT, LARGEST_EFFECT]


def test_a_column_of_equal_values_has_no_effect() -> None:
    assert number_contrast(np.full(9, 0.1), np.repeat([0, 1, 2], 3), 3).size.tolist() == [0, 0, 0]


def test_nothing_to_compare_is_nan() -> None:
    x = np.array([1.0, 2.0, np.nan, np.nan])
    assert np.isnan(number_contrast(x, np.array([0, 0, 1, 1]), 2).size).all()
    assert np.isnan(number_contrast(x[:2], np.array([0, 0]), 1).size).all()


def test_huge_values_do_not_overflow() -> None:
    contrast = number_contrast(np.array([1e308, 1.5e308, -1e308, -1.2e308]), np.array([0, 0, 1, 1]), 2)
    assert np.isfinite(contrast.size).all()
    assert contrast.inside.tolist() == pytest.approx([1.25e308, -1.1e308])


def test_a_rare_level_is_not_what_sets_a_segment_apart() -> None:
    """Three customers of a country are all in one cluster: the larger h, and nothing that may be said."""
    country = np.array(["UK"] * 290 + ["Malta"] * 3 + ["France"] * 107, dtype=object)
    labels = np.array([0] * 145 + [1] * 145 + [0] * 3 + [0] * 50 + [1] * 57)
    told = Told(numbers=(), levels=(Feature("country", Kind.CATEGORY, Role.DESCRIBE),), fills={})
    effects = find_effects(told, {"country": country}, labels, 2, frozenset())
    assert {effect.level for by_column in effects for effect in by_column.values()} <= {"UK", "France"}
    hidden = level_shares(told, {"country": country}, labels == 0)
    assert set(hidden["country"]) == {"UK", "France"}
