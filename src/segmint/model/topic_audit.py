"""What a stored topic model must satisfy before any part of it is built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model.stop_words import STOP_WORDS
from segmint.model.tokens import LONGEST_WORD
from segmint.model.topic_description import TOPIC_ARRAYS
from segmint.model.topic_model import FORMAT, MOST_TOPICS
from segmint.types import FloatMatrix

_TERM: Final = re.compile(rf"[^\s]{{1,{LONGEST_WORD}}}(?: [^\s]{{1,{LONGEST_WORD}}})?")
_FIELDS: Final = frozenset(
    (
        "format",
        "name",
        "language",
        "stop_words",
        "vocabulary",
        "phrases",
        "forms",
        "n_documents",
        "seed",
        "versions",
    )
)
_LANGUAGES: Final = (None, "en", "fr")
_SUMS_TO_ONE: Final = 1e-9


def audit_topic_words(described: Any, place: str = "words") -> None:
    """Refuse a description that is none of a topic model.

    Raises
    ------
    BundleError
        Naming ``place``.
    """
    if not (isinstance(described, dict) and described.keys() == _FIELDS and _sound(described)):
        raise BundleError("bundle.structure", place=place)


def _sound(described: Mapping[str, Any]) -> bool:
    vocabulary, phrases = described["vocabulary"], described["phrases"]
    return (
        whole(described["format"])
        and described["format"] == FORMAT
        and isinstance(described["name"], str)
        and described["language"] in _LANGUAGES
        and described["stop_words"] in tuple(STOP_WORDS)
        and _terms(vocabulary)
        and bool(vocabulary)
        and vocabulary == sorted(set(vocabulary))
        and isinstance(phrases, list)
        and all(_terms(pair) and len(pair) == 2 for pair in phrases)
        and _texts(described["forms"])
        and _texts(described["versions"])
        and whole(described["n_documents"])
        and whole(described["seed"], least=-(2**63))
    )


def _terms(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) and _TERM.fullmatch(one) for one in value)


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def whole(value: Any, *, least: int = 1) -> bool:
    """Return whether a value is a whole number from ``least`` on."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def audit_topic_shapes(shapes: Mapping[str, tuple[int, ...]], n_words: int, place: str = "arrays") -> int:
    """Return the number of topics, refusing arrays that are not those of so many words.

    Raises
    ------
    BundleError
        Naming ``place``.
    """
    (n_topics,) = shapes.get("topic_word", ())[:1] or (0,)
    wide = (n_topics, n_words)
    right = {"topic_word": wide, "alpha": (n_topics,), "idf": (n_words,), "centers": wide}
    if dict(shapes) != right or not 1 <= n_topics <= MOST_TOPICS:
        raise BundleError("bundle.structure", place=place)
    return n_topics


def audit_topic_values(arrays: Mapping[str, npt.NDArray[Any]], place: str = "arrays") -> None:
    """Refuse arrays of shapes that fit whose numbers are no topic model's.

    Raises
    ------
    BundleError
        Naming ``place``.
    """
    found = [arrays[name] for name in TOPIC_ARRAYS]
    finite = all(array.dtype == np.float64 and bool(np.isfinite(array).all()) for array in found)
    positive = finite and all(bool((arrays[name] > 0).all()) for name in ("topic_word", "alpha", "idf"))
    if not positive or bool((arrays["centers"] < 0).any()) or _far_from_one(arrays["topic_word"]):
        raise BundleError("bundle.structure", place=place)


def _far_from_one(topic_word: FloatMatrix) -> bool:
    return bool((np.abs(topic_word.sum(axis=1) - 1.0) > _SUMS_TO_ONE).any())
