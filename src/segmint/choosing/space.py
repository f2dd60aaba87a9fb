"""What is tried: the configurations of the chosen families."""

from __future__ import annotations

from collections.abc import Sequence

from segmint.errors import UsageError
from segmint.families.fit import Configuration, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry


def plan(geometry: Geometry, families: Sequence[str], request: Request) -> tuple[Configuration, ...]:
    """Plan every configuration of a sweep, family by family, in the order of the table of families.

    Parameters
    ----------
    geometry
        The prepared rows: density families read their eps from it.
    families
        Names from ``families.table.FAMILIES``; their order does not matter, a name twice counts once.
    request
        Numbers of clusters, seed, start of K-Means.

    Returns
    -------
    tuple of Configuration
        About eighty with all families and K = 1 … 10.

    Raises
    ------
    UsageError
        If a family is not known, or none is named.

    Examples
    --------
    >>> import numpy as np
    >>> planned = plan(Geometry(np.arange(20.0).reshape(10, 2)), ["kmeans"], Request(ks=(2, 3)))
    >>> [configuration.parameters["n_clusters"] for configuration in planned]
    [2, 3]
    """
    unknown = [name for name in families if name not in FAMILIES]
    if unknown or not families:
        raise UsageError("choosing.no_such_family", wanted=unknown or ["-"], known=list(FAMILIES))
    chosen = [family for name, family in FAMILIES.items() if name in families]
    planned = [configuration for family in chosen for configuration in family.plan(geometry, request)]
    return tuple({configuration.id: configuration for configuration in planned}.values())
