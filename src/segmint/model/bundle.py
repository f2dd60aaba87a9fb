"""The bundle: a whole model in one file with one spelling, checked before anything is built from it.

It is a safetensors file whose header has one metadata key, ``segmint``, holding canonical JSON; nothing in
it is ever executed. A content hash covers every byte but itself. A file that does not spell what it
contains in the one way is refused, so that equal models are equal files.

A bundle holds no row of a customer, with one exception: the rule of K-Means and of mixtures is its centers,
and the center of a cluster of one row is that row (of two to four, nearly so). Cards and the reference
snapshot in the bundle tell nothing of fewer than five rows.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError, NotFoundError, SegmintError
from segmint.model import container
from segmint.model.audit import audit
from segmint.model.canonical import dumps, loads
from segmint.model.description import describe, make
from segmint.model.files import write_whole
from segmint.model.segment_model import FORMAT, SegmentModel

KEY: Final = "segmint"
_UNHASHED: Final = "0" * 64
_PREFIX = 8

Arrays = Mapping[str, npt.NDArray[Any]]


def save_bundle(model: SegmentModel, path: str | Path) -> str:
    """Save a model; the file appears whole or not at all.

    Parameters
    ----------
    model
        The segmentation.
    path
        The file, by custom ``NAME.segmint``; its folder is made where it is missing.

    Returns
    -------
    str
        The content hash: 64 hexadecimal digits, equal for equal models on every machine.

    Raises
    ------
    BundleError
        If the model could not be loaded again.
    SegmintError
        If the disk refuses the file (full, gone, not permitted); what lay there before is untouched.
    """
    head, arrays, content = _spelled(model)
    try:
        write_whole(Path(path), [head, *container.payload(arrays)])
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SegmintError("bundle.unwritable", where=Path(path).name, reason=reason) from None
    return content


def to_bytes(model: SegmentModel) -> bytes:
    """Return the bytes of a model's bundle: the same in every process."""
    head, arrays, _ = _spelled(model)
    return b"".join([head, *container.payload(arrays)])


def load_bundle(path: str | Path) -> SegmentModel:
    """Load a model.

    Raises
    ------
    NotFoundError
        If there is no such file.
    BundleError
        If it is damaged, altered, of another kind, or written by a later version.
    """
    try:
        return from_bytes(_read(Path(path)))
    except BundleError as error:
        raise BundleError(error.code, where=Path(path).name, **error.figures) from None


def from_bytes(data: bytes) -> SegmentModel:
    """Make a model of a bundle's bytes; they are checked whole before anything is built.

    Raises
    ------
    BundleError
        See :func:`load_bundle`.
    """
    described, arrays = _opened(data)
    audit(described, arrays)
    try:
        model = make(described, arrays)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
        raise BundleError("bundle.structure", place="model") from None
    if model.assigner.n_features != model.reference.means.shape[1] or model.assigner.n_clusters != len(
        model.cards
    ):
        raise BundleError("bundle.structure", place="model.assigner")
    _refuse_other_spelling(model, described, arrays)
    return model


def content_hash(model: SegmentModel | str | Path) -> str:
    """Return the content hash of a model, or of a bundle file after checking it whole.

    Raises
    ------
    BundleError
        If the file is no whole bundle.
    """
    if isinstance(model, SegmentModel):
        return _spelled(model)[2]
    return _spelled(load_bundle(model))[2]


def _spelled(model: SegmentModel) -> tuple[bytes, Arrays, str]:
    """Return the bytes up to the arrays, the arrays, and the content hash."""
    described, arrays = describe(model)
    described["content"] = _UNHASHED
    audit(loads(dumps(described)), arrays)  # type: ignore[arg-type]
    content = _hash(described, arrays)
    return container.header(KEY, _text(described | {"content": content}), arrays), arrays, content


def _text(described: Mapping[str, Any]) -> str:
    return dumps(described).decode("utf-8")


def _hash(described: Mapping[str, Any], arrays: Arrays) -> str:
    """Hash the whole file as it would be with zeros in the place of the hash."""
    digest = hashlib.sha256(container.header(KEY, _text({**described, "content": _UNHASHED}), arrays))
    for part in container.payload(arrays):
        digest.update(part)
    return digest.hexdigest()


def _read(path: Path) -> bytes:
    """Read a file, but no more than its header unless that fits the file's size."""
    try:
        # a FIFO must not make the reader wait for a writer
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise BundleError("bundle.not_a_file", where=path.name)
            body = file.read(container.header_length(file.read(_PREFIX), facts.st_size))
            container.read_header(body, facts.st_size, KEY)
            file.seek(0)
            return file.read(facts.st_size)
    except FileNotFoundError:
        raise NotFoundError("bundle.missing", where=path.name) from None
    except IsADirectoryError:
        raise BundleError("bundle.not_a_file", where=path.name) from None
    except OSError as error:
        raise BundleError("bundle.unreadable", where=path.name, reason=error.strerror or "") from None


def _opened(data: bytes) -> tuple[dict[str, Any], Arrays]:
    """Return the description and the arrays of a file whose bytes are spelled right and match their hash."""
    length = container.header_length(data[:_PREFIX], len(data))
    body = data[_PREFIX : _PREFIX + length]
    text, entries = container.read_header(body, len(data), KEY)
    described = loads(text.encode("utf-8"))
    if not isinstance(described, dict) or not isinstance(described.get("content"), str):
        raise BundleError("bundle.not_a_model")
    _refuse_other_formats(described.get("format"))
    arrays = container.read_arrays(memoryview(data)[_PREFIX + length :], entries)
    if container.header(KEY, _text(described), arrays) != data[: _PREFIX + length]:
        raise BundleError("bundle.spelling")
    if _hash(described, arrays) != described["content"]:
        raise BundleError("bundle.altered")
    return described, arrays


def _refuse_other_formats(number: Any) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BundleError("bundle.not_a_model")
    if number > FORMAT:
        raise BundleError("bundle.later", format=number, newest=FORMAT)


def _refuse_other_spelling(model: SegmentModel, described: Mapping[str, Any], arrays: Arrays) -> None:
    """Refuse a file that says more, less or other than the model that was made of it."""
    again, again_arrays = describe(model)
    same = dumps(again | {"content": described["content"]}) == dumps(described)
    same = same and again_arrays.keys() == arrays.keys()
    if not same or not all(np.array_equal(again_arrays[name], arrays[name]) for name in arrays):
        raise BundleError("bundle.spelling")
