"""The shape of plain data, as data: what a stored description must look like before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from segmint.errors import BundleError

Spec: TypeAlias = "type | Mapping[str, Spec] | Maybe | Each | Table | OneOf | Text | Setting | Anything"


@dataclass(frozen=True)
class Maybe:
    """``None``, or what follows."""

    spec: Any


@dataclass(frozen=True)
class Each:
    """A list of alike things; ``length`` where it is fixed."""

    spec: Any
    length: int | None = None


@dataclass(frozen=True)
class Table:
    """An object whose keys are names and whose values are alike.

    ``keys`` is the pattern of the names and ``most`` the largest number of them, where they are bounded.
    """

    spec: Any
    keys: str | None = None
    most: int | None = None


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A text of a pattern."""

    pattern: str


@dataclass(frozen=True)
class Setting:
    """A number, a truth value, ``None``, or a text of a pattern."""

    pattern: str


@dataclass(frozen=True)
class Anything:
    """Any plain data."""


def conform(value: Any, spec: Any, place: str) -> None:
    """Refuse plain data that have not the shape of a specification.

    Parameters
    ----------
    value
        What :func:`segmint.model.canonical.loads` gave.
    spec
        A type (``float`` takes integers too, nothing takes booleans but ``bool``), an object's keys with
        their specifications (all of them and no other), or one of this file's classes.
    place
        What the error names.

    Raises
    ------
    BundleError
        At the first part that does not fit; the error names the place, never the value.

    Examples
    --------
    >>> conform({"size": 3, "share": 0.5}, {"size": int, "share": float}, "card")
    """
    if isinstance(spec, type):
        _refuse_unless(_is(value, spec), place)
    elif isinstance(spec, Mapping):
        _refuse_unless(isinstance(value, dict) and value.keys() == spec.keys(), place)
        for name, part in spec.items():
            conform(value[name], part, f"{place}.{name}")
    else:
        _COMPOSED[type(spec)](value, spec, place)


def _is(value: Any, wanted: type) -> bool:
    if wanted is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def _refuse_unless(fits: bool, place: str) -> None:
    if not fits:
        raise BundleError("bundle.structure", place=place)


def _maybe(value: Any, spec: Maybe, place: str) -> None:
    if value is not None:
        conform(value, spec.spec, place)


def _each(value: Any, spec: Each, place: str) -> None:
    _refuse_unless(isinstance(value, list) and spec.length in (None, len(value)), place)
    for number, item in enumerate(value):
        conform(item, spec.spec, f"{place}[{number}]")


def _table(value: Any, spec: Table, place: str) -> None:
    _refuse_unless(isinstance(value, dict) and (spec.most is None or len(value) <= spec.most), place)
    within, one = f"{place}[…]", spec.spec
    if spec.keys is not None:
        _refuse_unless(all(re.fullmatch(spec.keys, name) for name in value), within)
    if isinstance(one, type):  # there may be a million
        _refuse_unless(all(_is(item, one) for item in value.values()), within)
        return
    for item in value.values():
        conform(item, one, within)


def _one_of(value: Any, spec: OneOf, place: str) -> None:
    _refuse_unless(isinstance(value, str) and value in spec.words, place)


def _text(value: Any, spec: Text, place: str) -> None:
    _refuse_unless(isinstance(value, str) and re.fullmatch(spec.pattern, value) is not None, place)


def _setting(value: Any, spec: Setting, place: str) -> None:
    if value is not None and not isinstance(value, (bool, int, float)):
        _text(value, Text(spec.pattern), place)


def _anything(value: Any, spec: Anything, place: str) -> None:
    """Plain data are plain already."""


_COMPOSED: Mapping[type, Callable[[Any, Any, str], None]] = {
    Maybe: _maybe,
    Each: _each,
    Table: _table,
    OneOf: _one_of,
    Text: _text,
    Setting: _setting,
    Anything: _anything,
}
