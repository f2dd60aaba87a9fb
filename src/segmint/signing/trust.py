"""Signing a bundle, and what a reader asks of a signature."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from segmint.errors import BundleError
from segmint.model.bundle import signature_of, with_signature
from segmint.model.signature import Signature, statement
from segmint.signing.keys import PublicKeys, key_id, read_public_keys


def sign(data: bytes, key: Ed25519PrivateKey, version: int) -> bytes:
    """Return a bundle's bytes with a signature, in the place of the one it had.

    Ed25519 is deterministic: the same content, key and version give the same bytes.

    Parameters
    ----------
    data
        A bundle's bytes; they are checked whole.
    key
        See :func:`segmint.signing.keys.read_private_key`.
    version
        The owner's count, from 1 on; a service may refuse what is older (see :class:`Trust`).

    Raises
    ------
    BundleError
        If the bytes are no whole bundle.
    """
    content, _ = signature_of(data)
    return with_signature(data, make_signature(content, key, version))


def make_signature(content: str, key: Ed25519PrivateKey, version: int) -> Signature:
    """Return the signature of a content hash."""
    return Signature(key_id(key.public_key()), version, key.sign(statement(content, version)).hex())


@dataclass(frozen=True)
class Trust:
    """What a reader asks of a bundle's signature.

    Attributes
    ----------
    keys
        Whose word counts, by key id.
    min_version
        The lowest version that is taken: an older file, though well signed, is refused.
    """

    keys: PublicKeys
    min_version: int = 1

    def check(self, data: bytes) -> Signature:
        """Return the signature of a bundle's bytes, which are checked whole.

        Raises
        ------
        BundleError
            If the bytes are no whole bundle, or it is not signed, signed by another key, with a
            signature that is not true, or older than the lowest version.
        """
        content, signature = signature_of(data)
        if signature is None:
            raise BundleError("signing.unsigned")
        self.confirm(content, signature)
        return signature

    def confirm(self, content: str, signature: Signature) -> None:
        """Refuse a signature that does not vouch for a content hash; see :meth:`check`."""
        key = self.keys.get(signature.key)
        if key is None:
            raise BundleError("signing.other_key", key=signature.key, known=sorted(self.keys))
        try:
            key.verify(bytes.fromhex(signature.value), statement(content, signature.version))
        except InvalidSignature:
            raise BundleError("signing.untrue", key=signature.key) from None
        if signature.version < self.min_version:
            raise BundleError("signing.older", version=signature.version, lowest=self.min_version)


def read_trust(keys: str | Path, min_version: int = 1) -> Trust:
    """Return what is asked, with the public keys of a PEM file.

    Raises
    ------
    UsageError
        If the file is none of Ed25519 public keys.
    """
    return Trust(read_public_keys(keys), min_version)
