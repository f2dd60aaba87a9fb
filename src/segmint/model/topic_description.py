"""A topic model as plain data and arrays, and back: what a file of its own and a bundle share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.model.lexicon import Lexicon
from segmint.model.topic_model import TopicModel

TOPIC_ARRAYS: Final = ("topic_word", "alpha", "idf", "centers")
"""The arrays of a topic model, under the names that it has them by."""


def describe_topics(model: TopicModel) -> dict[str, Any]:
    """Return the plain part of a topic model."""
    words = model.lexicon
    return {
        "format": model.format,
        "name": model.name,
        "language": words.language,
        "stop_words": words.stop_words,
        "vocabulary": words.vocabulary,
        "phrases": words.phrases,
        "forms": dict(words.forms),
        "n_documents": model.n_documents,
        "seed": model.seed,
        "versions": dict(model.versions),
    }


def arrays_of_topics(model: TopicModel) -> dict[str, npt.NDArray[np.float64]]:
    """Return the arrays of a topic model by name."""
    return {name: np.asarray(getattr(model, name), dtype=np.float64) for name in TOPIC_ARRAYS}


def make_topics(described: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> TopicModel:
    """Make a topic model of what :func:`describe_topics` gave; the parts must have been checked before."""
    phrases = tuple((first, second) for first, second in described["phrases"])
    lexicon = Lexicon(
        described["language"],
        described["stop_words"],
        tuple(described["vocabulary"]),
        phrases,
        described["forms"],
    )
    return TopicModel(
        described["name"],
        lexicon,
        topic_word=np.array(arrays["topic_word"]),
        alpha=np.array(arrays["alpha"]),
        idf=np.array(arrays["idf"]),
        centers=np.array(arrays["centers"]),
        n_documents=described["n_documents"],
        seed=described["seed"],
        versions=described["versions"],
    )
