"""A quick fit of a few thousand rows, as the model was fitted: what a new segmentation would look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from segmint.families.fit import Configuration, Fit
from segmint.families.hdbscan import SIZES
from segmint.families.table import FAMILIES
from segmint.families.thinning import FEWEST_NEIGHBORS, median_core
from segmint.geometry.geometry import Geometry
from segmint.model.placement import Assigner
from segmint.seeds import derive
from segmint.types import FloatMatrix, silent

FEW_STARTS = 5
Parameters = dict[str, Any]


def quick_fit(
    configuration: Configuration, *, n_samples: int, density: float
) -> Callable[[FloatMatrix, int], Assigner | None]:
    """Return what fits some rows by a model's configuration, thinned to their number.

    Nothing of the training table is needed, so that a model which was loaded from a file can be asked too.

    Parameters
    ----------
    configuration
        The model's.
    n_samples
        Rows of the training table: counts of neighbors shrink with the rows.
    density
        See :func:`density_of`: distances grow with the gaps.

    Returns
    -------
    callable
        ``fit(rows, seed) -> Assigner``; ``None`` where the family finds no segments.
    """
    family = FAMILIES[configuration.family]

    def fit(rows: FloatMatrix, seed: int) -> Assigner | None:
        part = Geometry(np.ascontiguousarray(rows))
        parameters = _fewer_starts(dict(configuration.parameters))
        thin = THINNED.get(configuration.family)
        if thin is not None:
            parameters = thin(parameters, part, len(rows) / n_samples, density)
        asked = Configuration(configuration.family, parameters, derive(seed, "quick"))
        outcome = next(iter(family.sweep(part, (asked,), silent)))
        return outcome.assigner if isinstance(outcome, Fit) else None

    return fit


def density_of(configuration: Configuration, geometry: Geometry) -> float:
    """Return the median distance of training rows to the neighbor that a density family asks for; else 0."""
    if configuration.family != "dbscan":
        return 0.0
    return median_core(geometry, int(configuration.parameters["min_samples"]))


def _fewer_starts(parameters: Parameters) -> Parameters:
    if "n_init" in parameters:
        parameters["n_init"] = min(FEW_STARTS, int(parameters["n_init"]))
    return parameters


def _neighbors(k: int, share: float) -> int:
    return max(min(FEWEST_NEIGHBORS, k), round(k * share))


def _thin_dbscan(parameters: Parameters, part: Geometry, share: float, density: float) -> Parameters:
    near = _neighbors(int(parameters["min_samples"]), share)
    grown = median_core(part, near) / density if density > 0 else 1.0
    return {**parameters, "min_samples": near, "eps": float(parameters["eps"]) * (grown or 1.0)}


def _thin_hdbscan(parameters: Parameters, _part: Geometry, share: float, _density: float) -> Parameters:
    size = max(SIZES[0], round(int(parameters["min_cluster_size"]) * share))
    near = min(size, _neighbors(int(parameters["min_samples"]), share))
    return {**parameters, "min_cluster_size": size, "min_samples": near}


THINNED: Final[Mapping[str, Callable[[Parameters, Geometry, float, float], Parameters]]] = MappingProxyType(
    {"dbscan": _thin_dbscan, "hdbscan": _thin_hdbscan}
)
"""What asks of a part of the rows what the configuration asks of all (see ``Family.thinned``, which needs all)."""
