"""Bundles put together by a hostile writer, who can give every file the content hash that is right for it."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

MARK = "Sesame4815162342"
"""What stands in forged files for a text of theirs: no error may show it."""

Change = Callable[[Any], None]


def unchanged(_: Any) -> None:
    """Leave a part as it is."""


def parts(data: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Take a bundle apart without the product's reader: header, description, arrays' bytes."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    return header, json.loads(header["__metadata__"]["segmint"]), data[8 + length :]


def forged(
    data: bytes, model: Change = unchanged, header: Change = unchanged, payload: bytes | None = None
) -> bytes:
    """Change the description, the list of arrays or their bytes, and make the hash right again."""
    listed, described, arrays = parts(data)
    model(described)
    header(listed)
    arrays = arrays if payload is None else payload

    def spelled(content: str) -> bytes:
        listed["__metadata__"] = {"segmint": canonical(described | {"content": content})}
        return headed(canonical(listed).encode()) + arrays

    return spelled(hashlib.sha256(spelled("0" * 64)).hexdigest())


def canonical(value: Any) -> str:
    """Spell plain data as a bundle does."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def headed(body: bytes) -> bytes:
    """Return a header with its length before it and blanks behind it."""
    body += b" " * (-len(body) % 8)
    return struct.pack("<Q", len(body)) + body


def with_header(change: Change) -> Callable[[bytes], bytes]:
    """Change the list of arrays and leave the description as it is: such a file fails before its hash counts."""

    def make(data: bytes) -> bytes:
        header, _, arrays = parts(data)
        change(header)
        return headed(canonical(header).encode()) + arrays

    return make


def with_body(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change the bytes of the header, blanks at its end left out."""

    def make(data: bytes) -> bytes:
        (length,) = struct.unpack("<Q", data[:8])
        return headed(change(data[8 : 8 + length].rstrip(b" "))) + data[8 + length :]

    return make


def with_text(text: str) -> Callable[[bytes], bytes]:
    """Put another text in the place of the description."""
    return with_header(lambda header: header["__metadata__"].update(segmint=text))


def put(*path: Any, to: Any) -> Callable[[bytes], bytes]:
    """Set one part of the description."""

    def change(described: Any) -> None:
        for step in path[:-1]:
            described = described[step]
        described[path[-1]] = to

    return lambda data: forged(data, change)


def drop(*path: Any) -> Callable[[bytes], bytes]:
    """Leave out one part of the description."""

    def change(described: Any) -> None:
        for step in path[:-1]:
            described = described[step]
        del described[path[-1]]

    return lambda data: forged(data, change)


def with_arrays(
    change: Callable[[dict[str, Any]], None], model: Change = unchanged
) -> Callable[[bytes], bytes]:
    """Change the arrays themselves: shapes, types and places in the header are right for what they are then."""

    def make(data: bytes) -> bytes:
        header, _, payload = parts(data)
        header.pop("__metadata__")
        arrays = {name: _array(entry, payload) for name, entry in header.items()}
        change(arrays)
        listed, end = {}, 0
        for name in sorted(arrays):
            array, start = arrays[name], end
            end = start + array.nbytes
            code = {"f": "F", "i": "I"}[array.dtype.kind] + str(8 * array.itemsize)
            listed[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, end]}

        def relisted(found: Any) -> None:
            found.clear()
            found.update(listed)

        return forged(data, model, relisted, b"".join(arrays[name].tobytes() for name in sorted(arrays)))

    return make


def _array(entry: dict[str, Any], payload: bytes) -> Any:
    start, end = entry["data_offsets"]
    dtype = {"F64": "<f8", "I64": "<i8"}[entry["dtype"]]
    return np.frombuffer(payload[start:end], dtype).reshape(entry["shape"]).copy()


def cell(name: str, to: float, *, at: Any = 0) -> Callable[[bytes], bytes]:
    """Set one number of an array, counted as if the array were flat (or by an index)."""

    def change(arrays: dict[str, Any]) -> None:
        arrays[name].flat[at] = to

    return with_arrays(change)


def array(name: str, to: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """Put what is made of an array in its place."""

    def change(arrays: dict[str, Any]) -> None:
        arrays[name] = to(arrays[name])

    return with_arrays(change)


def entry(name: str, **values: Any) -> Callable[[bytes], bytes]:
    """Change what the header says of an array."""
    return with_header(lambda header: header[name].update(values))
