"""Landmarks back in original units, so that another version's preparation can read them."""

from __future__ import annotations

import numpy as np

from segmint.model.preparation import LevelStep, Preparation
from segmint.model.schema import Schema
from segmint.types import FloatMatrix, RawColumn, RawColumns


def raw_rows(
    points: FloatMatrix, preparation: Preparation, wanted: Preparation, schema: Schema
) -> RawColumns:
    """Return prepared points as raw rows, with every column that another preparation wants.

    Parameters
    ----------
    points
        Shape (n_points, n_features), prepared by ``preparation``. Of a category the nearest level is taken.
    preparation
        What they were prepared by.
    wanted
        The preparation that is to read them. A column that the first one did not use is missing in all of them:
        it told no segments apart.
    schema
        What the wanted columns are.
    """
    columns: dict[str, RawColumn] = dict(preparation.backward(points))
    for step, place in zip(preparation.steps, preparation.places(), strict=True):
        if isinstance(step, LevelStep):
            columns[step.name] = _levels(step, points[:, place])
    numeric = {feature.name for feature in schema if feature.numeric}
    for name in wanted.columns:
        if name not in columns:
            columns[name] = np.full(len(points), np.nan) if name in numeric else np.full(len(points), None)
    return columns


def _levels(step: LevelStep, points: FloatMatrix) -> RawColumn:
    shares = points + np.asarray(step.centers)[None, :]
    names = np.array([*step.levels, None], dtype=object)
    return np.asarray(names[np.argmax(shares, axis=1)])
