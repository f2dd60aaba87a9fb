"""A sample to fit where pairs of all rows would be too many, said wherever it is used."""

from __future__ import annotations

from segmint.families.fit import Configuration
from segmint.geometry.geometry import Geometry
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
