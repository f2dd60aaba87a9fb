"""The table of rules for new rows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model.centers import CentersAssigner
from segmint.model.cores import CoresAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.mixture import MixtureAssigner
from segmint.model.placement import Assigner

ASSIGNERS: Final[Mapping[str, type[Assigner]]] = MappingProxyType(
    {rule.kind: rule for rule in (CentersAssigner, MixtureAssigner, CoresAssigner, ExemplarsAssigner)}
)


def restore(kind: str, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]) -> Assigner:
    """Make a rule again from what a bundle holds of it.

    Raises
    ------
    BundleError
        If the kind is unknown, or arrays and values do not make a rule of it.

    Examples
    --------
    >>> import numpy as np
    >>> restore("centers", {"centers": np.zeros((1, 2))}, {}).n_features
    2
    """
    if kind not in ASSIGNERS:
        raise BundleError("model_assigners.kind", kind=str(kind)[:40], known=sorted(ASSIGNERS))
    return ASSIGNERS[kind].restore(arrays, parameters)
