"""What the drift test keeps of training: how a row is scored, what training scored, and how far chance goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from segmint.model.column_reference import ColumnReference
from segmint.model.drift_audit import check_drift_arrays
from segmint.types import FloatMatrix, FloatVector, IntVector

Arrays = Mapping[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Frame:
    """How a row is scored: fixed at training, the same for every batch.

    Attributes
    ----------
    centers, scales
        Shape (n_clusters, n_features): z = (x − center) / scale of the row's segment, held within ±3.
    edges
        Shape (n_features, 9): inner edges of the quantile bins of a feature, repeated ones as infinity.
    typical
        Shape (n_clusters,): the median distance of a segment's rows; distances are told in it.
    far
        Shape (1,): the distance, so told, that 3 % of all training rows lie beyond.
    outer
        Shape (n_clusters,): the distance, so told, beyond which a row is new to the segment.
    precision
        Shape (n_features, n_features): inverse of the pooled covariance of z within segments.
    partial_deviations
        Shape (n_clusters, n_features): standard deviation of precision · z in each segment.
    pairs
        Shape (2, n_pairs): the pairs of features whose products are watched.
    pair_deviations
        Shape (n_pairs,): standard deviation of the product of two features' z.
    """

    centers: FloatMatrix
    scales: FloatMatrix
    edges: FloatMatrix
    typical: FloatVector
    far: FloatVector
    outer: FloatVector
    precision: FloatMatrix
    partial_deviations: FloatMatrix
    pairs: IntVector
    pair_deviations: FloatVector

    @property
    def n_clusters(self) -> int:
        """The number of segments, noise left out."""
        return int(self.centers.shape[0])

    @property
    def n_features(self) -> int:
        """The number of prepared features."""
        return int(self.centers.shape[1])


@dataclass(frozen=True, eq=False)
class Sums:
    """What scored rows add up to; sums of two parts of a table add up to those of the whole.

    Every term is a multiple of a power of two, so that the sums are exact in float64: they do not depend
    on the order of the rows, on blocks, or on threads. Axes may stand before these (one sum a draw).

    Attributes
    ----------
    counts
        Shape (n_clusters + 1,): rows of each segment, rows without one last.
    z, absolute, squared
        Shape (n_clusters, n_features): Σ z, Σ |z| and Σ z² of the rows of each segment.
    bins
        Shape (n_features, 10): rows in each quantile bin of a feature.
    distance
        Shape (3,): Σ r, Σ r² and the number of rows beyond far, where r is the distance told in the
        nearest segment's typical one, in the sums 3 at most.
    products
        Shape (n_pairs,): Σ z_f z_g over the rows that have a segment.
    """

    counts: FloatVector
    z: FloatMatrix
    absolute: FloatMatrix
    squared: FloatMatrix
    bins: FloatMatrix
    distance: FloatVector
    products: FloatVector

    @property
    def n_rows(self) -> npt.NDArray[np.float64]:
        """The number of rows (one for each leading axis)."""
        return np.asarray(self.counts.sum(axis=-1))


@dataclass(frozen=True, eq=False)
class Profile:
    """How the rows of each segment lie in their own units; adds up like :class:`Sums`.

    Attributes
    ----------
    near
        Shape (n_clusters,): rows of each segment that are not new to it.
    new
        Shape (n_clusters + 1,): rows beyond the segment's outer distance, rows without a segment last.
    cells
        Shape (n_clusters, n_features, 9): the near rows by bins of z.
    confidence
        Shape (1,): Σ confidence of the rows that have a segment.
    """

    near: FloatVector
    new: FloatVector
    cells: npt.NDArray[np.float64]
    confidence: FloatVector


@dataclass(frozen=True, eq=False)
class Calibration:
    """How large each statistic gets by chance alone.

    Attributes
    ----------
    levels
        Shape (n_levels,): probabilities, descending.
    sizes
        Shape (n_sizes,): rows of a batch, ascending, the last infinite.
    thresholds
        Shape (n_sizes, n_statistics, n_levels): what a statistic exceeds with each probability.
    dependence
        Shape (n_sizes,): γ of the combination, by size: 1 for statistics that never alarm together.
    """

    levels: FloatVector
    sizes: FloatVector
    thresholds: npt.NDArray[np.float64]
    dependence: FloatVector


@dataclass(frozen=True, eq=False)
class Ageing:
    """How a fresh fit of a part of the training rows agrees with the model, by the number of rows.

    Attributes
    ----------
    sizes
        Shape (n_sizes,): rows that a fresh fit and its judgment had together; empty where none was made.
    lowest, usual
        Shape (n_sizes,): 2.5 % quantile and median of the adjusted Rand index with the model.
    highest_price
        Shape (n_sizes,): 97.5 % quantile of what the model's cut loses against the fresh one, as a share.
    density
        Shape (1,): how near training rows lie, in the family's terms; what a quick fit of fewer rows needs.
    """

    sizes: FloatVector
    lowest: FloatVector
    usual: FloatVector
    highest_price: FloatVector
    density: FloatVector


_PARTS: Mapping[str, type[Any]] = {
    "frame": Frame,
    "sums": Sums,
    "profile": Profile,
    "calibration": Calibration,
    "ageing": Ageing,
}


@dataclass(frozen=True, eq=False)
class DriftReference:
    """What a batch is compared with; no row of the training data is in it, and its size is not theirs.

    Attributes
    ----------
    frame, sums, profile, calibration, ageing
        See each.
    columns
        What the raw columns looked like, by name.
    """

    frame: Frame
    sums: Sums
    profile: Profile
    calibration: Calibration
    ageing: Ageing
    columns: Mapping[str, ColumnReference]

    @property
    def n_samples(self) -> int:
        """Rows of the training data."""
        return int(self.sums.n_rows)

    def arrays(self) -> Arrays:
        """Return all arrays by name, ``PART.ARRAY`` (of a column ``column.NUMBER.ARRAY``)."""
        found = {
            f"{part}.{field.name}": getattr(getattr(self, part), field.name)
            for part, kind in _PARTS.items()
            for field in fields(kind)
        }
        for number, column in enumerate(self.columns.values()):
            found |= {f"column.{number}.{name}": array for name, array in column.arrays().items()}
        return found

    def parameters(self) -> Mapping[str, Any]:
        """Return what is not arrays: the columns' names, kinds and levels."""
        return {"columns": [{"name": name, **column.parameters()} for name, column in self.columns.items()]}

    @classmethod
    def restore(cls, arrays: Arrays, parameters: Mapping[str, Any]) -> DriftReference:
        """Make the reference again from :meth:`arrays` and :meth:`parameters`.

        Raises
        ------
        BundleError
            If an array is missing, or arrays do not fit one another.
        """
        check_drift_arrays(arrays, len(parameters["columns"]))
        parts = {
            part: kind(**{field.name: arrays[f"{part}.{field.name}"] for field in fields(kind)})
            for part, kind in _PARTS.items()
        }
        columns = {
            stored["name"]: ColumnReference.restore(
                {name: arrays[f"column.{number}.{name}"] for name in ColumnReference.ARRAYS}, stored
            )
            for number, stored in enumerate(parameters["columns"])
        }
        return cls(**parts, columns=columns)
