"""A topic model in one file with one spelling: safetensors, canonical JSON, nothing that executes.

It holds the vocabulary, whose words stand in five documents at least, and means over documents: no text, no
key, no document. The bytes that are read must be those that the model made of them would be written as.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from segmint.errors import BundleError, NotFoundError
from segmint.model import container
from segmint.model.canonical import dumps, loads
from segmint.model.files import write_file
from segmint.model.shapes import Each, conform
from segmint.model.topic_audit import audit_topic_shapes, audit_topic_values, audit_topic_words, whole
from segmint.model.topic_columns import TopicColumns, audit_names
from segmint.model.topic_description import arrays_of_topics, describe_topics, make_topics
from segmint.model.topic_model import FORMAT, TopicModel

KEY: Final = "segmint_topics"
WITH_COLUMNS: Final = 2
"""The form of a file that says which columns the texts and the shares are; without that a file has form 1."""
_PREFIX: Final = 8
_COLUMNS: Final = {"text": str, "names": Each(str)}


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
    return _save(topic_bytes(model), path)


def save_topic_columns(columns: TopicColumns, path: str | Path) -> str:
    """Save a topic model with the columns of its texts and shares; see :func:`save_topic_model`."""
    return _save(_bytes(columns.model, columns), path)


def _save(data: bytes, path: str | Path) -> str:
    read_topic_bytes(data)
    write_file(path, [data], refusal="bundle.unwritable")
    return hashlib.sha256(data).hexdigest()


def topic_bytes(model: TopicModel) -> bytes:
    """Return the bytes of a topic model's file: the same in every process."""
    return _bytes(model, None)


def _bytes(model: TopicModel, columns: TopicColumns | None) -> bytes:
    described, arrays = describe_topics(model), arrays_of_topics(model)
    if columns is not None:
        told = {"text": columns.text, "names": list(columns.names)}
        described |= {"format": WITH_COLUMNS, "columns": told}
    head = container.header(KEY, dumps(described).decode("utf-8"), arrays)
    return b"".join([head, *container.payload(arrays)])


def load_topic_model(path: str | Path) -> TopicModel:
    """Load a topic model.

    Raises
    ------
    NotFoundError
        If there is no such file.
    BundleError
        If it is damaged, altered, of another kind, or written by a later version.
    """
    return _load(Path(path))[0]


def load_topic_columns(path: str | Path) -> TopicColumns | None:
    """Load a topic model with its columns; ``None`` where the file does not say which they are.

    Raises
    ------
    NotFoundError, BundleError
        See :func:`load_topic_model`.
    """
    return _load(Path(path))[1]


def _load(path: Path) -> tuple[TopicModel, TopicColumns | None]:
    try:
        return _read(_bytes_of(path))
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
    return _read(data)[0]


def _read(data: bytes) -> tuple[TopicModel, TopicColumns | None]:
    length = container.header_length(data[:_PREFIX], len(data))
    body = data[_PREFIX : _PREFIX + length]
    text, entries = container.read_header(body, len(data), KEY)
    described, told = _described(text)
    audit_topic_words(described)
    n_topics = audit_topic_shapes(
        {name: shape for name, (_, shape) in entries.items()}, len(described["vocabulary"])
    )
    if told is not None:
        conform(told, _COLUMNS, "columns")
        audit_names(told["text"], told["names"], n_topics, "columns")
    arrays = container.read_arrays(memoryview(data)[_PREFIX + length :], entries)
    audit_topic_values(arrays)
    model = make_topics(described, arrays)
    columns = None if told is None else TopicColumns(model, told["text"], tuple(told["names"]))
    if _bytes(model, columns) != data:
        raise BundleError("bundle.spelling")
    return model, columns


def _described(text: str) -> tuple[Mapping[str, Any], Any]:
    """Return the plain part of a topic model in form 1, and what is said of its columns."""
    found: Any = loads(text.encode("utf-8"))
    if not isinstance(found, dict) or not whole(found.get("format")):
        raise BundleError("bundle.not_a_model")
    if found["format"] > WITH_COLUMNS:
        raise BundleError("bundle.later", format=found["format"], newest=WITH_COLUMNS)
    if found["format"] == FORMAT:
        return found, None
    told = found.get("columns", {})
    return {name: part for name, part in found.items() if name != "columns"} | {"format": FORMAT}, told
