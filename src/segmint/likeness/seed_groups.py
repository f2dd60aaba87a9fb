"""Seeds of several kinds: groups with centers and spreads of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.labels import FEWEST_TOLD, order_by_size
from segmint.likeness.dividing import divide, means
from segmint.types import FloatMatrix, FloatVector, IntVector

MOST_GROUPS = 5
SMALLEST_SHARE = 0.05
"""Share of the seeds that a group has at least (and never fewer than five: of fewer nothing is told)."""
SHRINKAGE = 10.0
"""How many seeds everybody's spread counts for in a group's own."""


@dataclass(frozen=True, eq=False)
class SeedGroups:
    """Groups of seeds, the largest first.

    Attributes
    ----------
    labels
        The group of each seed, shape (n_seeds,).
    centers
        Their means, shape (n_groups, n_features).
    spreads
        Their variances, shrunk toward everybody's, which is 1; same shape, > 0.
    """

    labels: IntVector
    centers: FloatMatrix
    spreads: FloatMatrix

    @property
    def sizes(self) -> IntVector:
        """The number of seeds in each."""
        return np.bincount(self.labels, minlength=len(self.centers)).astype(np.int64)

    def apart(self, Z: FloatMatrix) -> FloatMatrix:
        """Return Σⱼ (zⱼ − cⱼ)² / vⱼ of each row to each group, shape (n_groups, n_rows)."""
        return np.stack(
            [
                sum(((Z[:, j] - c[j]) ** 2 / v[j] for j in range(Z.shape[1])), np.zeros(len(Z)))
                for c, v in zip(self.centers, self.spreads, strict=True)
            ]
        )

    def nearest(self, Z: FloatMatrix) -> IntVector:
        """Return the group that each row is nearest to, each in its own spread; ties go to the larger."""
        return np.argmin(self.apart(Z), axis=0).astype(np.int64)


def find_groups(seeds: FloatMatrix) -> SeedGroups:
    """Divide seeds into as many groups as they speak for.

    Every number of groups from one to :data:`MOST_GROUPS` is tried; one whose smallest group has fewer than five
    seeds, or fewer than a twentieth of them, does not count. Taken is the one with the lowest Bayesian information
    criterion, −2 ln L + p ln n, of normal densities with spreads of their own, L at its group for each seed and
    p = 2 k d + k − 1; of equals the fewest. Schwarz (1978), doi:10.1214/aos/1176344136.

    Parameters
    ----------
    seeds
        Shape (n_seeds, n_features), in the units of :class:`segmint.likeness.crowd.Crowd`.

    Returns
    -------
    SeedGroups
        At least one. Same seeds, same groups: nothing is drawn.

    Examples
    --------
    >>> line = np.linspace(-0.1, 0.1, 20)[:, None]
    >>> find_groups(np.vstack([line, line + 3.0])).sizes.tolist()
    [20, 20]
    """
    tried = [_grouped(seeds, divide(seeds, n)) for n in range(1, MOST_GROUPS + 1)]
    fewest = max(FEWEST_TOLD, int(np.ceil(SMALLEST_SHARE * len(seeds))))
    kept = [tried[0], *(groups for groups in tried[1:] if groups.sizes.min() >= fewest)]
    return min(kept, key=lambda groups: _criterion(seeds, groups))


def _grouped(seeds: FloatMatrix, labels: IntVector) -> SeedGroups:
    renamed = np.empty_like(labels)
    for new, old in enumerate(order_by_size(labels)):
        renamed[labels == old] = new
    centers = means(seeds, renamed)
    squares = means((seeds - centers[renamed]) ** 2, renamed)
    sizes = np.bincount(renamed)[:, None]
    return SeedGroups(renamed, centers, (sizes * squares + SHRINKAGE) / (sizes + SHRINKAGE))


def _criterion(seeds: FloatMatrix, groups: SeedGroups) -> float:
    n, d = seeds.shape
    k = len(groups.centers)
    parameters = 2 * k * d + k - 1
    return float(-2 * _log_likelihoods(seeds, groups).sum() + parameters * np.log(n))


def _log_likelihoods(seeds: FloatMatrix, groups: SeedGroups) -> FloatVector:
    """Return ln(w N(z; c, v)) of each seed at its own group."""
    own = groups.labels
    spreads = groups.spreads[own]
    squares = (seeds - groups.centers[own]) ** 2 / spreads
    weights = np.log(groups.sizes[own] / len(seeds))
    return np.asarray(weights - 0.5 * (squares + np.log(2 * np.pi * spreads)).sum(axis=1))
