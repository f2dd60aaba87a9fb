"""The rules for new rows, by the kind that a bundle names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model.centers import CentersAssigner
from segmint.model.cores import CoresAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.mixture import MixtureAssigner
from segmint.model.placement import Assigner

ASSIGNERS: Final[Mapping[str, type[Assigner]]] = {
    CentersAssigner.kind: CentersAssigner,
    MixtureAssigner.kind: MixtureAssigner,
    CoresAssigner.kind: CoresAssigner,
    ExemplarsAssigner.kind: ExemplarsAssigner,
}


def restore(kind: str, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]) -> Assigner:
    """Make an assigner again from what a bundle keeps.

    Parameters
    ----------
    kind
        A key of :data:`ASSIGNERS`.
    arrays, parameters
        What the assigner's ``arrays()`` and ``parameters()`` gave.

    Returns
    -------
    Assigner
        The same rule: it places rows bit for bit as before.

    Raises
    ------
    BundleError
        If the kind is not known, or the arrays and values do not make a rule of that kind.

    Examples
    --------
    >>> import numpy as np
    >>> restore("centers", {"centers": np.zeros((1, 2))}, {}).n_features
    2
    """
    if kind not in ASSIGNERS:
        raise BundleError("model_assigners.kind", kind=kind, known=sorted(ASSIGNERS))
    return ASSIGNERS[kind].restore(arrays, parameters)
