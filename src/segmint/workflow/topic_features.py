"""Shares of topics as numeric columns, one row a customer, which ``segmint run`` takes beside others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmint.data import ReadOptions, open_writer
from segmint.data.write import check_target
from segmint.model.fold_in import fold_in
from segmint.model.tfidf import nearest_clusters
from segmint.model.topic_model import TopicModel
from segmint.topics.words import relevance
from segmint.types import FloatMatrix, IntVector
from segmint.workflow.texts import TextColumns, read_texts

_WORDS_IN_A_NAME = 2


@dataclass(frozen=True, eq=False)
class Placed:
    """New texts in old topics.

    Attributes
    ----------
    keys
        Of the customers.
    shares
        Shape (n_customers, n_topics), rows sum to 1.
    clusters
        The nearest cluster of each, shape (n_customers,); ``NOISE`` for one without a known word.
    n_empty
        Customers without a known word: they have the prior as their mixture.
    """

    keys: tuple[str, ...]
    shares: FloatMatrix
    clusters: IntVector
    n_empty: int


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
    return Placed(texts.keys, fold_in(model, texts.documents), clusters, int((clusters < 0).sum()))


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
    target: str | Path, key: str | None, keys: Sequence[str], model: TopicModel, shares: FloatMatrix
) -> Path:
    """Write one row a customer: the key, and the share of each topic.

    Parameters
    ----------
    target
        A file that ends in ``.csv``, ``.tsv`` (each also ``.gz``) or ``.parquet``.
    key
        The name of the column of keys; ``row`` for ``None``.
    keys, shares
        The customers and their mixtures.
    model
        Whose topics they are.
    """
    with open_writer(target) as writer:
        columns: dict[str, Any] = {key or "row": np.array(keys, dtype=object)}
        columns |= {name: shares[:, k] for k, name in enumerate(feature_names(model))}
        writer.write(columns)
    return Path(target)


def refuse_target(target: Path | None) -> None:
    """Refuse a file for features that could not be written for its name, before there is anything to write."""
    if target is not None:
        check_target(target)
