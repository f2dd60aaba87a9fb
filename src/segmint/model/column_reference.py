"""What one raw column of the training data looked like, for the checks that come before any test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from segmint.types import FloatVector


@dataclass(frozen=True, eq=False)
class ColumnReference:
    """A raw column: numbers by quantiles, levels by their shares.

    Attributes
    ----------
    quantiles
        Of the present numbers, at the probabilities of ``grid``; empty for levels. At least five rows
        lie beyond the outermost.
    grid
        The probabilities, ascending.
    values
        The commonest numbers, each of at least five rows, commonest first; empty for levels.
    shares
        The share of each of ``values`` or ``levels`` among the present ones.
    count
        Shape (2,): rows, and present ones.
    levels
        The commonest levels, each of at least five rows, commonest first; empty for numbers.
    complete
        Whether ``levels`` are all that there were.
    """

    ARRAYS: ClassVar[tuple[str, ...]] = ("quantiles", "grid", "values", "shares", "count")

    quantiles: FloatVector
    grid: FloatVector
    values: FloatVector
    shares: FloatVector
    count: FloatVector
    levels: tuple[str, ...] = ()
    complete: bool = True
    numeric: bool = True

    @property
    def missing_share(self) -> float:
        """The share of rows without a value."""
        rows, present = self.count
        return float(1.0 - present / rows) if rows else 0.0

    def arrays(self) -> Mapping[str, npt.NDArray[np.float64]]:
        """Return the arrays that a bundle keeps."""
        return {name: getattr(self, name) for name in self.ARRAYS}

    def parameters(self) -> Mapping[str, Any]:
        """Return the plain values that a bundle keeps."""
        return {"levels": list(self.levels), "complete": self.complete, "numeric": self.numeric}

    @classmethod
    def restore(
        cls, arrays: Mapping[str, npt.NDArray[Any]], parameters: Mapping[str, Any]
    ) -> ColumnReference:
        """Make it again from :meth:`arrays` and :meth:`parameters`."""
        return cls(
            **{name: arrays[name] for name in cls.ARRAYS},
            levels=tuple(parameters["levels"]),
            complete=bool(parameters["complete"]),
            numeric=bool(parameters["numeric"]),
        )
