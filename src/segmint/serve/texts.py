"""Customers with a text in the place of the shares of topics that a model clusters: the text is folded in."""

from __future__ import annotations

from collections.abc import Sequence

from segmint.model.segment_model import SegmentModel
from segmint.model.topic_columns import reading_schema
from segmint.serve.rows import Row, Values, by_field, columns_of
from segmint.types import RawColumns


def values_of_rows(model: SegmentModel, rows: Sequence[Row], *, first: int = 1) -> Values:
    """Return the values of the fields that a model needs from customers as objects, one at least.

    The first customer decides for those who come with it: with the text and no share, each has a text.

    Raises
    ------
    RequestError
        See :func:`segmint.serve.rows.by_field`.
    """
    return by_field(reading_schema(model.schema, model.topics, rows[0]), rows, first=first)


def columns_of_values(model: SegmentModel, values: Values, *, first: int = 1) -> RawColumns:
    """Return the columns that make the clusters, shares of texts among them.

    ``None`` and a blank text are no text: the shares are missing, and filled as they were in training.

    Raises
    ------
    RequestError
        See :func:`segmint.serve.rows.columns_of`.
    """
    schema = reading_schema(model.schema, model.topics, values)
    columns = columns_of(schema, values, first=first)
    return columns if schema is model.schema or model.topics is None else model.topics.folded(columns)
