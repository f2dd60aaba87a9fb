from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmint.model.preparation import BOUND, LevelStep, NumericStep, Preparation
from segmint.words import sentence

PLAIN = NumericStep("age", 30.0, -np.inf, np.inf, None, 41.7, 13.3)
LOGGED = NumericStep("spent", 20.0, 0.0, np.inf, 0.0, 3.1, 1.7)
SHIFTED = NumericStep("rent", 500.0, 400.0, np.inf, 400.0, 2.0, 0.6, 100.0)
CLIPPED = NumericStep("profit", 0.0, -50.0, 80.0, None, 5.0, 20.0)
REGION = LevelStep("region", ("south", "north"), (0.3, 0.2, 0.1), 0.8)
PREPARATION = Preparation(
    (PLAIN, LOGGED, SHIFTED, REGION), {"age": (sentence("prepare.note.date"),)}, "standard"
)

values = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))


def table(numbers: np.ndarray) -> dict[str, np.ndarray]:
    regions = np.array([("north", "south", "west", None)[i % 4] for i in range(len(numbers))], dtype=object)
    return {"age": numbers, "spent": np.abs(numbers), "rent": np.abs(numbers) + 400, "region": regions}


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(allow_infinity=False)))
def test_one_row_is_prepared_like_a_batch_bit_for_bit(numbers: np.ndarray) -> None:
    columns = table(numbers)
    batch = PREPARATION.forward(columns)
    for row in range(len(numbers)):
        alone = PREPARATION.forward({name: column[row : row + 1] for name, column in columns.items()})
        assert alone.tobytes() == batch[row].tobytes()


@given(
    arrays(np.float64, st.tuples(st.integers(1, 80), st.just(5)), elements=st.floats(allow_infinity=False))
)
def test_columns_of_numbers_together_are_columns_one_by_one_bit_for_bit(numbers: np.ndarray) -> None:
    steps = (PLAIN, LOGGED, SHIFTED, CLIPPED, NumericStep("tiny", 1.0, -np.inf, 3.0, None, 1e-300, 1e-290))
    columns = {step.name: np.ascontiguousarray(numbers[:, place]) for place, step in enumerate(steps)}
    X = Preparation(steps, {}, "standard").forward(columns)
    for place, step in enumerate(steps):
        assert X[:, place].tobytes() == step.forward(columns[step.name])[:, 0].tobytes(), step.name


@given(arrays(np.float64, st.integers(1, 40), elements=values))
def test_backward_undoes_forward_where_nothing_is_clipped(numbers: np.ndarray) -> None:
    columns = table(numbers)
    back = PREPARATION.backward(PREPARATION.forward(columns))
    assert set(back) == {"age", "spent", "rent"}
    for name, column in back.items():
        np.testing.assert_allclose(column, columns[name], rtol=1e-9, atol=1e-7)


@given(arrays(np.float64, st.integers(1, 20), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_prepared_numbers_are_finite_whatever_comes_in(numbers: np.ndarray) -> None:
    for step in (PLAIN, LOGGED, SHIFTED, CLIPPED):
        prepared = step.forward(numbers)
        assert np.isfinite(prepared).all()
        assert np.abs(prepared).max() <= BOUND


def test_a_clipped_value_comes_back_as_its_bound() -> None:
    back = CLIPPED.backward(CLIPPED.forward(np.array([-1000.0, 10.0, 1000.0])))
    np.testing.assert_allclose(back, [-50.0, 10.0, 80.0])


def test_differences_of_huge_values_do_not_overflow() -> None:
    step = NumericStep("x", 0.0, -np.inf, np.inf, None, -1.5e308, 1.5e308)
    np.testing.assert_allclose(step.forward(np.array([1.5e308, -1.5e308]))[:, 0], [2.0, 0.0])


def test_minus_zero_is_zero_and_missing_is_the_fill() -> None:
    step = NumericStep("x", 7.0, -np.inf, np.inf, None, 0.0, 1.0)
    assert step.forward(np.array([-0.0])).tobytes() == step.forward(np.array([0.0])).tobytes()
    assert step.forward(np.array([np.nan]))[0, 0] == 7.0


def test_columns_go_by_name_and_are_not_modified() -> None:
    columns = table(np.array([1.0, np.nan, -3.0]))
    before = {name: column.copy() for name, column in columns.items()}
    turned = dict(reversed(columns.items()))
    assert PREPARATION.forward(columns).tobytes() == PREPARATION.forward(turned).tobytes()
    for name, column in columns.items():
        np.testing.assert_array_equal(column, before[name])


def test_levels_not_seen_and_missing_ones_go_to_other() -> None:
    column = np.array(["south", "west", None], dtype=object)
    hot = REGION.forward(column) + np.asarray(REGION.centers)
    np.testing.assert_allclose(hot, [[0.8, 0, 0], [0, 0, 0.8], [0, 0, 0.8]])
    assert REGION.unseen(column).tolist() == [False, True, False]
    assert REGION.output_names == ("region=south", "region=north", "region=other")


def test_json_brings_the_same_preparation_back() -> None:
    stored = json.loads(json.dumps(PREPARATION.to_json(), allow_nan=False))
    again = Preparation.from_json(stored)
    assert again == PREPARATION
    columns = table(np.linspace(-5, 900, 11))
    assert again.forward(columns).tobytes() == PREPARATION.forward(columns).tobytes()


@pytest.mark.parametrize(
    "broken",
    [
        {"scale": 0.0},
        {"scale": float("nan")},
        {"center": float("inf")},
        {"lower": 2.0, "upper": 1.0},
        {"log_offset": 5.0, "lower": 1.0},
        {"log_unit": -1.0},
    ],
)
def test_numbers_that_make_no_step_are_refused(broken: dict[str, float]) -> None:
    sound = {"fill": 0.0, "lower": -np.inf, "upper": np.inf, "log_offset": None, "center": 0.0, "scale": 1.0}
    with pytest.raises(ValueError, match="numeric column"):
        NumericStep("x", **{**sound, **broken})  # type: ignore[arg-type]
