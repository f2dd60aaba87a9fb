"""What a stored drift reference must satisfy before it is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model.column_reference import ColumnReference
from segmint.model.shapes import Each

DRIFT: Final = {
    "columns": Each({"name": str, "levels": Each(str), "complete": bool, "numeric": bool}),
}
_MOST: Final = {"pairs": 5_000, "levels": 64, "sizes": 64, "statistics": 64, "runs": 64, "kept": 1_000}
_SHAPES: Final[Mapping[str, tuple[str | int, ...]]] = {
    "frame_centers": ("K", "d"),
    "frame_scales": ("K", "d"),
    "frame_edges": ("d", 9),
    "frame_typical": ("K",),
    "frame_far": (1,),
    "frame_outer": ("K",),
    "frame_precision": ("d", "d"),
    "frame_partial_deviations": ("K", "d"),
    "frame_pairs": (2, "pairs"),
    "frame_pair_deviations": ("pairs",),
    "sums_counts": ("K+1",),
    "sums_z": ("K", "d"),
    "sums_absolute": ("K", "d"),
    "sums_squared": ("K", "d"),
    "sums_bins": ("d", 10),
    "sums_distance": (3,),
    "sums_products": ("pairs",),
    "profile_near": ("K",),
    "profile_new": ("K+1",),
    "profile_cells": ("K", "d", 9),
    "profile_confidence": (1,),
    "calibration_levels": (8,),
    "calibration_sizes": ("sizes",),
    "calibration_thresholds": ("sizes", 8, 8),
    "calibration_dependence": ("sizes",),
    "ageing_sizes": ("runs",),
    "ageing_lowest": ("runs",),
    "ageing_usual": ("runs",),
    "ageing_highest_price": ("runs",),
    "ageing_density": (1,),
}
"""Letters stand for lengths: clusters and features are the model's, the others agree among themselves."""
_POSITIVE: Final = (
    "frame_scales",
    "frame_typical",
    "frame_partial_deviations",
    "frame_pair_deviations",
    "calibration_sizes",
    "calibration_dependence",
)
_NOT_NEGATIVE: Final = (
    "sums_counts",
    "sums_bins",
    "sums_distance",
    "profile_near",
    "profile_new",
    "profile_cells",
)
_INTEGERS: Final = ("drift.frame_pairs", "drift.column_lengths")
_MAY_BE_INFINITE: Final = frozenset({"drift.frame_edges", "drift.calibration_sizes", "drift.frame_outer"})


def audit_drift_shapes(
    described: Mapping[str, Any] | None,
    shapes: Mapping[str, tuple[int, ...]],
    n_clusters: int,
    n_features: int,
) -> None:
    """Refuse a drift reference whose arrays are missing, too large, or do not fit the model or each other."""
    found = {name.removeprefix("drift."): s for name, s in shapes.items() if name.startswith("drift.")}
    if described is None:
        _refuse_unless(not found, "model.drift")
        return
    columns = described["columns"]
    names = [column["name"] for column in columns]
    _refuse_unless(len(set(names)) == len(names), "model.drift.columns")
    of_columns = {f"column_{part}" for part in (*ColumnReference.ARRAYS, "lengths")}
    _refuse_unless(found.keys() == _SHAPES.keys() | of_columns, "model.drift")
    _refuse_unless(
        found["column_lengths"] == (len(columns), len(ColumnReference.ARRAYS)), "model.drift.columns"
    )
    lengths: dict[str, int] = {"K": n_clusters, "K+1": n_clusters + 1, "d": n_features}
    for name, wanted in _SHAPES.items():
        _audit_shape(name, found[name], wanted, lengths)


def _audit_shape(
    name: str, shape: tuple[int, ...], wanted: tuple[str | int, ...], lengths: dict[str, int]
) -> None:
    _refuse_unless(len(shape) == len(wanted), f"model.drift.{name}")
    for length, letter in zip(shape, wanted, strict=True):
        if isinstance(letter, str) and letter not in lengths:
            _refuse_unless(length <= _MOST[letter], f"model.drift.{name}")
            lengths[letter] = length
        _refuse_unless(
            length == (lengths[letter] if isinstance(letter, str) else letter), f"model.drift.{name}"
        )


def audit_drift_values(described: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Refuse numbers that are none, infinite where they may not be, or that do not fit the columns."""
    for name, array in arrays.items():
        if not name.startswith("drift.") or name in _INTEGERS:
            continue
        _refuse_unless(array.dtype == np.float64, f"model.{name}")
        sound = ~np.isnan(array) if name in _MAY_BE_INFINITE else np.isfinite(array)
        _refuse_unless(bool(sound.all()), f"model.{name}")
    for name in _POSITIVE:
        _refuse_unless(bool((arrays[f"drift.{name}"] > 0).all()), f"model.drift.{name}")
    for name in _NOT_NEGATIVE:
        _refuse_unless(bool((arrays[f"drift.{name}"] >= 0).all()), f"model.drift.{name}")
    sizes = arrays["drift.calibration_sizes"]
    rising = sizes.size >= 2 and bool((np.diff(sizes[:-1]) > 0).all()) and bool(np.isinf(sizes[-1]))
    _refuse_unless(rising and bool(np.isfinite(sizes[:-1]).all()), "model.drift.calibration_sizes")
    _refuse_unless(bool(arrays["drift.sums_counts"].sum() > 0), "model.drift.sums_counts")
    pairs, lengths = (arrays[name] for name in _INTEGERS)
    features = arrays["drift.frame_centers"].shape[1]
    fits = pairs.dtype == np.int64 and bool(((pairs >= 0) & (pairs < features)).all())
    _refuse_unless(fits, "model.drift.frame_pairs")
    fits = lengths.dtype == np.int64 and bool(((lengths >= 0) & (lengths <= _MOST["kept"])).all())
    _refuse_unless(fits, "model.drift.columns")
    for place, part in enumerate(ColumnReference.ARRAYS):
        whole = arrays[f"drift.column_{part}"]
        _refuse_unless(whole.shape == (int(lengths[:, place].sum()),), "model.drift.columns")
    for column, row in zip(described["columns"], lengths.tolist(), strict=True):
        of = dict(zip(ColumnReference.ARRAYS, row, strict=True))
        kept = of["values"] if column["numeric"] else len(column["levels"])
        fits = of["count"] == 2 and of["shares"] == kept and of["grid"] == of["quantiles"]
        _refuse_unless(fits, "model.drift.columns")
    _audit_columns(lengths, arrays)


def _audit_columns(lengths: npt.NDArray[Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Refuse quantiles that fall, probabilities and shares that are none, and counts that don't fit."""
    if not len(lengths):  # all rows are the same: no column makes clusters
        return
    ends = np.cumsum(lengths, axis=0)[:-1]
    cut = {
        name: np.split(arrays[f"drift.column_{name}"], ends[:, place])
        for place, name in enumerate(ColumnReference.ARRAYS)
    }
    for grid, quantiles, shares, count in zip(
        cut["grid"], cut["quantiles"], cut["shares"], cut["count"], strict=True
    ):
        rising = bool((np.diff(grid) > 0).all()) and bool((np.diff(quantiles) >= 0).all())
        inside = all(bool(((one >= 0) & (one <= 1)).all()) for one in (grid, shares))
        _refuse_unless(rising and inside and 0 <= count[1] <= count[0], "model.drift.columns")


def _refuse_unless(fits: bool, place: str) -> None:
    if not fits:
        raise BundleError("bundle.structure", place=place)
