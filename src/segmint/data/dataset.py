"""A table that was read, with its schema, keys and fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmint.model.recipe import Recipe
from segmint.model.schema import Schema
from segmint.model.topic_columns import TopicColumns
from segmint.types import TextVector
from segmint.words import Sentence

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of customers or players.

    Attributes
    ----------
    table
        Arrow table, one column for each feature of the schema: float64 for numbers and counts, string
        for flags, categories and text, float64 days since 1970-01-01 for dates; null for missing.
    schema
        What the columns are.
    keys
        Text of each row's key, objects of shape (n_rows,).
    fingerprint
        SHA-256 of the content (names, kinds and values; not of the file): equal tables have equal
        fingerprints whatever file they came in.
    source
        The name shown to people: the file's name, a table's name, ``standard input``, ``frame``;
        never a whole path, never a password.
    notices
        What was detected, repaired, counted or set aside, in order.
    recipe
        How the columns were made of events; ``None`` where they came as a table.
    topics
        What makes some of the columns of texts; ``None`` where nothing does.
    """

    table: pa.Table
    schema: Schema
    keys: TextVector
    fingerprint: str
    source: str
    notices: tuple[Sentence, ...] = ()
    recipe: Recipe | None = None
    topics: TopicColumns | None = None

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return int(self.table.num_rows)
