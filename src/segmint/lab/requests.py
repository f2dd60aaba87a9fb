"""Short texts as weighed words: the shipped requests, or texts of one's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from segmint.data import example_table
from segmint.data.events import column_names
from segmint.data.hints import words_of
from segmint.errors import UsageError
from segmint.lab.lesson import Assignment
from segmint.seeds import generator
from segmint.topics.corpus import read_corpus
from segmint.topics.languages import detect
from segmint.types import FloatMatrix, IntVector
from segmint.workflow.texts import TextColumns, Texts, read_texts

REQUESTS: Final = "snips_requests"
MOST: Final = 5_000
_TEXTS: Final = frozenset(
    {"text", "texts", "message", "review", "reviews", "comment", "description", "title", "body"}
)
_LABELS: Final = frozenset({"label", "labels", "topic", "intent"})


@dataclass(frozen=True, eq=False)
class Weighed:
    """Texts with a word of the vocabulary.

    Attributes
    ----------
    texts
        The texts themselves.
    W
        TF-IDF, (1 + log count) × idf, no row divided by its length: shape (n_texts, n_words).
    labels
        The label of each, numbered; ``None`` where there are none.
    n_empty
        Texts that were left out, since they hold no word of the vocabulary.
    source
        The name of the source.
    """

    texts: tuple[str, ...]
    W: FloatMatrix
    labels: IntVector | None
    n_empty: int
    source: str


def shipped_requests() -> Weighed:
    """Return the shipped requests: seven intents, 400 requests each."""
    return weighed(read_texts(example_table(REQUESTS), TextColumns(text="text", labels="label")))


def own_texts(assignment: Assignment) -> Weighed:
    """Return texts of one's own; of more than five thousand a sample."""
    texts = read_texts(assignment.data, text_columns(assignment), assignment.options)
    if len(texts.documents) > MOST:
        rows = np.sort(generator(assignment.seed, "lab", "texts").permutation(len(texts.documents))[:MOST])
        texts = replace(
            texts,
            documents=tuple(texts.documents[row] for row in rows.tolist()),
            labels=None if texts.labels is None else texts.labels[rows],
        )
    return weighed(texts)


def text_columns(assignment: Assignment) -> TextColumns:
    """Tell from their names which column of a table holds texts, and which labels.

    Raises
    ------
    UsageError
        If no column is called like texts.
    """
    names = column_names(assignment.data, assignment.options)
    text = next((name for name in names if _TEXTS & {*words_of(name)}), None)
    if text is None:
        raise UsageError("lab.no_texts", columns=list(names))
    labels = next((name for name in names if _LABELS & {*words_of(name)} and name != text), None)
    return TextColumns(text=text, labels=labels)


def weighed(texts: Texts) -> Weighed:
    """Return texts as weighed words."""
    corpus = read_corpus(texts.documents, detect(texts.documents))
    counts, kept = corpus.counts, corpus.usable
    W = np.zeros((len(counts), counts.n_words))
    W[counts.texts, counts.words] = (1.0 + np.log(counts.counts)) * corpus.idf[counts.words]
    return Weighed(
        tuple(texts.documents[row] for row in kept.tolist()),
        W[kept],
        None if texts.labels is None else texts.labels[kept],
        corpus.n_empty,
        texts.source,
    )
