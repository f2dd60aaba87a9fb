"""What a table's columns are, and what each is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from segmint.errors import SchemaError
from segmint.words import Sentence


class Kind(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    CATEGORY = "category"
    TEXT = "text"
    DATE = "date"


class Role(StrEnum):
    """What a column is used for."""

    KEY = "key"
    CLUSTER = "cluster"
    DESCRIBE = "describe"
    DATE = "date"
    IGNORE = "ignore"


class Missing(StrEnum):
    """What happens to a missing value of a column that clusters."""

    MEDIAN = "median"
    MEAN = "mean"
    DROP = "drop"
    ERROR = "error"


UNSTATED = Sentence("data.reason.unstated")
NUMERIC_KINDS = frozenset({Kind.NUMBER, Kind.COUNT})
LEVEL_KINDS = frozenset({Kind.FLAG, Kind.CATEGORY})


@dataclass(frozen=True)
class Feature:
    """One column: its kind, its role, and why.

    Attributes
    ----------
    name
        The column's name as it stands in the data.
    kind, role
        See :class:`Kind` and :class:`Role`.
    unit
        The unit of the values where it is known (``"k$"``), else ``None``.
    missing
        The policy for missing values, where the column clusters.
    missing_values
        Texts that mean "missing" in this column, beside the empty cell.
    date_format
        How dates are written, in ``strptime``'s terms, where the kind is a date.
    reason
        Why the column has this kind and role.
    given
        Whether a person decided it (else it was inferred).
    """

    name: str
    kind: Kind
    role: Role
    unit: str | None = None
    missing: Missing = Missing.MEDIAN
    missing_values: tuple[str, ...] = ()
    date_format: str | None = None
    reason: Sentence = UNSTATED
    given: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers (kind number or count)."""
        return self.kind in NUMERIC_KINDS

    def to_json(self) -> dict[str, Any]:
        """Return the feature as plain data."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "role": self.role.value,
            "unit": self.unit,
            "missing": self.missing.value,
            "missing_values": list(self.missing_values),
            "date_format": self.date_format,
            "reason": self.reason.to_json(),
            "given": self.given,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Feature:
        """Read what :meth:`to_json` wrote."""
        return cls(
            name=stored["name"],
            kind=Kind(stored["kind"]),
            role=Role(stored["role"]),
            unit=stored["unit"],
            missing=Missing(stored["missing"]),
            missing_values=tuple(stored["missing_values"]),
            date_format=stored["date_format"],
            reason=Sentence.from_json(stored["reason"]),
            given=stored["given"],
        )


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in their order.

    At most one feature has the role ``key``; without one, the key is the row's number (from 1).
    """

    features: tuple[Feature, ...]

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(feature.name for feature in self.features)

    @property
    def key(self) -> Feature | None:
        """The column that names the customer, or ``None`` when the row's number does."""
        return next((feature for feature in self.features if feature.role is Role.KEY), None)

    def with_role(self, role: Role) -> tuple[Feature, ...]:
        """Return the features of one role, in order."""
        return tuple(feature for feature in self.features if feature.role is role)

    @property
    def clustering(self) -> tuple[Feature, ...]:
        """The features that the clusters are made of."""
        return self.with_role(Role.CLUSTER)

    @property
    def describing(self) -> tuple[Feature, ...]:
        """The features that only describe the segments."""
        return self.with_role(Role.DESCRIBE)

    def feature(self, name: str) -> Feature:
        """Return one feature by name.

        Raises
        ------
        SchemaError
            If there is no such column; the error shows the nearest names.
        """
        for feature in self.features:
            if feature.name == name:
                return feature
        raise SchemaError("model.no_such_column", column=name, columns=list(self.names))

    def replacing(self, name: str, **changes: Any) -> Schema:
        """Return a schema in which one feature has other values."""
        self.feature(name)
        return Schema(tuple(replace(f, **changes) if f.name == name else f for f in self.features))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the schema as plain data."""
        return [feature.to_json() for feature in self.features]

    @classmethod
    def from_json(cls, stored: Iterable[Mapping[str, Any]]) -> Schema:
        """Read what :meth:`to_json` wrote."""
        return cls(tuple(Feature.from_json(item) for item in stored))
