from __future__ import annotations

import numpy as np
import pytest

from segmint.model.schema import Feature, Kind, Missing, Role
from segmint.prepare.numeric import Fitted, fit_number
from segmint.prepare.options import PreparationOptions

RNG = np.random.default_rng(11)
NORMAL = RNG.normal(50, 10, size=500)
SPENT = RNG.lognormal(6, 1.2, size=500)
T3 = RNG.standard_t(3, size=2000)


def fit(column: np.ndarray, kind: Kind = Kind.NUMBER, **options: object) -> Fitted:
    feature = Feature("x", kind, Role.CLUSTER, missing=Missing(options.pop("missing", "median")))
    return fit_number(feature, np.asarray(column, dtype=np.float64), PreparationOptions(**options))  # type: ignore[arg-type]


def keys(fitted: Fitted) -> list[str]:
    for note in (*fitted.notes, *fitted.warnings):
        assert str(note)
    return [note.key.removeprefix("prepare.") for note in fitted.notes]


def test_an_ordinary_column_is_only_standardized() -> None:
    fitted = fit(NORMAL)
    assert keys(fitted) == ["note.plain", "note.scale_standard"]
    assert fitted.step is not None
    prepared = fitted.step.forward(NORMAL)[:, 0]
    assert prepared.mean() == pytest.approx(0, abs=1e-12)
    assert prepared.std() == pytest.approx(1)


def test_spending_is_logged_and_the_reason_has_its_figure() -> None:
    fitted = fit(SPENT)
    assert fitted.step is not None and fitted.step.log_offset == 0.0 and fitted.step.log_unit == 1.0
    note = fitted.notes[0]
    assert note.key == "prepare.note.logged"
    assert note.figures["weight"] > note.figures["limit"] == 5.5


def test_heavy_tails_on_both_sides_are_clipped() -> None:
    fitted = fit(T3)
    assert fitted.step is not None and fitted.step.log_offset is None
    assert -8 < fitted.step.lower < -3 and 3 < fitted.step.upper < 8
    assert keys(fitted)[:2] == ["note.heavy", "note.held_between"]
    assert 0 < fitted.notes[1].figures["share"] < 0.05


def test_small_amounts_are_logged_in_units_of_their_own_size() -> None:
    in_cents, in_millions = fit(SPENT), fit(SPENT / 1e9)
    assert in_millions.step is not None and in_cents.step is not None
    assert in_millions.step.log_unit == pytest.approx(1e-7)
    prepared = in_millions.step.forward(SPENT / 1e9)[:, 0]
    assert np.corrcoef(prepared, in_cents.step.forward(SPENT)[:, 0])[0, 1] > 0.98


def test_a_column_far_from_zero_is_logged_from_its_smallest_value() -> None:
    fitted = fit(SPENT + 1e6)
    assert fitted.step is not None and fitted.step.log_offset == (SPENT + 1e6).min()
    assert "note.log_shift" in keys(fitted)
    assert np.isfinite(fitted.step.forward(np.array([0.0]))).all()


def test_scale_none_turns_clipping_and_logarithm_off() -> None:
    for column in (SPENT, T3):
        fitted = fit(column, scale="none")
        assert keys(fitted) == ["note.tails_off", "note.scale_none"]
        assert fitted.step is not None
        np.testing.assert_array_equal(fitted.step.forward(column)[:, 0], column)


def test_clip_and_log_can_be_forbidden_or_asked_for() -> None:
    assert fit(SPENT, log=False, clip=False).step.log_offset is None  # type: ignore[union-attr]
    assert keys(fit(SPENT, log=False, clip=False))[0] == "note.tails_off"
    assert keys(fit(SPENT, log=False))[0] == "note.heavy"
    assert keys(fit(np.abs(NORMAL), log=True))[0] == "note.logged_asked"
    assert fit(NORMAL - 60, log=True).step.log_offset is None  # type: ignore[union-attr]
    clipped = fit(np.append(NORMAL, 200.0), clip=True)
    assert keys(clipped)[:2] == ["note.clip_asked", "note.held_above"]
    assert keys(fit(NORMAL, clip=True))[:2] == ["note.clip_asked", "note.held_none"]


def test_a_crowd_beyond_the_bounds_is_no_tail() -> None:
    column = np.concatenate(
        [np.random.default_rng(0).normal(size=850), np.random.default_rng(1).uniform(-60, 60, 150)]
    )
    fitted = fit(column)
    assert "note.crowd" in keys(fitted)
    assert fitted.step is not None and np.isinf(fitted.step.upper)


def test_the_tail_limit_can_be_moved() -> None:
    assert keys(fit(NORMAL, tail_limit=2.0))[0] == "note.heavy"
    assert keys(fit(T3, tail_limit=50.0))[0] == "note.plain"


@pytest.mark.parametrize(("missing", "fill"), [("median", 2.0), ("mean", 4.0)])
def test_missing_values_become_median_or_mean(missing: str, fill: float) -> None:
    fitted = fit(np.array([1.0, 2.0, 9.0, np.nan]), missing=missing)
    assert fitted.step is not None and fitted.step.fill == fill
    assert fitted.notes[0].figures["n"] == 1


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([np.nan, np.nan, np.nan], "left_out.empty"),
        ([3.0, 3.0, np.nan], "left_out.constant"),
        ([-0.0, 0.0, 0.0], "left_out.constant"),
        ([1e9, 1e9 + 1e-6, 1e9], "left_out.flat"),
    ],
)
def test_columns_that_say_nothing_are_left_out(column: list[float], reason: str) -> None:
    fitted = fit(np.array(column))
    assert fitted.step is None
    assert keys(fitted) == [reason]


@pytest.mark.parametrize("scale", ["standard", "robust", "minmax", "none"])
@pytest.mark.parametrize(
    ("column", "warning"),
    [
        (np.append(np.arange(100.0), 1e300), "precision"),
        (np.append(np.arange(100.0) - 50, 1e300), "precision"),
        (np.append(np.arange(100.0), 5e-324), "precision"),
        (np.array([0.0, 5e-324, 5e-324, 1e-323]), "subnormal"),
        (np.array([-1.7e308, 1.7e308, 1e300, 0.0]), None),
    ],
    ids=["1e300 above", "1e300 with negatives", "5e-324 beside 1", "subnormal only", "whole range"],
)
def test_extreme_values_are_scaled_safely_with_a_warning(
    column: np.ndarray, warning: str | None, scale: str
) -> None:
    fitted = fit(column, scale=scale)
    keys(fitted)
    assert fitted.step is not None
    prepared = fitted.step.forward(column)
    assert np.isfinite(prepared).all()
    assert np.isfinite(np.sum(prepared**2))
    if warning:
        assert f"prepare.warning.{warning}" in [note.key for note in fitted.warnings]


def test_values_beyond_the_bound_are_named_when_they_are_held() -> None:
    fitted = fit(np.array([1.0, 2.0, 1e300]), scale="none")
    assert "prepare.warning.held" in [note.key for note in fitted.warnings]


def test_robust_scaling_survives_equal_quartiles() -> None:
    column = np.append(np.full(90, 5.0), np.arange(10.0) + 20)
    fitted = fit(column, scale="robust")
    assert fitted.step is not None and fitted.step.center == 5.0
    assert keys(fitted)[-1] == "note.scale_robust_flat"


def test_minmax_goes_from_zero_to_one() -> None:
    fitted = fit(NORMAL, scale="minmax")
    assert fitted.step is not None
    prepared = fitted.step.forward(NORMAL)
    assert (prepared.min(), prepared.max()) == (0.0, 1.0)
