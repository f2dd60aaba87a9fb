from __future__ import annotations

import numpy as np

from segmint.prepare.collinear import collinear_notice, collinear_pairs


def test_pairs_that_say_the_same_are_named() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 300))
    X = np.column_stack([a, b, -3 * a + 1e-3 * b, a + b])
    assert collinear_pairs(X) == [(0, 2)]
    (notice,) = collinear_notice(X, ("gold", "kills", "loss", "sum"))
    assert "gold ~ loss" in str(notice)


def test_huge_and_constant_columns_do_no_harm() -> None:
    x = np.linspace(-1e100, 1e100, 50)
    assert collinear_pairs(np.column_stack([x, np.zeros(50), x])) == [(0, 2)]


def test_nothing_is_said_of_columns_that_differ() -> None:
    assert collinear_notice(np.random.default_rng(1).normal(size=(50, 4)), ("a", "b", "c", "d")) == ()
