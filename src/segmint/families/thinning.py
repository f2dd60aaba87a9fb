"""The same question to fewer rows: counts shrink with the rows, distances grow with the gaps."""

from __future__ import annotations

import numpy as np

from segmint.families.fit import Configuration, Family
from segmint.geometry.geometry import Geometry

QUERIED = 2_000  # rows whose neighbors are asked for
FEWEST_NEIGHBORS = 3


def thinned(family: Family, configuration: Configuration, whole: Geometry, part: Geometry) -> Configuration:
    """Return what asks of a part of the rows what the configuration asks of all."""
    share = part.n_samples / whole.n_samples
    return family.thinned(configuration, part, share, family.density(configuration, whole))


def fewer(min_samples: int, share: float) -> int:
    """Return ``min_samples`` for a share of the rows: in proportion, three at least."""
    return max(min(FEWEST_NEIGHBORS, min_samples), round(min_samples * share))


def median_core(geometry: Geometry, k: int) -> float:
    """Return the median distance of (at most some thousand, evenly spread) rows to their k-th neighbor."""
    if geometry.n_samples <= QUERIED:
        return float(np.median(geometry.core_distances(k)))
    rows = geometry.X[:: -(-geometry.n_samples // QUERIED)]
    return float(np.median(geometry.tree.query(rows, k=[min(k, geometry.n_samples)])[0]))
