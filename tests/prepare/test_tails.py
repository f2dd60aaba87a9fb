from __future__ import annotations

import numpy as np
import pytest

from segmint.prepare.tails import measure_tails

RNG = np.random.default_rng(7)
LIMIT = 5.5


@pytest.mark.parametrize(
    ("column", "upper", "lower"),
    [
        (RNG.uniform(size=50_000), 1.98, 1.98),
        (RNG.normal(size=50_000), 3.82, 3.82),
        (RNG.exponential(size=50_000), 8.4, 1.25),
        (RNG.standard_t(3, size=50_000), 7.6, 7.6),
    ],
    ids=["uniform", "normal", "exponential", "t3"],
)
def test_weights_are_those_of_the_known_distributions(column: np.ndarray, upper: float, lower: float) -> None:
    tails = measure_tails(column)
    assert tails is not None
    assert tails.upper == pytest.approx(upper, rel=0.08)
    assert tails.lower == pytest.approx(lower, rel=0.08)


@pytest.mark.parametrize("scale", [1e-320, 1e-3, 1e6, 1e305])
def test_weights_do_not_depend_on_units(scale: float) -> None:
    column = np.random.default_rng(1).normal(size=500)
    tails, scaled = measure_tails(column), measure_tails(column * scale)
    assert tails is not None and scaled is not None
    assert scaled.upper == pytest.approx(tails.upper, rel=2e-2)


def test_a_value_piled_up_at_an_end_is_no_tail() -> None:
    share = np.clip(np.random.default_rng(2).normal(0.9, 0.2, size=2000), 0, 1)
    tails = measure_tails(share)
    assert tails is not None
    assert not tails.heavy(LIMIT)
    assert tails.upper_fence == np.inf


def test_zeros_do_not_hide_the_tail_of_the_others() -> None:
    rng = np.random.default_rng(3)
    spent = np.where(rng.uniform(size=2000) < 0.8, 0.0, rng.lognormal(5, 1, size=2000))
    tails = measure_tails(spent)
    assert tails is not None
    assert tails.heavy(LIMIT) and tails.skewed_right
    assert tails.lower_fence == -np.inf


def test_one_far_value_is_a_tail_though_quantiles_miss_it() -> None:
    column = np.append(np.random.default_rng(4).normal(size=5000), 1e9)
    tails = measure_tails(column)
    assert tails is not None
    assert tails.weight < LIMIT
    assert tails.heavy(LIMIT)


def test_too_few_rows_or_values_are_not_judged() -> None:
    assert measure_tails(np.arange(49.0)) is None
    assert measure_tails(np.repeat(np.arange(5.0), 100)) is None


@pytest.mark.parametrize("n_rows", [60, 200, 440, 2000])
def test_normal_and_uniform_columns_pass_the_limit_hardly_ever(n_rows: int) -> None:
    rng = np.random.default_rng(n_rows)
    columns = [rng.normal(size=n_rows) for _ in range(100)] + [rng.uniform(size=n_rows) for _ in range(100)]
    heavy = [tails.heavy(LIMIT) for column in columns if (tails := measure_tails(column))]
    assert sum(heavy) <= 0.04 * len(heavy)
