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


def test_levels_go_by_frequency_then_name_and_others_are_other() -> None:
    values = column(*("z" * 6 + "m" * 8 + "a" * 6 + "q" * 5))
    fitted = fit_levels(REGION, values, max_levels=3, variance=1.0)
    assert fitted.step is not None and fitted.step.levels == ("m", "a", "z")
    assert fitted.notes[0].key == "prepare.note.levels_capped"
    assert fitted.notes[0].figures == {"n": 3, "rest": 1}


def test_a_level_of_fewer_than_five_rows_is_not_kept_by_name() -> None:
    values = column(*"aaaaabbbbb", "anna@example.org", "ben@example.org", "ccc", "ccc", "ccc", "ccc")
    fitted = fit_levels(REGION, values, max_levels=50, variance=1.0)
    assert fitted.step is not None and fitted.step.levels == ("a", "b")
    assert fitted.notes[0].figures == {"n": 2, "rest": 3}


def test_a_column_of_rare_levels_is_left_out_but_a_flag_never_is() -> None:
    rare = fit_levels(REGION, column(*"aaaabbbbc"), max_levels=50, variance=1.0)
    assert rare.step is None and rare.notes[0].key == "prepare.left_out.rare"
    flag = Feature("member", Kind.FLAG, Role.CLUSTER)
    step = fit_levels(flag, column("true", "false", "false"), max_levels=50, variance=1.0).step
    assert step is not None and step.levels == ("false", "true")


def test_missing_values_count_as_other_and_are_counted() -> None:
    fitted = fit_levels(REGION, column(*"aaaaabbbbb", None, None), max_levels=50, variance=1.0)
    assert fitted.notes[0].figures["n"] == 2
    assert fitted.step is not None
    assert fitted.step.codes(column(None)).tolist() == [2]


def test_empty_and_constant_columns_are_left_out() -> None:
    for values, reason in ((column(None, None), "empty"), (column("a", "a"), "constant")):
        fitted = fit_levels(REGION, values, max_levels=50, variance=1.0)
        assert fitted.step is None
        assert fitted.notes[0].key == f"prepare.left_out.{reason}"
