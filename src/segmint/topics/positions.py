"""Where topics lie to each other on a flat map."""

from __future__ import annotations

import numpy as np

from segmint.types import FloatMatrix


def divergences(topic_word: FloatMatrix) -> FloatMatrix:
    """Return the Jensen–Shannon divergence of each pair of topics, in bits, 0 … 1.

    Shape (n_topics, n_topics). Lin (1991), doi:10.1109/18.61115.

    Examples
    --------
    >>> divergences(np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])).round(2).tolist()
    [[0.0, 1.0, 0.31], [1.0, 0.0, 0.31], [0.31, 0.31, 0.0]]
    """
    alone = _entropy(topic_word)
    mixed = np.array([_entropy((topic_word + one) / 2) for one in topic_word])
    return np.asarray(np.maximum(mixed - (alone[:, None] + alone[None, :]) / 2, 0.0))


def _entropy(shares: FloatMatrix) -> FloatMatrix:
    logs = np.log2(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * logs).sum(axis=-1))


def positions(topic_word: FloatMatrix) -> FloatMatrix:
    """Return the places of topics on a map: classical scaling of the roots of their divergences.

    Shape (n_topics, 2); near topics share words. Torgerson (1952), doi:10.1007/BF02288916; for topics:
    Sievert, Shirley (2014), aclanthology.org/W14-3110.
    """
    n = len(topic_word)
    center = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * center @ divergences(topic_word) @ center)
    axes = np.argsort(-values)[:2]
    places = vectors[:, axes] * np.sqrt(np.maximum(values[axes], 0.0))
    places = places * np.where(places[np.abs(places).argmax(axis=0), np.arange(len(axes))] < 0, -1.0, 1.0)
    return np.asarray(np.pad(places, ((0, 0), (0, 2 - places.shape[1]))))
