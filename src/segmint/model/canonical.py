"""JSON with one spelling for each content, and a reader that takes nothing else for granted.

Written: keys sorted by code point, no blanks, the shortest digits that read back as the same float, text
as UTF-8. Texts are kept exactly as they are: a level or a column must be found again as the data spell it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from segmint.errors import BundleError
from segmint.model.nesting import nesting
from segmint.types import JSON

MOST_DEPTH = 32
MOST_CONTAINERS = 250_000
MOST_VALUES = 950_000
"""A real header has 78 bytes and more for each list or object and 18 for each value: 16 MiB hold fewer."""
_LONGEST_INTEGER = 19
_LARGEST_INTEGER = 2**63


def dumps(value: Any) -> bytes:
    """Return the one spelling of plain data.

    Parameters
    ----------
    value
        Mappings with text keys, sequences, texts, numbers of Python or numpy, booleans, ``None``.

    Raises
    ------
    BundleError
        If something is not plain: a NaN, an infinity, an integer beyond 64 bits, an array, an object.

    Examples
    --------
    >>> dumps({"b": 1.50, "a": (True, None)})
    b'{"a":[true,null],"b":1.5}'
    """
    return dumps_plain(plain(value))


def dumps_plain(value: JSON) -> bytes:
    """Return the one spelling of data that :func:`loads` or :func:`plain` gave: the same, sooner."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise BundleError("bundle.not_plain", kind="half a surrogate pair") from None


def plain(value: Any) -> JSON:
    """Return data made of dicts, lists, texts, numbers, booleans and ``None`` only; see :func:`dumps`."""
    if type(value) is str or value is None or isinstance(value, bool):
        return value
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise BundleError("bundle.not_plain", kind="a key that is no text")
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [plain(item) for item in value]
    raise BundleError("bundle.not_plain", kind=type(value).__name__)


def _whole(value: int) -> int:
    if not -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
        raise BundleError("bundle.not_plain", kind="an integer beyond 64 bits")
    return int(value)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise BundleError("bundle.not_plain", kind="a value that is missing or infinite")
    return float(value)


def loads(data: bytes) -> JSON:
    """Read JSON strictly; what cannot be read safely is refused before it is built.

    Raises
    ------
    BundleError
        For bytes that are no UTF-8, repeated keys, NaN and infinities, integers beyond 64 bits, floats
        beyond range, more than 32 levels, 250,000 lists and objects or 950,000 values, half surrogate pairs,
        and anything that is no JSON. Nothing of the content is shown.

    Examples
    --------
    >>> loads(b'{"a":[1,2.5]}')
    {'a': [1, 2.5]}
    """
    _refuse_deep(data)
    try:
        text = data.decode("utf-8")
        value: JSON = json.loads(
            text,
            object_pairs_hook=_unrepeated,
            parse_int=_read_integer,
            parse_float=_read_float,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError):
        raise BundleError("bundle.json", reason="syntax") from None
    if "\\u" in text:
        _refuse_half_pairs(value)
    return value


def _refuse_deep(data: bytes) -> None:
    """Count commas, and brackets outside of texts: a hostile nesting is refused at the price of two passes."""
    containers, depth = nesting(data)
    if containers > MOST_CONTAINERS or data.count(b",") > MOST_VALUES:
        raise BundleError("bundle.json", reason="too many parts")
    if depth > MOST_DEPTH:
        raise BundleError("bundle.json", reason="nested too deeply")


def _unrepeated(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BundleError("bundle.json", reason="a repeated key")
    return found


def _read_integer(text: str) -> int:
    if len(text.lstrip("-")) > _LONGEST_INTEGER:
        raise BundleError("bundle.json", reason="an integer beyond 64 bits")
    return _whole(int(text))


def _read_float(text: str) -> float:
    return _finite(float(text))


def _refuse_constant(_: str) -> NoReturn:
    raise BundleError("bundle.json", reason="a value that is missing or infinite")


def _refuse_half_pairs(value: JSON) -> None:
    """Refuse texts that no encoding can hold; they are found by spelling the value again."""
    dumps_plain(value)
