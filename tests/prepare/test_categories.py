from __future__ import annotations

import numpy as np
import pytest

from segmint.model.schema import Feature, Kind, Role
from segmint.prepare.categories import fit_levels

REGION = Feature("region", Kind.CATEGORY, Role.CLUSTER)


def column(*values: str | None) -> np.ndarray:
    return np.array(values, dtype=object)


@pytest.mark.parametrize("variance", [1.0, 0.09])
def test_the_block_varies_as_much_as_one_number(variance: float) -> None:
    values = column(*("a" * 70 + "b" * 20 + "c" * 7), None, None, None)
    step = fit_levels(REGION, values, max_levels=50, variance=variance).step
    assert step is not None
    prepared = step.forward(values)
    assert prepared.var(axis=0).sum() == pytest.approx(variance)
    np.testing.assert_allclose(prepared.mean(axis=0), 0, atol=1e-12)


def test_levels_go_by_frequency_then_name_and_rare_ones_are_other() -> None:
    fitted = fit_levels(REGION, column("z", "z", "m", "a", "m", "q"), max_levels=3, variance=1.0)
    assert fitted.step is not None and fitted.step.levels == ("m", "z", "a")
    assert fitted.notes[0].key == "prepare.note.levels_capped"
    assert fitted.notes[0].figures == {"n": 3, "rest": 1}


def test_missing_values_count_as_other_and_are_counted() -> None:
    fitted = fit_levels(REGION, column("a", None, "b", None), max_levels=50, variance=1.0)
    assert fitted.notes[0].figures["n"] == 2
    assert fitted.step is not None
    assert fitted.step.codes(column(None)).tolist() == [2]


def test_empty_and_constant_columns_are_left_out() -> None:
    for values, reason in ((column(None, None), "empty"), (column("a", "a"), "constant")):
        fitted = fit_levels(REGION, values, max_levels=50, variance=1.0)
        assert fitted.step is None
        assert fitted.notes[0].key == f"prepare.left_out.{reason}"
