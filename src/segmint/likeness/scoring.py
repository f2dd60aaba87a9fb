"""The rules that say how much a row is like the seeds, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from segmint.likeness.blocks import alone
from segmint.likeness.density import density_of, log_ratio, scott
from segmint.likeness.landmarks import Landmarks, landmarks_of
from segmint.likeness.seed_groups import SeedGroups, find_groups
from segmint.types import FloatMatrix, FloatVector

SEED_POINTS = 100
"""Landmarks of the seeds at most: what a score costs does not grow with them."""

_BLOCK = 16
"""Rows beside which a block of seeds is still a product for one thread."""

Score: TypeAlias = Callable[[FloatMatrix], FloatVector]
"""Rows to scores, higher is more alike."""
Rule: TypeAlias = Callable[[FloatMatrix, Landmarks], Score]
"""Seeds, and what stands for everybody, to a score; all rows in the units of everybody."""


def density_ratio(seeds: FloatMatrix, everybody: Landmarks) -> Score:
    """Return ln(density of the seeds / density of everybody).

    Both are kernel densities on landmarks, of one bandwidth: Scott's for the number of seeds. 0 where seeds are as
    frequent as anywhere, 1 where they are e times as frequent; −∞ … ∞. What everybody has in common counts for
    nothing. Sugiyama, Suzuki, Kanamori (2012), doi:10.1017/CBO9781139035613, section 2.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> everybody = landmarks_of(rng.normal(0, 1, (500, 1)), 50)
    >>> score = density_ratio(rng.normal(3, 0.5, (50, 1)), everybody)
    >>> bool(score(np.array([[3.0]]))[0] > 0 > score(np.array([[0.0]]))[0])
    True
    """
    bandwidth = scott(len(seeds), seeds.shape[1])
    of_seeds = density_of(landmarks_of(seeds, SEED_POINTS), bandwidth)
    return partial(log_ratio, of_seeds, density_of(everybody, bandwidth))


def nearest_center(seeds: FloatMatrix, everybody: Landmarks) -> Score:  # noqa: ARG001 - one form for all
    """Return −√(Σⱼ (zⱼ − cⱼ)² / vⱼ) to the nearest group of seeds, in the group's own spread; −∞ … 0.

    Examples
    --------
    >>> everybody = landmarks_of(np.zeros((10, 1)), 1)
    >>> nearest_center(np.zeros((10, 1)), everybody)(np.array([[1.0]])).round(3).tolist()
    [-1.414]
    """
    return partial(_to_center, find_groups(seeds))


def nearest_seed(seeds: FloatMatrix, everybody: Landmarks) -> Score:  # noqa: ARG001 - one form for all
    """Return −|z − s| to the nearest seed; −∞ … 0.

    Examples
    --------
    >>> everybody = landmarks_of(np.zeros((10, 1)), 1)
    >>> nearest_seed(np.array([[0.0], [5.0]]), everybody)(np.array([[4.0]])).tolist()
    [-1.0]
    """
    return partial(_to_seed, seeds)


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {"density": density_ratio, "center": nearest_center, "seed": nearest_seed}
)
DEFAULT_RULE: Final = "density"
"""The one that found most hidden seeds in the comparison of ``docs/likeness.md``."""


def _to_center(groups: SeedGroups, Z: FloatMatrix) -> FloatVector:
    return np.asarray(-np.sqrt(groups.apart(Z).min(axis=0)))


def _to_seed(seeds: FloatMatrix, Z: FloatMatrix) -> FloatVector:
    # |z − s|² = |z|² − 2 (z·s − |s|²/2): one product of matrices for all pairs of two blocks
    highest = np.full(len(Z), -np.inf)
    for few in alone(len(seeds), _BLOCK, Z.shape[1]):
        own = seeds[few]
        halves = (own**2).sum(axis=1) / 2
        for part in alone(len(Z), len(own), Z.shape[1]):
            np.maximum(highest[part], (Z[part] @ own.T - halves).max(axis=1), out=highest[part])
    squares = np.einsum("ij,ij->i", Z, Z) - 2 * highest
    return np.asarray(-np.sqrt(np.maximum(squares, 0.0)))
