from __future__ import annotations

import numpy as np
import pytest

from segmint.choosing.valleys import names, scales, smallest_group, statistics
from segmint.types import FloatMatrix


def read(X: FloatMatrix) -> dict[str, float]:
    return dict(zip(names(len(X)), statistics(X).tolist(), strict=True))


def lump(n: int = 300, d: int = 2, seed: int = 0) -> FloatMatrix:
    return np.random.default_rng(seed).normal(size=(n, d))


def rings(n: int = 300) -> FloatMatrix:
    rng = np.random.default_rng(1)
    angle, radius = rng.uniform(0, 2 * np.pi, n), np.repeat([1.0, 4.0], n // 2)
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)] + rng.normal(0, 0.1, (n, 2))


def test_three_far_lumps_raise_every_statistic_that_fits_them() -> None:
    three = lump() + np.repeat([[0, 0], [9, 0], [0, 9]], 100, axis=0)
    one, found = read(lump()), read(three)
    for name in ("valley_8", "valley_20", "gap_2", "gap_3", "clearness"):
        assert found[name] > one[name], name
    assert max(found, key=lambda name: found[name] if name.startswith("gap") else -9) == "gap_3"


def test_a_ring_around_a_ring_has_a_valley() -> None:
    assert read(rings())["valley_20"] > read(lump())["valley_20"] + 2


def test_groups_in_many_columns_have_a_gap_where_density_sees_nothing() -> None:
    X = lump(300, 30) + np.repeat(np.eye(30)[:2] * 7, 150, axis=0)
    found = read(X)
    assert found["gap_2"] > 8
    assert found["valley_20"] < found["gap_2"]


@pytest.mark.parametrize("make", [np.exp, np.square, lambda X: np.abs(X) ** 3])
def test_one_skewed_lump_has_full_borders_and_is_not_clear(make: object) -> None:
    skewed = make(lump(400, 3))  # type: ignore[operator]
    found = read(skewed)
    assert max(value for name, value in found.items() if name.startswith("gap")) < 0
    assert found["clearness"] < 0.3


def test_statistics_do_not_depend_on_place_turn_or_scale() -> None:
    X = lump(200, 3, seed=4)
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    np.testing.assert_allclose(statistics(X), statistics(7 * X @ turn + 100), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("n", [4, 5, 10, 14, 30, 100, 250])
def test_small_tables_have_a_value_for_each_name(n: int) -> None:
    found = statistics(lump(n))
    assert found.shape == (len(names(n)),)
    assert np.isfinite(found).all()
    assert max(scales(n)) < n
    assert 2 <= smallest_group(n) <= max(2, n // 4)


def test_equal_rows_do_not_divide_by_zero() -> None:
    with np.errstate(all="raise"):
        assert np.isfinite(statistics(np.repeat(lump(20), 5, axis=0))).all()


def test_ones_own_room_changes_nothing() -> None:
    X = lump(80)
    room = np.full((80, 80), np.nan)
    np.testing.assert_array_equal(statistics(X), statistics(X, room=room))
