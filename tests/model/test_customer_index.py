"""The part of a bundle that is about single customers: it comes back, and a file that lies about it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import model_forging as forging
import numpy as np
import pytest

from segmint.errors import BundleError
from segmint.model.bundle import from_bytes, load_bundle, save_bundle, to_bytes
from segmint.model.customer_index import CustomerIndex
from segmint.model.landmarks import Landmarks
from segmint.model.segment_model import SegmentModel

N = 4
put, drop, cell, array, with_arrays = (
    forging.put, forging.drop, forging.cell, forging.array, forging.with_arrays,
)  # fmt: skip


@pytest.fixture
def carried(model: SegmentModel) -> SegmentModel:
    n_features = len(model.preparation.feature_names)
    rows = np.arange(N * n_features, dtype=np.float64).reshape(N, n_features)
    nobody = np.empty(0, dtype=np.int64)
    landmarks = Landmarks(np.empty((0, n_features)), nobody, nobody, np.zeros(2), np.empty(0))
    index = CustomerIndex(np.array([7, -1, 2**62, -(2**63)]), rows)
    return replace(model, landmarks=landmarks, index=index)


def test_what_is_saved_comes_back(carried: SegmentModel, tmp_path: Path) -> None:
    save_bundle(carried, tmp_path / "i.segmint")
    again = load_bundle(tmp_path / "i.segmint")
    assert (again.format, again.recipe) == (3, None)
    assert again.index is not None
    assert carried.index is not None
    np.testing.assert_array_equal(again.index.pseudonyms, carried.index.pseudonyms)
    np.testing.assert_array_equal(again.index.rows, carried.index.rows)
    assert again.index.texts(np.array([0, 1, 3])) == ["0" * 15 + "7", "f" * 16, "8" + "0" * 15]
    assert again.index.places(again.index.texts(np.arange(N))).tolist() == [0, 1, 2, 3]
    assert again.index.places(["F" * 16, "7", "g" * 16]).tolist() == [-1, -1, -1]


@pytest.mark.parametrize(
    "forge",
    [
        put("index", to=None), put("index", to={}), put("index", "n_customers", to=3), put("index", "more", to=1),
        put("index", "n_customers", to=True), drop("index"), put("format", to=2),
        cell("index.pseudonyms", -1), cell("index.rows", np.nan), cell("index.rows", np.inf, at=5), cell("index.rows", 1e101),
        array("index.rows", lambda X: X[:, :-1]), array("index.rows", lambda X: X[:-1]),
        array("index.rows", lambda X: X.astype(np.int64)), array("index.pseudonyms", lambda x: x[:-1]),
        array("index.pseudonyms", lambda x: x.astype(float)), array("index.pseudonyms", lambda x: x[:, None]),
        with_arrays(lambda arrays: arrays.pop("index.rows")),
        with_arrays(lambda arrays: arrays.update({"index.more": np.zeros(1)})),
    ],
)  # fmt: skip
def test_a_file_that_lies_is_refused(carried: SegmentModel, forge: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BundleError) as caught:
        from_bytes(forge(to_bytes(carried)))
    assert caught.value.code in ("bundle.structure", "bundle.spelling")


def test_an_index_of_one_is_refused(carried: SegmentModel) -> None:
    def one(arrays: dict[str, Any]) -> None:
        arrays["index.rows"], arrays["index.pseudonyms"] = (
            arrays["index.rows"][:1],
            arrays["index.pseudonyms"][:1],
        )

    forge = with_arrays(one, lambda described: described["index"].update(n_customers=1))
    with pytest.raises(BundleError, match=r"model\.index"):
        from_bytes(forge(to_bytes(carried)))
