"""The one way from values to an answer, whatever protocol they came by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segmint.model.assignment import Assignment, assign
from segmint.serve.rows import Values, keys_of
from segmint.serve.served import Served
from segmint.serve.texts import columns_of_values


@dataclass(frozen=True, eq=False)
class Assigned:
    """The segments of a batch.

    Attributes
    ----------
    assignment
        See :class:`segmint.model.assignment.Assignment`.
    key
        The name of the key, ``None`` where the model has none.
    """

    assignment: Assignment
    key: str | None

    def columns(self) -> dict[str, list[Any]]:
        """Return the columns of the result: the key where one was sent, then the segment's, with ``None`` for NaN."""
        found = {name: column.tolist() for name, column in self.assignment.result().items()}
        found["confidence"] = [value if value == value else None for value in found["confidence"]]
        keys = self.assignment.keys.tolist()
        if self.key is None or not any(key is not None for key in keys):
            return found
        return {self.key: keys, **found}

    def records(self) -> list[dict[str, Any]]:
        """Return the same, an object for each customer."""
        columns = self.columns()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def assigned(served: Served, values: Values, *, first: int = 1, most_words: int | None = None) -> Assigned:
    """Assign a batch of values by field.

    Raises
    ------
    RequestError
        422, naming row and field; 413 for more words of texts than ``most_words``.
    """
    schema = served.model.schema
    columns = columns_of_values(served.model, values, first=first, most=most_words)
    n_rows = len(next(iter(columns.values())))
    keys = keys_of(schema, values, n_rows, first=first)
    return Assigned(assign(served.model, columns, keys), None if schema.key is None else schema.key.name)


def n_of(values: Mapping[str, Any]) -> int:
    """Return how many customers values by field are of."""
    return max((len(column) for column in values.values()), default=0)
