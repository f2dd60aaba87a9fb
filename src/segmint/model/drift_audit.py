"""What a stored drift reference must satisfy before it is used: shapes that fit one another, sound numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model import stored
from segmint.model.column_reference import ColumnReference

Arrays = Mapping[str, npt.NDArray[Any]]

SHAPES: Final[Mapping[str, tuple[str | int, ...]]] = {
    "frame.centers": ("K", "d"),
    "frame.scales": ("K", "d"),
    "frame.edges": ("d", 9),
    "frame.typical": ("K",),
    "frame.far": (1,),
    "frame.outer": ("K",),
    "frame.precision": ("d", "d"),
    "frame.partial_deviations": ("K", "d"),
    "frame.pair_deviations": ("pairs",),
    "sums.counts": ("K + 1",),
    "sums.z": ("K", "d"),
    "sums.absolute": ("K", "d"),
    "sums.squared": ("K", "d"),
    "sums.bins": ("d", 10),
    "sums.distance": (3,),
    "sums.products": ("pairs",),
    "profile.near": ("K",),
    "profile.new": ("K + 1",),
    "profile.cells": ("K", "d", 9),
    "profile.confidence": (1,),
    "calibration.levels": ("levels",),
    "calibration.sizes": ("sizes",),
    "calibration.thresholds": ("sizes", "statistics", "levels"),
    "calibration.dependence": ("sizes",),
    "ageing.sizes": ("parts",),
    "ageing.lowest": ("parts",),
    "ageing.usual": ("parts",),
    "ageing.highest_price": ("parts",),
    "ageing.density": (1,),
}
"""The shape of each array, in the lengths that they share."""
INFINITE: Final = frozenset({"frame.edges", "calibration.sizes"})
"""Arrays that may hold infinities."""
POSITIVE: Final = (
    "frame.scales",
    "frame.typical",
    "frame.partial_deviations",
    "frame.pair_deviations",
    "calibration.sizes",
    "calibration.dependence",
)
NOT_NEGATIVE: Final = (
    "sums.counts",
    "sums.bins",
    "sums.distance",
    "profile.near",
    "profile.new",
    "profile.cells",
)


def check_drift_arrays(arrays: Arrays, n_columns: int) -> None:
    """Refuse arrays that do not make a drift reference.

    Parameters
    ----------
    arrays
        By name, as ``DriftReference.arrays`` gives them.
    n_columns
        Columns that are described.

    Raises
    ------
    BundleError
        If one is missing or of another kind, shapes don't fit one another, or numbers are not sound.
    """
    columns = {f"column.{number}.{name}" for number in range(n_columns) for name in ColumnReference.ARRAYS}
    missing = sorted({*SHAPES, "frame.pairs", *columns} - set(arrays))
    if missing:
        raise BundleError("model_assigners.parts", missing=missing, unknown=[])
    lengths = _lengths(arrays)
    for name, shape in SHAPES.items():
        wanted = tuple(length if isinstance(length, int) else lengths[length] for length in shape)
        values = stored.numbers(arrays, name, wanted)
        if np.isnan(values).any() or (name not in INFINITE and np.isinf(values).any()):
            raise BundleError("model_assigners.not_finite", array=name)
    for name in columns:
        stored.numbers(arrays, name, arrays[name].shape[:1])
    for name in POSITIVE:
        stored.positive(arrays[name], name)
    for name in NOT_NEGATIVE:
        stored.not_negative(arrays[name], name)


def _lengths(arrays: Arrays) -> Mapping[str, int]:
    """Return the lengths that arrays share, read off one array each."""
    K, d = stored.floats(arrays, "frame.centers", (None, None)).shape
    thresholds = stored.numbers(arrays, "calibration.thresholds", (None, None, None))
    pairs = arrays["frame.pairs"]
    if pairs.shape[:1] != (2,) or pairs.ndim != 2 or pairs.dtype != np.int64:
        raise BundleError(
            "model_assigners.shape", array="frame.pairs", shape=list(pairs.shape), wanted="2 × n"
        )
    if pairs.size and not (pairs.min() >= 0 and pairs.max() < d):
        raise BundleError("model_assigners.labels", array="frame.pairs")
    parts = arrays["ageing.sizes"].size
    sizes, statistics, levels = thresholds.shape
    return {
        "K": K, "K + 1": K + 1, "d": d, "pairs": pairs.shape[1], "parts": parts,
        "sizes": sizes, "statistics": statistics, "levels": levels,
    }  # fmt: skip
