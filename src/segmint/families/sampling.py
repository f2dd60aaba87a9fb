"""A sample to fit where pairs of all rows would be too many, said wherever it is used."""

from __future__ import annotations

from segmint.families.fit import Configuration
from segmint.geometry.geometry import TREE_FEATURES, Geometry
from segmint.types import IntVector
from segmint.words import Sentence, sentence

ROWS_BUDGET = 20_000
"""Families that need pairs of rows fit at most so many (2 · 10⁸ pairs); a count, the same on every machine."""


def fitted_rows(geometry: Geometry, configuration: Configuration) -> IntVector:
    """Return the rows to fit: all of them, or a uniform sample in ascending order, the same for a whole sweep."""
    return geometry.sample_rows(ROWS_BUDGET, configuration.seed)


def sampling_warning(n_fitted: int, n_samples: int) -> tuple[Sentence, ...]:
    """Return the warning that a sample was fitted, or nothing."""
    if n_fitted == n_samples:
        return ()
    return (sentence("families.sampled", n=n_fitted, total=n_samples),)


def seconds_of_neighbors(n_samples: int, n_features: int) -> float:
    """Forecast the search for nearest neighbors: by a tree up to ten features, by all pairs beyond."""
    if n_features > TREE_FEATURES:
        return n_samples**2 * (1.5e-9 + 1e-10 * n_features)
    return float(n_samples * 1.5e-6 * 1.6**n_features)


def seconds_of_placing(n_samples: int, n_features: int) -> float:
    """Forecast the placing of rows by the nearest of some thousand points."""
    return float(n_samples * (2e-6 + 0.8e-6 * n_features))
