"""Seeds of several kinds have several centers."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.errors import DataError
from segmint.labels import FEWEST_TOLD
from segmint.likeness.crowd import BOUND, crowd_of
from segmint.likeness.dividing import divide
from segmint.likeness.seed_groups import find_groups


@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_kinds_are_found(kinds: int) -> None:
    rng = np.random.default_rng(kinds)
    centers = np.array([[-2.0, 0.0], [2.0, 1.0], [0.0, -3.0]])[:kinds]
    seeds = np.vstack([rng.normal(center, 0.2, (30, 2)) for center in centers])
    groups = find_groups(seeds)
    assert sorted(groups.sizes.tolist()) == [30] * kinds
    assert (groups.spreads > 0).all()


def test_no_group_is_smaller_than_what_may_be_told() -> None:
    seeds = np.vstack([np.random.default_rng(0).normal(0, 0.1, (40, 2)), [[9.0, 9.0]] * 2])
    assert find_groups(seeds).sizes.min() >= FEWEST_TOLD


def test_the_order_of_the_seeds_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    seeds = np.vstack([rng.normal(-2, 0.3, (20, 3)), rng.normal(2, 0.3, (35, 3))])
    order = rng.permutation(len(seeds))
    assert np.allclose(find_groups(seeds).centers, find_groups(seeds[order]).centers)


def test_equal_seeds_make_one_group() -> None:
    groups = find_groups(np.ones((6, 2)))
    assert groups.sizes.tolist() == [6]
    assert groups.nearest(np.zeros((2, 2))).tolist() == [0, 0]


def test_a_row_is_measured_in_the_spread_of_its_group() -> None:
    rng = np.random.default_rng(5)
    seeds = np.vstack([rng.normal(-3, 0.05, (60, 1)), rng.normal(3, 1.5, (60, 1))])
    groups = find_groups(seeds)
    wide = int(np.argmax(groups.centers[:, 0]))
    assert groups.nearest(np.array([[-0.3]])).tolist() == [wide]  # nearer to the narrow one's center


def test_parts_are_numbered_without_gaps() -> None:
    labels = divide(np.random.default_rng(6).normal(size=(50, 2)), 12)
    assert sorted(set(labels.tolist())) == list(range(labels.max() + 1))
    assert divide(np.zeros((3, 2)), 5).tolist() == [0, 0, 0]


def test_constant_features_are_left_out_and_far_ones_held() -> None:
    X = np.column_stack([np.arange(4000.0), np.full(4000, 3.0)])
    X[0, 0] = 1e100
    crowd = crowd_of(X, 0)
    Z = crowd.standard(X)
    assert crowd.varying.tolist() == [0]
    assert Z.shape == (4000, 1)
    assert np.abs(Z).max() <= BOUND
    back = crowd.prepared(np.array([[1.0]]))
    assert back.shape == (1, 2)
    assert back[0, 1] == 3.0


def test_rows_without_a_difference_are_refused() -> None:
    with pytest.raises(DataError, match="all equal"):
        crowd_of(np.ones((9, 2)), 0)
