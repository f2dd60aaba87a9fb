"""The same configuration for fewer rows: counts shrink with the rows, distances grow with the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from segmint.families.fit import Configuration
from segmint.geometry.geometry import Geometry

STARTS = 10  # of K-Means on a resample
QUERIED = 2_000  # rows whose neighbors are asked for
FEWEST_NEIGHBORS = 3
FEWEST_IN_CLUSTER = 5


def thinned(configuration: Configuration, whole: Geometry, part: Geometry, *, seed: int) -> Configuration:
    """Return the configuration that asks of a part of the rows what this one asks of all.

    ``min_samples`` and HDBSCAN's smallest cluster shrink with the rows (to three and five at least);
    DBSCAN's eps grows as the median distance to the ``min_samples``-th neighbor does; K-Means gets ten
    starts. The seed becomes the resample's own, so that a local optimum is not repeated.

    Parameters
    ----------
    configuration
        Planned for the whole.
    whole, part
        All rows, and those that were drawn.
    seed
        Of the resample.
    """
    share = part.n_samples / whole.n_samples
    asked = configuration.parameters
    changed: Mapping[str, Any] = {}
    if configuration.family == "kmeans":
        changed = {"n_init": min(STARTS, int(asked["n_init"]))}
    elif configuration.family == "hdbscan":
        size = max(FEWEST_IN_CLUSTER, round(int(asked["min_cluster_size"]) * share))
        changed = {
            "min_cluster_size": size,
            "min_samples": min(size, _fewer(int(asked["min_samples"]), share)),
        }
    elif configuration.family == "dbscan":
        k = int(asked["min_samples"])
        fewer = _fewer(k, share)
        grown = _median_core(part, fewer) / max(_median_core(whole, k), float(np.finfo(np.float64).tiny))
        changed = {"eps": float(asked["eps"]) * (grown or 1.0), "min_samples": fewer}
    return replace(configuration, parameters={**asked, **changed}, seed=seed)


def _fewer(min_samples: int, share: float) -> int:
    return max(min(FEWEST_NEIGHBORS, min_samples), round(min_samples * share))


def _median_core(geometry: Geometry, k: int) -> float:
    """Return the median distance of (at most some thousand, evenly spread) rows to their k-th neighbor."""
    if geometry.n_samples <= QUERIED:
        return float(np.median(geometry.core_distances(k)))
    rows = geometry.X[:: -(-geometry.n_samples // QUERIED)]
    return float(np.median(geometry.tree.query(rows, k=[min(k, geometry.n_samples)])[0]))
