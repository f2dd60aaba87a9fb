"""Fitting the preparation of one numeric column: fill, clip, log, scale; each only with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmint.model.preparation import BOUND, NumericStep
from segmint.model.schema import Feature, Kind
from segmint.prepare.missing import fill_value, missing_note, policy
from segmint.prepare.moments import LARGEST, mean_and_deviation, quantiles
from segmint.prepare.options import PreparationOptions, Scale
from segmint.prepare.tails import ENOUGH_VALUES, Tails, measure_tails
from segmint.types import FloatVector
from segmint.words import Sentence, sentence

FLAT = 1e-12  # a column whose deviation is a smaller part of its size is rounding, not a feature
CROWD = 0.10  # a larger share of rows beyond the fences is no tail
NORMAL_IQR = 1.3489795003921634  # interquartile range of a standard normal
SPAN = 15.0  # orders of magnitude that a float keeps apart
SUBNORMAL = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Fitted:
    """A column's step (``None`` where the column is left out), what was done, and what to beware of."""

    step: NumericStep | None
    notes: tuple[Sentence, ...]
    warnings: tuple[Sentence, ...] = ()


def fit_number(feature: Feature, column: FloatVector, options: PreparationOptions) -> Fitted:
    """Fit the preparation of one numeric column.

    Parameters
    ----------
    feature
        The column's name, kind and missing policy.
    column
        Raw values of the kept rows, shape (n_samples,); NaN where missing, no infinities.
    options
        What a person decided.

    Returns
    -------
    Fitted
        The step and the reasons; no step for a column that is empty, constant, or flat (its deviation
        is less than 1e-12 of its size).

    Examples
    --------
    >>> from segmint.model.schema import Role
    >>> feature = Feature("Income", Kind.NUMBER, Role.CLUSTER)
    >>> fitted = fit_number(feature, np.array([1.0, 2.0, 3.0, np.nan]), PreparationOptions())
    >>> fitted.step.fill, fitted.step.center
    (2.0, 2.0)
    """
    present = column[~np.isnan(column)] + 0.0
    if not present.size:
        return Fitted(None, (sentence("prepare.left_out.empty", column=feature.name),))
    if np.all(present == present[0]):
        return Fitted(None, (sentence("prepare.left_out.constant", column=feature.name),))
    rule = policy(feature, options)
    step = NumericStep(feature.name, fill_value(present, rule), -np.inf, np.inf, None, 0.0, 1.0)
    filled = missing_note(rule, column.size - present.size)
    step, shaped = _shape(step, feature.kind, present, options)
    fitted, scaled = _scale(step, column, options.scale)
    if fitted is None:
        return Fitted(None, (sentence("prepare.left_out.flat", column=feature.name),))
    date = (sentence("prepare.note.date"),) if feature.kind is Kind.DATE else ()
    return Fitted(fitted, (*date, *filled, *shaped, scaled), precision_warnings(fitted, present))


def _shape(
    step: NumericStep, kind: Kind, present: FloatVector, options: PreparationOptions
) -> tuple[NumericStep, tuple[Sentence, ...]]:
    """Log or clip the column where its tails ask for it, or a person does."""
    tails = measure_tails(present)
    reason = _reason_to_log(tails, present, options)
    if reason is not None:
        logged = take_log(step, kind, present)
        after = measure_tails(logged.shaped(present))
        if options.log or after is None or tails is None or after.figure() < tails.figure():
            clipped, clip_notes = _clip_logged(logged, after, present, options)
            return clipped, (reason, *_origin_note(logged), *clip_notes)
    clipped, notes = _clip(step, tails, present, options)
    return clipped, notes or (_untouched(tails, present, options),)


def _reason_to_log(tails: Tails | None, present: FloatVector, options: PreparationOptions) -> Sentence | None:
    if present.min() < 0 or options.log is False:
        return None
    if options.log:
        return sentence("prepare.note.logged_asked")
    limit = options.tail_limit
    if tails is None or not options.judges_tails or not (tails.heavy(limit) and tails.skewed_right):
        return None
    return sentence("prepare.note.logged", weight=tails.figure(), lower=tails.lower, limit=limit)


def _reason_to_clip(key: str, tails: Tails | None, options: PreparationOptions) -> Sentence | None:
    if tails is None or options.clip is False:
        return None
    if options.clip:
        return sentence("prepare.note.clip_asked")
    if options.judges_tails and tails.heavy(options.tail_limit):
        return sentence(key, weight=tails.figure(), limit=options.tail_limit)
    return None


def _clip(
    step: NumericStep, tails: Tails | None, present: FloatVector, options: PreparationOptions
) -> tuple[NumericStep, tuple[Sentence, ...]]:
    """Clip at the far-out fences; no notes where nothing is to be done."""
    reason = _reason_to_clip("prepare.note.heavy", tails, options)
    if reason is None or tails is None:
        return step, ()
    return _hold(step, tails.lower_fence, tails.upper_fence, present, reason)


def _clip_logged(
    step: NumericStep, after: Tails | None, present: FloatVector, options: PreparationOptions
) -> tuple[NumericStep, tuple[Sentence, ...]]:
    """Clip what still lies far out after the logarithm; the bounds are kept in original units."""
    reason = _reason_to_clip("prepare.note.heavy_after_log", after, options)
    if reason is None or after is None:
        return step, ()
    lower, upper = step.backward(np.array([[after.lower_fence], [after.upper_fence]]))
    return _hold(step, float(lower), float(upper), present, reason)


def _hold(
    step: NumericStep, lower: float, upper: float, present: FloatVector, reason: Sentence
) -> tuple[NumericStep, tuple[Sentence, ...]]:
    """Set the bounds, unless so many values lie beyond them that they are no tail."""
    beyond = (present < lower) | (present > upper)
    share = float(np.mean(beyond))
    if share > CROWD and reason.key != "prepare.note.clip_asked":
        return step, (reason, sentence("prepare.note.crowd", share=share))
    figures = {"n": int(beyond.sum()), "share": share}
    below, above = bool(np.any(present < lower)), bool(np.any(present > upper))
    held = replace(step, lower=lower if below else step.lower, upper=upper if above else step.upper)
    if below and above:
        return held, (reason, sentence("prepare.note.held_between", lower=lower, upper=upper, **figures))
    if below:
        return held, (reason, sentence("prepare.note.held_below", lower=lower, **figures))
    if above:
        return held, (reason, sentence("prepare.note.held_above", upper=upper, **figures))
    return step, (reason, sentence("prepare.note.held_none"))


def _untouched(tails: Tails | None, present: FloatVector, options: PreparationOptions) -> Sentence:
    heavy = tails is not None and tails.heavy(options.tail_limit)
    if heavy or not options.judges_tails:
        return sentence("prepare.note.tails_off")
    if tails is not None:
        return sentence("prepare.note.plain", weight=tails.figure(), limit=options.tail_limit)
    distinct = int(np.unique(present).size)
    if distinct < ENOUGH_VALUES:
        return sentence("prepare.note.few_values", n=distinct)
    return sentence("prepare.note.few_rows", n=int(present.size))


def take_log(step: NumericStep, kind: Kind, present: FloatVector) -> NumericStep:
    """Return the step with a logarithm: where it starts, and what it counts in.

    It starts at 0, or at the smallest value of a column that lives far from 0; it counts in ones, or in a
    power of ten where the column's typical value lies below 1 (or the logarithm starts elsewhere than 0).
    """
    smallest, median, largest = quantiles(present, (0.0, 0.5, 1.0))
    offset = smallest if smallest > median / 2 else 0.0
    positive = present[present > offset] - offset
    typical = quantiles(positive, (0.5,))[0] if positive.size else 1.0
    if offset == 0.0 and (kind is Kind.COUNT or typical >= 1):
        return replace(step, log_offset=0.0, lower=0.0)
    floor = max(largest * 1e-290, 1e-290)  # lest (largest − offset) / unit overflow
    unit = max(10.0 ** float(np.floor(np.log10(max(typical, floor)))), floor)
    return replace(step, log_offset=offset, log_unit=unit, lower=offset)


def _origin_note(step: NumericStep) -> tuple[Sentence, ...]:
    if step.log_offset == 0.0 and step.log_unit == 1.0:
        return ()
    return (sentence("prepare.note.log_shift", offset=step.log_offset, unit=step.log_unit),)


def _scale(step: NumericStep, column: FloatVector, scale: Scale) -> tuple[NumericStep | None, Sentence]:
    """Center and scale the shaped column; no step where its deviation is rounding only."""
    shaped = step.shaped(column)
    mean, deviation = mean_and_deviation(shaped)
    note = sentence(f"prepare.note.scale_{scale}")
    if deviation <= FLAT * float(np.max(np.abs(shaped))):
        return None, note
    if scale == "standard":
        return replace(step, center=mean, scale=deviation), note
    if scale == "robust":
        return _robust(step, shaped, deviation)
    if scale == "minmax":
        smallest, largest = float(shaped.min()), float(shaped.max())
        with np.errstate(over="ignore"):
            width = min(float(np.float64(largest) - smallest), LARGEST)
        return replace(step, center=smallest, scale=width), note
    return step, note


def _robust(step: NumericStep, shaped: FloatVector, deviation: float) -> tuple[NumericStep, Sentence]:
    lower, median, upper = quantiles(shaped, (0.25, 0.5, 0.75))
    width = upper / NORMAL_IQR - lower / NORMAL_IQR
    if width <= FLAT * max(abs(lower), abs(upper)):
        return replace(step, center=median, scale=deviation), sentence("prepare.note.scale_robust_flat")
    return replace(step, center=median, scale=width), sentence("prepare.note.scale_robust")


def precision_warnings(step: NumericStep, present: FloatVector) -> tuple[Sentence, ...]:
    """Warn where values lie too far apart, or too near 0, for 53 bits to keep them all."""
    sizes = np.abs(present[present != 0])
    if not sizes.size:
        return ()
    warnings = []
    orders = float(np.log10(sizes.max()) - np.log10(sizes.min()))
    if orders > SPAN:
        warnings.append(sentence("prepare.warning.precision", column=step.name, orders=round(orders)))
    if sizes.min() < SUBNORMAL:
        warnings.append(sentence("prepare.warning.subnormal", column=step.name))
    if np.any(np.abs(step.forward(present)) >= BOUND):
        warnings.append(sentence("prepare.warning.held", column=step.name))
    return tuple(warnings)
