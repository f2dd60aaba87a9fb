"""Customers with a text in the place of the shares of topics that a model clusters: the text is folded in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from segmint.errors import RequestError
from segmint.model.segment_model import SegmentModel
from segmint.model.topic_columns import TopicColumns, reading_schema
from segmint.serve.rows import Row, Values, by_field, columns_of
from segmint.serve.settings import Limits
from segmint.types import RawColumns


def values_of_rows(
    model: SegmentModel, rows: Sequence[Row], *, first: int = 1, alike: Row | None = None
) -> Values:
    """Return the values of the fields that a model needs from customers as objects, one at least.

    The first customer decides for those who come with it: with the text and no share, each has a text and no share.

    Parameters
    ----------
    model
        The model.
    rows
        What was sent.
    first
        The number of the first row, for errors.
    alike
        The customer who decides; ``None`` for the first of these.

    Raises
    ------
    RequestError
        422 where some have texts and some shares; see also :func:`segmint.serve.rows.by_field`.
    """
    alike = rows[0] if alike is None else alike
    if model.topics is not None:
        _refuse_mixed(model.topics, rows, first, texts=model.topics.replaces(alike))
    with _naming_text(model.topics):
        return by_field(reading_schema(model.schema, model.topics, alike), rows, first=first)


@contextmanager
def _naming_text(topics: TopicColumns | None) -> Iterator[None]:
    """Say of a customer without a share of topics that a text can stand in their place."""
    try:
        yield
    except RequestError as error:
        lacking = error.figures.get("field") if error.code == "serve.no_field" else None
        if topics is None or lacking not in topics.names:
            raise
        raise RequestError("serve.no_share", status=error.status, text=topics.text, **error.figures) from None


def _refuse_mixed(topics: TopicColumns, rows: Sequence[Row], first: int, *, texts: bool) -> None:
    """Refuse customers of whom some have a text in the place of shares, and some have shares."""
    shares = frozenset(topics.names)
    for place, row in enumerate(rows):
        if (not shares.isdisjoint(row)) if texts else topics.replaces(row):
            raise RequestError("serve.mixed", status=422, field=topics.text, row=first + place)


def columns_of_values(
    model: SegmentModel, values: Values, *, first: int = 1, most: int | None = Limits.words
) -> RawColumns:
    """Return the columns that make the clusters, shares of texts among them.

    ``None`` and a blank text are no text: the shares are missing, and filled as they were in training.

    Parameters
    ----------
    model
        The model.
    values
        What was sent.
    first
        The number of the first row, for errors.
    most
        The different words of all texts, once a topic, that may be folded in; ``None`` for any number.

    Raises
    ------
    RequestError
        413 for more words; see also :func:`segmint.serve.rows.columns_of`.
    """
    schema = reading_schema(model.schema, model.topics, values)
    with _naming_text(model.topics):
        columns = columns_of(schema, values, first=first)
    if schema is model.schema or model.topics is None:
        return columns
    return _folded(model.topics, columns, most)


def _folded(topics: TopicColumns, columns: RawColumns, most: int | None) -> RawColumns:
    counts = topics.counts(columns[topics.text].tolist())
    n_words = len(counts.words)
    if most is not None and n_words * topics.model.n_topics > most:
        raise RequestError("serve.too_many_words", status=413, n=n_words, most=most // topics.model.n_topics)
    return topics.folded(columns, counts)
