from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmint.model.cards import Condition
from segmint.profile.boxes import best_box, best_run, f_score, level_axis, matching, meets, number_axis


def naive_best(hits: np.ndarray, rows: np.ndarray, n_wanted: int) -> float:
    runs = [(a, b) for a in range(len(rows)) for b in range(a, len(rows))]
    return max(2 * hits[a : b + 1].sum() / (rows[a : b + 1].sum() + n_wanted) for a, b in runs)


@given(
    arrays(np.int64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.integers(0, 9)), st.integers(0, 9)
)
def test_the_best_run_is_the_best_of_all_runs(counts: np.ndarray, elsewhere: int) -> None:
    hits = counts[:, 0].astype(float)
    rows = hits + counts[:, 1]
    n_wanted = int(hits.sum()) + elsewhere + 1
    first, last = best_run(hits, rows, n_wanted)
    found = 2 * hits[first : last + 1].sum() / (rows[first : last + 1].sum() + n_wanted)
    assert abs(found - naive_best(hits, rows, n_wanted)) < 1e-9


def test_a_missing_value_meets_nothing() -> None:
    numbers = np.array([1.0, np.nan, 5.0])
    assert meets(Condition("x", upper=9.0), numbers).tolist() == [True, False, True]
    texts = np.array(["a", None, "b"], dtype=object)
    assert meets(Condition("x", level="a"), texts).tolist() == [True, False, False]
    assert meets(Condition("x", level="a", negated=True), texts).tolist() == [False, False, True]


def test_bounds_include_the_lower_and_exclude_the_upper() -> None:
    assert meets(Condition("x", lower=1.0, upper=3.0), np.array([1.0, 2.0, 3.0])).tolist() == [
        True,
        True,
        False,
    ]


def test_a_box_in_two_of_four_columns_is_found_and_rounded() -> None:
    rng = np.random.default_rng(0)
    columns = {name: rng.uniform(0, 100, size=3000) for name in "abcd"}
    wanted = (columns["b"] >= 62) & (columns["d"] < 31)
    box = best_box([number_axis(name, column) for name, column in columns.items()], columns, wanted, 3)
    assert [condition.feature for condition in box] == ["b", "d"]
    assert box[0].upper is None and box[1].lower is None
    assert 58 <= box[0].lower <= 66 and 27 <= box[1].upper <= 35
    assert f_score(matching(box, columns), wanted) > 0.9


def test_a_level_that_is_not_the_segment_s_is_negated() -> None:
    column = np.array(["a", "b", "c"] * 100, dtype=object)
    columns = {"kind": column}
    box = best_box([level_axis("kind", column, ("a", "b", "c"))], columns, column != "b", 3)
    assert box == (Condition("kind", level="b", negated=True),)


def test_noise_gives_no_box_worth_having() -> None:
    rng = np.random.default_rng(0)
    columns = {"x": rng.uniform(size=2000)}
    wanted = rng.uniform(size=2000) < 0.9
    assert best_box([number_axis("x", columns["x"])], columns, wanted, 3) == ()
