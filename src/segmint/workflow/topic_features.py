"""Shares of topics as numeric columns, one row a customer, which ``segmint run`` takes beside others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmint.data import ReadOptions, open_writer
from segmint.data.options import clean_name
from segmint.data.write import check_target
from segmint.model.fold_in import fold_in
from segmint.model.tfidf import nearest_clusters
from segmint.model.topic_columns import TopicColumns, told_shares
from segmint.model.topic_file import save_topic_columns
from segmint.model.topic_model import TopicModel
from segmint.topics.words import relevance
from segmint.types import FloatMatrix, IntVector
from segmint.workflow.texts import TextColumns, Texts, read_texts

_WORDS_IN_A_NAME = 2


@dataclass(frozen=True, eq=False)
class Placed:
    """New texts in old topics.

    Attributes
    ----------
    texts
        The customers and what they wrote.
    shares
        Shape (n_customers, n_topics), rows sum to 1.
    clusters
        The nearest cluster of each, shape (n_customers,); ``NOISE`` for one without a known word.
    n_empty
        Customers without a known word: they have the prior as their mixture.
    """

    texts: Texts
    shares: FloatMatrix
    clusters: IntVector
    n_empty: int

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the customers."""
        return self.texts.keys


def assign_topics(
    model: TopicModel, source: Any, columns: TextColumns, reading: ReadOptions | None = None
) -> Placed:
    """Give new texts their topics, by the model alone.

    Parameters
    ----------
    model
        See :func:`segmint.model.topic_file.load_topic_model`.
    source
        Whatever :func:`segmint.read` takes.
    columns, reading
        Which columns hold what; how the source is written.
    """
    texts = read_texts(source, columns, reading)
    clusters = nearest_clusters(model, texts.documents)
    return Placed(texts, fold_in(model, texts.documents), clusters, int((clusters < 0).sum()))


def feature_names(model: TopicModel) -> list[str]:
    """Return a name for each topic's column: its number and its two most telling words, ``topic_1_film_award``.

    By relevance (λ = .6) against the mean of the topics, so that the model alone names them.
    """
    scores = relevance(model.topic_word, model.topic_word.mean(axis=0))
    scores = np.where(model.lexicon.naming, scores, -np.inf)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :_WORDS_IN_A_NAME]
    words = model.lexicon.vocabulary
    return [
        "_".join(["topic", str(k + 1), *(words[word].replace(" ", "_") for word in row)])
        for k, row in enumerate(order.tolist())
    ]


def write_features(
    target: str | Path, columns: TextColumns, texts: Texts, model: TopicModel, shares: FloatMatrix
) -> Path:
    """Write one row a customer, the key and the share of each topic in thousandths, and the topic model beside it.

    The share of a customer without a text is missing: it is filled as any missing value is.

    Parameters
    ----------
    target
        A file that ends in ``.csv``, ``.tsv`` (each also ``.gz``) or ``.parquet``; ``TARGET.topics`` lies beside it.
    columns
        Which columns held what; without one of keys it is called ``row``.
    texts, shares
        The customers and their mixtures.
    model
        Whose topics they are.
    """
    names = feature_names(model)
    told = told_shares(shares)
    there = np.array([bool(text.strip()) for text in texts.documents], dtype=np.bool_)
    written: dict[str, Any] = {columns.key or "row": np.array(texts.keys, dtype=object)}
    written |= {name: np.where(there, told[:, k], np.nan) for k, name in enumerate(names)}
    with open_writer(target) as writer:
        writer.write(written)
        # first the topics, then the table, when the writer ends: where that fails the older table lies beside newer
        # topics, which are not taken unless all of their columns are in it
        save_topic_columns(TopicColumns(model, clean_name(columns.text), tuple(names)), topics_path(target))
    return Path(target)


def topics_path(table: str | Path) -> Path:
    """Return where the topic model of a table of shares lies: beside it, under its whole name.

    Examples
    --------
    >>> topics_path("out/shares.csv.gz").name
    'shares.csv.gz.topics'
    """
    path = Path(table)
    return path.with_name(f"{path.name}.topics")


def refuse_target(target: Path | None) -> None:
    """Refuse a file for features that could not be written for its name, before there is anything to write."""
    if target is not None:
        check_target(target)
