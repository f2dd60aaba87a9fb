"""The prepared numbers that every family sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.types import FloatMatrix, TextVector


@dataclass(frozen=True, eq=False)
class Matrix:
    """Prepared rows.

    Attributes
    ----------
    X
        Array of shape (n_samples, n_features), float64, C order, finite, not writeable.
    keys
        The customers' keys, objects of shape (n_samples,): text, never used in computing.
    feature_names
        Names of the prepared features; a one-hot feature is ``COLUMN=LEVEL``.
    """

    X: FloatMatrix
    keys: TextVector
    feature_names: tuple[str, ...]

    def __post_init__(self) -> None:
        X = np.ascontiguousarray(self.X, dtype=np.float64)
        if X is self.X and X.flags.writeable:
            X = X.view()
        X.setflags(write=False)
        object.__setattr__(self, "X", X)

    @property
    def n_samples(self) -> int:
        """The number of rows."""
        return int(self.X.shape[0])

    @property
    def n_features(self) -> int:
        """The number of prepared features."""
        return int(self.X.shape[1])
