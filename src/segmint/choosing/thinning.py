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


def thinned(configuration: Configuration, whole: Geometry, part: Geometry, *, seed: int) -> Configuration:
    """Return the configuration that asks of a part of the rows what this one asks of all.

    DBSCAN's eps keeps its rank among the distances to the ``min_samples``-th neighbor; HDBSCAN's smallest
    cluster keeps its share of the rows (five rows at least); K-Means gets ten starts. The seed becomes the
    resample's own, so that a local optimum is not repeated.

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
    changed: Mapping[str, Any] = {}
    if configuration.family == "kmeans":
        changed = {"n_init": min(STARTS, int(configuration.parameters["n_init"]))}
    elif configuration.family == "hdbscan":
        size = max(5, round(int(configuration.parameters["min_cluster_size"]) * share))
        changed = {
            "min_cluster_size": size,
            "min_samples": min(size, int(configuration.parameters["min_samples"])),
        }
    elif configuration.family == "dbscan":
        changed = {"eps": _eps(configuration, whole, part)}
    return replace(configuration, parameters={**configuration.parameters, **changed}, seed=seed)


def _eps(configuration: Configuration, whole: Geometry, part: Geometry) -> float:
    """Return the distance within which as large a share of the part's rows is dense as of the whole's."""
    k, eps = int(configuration.parameters["min_samples"]), float(configuration.parameters["eps"])
    dense = float(np.mean(_core_distances(whole, k) <= eps))
    cores = _core_distances(part, k)
    if dense >= 1.0:  # eps beyond all: as far beyond in the part
        farthest = float(_core_distances(whole, k).max())
        return eps * float(cores.max()) / farthest if farthest > 0 else eps
    return max(float(np.quantile(cores, dense)), float(np.finfo(np.float64).tiny))


def _core_distances(geometry: Geometry, k: int) -> np.ndarray:  # type: ignore[type-arg]
    """Return the distances of (at most some thousand, evenly spread) rows to their k-th neighbor."""
    if geometry.n_samples <= QUERIED:
        return geometry.core_distances(k)
    rows = geometry.X[:: -(-geometry.n_samples // QUERIED)]
    return np.asarray(geometry.tree.query(rows, k=[min(k, geometry.n_samples)])[0][:, 0])
