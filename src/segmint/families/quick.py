"""A quick fit of a few thousand rows, as the model was fitted: what a new segmentation would look like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from segmint.families.fit import Configuration, Fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.model.placement import Assigner
from segmint.seeds import derive
from segmint.types import FloatMatrix, silent

QUICK_STARTS = 5  # fewer than other fits of a part of the rows take: this one is made for each batch
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
        thinned = family.thinned(configuration, part, len(rows) / n_samples, density)
        parameters = _fewer_starts(dict(thinned.parameters))
        asked = Configuration(configuration.family, parameters, derive(seed, "quick"))
        outcome = next(iter(family.sweep(part, (asked,), silent)))
        return outcome.assigner if isinstance(outcome, Fit) else None

    return fit


def density_of(configuration: Configuration, geometry: Geometry) -> float:
    """Return how near training rows lie, as far as the family's parameters hang on it; else 0."""
    return FAMILIES[configuration.family].density(configuration, geometry)


def _fewer_starts(parameters: Parameters) -> Parameters:
    if "n_init" in parameters:
        parameters["n_init"] = min(QUICK_STARTS, int(parameters["n_init"]))
    return parameters
