"""JSON as it comes from outside: nothing in it can make the reader slow, deep or wrong."""

from __future__ import annotations

import json
from typing import Any, Final

from segmint.errors import RequestError
from segmint.model.nesting import nesting
from segmint.types import JSON

_SHORT: Final = 300
"""Digits up to which a whole number is kept exactly; longer ones are read as floats, and most are infinite."""


def read_json(
    body: bytes, *, depth: int, parts: int = 1_000_000, known: frozenset[str] = frozenset()
) -> JSON:
    """Read a body of JSON.

    NaN, infinities and numbers beyond a float64 are read as floats that are not finite: whoever knows the
    field refuses them by its name.

    Parameters
    ----------
    body
        The bytes, within their limit.
    depth
        Levels of lists and objects at most.
    parts
        Lists and objects at most: an empty one costs two bytes to send and sixty to keep.
    known
        Names of fields that an error may show; others could be values.

    Raises
    ------
    RequestError
        400 for bytes that are no UTF-8 or no JSON, or nested too deeply; 413 for too many parts; 422 for a
        repeated field.

    Examples
    --------
    >>> read_json(b'{"age": 31}', depth=16)
    {'age': 31}
    """
    if body.count(b"[") + body.count(b"{") > depth:
        n_parts, deepest = nesting(body)
        if deepest > depth:
            raise RequestError("serve.deep", status=400, depth=depth)
        if n_parts > parts:
            raise RequestError("serve.too_many_parts", status=413, most=parts)

    def unrepeated(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise RequestError("serve.repeated", status=422, field=_repeated(pairs, known))
        return found

    try:
        value: JSON = json.loads(body.decode("utf-8"), object_pairs_hook=unrepeated, parse_int=_whole)
    except (ValueError, RecursionError):
        raise RequestError("serve.no_json", status=400) from None
    return value


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _SHORT else float(digits)


def _repeated(pairs: list[tuple[str, Any]], known: frozenset[str]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name if name in known else ""
        seen.add(name)
    return ""
