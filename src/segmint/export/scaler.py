"""The fitted preparation as scikit-learn's transformers: fill, clip, log, scale, encode."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from segmint.model.preparation import LevelStep, NumericStep, Step
from segmint.model.segment_model import SegmentModel


def make_scaler(model: SegmentModel) -> StandardScaler | ColumnTransformer:
    """Return the preparation, fitted: a ``StandardScaler`` where scaling is all that it does.

    Parameters
    ----------
    model
        With columns of numbers that are neither clipped nor logged, and had no missing values in training,
        a plain ``StandardScaler`` is made: it lets missing values through, and a clusterer refuses them. All
        else is a ``ColumnTransformer``, which fills them as the model does.
    """
    steps = model.preparation.steps
    if only_scales(model):
        numbers = [step for step in steps if isinstance(step, NumericStep)]
        scaler = StandardScaler().fit(_made_up_rows(steps))
        return _with_numbers(scaler, numbers, model.reference.n_samples)
    groups = list(_groups(steps))
    scaler = ColumnTransformer(
        [(name, _unfitted(group), [step.name for step in group]) for name, group in groups],
        sparse_threshold=0,
        verbose_feature_names_out=False,
    )
    scaler.fit(_made_up_rows(steps))
    for name, group in groups:
        _fill_in(scaler.named_transformers_[name], group, model.reference.n_samples)
    return scaler


def only_scales(model: SegmentModel) -> bool:
    """Return whether a ``StandardScaler`` alone does what the preparation does to rows without gaps."""
    numbers = model.reference.numbers
    return all(
        isinstance(step, NumericStep)
        and np.isinf([step.lower, step.upper]).all()
        and step.log_offset is None
        and step.name in numbers
        and numbers[step.name].missing_share == 0
        for step in model.preparation.steps
    )


def _groups(steps: tuple[Step, ...]) -> Iterator[tuple[str, list[Any]]]:
    """Yield neighboring steps that are done alike, in order; a column of levels is alone."""
    for number, (_, group) in enumerate(groupby(enumerate(steps), key=_alike), start=1):
        found = [step for _, step in group]
        yield f"{_kind(found[0])}_{number}", found


def _alike(numbered: tuple[int, Step]) -> tuple[str, int]:
    place, step = numbered
    kind = _kind(step)
    return kind, place if kind == "levels" else -1


def _kind(step: Step) -> str:
    if isinstance(step, LevelStep):
        return "levels"
    return "numbers" if step.log_offset is None else "logged"


def _unfitted(group: list[Any]) -> Pipeline:
    if isinstance(group[0], LevelStep):
        return _unfitted_levels(group[0])
    steps: list[tuple[str, Any]] = [("fill", SimpleImputer(strategy="median"))]
    bounds = np.array([[step.lower, step.upper] for step in group])
    if np.isfinite(bounds).any():
        kept = {"a_min": bounds[:, 0], "a_max": bounds[:, 1]}
        steps.append(("clip", _by_function(np.clip, kw_args=kept)))
    if group[0].log_offset is not None:
        if any((step.log_offset, step.log_unit) != (0.0, 1.0) for step in group):
            steps.append(("origin", StandardScaler()))
        steps.append(("log", _by_function(np.log1p, inverse_func=np.expm1)))
    return Pipeline([*steps, ("scale", StandardScaler())])


def _by_function(function: Any, **options: Any) -> FunctionTransformer:
    """Return a step of one of numpy's functions, which a pickle names and numpy brings."""
    return FunctionTransformer(
        function, validate=True, check_inverse=False, feature_names_out="one-to-one", **options
    )


def _unfitted_levels(step: LevelStep) -> Pipeline:
    """Return an encoder whose last column takes the missing and every level that training did not see."""
    encoder = OneHotEncoder(
        categories=[np.array([*step.levels, None], dtype=object)],
        handle_unknown="infrequent_if_exist",
        min_frequency=2,  # among the made-up rows only the missing value is rarer
        sparse_output=False,
    )
    return Pipeline([("encode", encoder), ("weigh", MinMaxScaler())])


def _made_up_rows(steps: tuple[Step, ...]) -> pd.DataFrame:
    """Return rows that scikit-learn can be fitted on: fills, each level twice, one missing level."""
    n_pairs = max(len(step.levels) if isinstance(step, LevelStep) else 0 for step in steps) or 1
    columns: dict[str, Any] = {}
    for step in steps:
        if isinstance(step, LevelStep):
            levels = [*step.levels, *(step.levels[:1] or (None,)) * (n_pairs - len(step.levels))]
            columns[step.name] = np.array([*levels, *levels, None], dtype=object)
        else:
            columns[step.name] = np.full(2 * n_pairs + 1, step.fill)
    return pd.DataFrame(columns)


def _fill_in(fitted: Pipeline, group: list[Any], n_samples: int) -> None:
    """Put the model's numbers in the place of those of the made-up rows."""
    if isinstance(group[0], LevelStep):
        # x · scale_ + min_ is weight · hot − center, to the bit
        weigh = fitted.named_steps["weigh"]
        step = group[0]
        weigh.scale_ = np.full(len(step.levels) + 1, step.weight if step.levels else 0.0)
        weigh.min_ = -np.asarray(step.centers) + (0.0 if step.levels else step.weight)  # all is "other"
        return
    if "origin" in fitted.named_steps:
        offsets = np.array([step.log_offset for step in group])
        _standardize(
            fitted.named_steps["origin"], offsets, np.array([step.log_unit for step in group]), n_samples
        )
    _with_numbers(fitted.named_steps["scale"], group, n_samples)


def _with_numbers(scaler: StandardScaler, steps: list[NumericStep], n_samples: int) -> StandardScaler:
    centers = np.array([step.center for step in steps])
    return _standardize(scaler, centers, np.array([step.scale for step in steps]), n_samples)


def _standardize(scaler: StandardScaler, mean: Any, scale: Any, n_samples: int) -> StandardScaler:
    """Make a fitted scaler one of (x − mean) / scale, whatever these were called in training."""
    with np.errstate(over="ignore"):
        scaler.mean_, scaler.scale_, scaler.var_ = mean, scale, scale**2
    scaler.n_samples_seen_ = n_samples
    return scaler
