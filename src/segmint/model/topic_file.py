"""A topic model in one file with one spelling: safetensors, canonical JSON, nothing that executes.

It holds the vocabulary, whose words stand in five documents at least, and means over documents: no text, no
key, no document. The bytes that are read must be those that the model made of them would be written as.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeGuard

import numpy as np

from segmint.errors import BundleError, NotFoundError
from segmint.model import container
from segmint.model.canonical import dumps, loads
from segmint.model.files import write_file
from segmint.model.lexicon import Lexicon
from segmint.model.stop_words import STOP_WORDS
from segmint.model.tokens import LONGEST_WORD
from segmint.model.topic_model import FORMAT, MOST_TOPICS, TopicModel
from segmint.types import FloatMatrix

KEY: Final = "segmint_topics"
_PREFIX: Final = 8
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
_ARRAYS: Final = ("topic_word", "alpha", "idf", "centers")
_LANGUAGES: Final = (None, "en", "fr")
_SUMS_TO_ONE: Final = 1e-9


def save_topic_model(model: TopicModel, path: str | Path) -> str:
    """Save a topic model; the file appears whole or not at all.

    Parameters
    ----------
    model
        The topic model.
    path
        The file, by custom ``NAME.topics``; its folder is made where it is missing.

    Returns
    -------
    str
        The hash of the bytes: 64 hexadecimal digits, equal for equal models on every machine.

    Raises
    ------
    SegmintError
        If the disk refuses the file; what lay there before is untouched.
    """
    data = topic_bytes(model)
    read_topic_bytes(data)
    write_file(path, [data], refusal="bundle.unwritable")
    return hashlib.sha256(data).hexdigest()


def topic_bytes(model: TopicModel) -> bytes:
    """Return the bytes of a topic model's file: the same in every process."""
    arrays = {name: np.asarray(getattr(model, name), dtype=np.float64) for name in _ARRAYS}
    head = container.header(KEY, dumps(_described(model)).decode("utf-8"), arrays)
    return b"".join([head, *container.payload(arrays)])


def _described(model: TopicModel) -> dict[str, Any]:
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


def load_topic_model(path: str | Path) -> TopicModel:
    """Load a topic model.

    Raises
    ------
    NotFoundError
        If there is no such file.
    BundleError
        If it is damaged, altered, of another kind, or written by a later version.
    """
    path = Path(path)
    try:
        return read_topic_bytes(_bytes_of(path))
    except BundleError as error:
        raise BundleError(error.code, where=path.name, **error.figures) from None


def _bytes_of(path: Path) -> bytes:
    try:
        # a FIFO must not make the reader wait for a writer
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise BundleError("bundle.not_a_file")
            body = file.read(container.header_length(file.read(_PREFIX), facts.st_size))
            container.read_header(body, facts.st_size, KEY)
            file.seek(0)
            return file.read(facts.st_size)
    except FileNotFoundError:
        raise NotFoundError("topics.no_file", where=path.name) from None
    except IsADirectoryError:
        raise BundleError("bundle.not_a_file") from None
    except OSError as error:
        raise BundleError("bundle.unreadable", reason=error.strerror or "") from None


def read_topic_bytes(data: bytes) -> TopicModel:
    """Make a topic model of a file's bytes; they are checked whole before anything is built.

    Raises
    ------
    BundleError
        See :func:`load_topic_model`.
    """
    length = container.header_length(data[:_PREFIX], len(data))
    body = data[_PREFIX : _PREFIX + length]
    text, entries = container.read_header(body, len(data), KEY)
    found: Any = loads(text.encode("utf-8"))
    if not isinstance(found, dict) or not _whole(found.get("format")):
        raise BundleError("bundle.not_a_model")
    if found["format"] > FORMAT:
        raise BundleError("bundle.later", format=found["format"], newest=FORMAT)
    _refuse_odd_words(found)
    arrays = container.read_arrays(memoryview(data)[_PREFIX + length :], entries)
    _refuse_odd_arrays(arrays, len(found["vocabulary"]))
    model = _made(found, arrays)
    if topic_bytes(model) != data:
        raise BundleError("bundle.spelling")
    return model


def _made(found: Mapping[str, Any], arrays: container.Arrays) -> TopicModel:
    phrases = tuple((first, second) for first, second in found["phrases"])
    lexicon = Lexicon(
        found["language"], found["stop_words"], tuple(found["vocabulary"]), phrases, found["forms"]
    )
    return TopicModel(
        found["name"],
        lexicon,
        topic_word=np.array(arrays["topic_word"]),
        alpha=np.array(arrays["alpha"]),
        idf=np.array(arrays["idf"]),
        centers=np.array(arrays["centers"]),
        n_documents=found["n_documents"],
        seed=found["seed"],
        versions=found["versions"],
    )


def _refuse_odd_words(found: Mapping[str, Any]) -> None:
    vocabulary, phrases = found.get("vocabulary"), found.get("phrases")
    sound = (
        found.keys() == _FIELDS
        and isinstance(found["name"], str)
        and found["language"] in _LANGUAGES
        and found["stop_words"] in tuple(STOP_WORDS)
        and _terms(vocabulary)
        and bool(vocabulary)
        and vocabulary == sorted(set(vocabulary))
        and isinstance(phrases, list)
        and all(_terms(pair) and len(pair) == 2 for pair in phrases)
        and _texts(found["forms"])
        and _texts(found["versions"])
        and _whole(found["n_documents"])
        and _whole(found["seed"], least=-(2**63))
    )
    if not sound:
        raise BundleError("bundle.structure", place="words")


def _terms(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) and _TERM.fullmatch(one) for one in value)


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _whole(value: Any, *, least: int = 1) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _refuse_odd_arrays(arrays: container.Arrays, n_words: int) -> None:
    if sorted(arrays) != sorted(_ARRAYS) or any(array.dtype != np.float64 for array in arrays.values()):
        raise BundleError("bundle.structure", place="arrays")
    topic_word, centers = arrays["topic_word"], arrays["centers"]
    n_topics = len(topic_word) if topic_word.ndim else 0
    shapes = {name: array.shape for name, array in arrays.items()}
    wide = (n_topics, n_words)
    right = {"topic_word": wide, "alpha": (n_topics,), "idf": (n_words,), "centers": wide}
    if (
        not 1 <= n_topics <= MOST_TOPICS
        or shapes != right
        or not all(np.isfinite(a).all() for a in arrays.values())
    ):
        raise BundleError("bundle.structure", place="arrays")
    positive = (topic_word > 0).all() and (arrays["alpha"] > 0).all() and (arrays["idf"] > 0).all()
    if not positive or (centers < 0).any() or _far_from_one(topic_word):
        raise BundleError("bundle.structure", place="arrays")


def _far_from_one(topic_word: FloatMatrix) -> bool:
    return bool((np.abs(topic_word.sum(axis=1) - 1.0) > _SUMS_TO_ONE).any())
