"""HDBSCAN's hierarchy: one spanning tree for each ``min_samples``, read for every smallest size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.geometry.geometry import Geometry
from segmint.kernels import spanning
from segmint.labels import NOISE, canonical
from segmint.types import FloatVector, IntVector


@dataclass(frozen=True, eq=False)
class DensityTree:
    """The single-linkage hierarchy of mutual reachability.

    Attributes
    ----------
    left, right, sizes
        For each of n_samples − 1 joints, from the densest: its two sides (rows, or n_samples + joint) and
        its number of rows.
    heights
        The mutual reachability at which it joins, ascending.
    """

    left: IntVector
    right: IntVector
    sizes: IntVector
    heights: FloatVector

    @classmethod
    def of(cls, geometry: Geometry, min_samples: int) -> DensityTree:
        """Build the tree: O(n_samples²) time, O(n_samples) memory.

        Parameters
        ----------
        geometry
            The rows, at least two.
        min_samples
            Rows (itself counted) whose distance is a row's core distance, 1 … n_samples.
        """
        core = np.square(geometry.core_distances(min_samples))
        one, other, lengths = spanning.spanning_tree(np.array(geometry.X.T, order="C"), core)
        order = np.argsort(lengths, kind="stable")
        return cls(*spanning.hierarchy(one[order], other[order]), lengths[order])

    def clusters(self, min_cluster_size: int) -> IntVector:
        """Return the canonical labels, with noise, of the clusters of largest excess of mass.

        Parameters
        ----------
        min_cluster_size
            Rows of the smallest cluster, ≥ 2.

        Returns
        -------
        IntVector
            Shape (n_samples,). All noise where the table does not split.

        References
        ----------
        Campello, Moulavi and Sander (2013), doi:10.1007/978-3-642-37456-2_14.

        Examples
        --------
        >>> X = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2], [20.0]])
        >>> DensityTree.of(Geometry(X), 2).clusters(3).tolist()
        [0, 0, 0, 1, 1, 1, -1]
        """
        row_cluster, parents, stabilities = spanning.condense(
            self.left, self.right, self.sizes, self._densities(), min_cluster_size
        )
        chosen = spanning.most_stable(parents, stabilities)[row_cluster]
        return canonical(np.where(chosen >= 0, chosen, NOISE))

    def _densities(self) -> FloatVector:
        """Return 1 / height; equal rows count as being as dense as the nearest different ones."""
        positive = self.heights[self.heights > 0]
        nearest = positive[0] if positive.size else 1.0
        return np.asarray(1.0 / np.maximum(self.heights, nearest))
