from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmint.data.dataset import Dataset
from segmint.model.schema import Feature, Kind, Role, Schema

Make = Callable[..., Dataset]


@pytest.fixture
def dataset_of() -> Make:
    """Make a dataset from plain columns; numbers and texts cluster unless features say otherwise."""

    def make(columns: Mapping[str, Any], features: tuple[Feature, ...] = ()) -> Dataset:
        given = {feature.name: feature for feature in features}
        schema, arrays = [], {}
        for name, values in columns.items():
            text = any(isinstance(value, str) for value in values)
            kind = Kind.CATEGORY if text else Kind.NUMBER
            schema.append(given.get(name, Feature(name, kind, Role.CLUSTER)))
            plain = list(values) if text else np.asarray(values, dtype=np.float64)
            arrays[name] = pa.array(plain, pa.string() if text else pa.float64(), from_pandas=True)
        n_rows = len(next(iter(columns.values())))
        keys = np.array([f"c{row}" for row in range(n_rows)], dtype=object)
        return Dataset(pa.table(arrays), Schema(tuple(schema)), keys, "0" * 64, "frame")

    return make
