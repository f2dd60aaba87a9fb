"""Keys as files: PEM, as OpenSSL and others write them; Ed25519 only (RFC 8032, RFC 8410)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from segmint.errors import UsageError

PrivateKey: TypeAlias = Ed25519PrivateKey
"""A key that signs."""
PublicKeys: TypeAlias = Mapping[str, Ed25519PublicKey]
"""Public keys by their ids."""

_MOST_BYTES: Final = 64 * 2**10
_COMMENT: Final = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)
_PUBLIC: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


def key_id(public: Ed25519PublicKey) -> str:
    """Return what a key is called: the first 16 hexadecimal digits of the SHA-256 of its DER form."""
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:16]


def read_private_key(path: str | Path, password: str | None = None) -> Ed25519PrivateKey:
    """Read the key that signs.

    Parameters
    ----------
    path
        A PEM file (PKCS #8), by ``openssl genpkey -algorithm ed25519``.
    password
        Where the file is encrypted.

    Raises
    ------
    UsageError
        If there is no such file, it is larger than 64 KiB, it is no Ed25519 key, or the password is missing or wrong.
    """
    pem = _read(Path(path))
    secret = None if not password else password.encode()
    try:
        key = load_pem_private_key(pem, secret)
    except TypeError:
        code = "signing.password_missing" if secret is None else "signing.password_unneeded"
        raise UsageError(code, where=Path(path).name) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError("signing.not_private", where=Path(path).name) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("signing.not_private", where=Path(path).name)
    return key


def read_public_keys(path: str | Path) -> PublicKeys:
    """Read the keys that are trusted: one or, while keys change, several in one PEM file.

    Beside the keys there may be blanks, and lines that begin with ``#``.

    Raises
    ------
    UsageError
        If there is no such file, it is larger than 64 KiB, or it holds anything but Ed25519 public keys.
    """
    told = _COMMENT.sub(b"", _read(Path(path)))
    found = [_public(block) for block in _PUBLIC.findall(told)]
    known = {key_id(key): key for key in found if key is not None}
    if not known or None in found or _PUBLIC.sub(b"", told).strip():
        raise UsageError("signing.not_public", where=Path(path).name)
    return known


def _public(pem: bytes) -> Ed25519PublicKey | None:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError("signing.no_key_file", where=path.name, reason=error.strerror or "") from None
    if len(content) > _MOST_BYTES:
        raise UsageError("signing.large_key_file", where=path.name, most=_MOST_BYTES)
    return content
