"""Texts with blanks, ``@name@``; what goes into one can't be read as anything else there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from segmint.errors import BundleError

_BLANK: Final = re.compile(r"@([a-z]+[a-z_]*)@")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:/+-]*")


def filled(text: str, blanks: Mapping[str, str]) -> str:
    """Return a text with its blanks filled in.

    A model's file says what goes into the Dockerfile and the YAML, and it comes from anybody: only characters
    are taken that end no line, no quotes and no argument, in any of them.

    Raises
    ------
    BundleError
        If what is to be filled in has other characters.

    Examples
    --------
    >>> filled('LABEL title="@name@"', {"name": "shop"})
    'LABEL title="shop"'
    """
    return _BLANK.sub(lambda blank: _plain(blank[1], blanks[blank[1]]), text)


def _plain(name: str, value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise BundleError("image.not_plain", part=name)
    return value
