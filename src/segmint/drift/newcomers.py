"""A description of the rows that belong nowhere: how many, beside which segment, and what sets them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from segmint.drift.naming import Names
from segmint.drift.scoring import Placed, distances
from segmint.drift.statistics import means
from segmint.labels import FEWEST_TOLD, NOISE
from segmint.model.drift_reference import DriftReference
from segmint.types import BoolVector, FloatVector

MOST_TRAITS = 3
LEAST_DEVIATIONS = 0.5


@dataclass(frozen=True)
class Trait:
    """A feature in which new rows differ from all of training.

    Attributes
    ----------
    feature
        The prepared feature's name.
    deviations
        Their mean less that of all training rows, in standard deviations of these.
    mean, mean_of_training
        Both means in original units; ``None`` where there are none.
    """

    feature: str
    deviations: float
    mean: float | None
    mean_of_training: float | None


@dataclass(frozen=True)
class Newcomers:
    """The rows of a batch that belong nowhere: their number, the segment nearest to most of them, their traits."""

    n: int
    beside: int | None
    traits: tuple[Trait, ...]


def describe_newcomers(reference: DriftReference, rows: Placed, names: Names) -> Newcomers:
    """Describe the rows beyond their segment's outer distance or without a segment.

    Parameters
    ----------
    reference
        What training looked like.
    rows
        The batch.
    names
        What features are called, and their original units.

    Returns
    -------
    Newcomers
        Of fewer than five rows only their number.
    """
    new = is_new(reference, rows)
    n = int(np.count_nonzero(new))
    if n < FEWEST_TOLD:
        return Newcomers(n, None, ())
    center, deviation = overall(reference)
    mean = rows.X[new].mean(axis=0)
    apart = (mean - center) / deviation
    told = names.in_units(np.stack([mean, center]))
    order = np.argsort(-np.abs(apart), kind="stable")[:MOST_TRAITS]
    traits = tuple(
        Trait(names.feature(f), float(apart[f]), *_in_units(told, names.feature(f)))
        for f in order
        if abs(apart[f]) >= LEAST_DEVIATIONS
    )
    return Newcomers(n, int(np.argmax(np.bincount(rows.nearest[new]))), traits)


def is_new(reference: DriftReference, rows: Placed) -> BoolVector:
    """Return which rows belong nowhere, as they are counted in ``Profile.new``."""
    told = distances(reference.frame, rows)
    return np.asarray((rows.labels == NOISE) | (told > reference.frame.outer[rows.nearest]))


def _in_units(told: Mapping[str, FloatVector], feature: str) -> tuple[float | None, float | None]:
    if feature not in told:
        return None, None
    mean, center = told[feature]
    return float(mean), float(center)


def overall(reference: DriftReference) -> tuple[FloatVector, FloatVector]:
    """Return mean and standard deviation of all training rows that have a segment, prepared."""
    frame, sums = reference.frame, reference.sums
    shares = sums.counts[:-1] / max(1.0, float(sums.counts[:-1].sum()))
    z = means(sums.z, sums.counts)
    centers = frame.centers + z * frame.scales
    within = (means(sums.squared, sums.counts) - np.square(z)) * np.square(frame.scales)
    center = np.einsum("k,kf->f", shares, centers)
    variance = np.einsum("k,kf->f", shares, within + np.square(centers - center))
    return center, np.sqrt(np.where(variance > 0, variance, 1.0))
