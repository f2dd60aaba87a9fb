"""The bundle: a whole model in one file with one spelling, checked before anything is built from it.

It is a safetensors file whose header has one metadata key, ``segmint``, holding canonical JSON; nothing in
it is ever executed. A content hash covers every byte but itself and a signature, which vouches for that hash.
A file that does not spell what it contains in the one way is refused, so that equal models are equal files.

A bundle holds no row of a customer, with one exception: the rule of K-Means and of mixtures is its centers,
and the center of a cluster of one row is that row (of two to four, nearly so). Cards and the reference
snapshot in the bundle tell nothing of fewer than five rows.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError, NotFoundError
from segmint.model import container
from segmint.model.assigners import restore
from segmint.model.audit import audit, audit_sizes
from segmint.model.canonical import dumps, dumps_plain, loads
from segmint.model.description import describe, make, of_part
from segmint.model.files import write_file
from segmint.model.segment_model import FORMAT, SegmentModel
from segmint.model.signature import Signature

KEY: Final = "segmint"
_UNHASHED: Final = "0" * 64
_SIGNATURE: Final = "signature"
_PREFIX = 8
_LARGE = 2**26

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
        If the model could not be loaded again; what lay there before is untouched.
    SegmintError
        If the disk refuses the file (full, gone, not permitted); what lay there before is untouched.
    """
    head, arrays, content = _spelled(model)
    restore(model.assigner.kind, of_part(arrays, "assigner"), model.assigner.parameters())
    write_bundle([head, *container.payload(arrays)], path)
    return content


def write_bundle(parts: Iterable[bytes | memoryview], path: str | Path) -> None:
    """Write the bytes of a bundle; the file appears whole or not at all.

    Raises
    ------
    SegmintError
        If the disk refuses the file (full, gone, not permitted); what lay there before is untouched.
    """
    write_file(path, parts, refusal="bundle.unwritable")


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
        return from_bytes(read_bundle(path))
    except BundleError as error:
        raise BundleError(error.code, where=Path(path).name, **error.figures) from None


def from_bytes(data: bytes) -> SegmentModel:
    """Make a model of a bundle's bytes; they are checked whole before anything is built.

    Raises
    ------
    BundleError
        See :func:`load_bundle`.
    """
    described, arrays, _ = _opened(data)
    audit(described, arrays)
    try:
        model = make(described, arrays)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
        raise BundleError("bundle.structure", place="model") from None
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


def signature_of(data: bytes) -> tuple[str, Signature | None]:
    """Return the content hash of a bundle's bytes, and the signature that they carry; it is not verified here.

    Raises
    ------
    BundleError
        If the bytes are altered, or not spelled as a bundle.
    """
    described, _, signature = _opened(data)
    return str(described["content"]), signature


def with_signature(data: bytes, signature: Signature) -> bytes:
    """Return a bundle's bytes with a signature in the place of the one that they carry, if any.

    Raises
    ------
    BundleError
        See :func:`signature_of`; or if the bytes could not be read again with a signature.
    """
    described, arrays, _ = _opened(data)
    described[_SIGNATURE] = signature.to_json()
    head = container.header(KEY, _text(described), arrays)
    _refuse_unreadable(head, arrays)
    return b"".join([head, *container.payload(arrays)])


def _spelled(model: SegmentModel) -> tuple[bytes, Arrays, str]:
    """Return the bytes up to the arrays, the arrays, and the content hash."""
    found, arrays = describe(model)
    text = dumps({**found, "content": _UNHASHED})
    _refuse_too_large(len(text), container.MOST_HEADER_BYTES)
    described: Any = loads(text)
    audit(described, arrays)
    content = _hash(container.header(KEY, _text(described), arrays), arrays)
    head = container.header(KEY, _text(described | {"content": content}), arrays)
    _refuse_unreadable(head, arrays)
    return head, arrays, content


def _refuse_unreadable(head: bytes, arrays: Arrays) -> None:
    """Refuse to write what would not be read again: too large, or of too many parts."""
    size = len(head) + sum(array.nbytes for array in arrays.values())
    _refuse_too_large(len(head) - _PREFIX, container.MOST_HEADER_BYTES)
    _refuse_too_large(size, container.MOST_BYTES)
    text, _ = container.read_header(head[_PREFIX:], size, KEY)
    _described(text)


def _refuse_too_large(size: int, most: int) -> None:
    if size > most:
        raise BundleError("bundle.too_much", size=size, most=most)


def _text(described: Mapping[str, Any]) -> str:
    """Spell a description that was read from one."""
    return dumps_plain(dict(described)).decode("utf-8")


def _hash(head: bytes, arrays: Arrays) -> str:
    """Hash the whole file as it is with zeros in the place of the hash, and not signed."""
    digest = hashlib.sha256(head)
    for part in container.payload(arrays):
        digest.update(part)
    return digest.hexdigest()


def read_bundle(path: str | Path) -> bytes:
    """Return the bytes of a file: no more than its header are read where that does not fit the file's size.

    Raises
    ------
    NotFoundError
        If there is no such file.
    BundleError
        If it cannot be read, or is none of a bundle's size.
    """
    path = Path(path)
    try:
        # a FIFO must not make the reader wait for a writer
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise BundleError("bundle.not_a_file", where=path.name)
            body = file.read(container.header_length(file.read(_PREFIX), facts.st_size))
            text, entries = container.read_header(body, facts.st_size, KEY)
            if facts.st_size > _LARGE:
                _refuse_other_sizes(text, entries)
            file.seek(0)
            return file.read(facts.st_size)
    except FileNotFoundError:
        raise NotFoundError("bundle.missing", where=path.name) from None
    except IsADirectoryError:
        raise BundleError("bundle.not_a_file", where=path.name) from None
    except OSError as error:
        raise BundleError("bundle.unreadable", where=path.name, reason=error.strerror or "") from None


def _opened(data: bytes) -> tuple[dict[str, Any], Arrays, Signature | None]:
    """Return the description, the arrays and the signature of bytes that are spelled right and match their hash."""
    length = container.header_length(data[:_PREFIX], len(data))
    body = data[_PREFIX : _PREFIX + length]
    text, entries = container.read_header(body, len(data), KEY)
    described = _described(text)
    arrays = container.read_arrays(memoryview(data)[_PREFIX + length :], entries)
    head = container.header(KEY, _text(described), arrays)
    if head != data[: _PREFIX + length]:
        raise BundleError("bundle.spelling")
    carried = described.pop(_SIGNATURE, None)
    if carried is not None:
        head = container.header(KEY, _text(described), arrays)
    content = described["content"].encode()
    # no text of a file can hold the file's own hash beside the place of it
    if (
        head.count(content) != 1
        or _hash(head.replace(content, _UNHASHED.encode()), arrays) != content.decode()
    ):
        raise BundleError("bundle.altered")
    return described, arrays, None if carried is None else Signature.from_json(carried)


def _described(text: str) -> dict[str, Any]:
    described = loads(text.encode("utf-8"))
    if not isinstance(described, dict) or not isinstance(described.get("content"), str):
        raise BundleError("bundle.not_a_model")
    _refuse_other_formats(described.get("format"))
    return described


def _refuse_other_sizes(text: str, entries: Mapping[str, tuple[str, tuple[int, ...]]]) -> None:
    """Refuse a large file whose arrays are not those of its description before it takes memory."""
    described = _described(text)
    described.pop(_SIGNATURE, None)
    audit_sizes(described, {name: shape for name, (_, shape) in entries.items()})


def _refuse_other_formats(number: Any) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BundleError("bundle.not_a_model")
    if number > FORMAT:
        raise BundleError("bundle.later", format=number, newest=FORMAT)


def _refuse_other_spelling(model: SegmentModel, described: Mapping[str, Any], arrays: Arrays) -> None:
    """Refuse a file that says more, less or other than the model that was made of it."""
    again, again_arrays = describe(model)
    same = dumps(again | {"content": described["content"]}) == dumps_plain(dict(described))
    same = same and again_arrays.keys() == arrays.keys()
    if not same or not all(np.array_equal(again_arrays[name], arrays[name]) for name in arrays):
        raise BundleError("bundle.spelling")
