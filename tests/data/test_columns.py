from __future__ import annotations

import numpy as np
import pandas as pd

from segmint.data import raw_columns, read


def test_floats_with_nan_and_objects_with_none() -> None:
    frame = pd.DataFrame({
        "x": [1.5, None, 3.0], "n": [1, 2, 4], "flag": [True, False, None], "plan": ["a", None, "b"],
        "day": pd.to_datetime(["1970-01-02 00:00", None, "1970-01-01 12:00"]),
    })  # fmt: skip
    columns = raw_columns(read(frame))
    assert list(columns) == ["x", "n", "flag", "plan", "day"]
    np.testing.assert_array_equal(columns["x"], [1.5, np.nan, 3.0])
    np.testing.assert_array_equal(columns["day"], [1.0, np.nan, 0.5])
    assert columns["n"].dtype == np.float64
    assert columns["flag"].tolist() == ["true", "false", None]
    assert columns["plan"].tolist() == ["a", None, "b"]


def test_a_column_without_values_is_all_missing() -> None:
    columns = raw_columns(read(pd.DataFrame({"x": [1.0, 2.0], "none": [None, None]})))
    assert [value is None or np.isnan(value) for value in columns["none"]] == [True, True]
