"""Names for the shapes of data that cross rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

FloatVector: TypeAlias = npt.NDArray[np.float64]
FloatMatrix: TypeAlias = npt.NDArray[np.float64]
IntVector: TypeAlias = npt.NDArray[np.int64]
BoolVector: TypeAlias = npt.NDArray[np.bool_]
TextVector: TypeAlias = npt.NDArray[np.object_]

RawColumn: TypeAlias = npt.NDArray[Any]
"""One column in original units: float64 with NaN for missing, or objects (str, None for missing)."""

RawColumns: TypeAlias = Mapping[str, RawColumn]
"""Columns by name, all of one length. The only form in which rows cross from ``data`` downwards."""

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


class Progress(Protocol):
    """What long work calls to say how far it is; the command line draws it, tests collect it."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` units of ``step`` are finished."""


def silent(step: str, done: int, total: int) -> None:
    """Say nothing: the progress of a library call that nobody watches."""
