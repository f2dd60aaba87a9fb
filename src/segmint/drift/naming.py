"""What segments and features are called in a report, and how prepared rows are told in original units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from segmint.types import FloatMatrix, FloatVector

Units = Callable[[FloatMatrix], Mapping[str, FloatVector]]
"""From prepared rows to original units, by feature (``Preparation.backward``)."""


@dataclass(frozen=True)
class Names:
    """The names that a report uses; numbers where none are given.

    Attributes
    ----------
    segments
        By label.
    features
        Of the prepared features, in order.
    units
        What brings prepared rows back to original units, by feature; a feature that it lacks has none.

    Examples
    --------
    >>> Names(segments=("Regulars",)).segment(0), Names().feature(3)
    ('Regulars', '3')
    """

    segments: Sequence[str] = ()
    features: Sequence[str] = ()
    units: Units | None = None

    def segment(self, label: int) -> str:
        """Return the name of a label."""
        return self.segments[label] if self.segments else str(label)

    def feature(self, number: int) -> str:
        """Return the name of a prepared feature."""
        return self.features[number] if self.features else str(number)

    def in_units(self, rows: FloatMatrix) -> Mapping[str, FloatVector]:
        """Return prepared rows in original units, by the features that have some."""
        return {} if self.units is None else self.units(rows)
