"""The table of families."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from segmint.families.dbscan import DBSCAN
from segmint.families.fit import Family
from segmint.families.gaussian_mixture import GAUSSIAN_MIXTURE
from segmint.families.hdbscan import HDBSCAN
from segmint.families.kmeans import KMEANS
from segmint.families.ward import WARD

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {family.name: family for family in (KMEANS, GAUSSIAN_MIXTURE, DBSCAN, HDBSCAN, WARD)}
)
