"""A quick fit of a few thousand rows, as the model was fitted: what a new segmentation would look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from segmint.families.fit import Configuration, Fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.model.placement import Assigner
from segmint.seeds import derive
from segmint.types import FloatMatrix, silent

FEW_STARTS = 5


def quick_fit(configuration: Configuration, X: FloatMatrix) -> Callable[[FloatMatrix, int], Assigner | None]:
    """Return what fits some rows by a model's configuration, thinned to their number.

    Parameters
    ----------
    configuration
        The model's.
    X
        The training rows: what the configuration's counts and distances mean depends on their density.

    Returns
    -------
    callable
        ``fit(rows, seed) -> Assigner``; ``None`` where the family finds no segments.
    """
    family = FAMILIES[configuration.family]
    whole = Geometry(X)

    def fit(rows: FloatMatrix, seed: int) -> Assigner | None:
        part = Geometry(np.ascontiguousarray(rows))
        asked = family.thinned(configuration, whole, part)
        parameters = dict(asked.parameters)
        if "n_init" in parameters:
            parameters["n_init"] = min(FEW_STARTS, int(parameters["n_init"]))
        asked = replace(asked, parameters=parameters, seed=derive(seed, "quick"))
        outcome = next(iter(family.sweep(part, (asked,), silent)))
        return outcome.assigner if isinstance(outcome, Fit) else None

    return fit
