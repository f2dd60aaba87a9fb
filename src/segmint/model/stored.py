"""Checks of the arrays and values that a stored assigner is made from: refused before anything is built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.types import FloatVector, IntVector

Arrays = Mapping[str, npt.NDArray[Any]]


_NAME = re.compile(r"[a-z_]{1,40}")
_MOST_NAMES = 5


def only(arrays: Arrays, parameters: Mapping[str, Any], names: set[str], values: set[str]) -> None:
    """Refuse arrays or values that are missing or that no rule knows."""
    for found, wanted in ((set(arrays), names), (set(parameters), values)):
        if found != wanted:
            unknown = _shown(found - wanted)
            raise BundleError("model_assigners.parts", missing=sorted(wanted - found), unknown=unknown)


def _shown(names: set[str]) -> list[str]:
    """Return names that a file made up as an error may show them: few, short and plain ones."""
    shown = sorted(name if _NAME.fullmatch(name) else "…" for name in names)
    return shown if len(shown) <= _MOST_NAMES else [*shown[:_MOST_NAMES], "…"]


def floats(arrays: Arrays, name: str, shape: tuple[int | None, ...]) -> npt.NDArray[np.float64]:
    """Return a finite float64 array; ``None`` in ``shape`` stands for any length from 1 on."""
    array = numbers(arrays, name, shape)
    if not np.isfinite(array).all():
        raise BundleError("model_assigners.not_finite", array=name)
    return array


def numbers(arrays: Arrays, name: str, shape: tuple[int | None, ...]) -> npt.NDArray[np.float64]:
    """Return a float64 array that may hold infinities; ``None`` in ``shape`` stands for any length from 1 on."""
    return _array(arrays, name, shape, np.dtype(np.float64))


def integers(arrays: Arrays, name: str, shape: tuple[int | None, ...]) -> npt.NDArray[np.int64]:
    """Return an int64 array; ``None`` in ``shape`` stands for any length from 1 on."""
    return _array(arrays, name, shape, np.dtype(np.int64))


def positive(array: FloatVector, name: str) -> None:
    """Refuse an array with a value that is not above zero."""
    if not (array > 0).all():
        raise BundleError("model_assigners.not_positive", array=name)


def not_negative(array: FloatVector, name: str) -> None:
    """Refuse an array with a value below zero."""
    if not (array >= 0).all():
        raise BundleError("model_assigners.negative", array=name)


def whole_labels(labels: IntVector, name: str) -> int:
    """Return the number of clusters, refusing labels that are not 0 … n − 1 with each of them present."""
    found = np.unique(labels)
    if not np.array_equal(found, np.arange(found.size)):
        raise BundleError("model_assigners.labels", array=name)
    return int(found.size)


def ascending(labels: IntVector, name: str) -> int:
    """Return the number of clusters, refusing labels that are not 0 … n − 1 in ascending order."""
    if (np.diff(labels) < 0).any():
        raise BundleError("model_assigners.labels", array=name)
    return whole_labels(labels, name)


def choice(parameters: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """Return a value that must be one of a few words."""
    value = parameters[name]
    if value not in allowed:
        raise BundleError("model_assigners.choice", value=name, allowed=list(allowed))
    return str(value)


def flag(parameters: Mapping[str, Any], name: str) -> bool:
    """Return a value that must be true or false."""
    value = parameters[name]
    if not isinstance(value, bool):
        raise BundleError("model_assigners.flag", value=name)
    return value


def _array(
    arrays: Arrays, name: str, shape: tuple[int | None, ...], dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    array = arrays[name]
    fits = array.ndim == len(shape) and all(
        length >= 1 if wanted is None else length == wanted
        for length, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = " × ".join("n" if length is None else str(length) for length in shape)
        raise BundleError("model_assigners.shape", array=name, shape=list(array.shape), wanted=wanted)
    if array.dtype != dtype:
        raise BundleError("model_assigners.dtype", array=name, dtype=str(array.dtype), wanted=str(dtype))
    return np.ascontiguousarray(array)
