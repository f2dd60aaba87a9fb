"""One safetensors file with one spelling: a text and named arrays.

The layout (https://huggingface.co/docs/safetensors): eight bytes with the length of a JSON header, the
header, the arrays' bytes. Here the header's keys are sorted, the arrays lie in the order of their names
without a gap, and blanks after the header align them to eight bytes. One metadata key holds the whole
text: with several, writers that hash their keys give other bytes in each process.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model.canonical import dumps, loads

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]

MOST_BYTES = 2**30
MOST_HEADER_BYTES = 2**24
MOST_ARRAYS = 64
METADATA = "__metadata__"
_PREFIX = 8
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}(?:\.[a-z][a-z0-9_]{0,63})?")
_TYPES = {"F64": np.dtype("<f8"), "I64": np.dtype("<i8")}
_CODES = {dtype: code for code, dtype in _TYPES.items()}


def header(key: str, text: str, arrays: Arrays) -> bytes:
    """Return the file's bytes up to the arrays.

    Parameters
    ----------
    key, text
        The one metadata key and what it holds.
    arrays
        By name; float64 or int64.
    """
    entries: dict[str, Any] = {METADATA: {key: text}}
    start = 0
    for name in sorted(arrays):
        array = arrays[name]
        entries[name] = {
            "dtype": _code(array),
            "shape": list(array.shape),
            "data_offsets": [start, start + array.nbytes],
        }
        start += array.nbytes
    body = dumps(entries)
    body += b" " * (-len(body) % _PREFIX)
    return struct.pack("<Q", len(body)) + body


def payload(arrays: Arrays) -> list[memoryview]:
    """Return the arrays' bytes in the order in which they lie in the file."""
    little = [
        np.ascontiguousarray(arrays[name], dtype=_TYPES[_code(arrays[name])]) for name in sorted(arrays)
    ]
    return [array.reshape(-1).view(np.uint8).data for array in little]


def _code(array: npt.NDArray[Any]) -> str:
    """Return how the file calls the array's type."""
    code = _CODES.get(array.dtype.newbyteorder("<"))
    if code is None:
        raise BundleError("bundle.not_plain", kind=f"an array of {array.dtype}")
    return code


def header_length(prefix: bytes, file_size: int) -> int:
    """Return how many bytes the header has, refusing lengths that cannot be true.

    Parameters
    ----------
    prefix
        The first eight bytes of the file.
    file_size
        The size of the whole file, in bytes.
    """
    if file_size > MOST_BYTES:
        raise BundleError("bundle.too_large", size=file_size, most=MOST_BYTES)
    if len(prefix) < _PREFIX:
        raise BundleError("bundle.truncated")
    length = int(struct.unpack("<Q", prefix)[0])
    if length > MOST_HEADER_BYTES:
        raise BundleError("bundle.header", reason="its length is not believable")
    if _PREFIX + length > file_size:
        raise BundleError("bundle.truncated")
    return length


def read_header(body: bytes, file_size: int, key: str) -> tuple[str, dict[str, tuple[str, tuple[int, ...]]]]:
    """Return the text, and the code and shape of each array in order, all checked against the file's size.

    Parameters
    ----------
    body
        The header, without its length.
    file_size
        The size of the whole file, in bytes.
    key
        The metadata key.
    """
    entries = loads(body)
    if not isinstance(entries, dict) or len(entries) > MOST_ARRAYS + 1:
        raise BundleError("bundle.header", reason="it is no list of arrays")
    metadata = entries.pop(METADATA, None)
    if not isinstance(metadata, dict) or list(metadata) != [key] or not isinstance(metadata[key], str):
        raise BundleError("bundle.not_a_model")
    found, end = {}, 0
    for name in sorted(entries):
        code, shape, size = _entry(name, entries[name], end)
        found[name] = (code, shape)
        end += size
    if _PREFIX + len(body) + end != file_size:
        raise BundleError("bundle.truncated" if _PREFIX + len(body) + end > file_size else "bundle.trailing")
    return str(metadata[key]), found


def _entry(name: str, entry: Any, start: int) -> tuple[str, tuple[int, ...], int]:
    """Check one array's entry: the next one begins where this one ends."""
    if not _NAME.fullmatch(name) or not isinstance(entry, dict):
        raise BundleError("bundle.header", reason="an array's name is not allowed")
    if entry.keys() != {"dtype", "shape", "data_offsets"} or entry["dtype"] not in tuple(_TYPES):
        raise BundleError("bundle.header", reason="an array is of a type that a model does not hold")
    shape, offsets = entry["shape"], entry["data_offsets"]
    if not _whole_numbers(shape, 3) or not _whole_numbers(offsets, 2) or len(offsets) != 2:
        raise BundleError("bundle.header", reason="an array's shape or place is no list of whole numbers")
    if 8 * math.prod(length or 1 for length in shape) > MOST_BYTES:  # numpy counts so even where one is zero
        raise BundleError("bundle.header", reason="an array's shape is not believable")
    size = 8 * math.prod(shape)
    if offsets != [start, start + size]:
        raise BundleError(
            "bundle.header", reason="arrays overlap, leave gaps, or have other sizes than they say"
        )
    return entry["dtype"], tuple(shape), size


def _whole_numbers(value: Any, most: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= most
        and all(
            isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= MOST_BYTES for item in value
        )
    )


def read_arrays(
    data: memoryview, entries: Mapping[str, tuple[str, tuple[int, ...]]]
) -> dict[str, npt.NDArray[Any]]:
    """Return views of the arrays' bytes, not writeable."""
    arrays, start = {}, 0
    for name, (code, shape) in entries.items():
        size = 8 * math.prod(shape)
        array = np.frombuffer(data[start : start + size], dtype=_TYPES[code]).reshape(shape)
        array.setflags(write=False)
        arrays[name] = array
        start += size
    return arrays
