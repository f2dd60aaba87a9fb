"""K-Means on TF-IDF: every document in one cluster."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import ThreadpoolController

from segmint.model.tfidf import weigh
from segmint.model.word_counts import WordCounts
from segmint.seeds import random_state
from segmint.types import FloatMatrix, FloatVector

N_STARTS: Final = 10


@dataclass(frozen=True, eq=False)
class Clusters:
    """Fitted clusters.

    Attributes
    ----------
    centers
        Shape (n_clusters, n_words), ≥ 0: the mean weights of each cluster's documents.
    inertia
        Sum of squared distances to the centers.
    """

    centers: FloatMatrix
    inertia: float


def fit_clusters(
    counts: WordCounts, idf: FloatVector, n_clusters: int, *, seed: int, n_starts: int = N_STARTS
) -> Clusters:
    """Fit clusters to documents: the best of several starts of scikit-learn's K-Means.

    On one thread: so few sums are sooner done than handed out, and beside other work two threads wait for each
    other (measured: ten times as long on a busy machine).
    Steinbach, Karypis, Kumar (2000); k-means++ by Arthur, Vassilvitskii (2007).

    Parameters
    ----------
    counts
        The documents; those without a word do not count.
    idf
        Shape (n_words,): see :func:`segmint.model.tfidf.inverse_frequency`.
    n_clusters
        K, at most the number of different documents that have a word.
    seed
        Of this fit.
    n_starts
        Of which the one with the least inertia is kept.

    Examples
    --------
    >>> from segmint.model.word_counts import count_words
    >>> texts = [["goal", "match"]] * 20 + [["share", "stock"]] * 20
    >>> counts = count_words(texts, {"goal": 0, "match": 1, "share": 2, "stock": 3})
    >>> fit_clusters(counts, np.ones(4), 2, seed=0).centers.max(axis=0).round(2).tolist()
    [0.71, 0.71, 0.71, 0.71]
    """
    fit = KMeans(n_clusters, n_init=n_starts, random_state=random_state(seed, "clusters", n_clusters))
    with _threads().limit(limits=1), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # fewer different documents than clusters: counted
        fit.fit(_matrix(counts, idf))
    return Clusters(np.maximum(fit.cluster_centers_, 0.0), float(fit.inertia_))


@cache
def _threads() -> ThreadpoolController:
    """Return what limits threads; looking for the libraries takes longer than a small fit."""
    return ThreadpoolController()


def _matrix(counts: WordCounts, idf: FloatVector) -> csr_array:
    """Return the documents that have a word as scikit-learn takes them."""
    known = counts.take(np.flatnonzero(np.diff(counts.starts)))
    parts = (weigh(known, idf), known.words.astype(np.int32), known.starts.astype(np.int32))
    return csr_array(parts, shape=(len(known), known.n_words))
