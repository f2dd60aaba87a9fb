from __future__ import annotations

import numpy as np
import pytest

from segmint.choosing.null import KINDS, ROWS_BUDGET, compare_with_nulls, stands_out
from segmint.types import FloatMatrix


def lumps(seed: int = 0) -> FloatMatrix:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(120, 2)) + np.repeat([[0, 0], [7, 0], [0, 7]], 40, axis=0)


def counts() -> FloatMatrix:
    return np.random.default_rng(3).poisson(1.0, size=(150, 3)).astype(np.float64)


def ring() -> FloatMatrix:
    rng = np.random.default_rng(2)
    angle = rng.uniform(0, 2 * np.pi, 100)
    around = 5 * np.c_[np.cos(angle), np.sin(angle)] + rng.normal(0, 0.3, (100, 2))
    return np.concatenate([rng.normal(0, 0.5, (60, 2)), around])


SHAPES = {
    "gaussian": lambda rng: rng.normal(size=(120, 3)),
    "uniform": lambda rng: rng.uniform(size=(120, 3)),
    "heavy-tailed": lambda rng: rng.standard_t(3, size=(120, 3)),
    "skewed": lambda rng: rng.exponential(size=(120, 3)),
    "very skewed": lambda rng: np.exp(rng.normal(size=(120, 3))),
    "correlated": lambda rng: rng.normal(size=(120, 3)) @ [[3, 2, 1], [0, 1, 1], [0, 0, 0.1]],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_tables_without_groups_do_not_stand_out(shape: str) -> None:
    found = compare_with_nulls(SHAPES[shape](np.random.default_rng(7)), seed=0)
    assert not stands_out(found)


def test_counts_do_not_stand_out_for_being_whole_numbers() -> None:
    assert not stands_out(compare_with_nulls(counts(), seed=0))


@pytest.mark.parametrize("make", [lumps, ring])
def test_groups_of_any_shape_stand_out_from_every_kind(make: object) -> None:
    found = compare_with_nulls(make(), seed=0)  # type: ignore[operator]
    assert stands_out(found)
    assert [null.kind for null in found] == list(KINDS)
    for null in found:
        assert len(null.values) == 99
        assert list(null.values) == sorted(null.values)
        assert null.observed > null.values[-1]
        assert null.p_value == pytest.approx(0.01)


def test_the_p_value_is_the_rank_among_the_tables() -> None:
    for null in compare_with_nulls(SHAPES["gaussian"](np.random.default_rng(1)), seed=4, n_tables=19):
        beyond = sum(value >= null.observed for value in null.values)
        assert null.p_value == pytest.approx((1 + beyond) / 20)


def test_the_level_is_kept_over_many_tables() -> None:
    rng = np.random.default_rng(11)
    smallest = [
        max(null.p_value for null in compare_with_nulls(rng.normal(size=(30, 2)), seed=seed, n_tables=19))
        for seed in range(20)
    ]
    assert sum(p <= 0.05 for p in smallest) <= 3


def test_same_seed_same_values_and_progress_reaches_its_end() -> None:
    said: list[tuple[str, int, int]] = []
    one = compare_with_nulls(lumps(), seed=5, n_tables=9, progress=lambda *step: said.append(step))
    assert one == compare_with_nulls(lumps(), seed=5, n_tables=9)
    assert one != compare_with_nulls(lumps(), seed=6, n_tables=9)
    assert said[-1] == ("null", 27, 27)


def test_a_large_table_is_compared_on_rows_within_the_budget() -> None:
    X = np.random.default_rng(0).normal(size=(5 * ROWS_BUDGET, 2)) + np.repeat(
        [[0, 0], [9, 9]], [4 * ROWS_BUDGET, ROWS_BUDGET], axis=0
    )
    found = compare_with_nulls(X, seed=0, n_tables=19, rows_budget=150)
    assert all(null.p_value == pytest.approx(0.05) for null in found)


@pytest.mark.parametrize(
    "X",
    [np.zeros((50, 2)), np.arange(6.0)[:, None], np.repeat(np.eye(3), 40, axis=0)],
    ids=["equal rows", "six rows", "three different rows"],
)
def test_what_cannot_be_compared_does_not_stand_out(X: FloatMatrix) -> None:
    assert compare_with_nulls(X, seed=0) == ()
    assert not stands_out(())


def test_constant_columns_change_nothing() -> None:
    X = lumps()
    wider = np.column_stack([X, np.full(len(X), 3.0)])
    assert compare_with_nulls(X, seed=0, n_tables=9) == compare_with_nulls(wider, seed=0, n_tables=9)
