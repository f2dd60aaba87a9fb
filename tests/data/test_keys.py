from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from segmint.data import ReadOptions, read
from segmint.data.keys import key_texts
from segmint.errors import DataError
from segmint.model.schema import Role


def table(ids: list[object], **more: list[object]) -> pa.Table:
    values = np.random.default_rng(0).normal(size=len(ids))
    return pa.table({"customer_id": ids, "x": values, **more})


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(["000651", "1E5", " a "]), ["000651", "1E5", " a "]),
        (pa.array([2**53 + 1, -7]), ["9007199254740993", "-7"]),
        (pa.array([17850.0, None, 2.5]), ["17850", None, "2.5"]),
        (pa.array([17850.0, float("nan")]), ["17850", None]),
        (pa.array(["", "  ", None, "x"]), [None, None, None, "x"]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    ],
)
def test_keys_are_texts_as_they_stand(column: pa.Array, texts: list[str | None]) -> None:
    assert key_texts(column).tolist() == texts


def test_whole_numbers_beyond_two_to_53_stay_different() -> None:
    ids = [2**53 + n for n in range(30)]
    dataset = read(table(ids))
    assert dataset.keys.tolist() == [str(number) for number in ids]


def test_a_few_repeated_keys_are_a_fault_many_are_events() -> None:
    with pytest.raises(DataError) as refused:
        read(table([*range(20), 3, 4]))
    assert (refused.value.code, refused.value.figures["n"]) == ("data.repeated_keys", 2)
    assert read(table([n % 5 for n in range(40)])).schema.key is None


def test_a_rule_for_repeated_keys_makes_events_customers() -> None:
    dataset = read(table([n % 5 for n in range(40)]), ReadOptions(on_duplicate="sum"))
    assert dataset.keys.tolist() == ["0", "1", "2", "3", "4"]
    values = np.random.default_rng(0).normal(size=40)
    assert np.allclose(dataset.table.column("x").to_numpy(), values.reshape(8, 5).sum(axis=0))


def test_the_rule_error_refuses() -> None:
    with pytest.raises(DataError):
        read(table([n % 5 for n in range(40)]), ReadOptions(on_duplicate="error"))


def test_a_named_key_must_be_different_in_every_row() -> None:
    with pytest.raises(DataError):
        read(table(list(range(6)), shop=["a", "b", "c", "d", "e", "a"]), ReadOptions(key="shop"))


def test_a_named_key_displaces_the_one_that_would_be_found() -> None:
    dataset = read(table(list(range(6)), shop=list("abcdef")), ReadOptions(key="shop"))
    assert dataset.keys.tolist() == list("abcdef")
    assert dataset.schema.feature("customer_id").role is Role.IGNORE


def test_rows_set_aside_keep_the_numbers_of_the_others() -> None:
    frame = pa.table({"x": [1.0, float("inf"), 3.0, 4.0], "y": [4.0, 3.0, 5.0, 1.0]})
    dataset = read(frame, ReadOptions(lenient=True))
    assert dataset.keys.tolist() == ["1", "3", "4"]
