"""What a sweep will try."""

from __future__ import annotations

from collections.abc import Sequence

from segmint.errors import UsageError
from segmint.families.fit import Configuration, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry


def plan(geometry: Geometry, families: Sequence[str], request: Request) -> tuple[Configuration, ...]:
    """Plan the configurations of the families named, in the order of the table of families.

    With every family and K = 1 … 10 there are some eighty.

    Parameters
    ----------
    geometry
        The rows: density families take their radius and sizes from them.
    families
        Names from :data:`segmint.families.table.FAMILIES`; repeated names count once.
    request
        Numbers of clusters, root seed, start of K-Means.

    Raises
    ------
    UsageError
        If a name is not a family, or there is no name.

    Examples
    --------
    >>> import numpy as np
    >>> geometry = Geometry(np.arange(40.0).reshape(20, 2))
    >>> [c.parameters["n_clusters"] for c in plan(geometry, ["kmeans"], Request(ks=(2, 3)))]
    [2, 3]
    """
    unknown = [name for name in families if name not in FAMILIES]
    if unknown or not families:
        raise UsageError("choosing.no_such_family", named=unknown or ["–"], known=list(FAMILIES))
    wanted = set(families)
    return tuple(
        configuration
        for name, family in FAMILIES.items()
        if name in wanted
        for configuration in family.plan(geometry, request)
    )
