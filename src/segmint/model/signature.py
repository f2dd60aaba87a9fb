"""What a bundle may carry beside its content: who vouches for it, and as which version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from segmint.errors import BundleError
from segmint.model.canonical import dumps

LATEST_VERSION: Final = 2**53
_KEY: Final = re.compile(r"[0-9a-f]{16}")
_VALUE: Final = re.compile(r"[0-9a-f]{128}")
_PURPOSE: Final = "segmint bundle"


@dataclass(frozen=True)
class Signature:
    """A statement of a key's owner about a bundle's content. It is no part of the content hash.

    Attributes
    ----------
    key
        Which key: the first 16 hexadecimal digits of the SHA-256 of the public key.
    version
        The owner's count of what was signed, from 1 on: a reader that asks for at least 7 takes no 6.
    value
        The Ed25519 signature of :func:`statement`, 128 hexadecimal digits.
    """

    key: str
    version: int
    value: str

    def to_json(self) -> dict[str, Any]:
        """Return the signature as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Signature:
        """Make a signature of plain data; whether it is true is another question.

        Raises
        ------
        BundleError
            If it has not this form.
        """
        if not isinstance(data, Mapping) or data.keys() != {"key", "version", "value"}:
            raise BundleError("bundle.structure", place="signature")
        key, version, value = data["key"], data["version"], data["value"]
        if (
            not isinstance(key, str)
            or not isinstance(value, str)
            or not _KEY.fullmatch(key)
            or not _VALUE.fullmatch(value)
            or not whole(version)
        ):
            raise BundleError("bundle.structure", place="signature")
        return cls(key, version, value)


def whole(version: Any) -> bool:
    """Return whether this can be the version of a signature: a whole number from 1 on."""
    return isinstance(version, int) and not isinstance(version, bool) and 1 <= version <= LATEST_VERSION


def statement(content: str, version: int) -> bytes:
    """Return the bytes that are signed: for what purpose, which content, as which version.

    Examples
    --------
    >>> statement("ab12", 7)
    b'{"content":"ab12","purpose":"segmint bundle","version":7}'
    """
    return dumps({"purpose": _PURPOSE, "content": content, "version": version})
