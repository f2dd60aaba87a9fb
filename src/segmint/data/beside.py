"""Columns of numbers that stand in another table than the customers', and are found by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmint.model.schema import Feature
from segmint.types import FloatVector, IntVector, TextVector
from segmint.words import Sentence

NOWHERE = -1
"""The place of a customer who has no row there."""


@dataclass(frozen=True, eq=False)
class Beside:
    """A table beside the customers'.

    Attributes
    ----------
    source
        The name shown to people.
    keys
        Of its rows, none twice.
    features
        What its columns are; all are numbers.
    columns
        By name, shape (n_rows,), NaN for missing.
    notices
        What was left out or counted when it was read.
    every
        The names of all columns of that table, also of those that were left out.
    """

    source: str
    keys: tuple[str, ...]
    features: tuple[Feature, ...]
    columns: Mapping[str, FloatVector]
    notices: tuple[Sentence, ...] = ()
    every: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {key: row for row, key in enumerate(self.keys)}

    def places(self, keys: Sequence[str] | TextVector) -> IntVector:
        """Return the row of each customer, ``NOWHERE`` for one without; blanks around a key may be missing there.

        Examples
        --------
        >>> Beside("shares.csv", ("b", "a"), (), {}).places(["a", "c"]).tolist()
        [1, -1]
        """
        rows = self._rows
        found = (rows.get(key, rows.get(key.strip(), NOWHERE)) for key in keys)
        return np.fromiter(found, dtype=np.int64, count=len(keys))

    def at(self, places: IntVector) -> dict[str, FloatVector]:
        """Return the columns of customers by their places; NaN for one without a row."""
        there = places != NOWHERE
        return {name: np.where(there, self.columns[name][places], np.nan) for name in self.names}
