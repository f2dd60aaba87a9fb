"""What each kind of metric compares."""

from __future__ import annotations

import numpy as np
import pandas as pd

import segmint
from segmint.data import ReadOptions
from segmint.likeness.metrics import METRICS
from segmint.prepare.fit import prepare
from segmint.workflow.neighbor_rows import rows_for, with_levels
from segmint.workflow.neighbors import NeighborOptions, neighbors


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": [20.0, 30.0, np.nan, 50.0] * 10,
            "vip": [True, False, False, True] * 10,
            "town": ["Lyon", "Nice", None, "Nice"] * 10,
        }
    )


def made(metric: str):
    dataset = with_levels(METRICS[metric], segmint.read(frame()))
    return rows_for(METRICS[metric], prepare(dataset), dataset.schema)


def test_mixed_rows_are_original_units_and_codes_with_missing_left_out() -> None:
    rows = made("gower")
    assert rows.names == ("age", "vip", "town")
    assert rows.numeric.tolist() == [True, False, False]
    assert rows.X[0, 0] == 20
    assert np.isnan(rows.X[2, [0, 2]]).all()
    assert rows.X[0, 1] == rows.X[3, 1] != rows.X[1, 1]


def test_a_set_holds_flags_that_are_true_and_one_member_a_level() -> None:
    rows = made("jaccard")
    assert set(rows.names) == {"age", "vip", "town=Lyon", "town=Nice"}
    place = dict(zip(rows.names, rows.X.T, strict=True))
    assert place["vip"][:4].tolist() == [1, 0, 0, 1]
    assert place["age"][:4].tolist() == [1, 1, 0, 1]
    assert place["town=Nice"][:4].tolist() == [0, 1, 0, 1]


def test_what_a_person_chose_stays() -> None:
    dataset = segmint.read(frame(), ReadOptions(features=("age",)))
    assert with_levels(METRICS["gower"], dataset) is dataset


def test_vectors_leave_levels_out_as_a_study_does() -> None:
    assert made("euclidean").names == ("age",)


def test_a_row_is_no_neighbor_of_itself_even_among_equal_rows() -> None:
    found = neighbors(frame(), NeighborOptions(k=3, metric="gower"))
    assert found.rows.shape == (40, 3)
    assert (found.rows != np.arange(40)[:, None]).all()
    assert (found.distances[:2] == 0).all()
