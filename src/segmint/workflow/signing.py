"""Signing a model, and asking whether it is signed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmint.errors import BundleError, UsageError
from segmint.model.bundle import from_bytes, read_bundle, signature_of, write_bundle
from segmint.model.signature import whole
from segmint.signing.keys import PrivateKey, key_id, read_private_key
from segmint.signing.trust import make_signature, read_trust, sign
from segmint.workflow.auditing import read_lines, write_line
from segmint.workflow.library import REGISTERED, find_model
from segmint.workflow.locking import alone, holders
from segmint.workflow.workspace import keeping


@dataclass(frozen=True)
class Signed:
    """Who vouches for what.

    Attributes
    ----------
    name
        The model's name.
    content
        The content hash of its bundle.
    key
        The key's id.
    version
        As which version.
    path
        The file; of a registered version that was just signed, the file in the registry, which stays as it is.
    """

    name: str
    content: str
    key: str
    version: int
    path: Path


def sign_model(
    wanted: str,
    workspace: str | Path,
    key: str | Path,
    *,
    version: int | None = None,
    output: str | Path | None = None,
    password: str | None = None,
    tracking_uri: str | None = None,
) -> Signed:
    """Sign a model; the signature is kept in its file, of a registered version in the registry.

    What is signed is read, told to the audit and only then written, while nobody else writes: killed in
    between, no other content takes the version, and the same content takes it when it is signed again.

    Parameters
    ----------
    wanted
        A bundle file, the name of a model in the workspace, or ``models:/NAME@ALIAS`` (or ``/VERSION``).
    workspace
        Where names are looked up, and where the line of the audit is written.
    key
        The file of a private Ed25519 key.
    version
        As which version; ``None`` for one above the last that was signed under the model's name in this
        workspace, or the same again for the same content.
    output
        Another file for the signed model; ``None`` for the model's own.
    password
        Of an encrypted key.
    tracking_uri
        Another registry than the workspace's own.

    Raises
    ------
    NotFoundError, BundleError
        If there is no such model, or it is no whole bundle.
    UsageError
        If the key cannot be used, or the version was passed already.
    """
    if output is not None and wanted.startswith(REGISTERED):
        raise UsageError("signing.registry_output")
    private, place = read_private_key(key, password), Path(workspace)
    with keeping(place):
        if wanted.startswith(REGISTERED):
            with alone(place):
                return _sign_registered(wanted, place, private, version, tracking_uri)
        source = find_model(wanted, place)
        target = source if output is None else Path(output)
        with alone(place, *holders(source, target)):
            return _sign_file(source, target, place, private, version)


def _sign_file(
    source: Path, target: Path, workspace: Path, private: PrivateKey, version: int | None
) -> Signed:
    data = read_bundle(source)
    signed = _to_sign(data, target, workspace, private, version)
    written = sign(data, private, signed.version)
    _tell(signed, workspace)
    write_bundle([written], target)
    return signed


def _sign_registered(
    wanted: str, workspace: Path, private: PrivateKey, version: int | None, tracking_uri: str | None
) -> Signed:
    # MLflow: 1 s, for those who ask the registry
    from segmint.workflow.registered import keep_signature, pin

    pinned = pin(wanted, workspace, tracking_uri=tracking_uri)  # an alias may move while this goes on
    path = find_model(pinned, workspace, tracking_uri=tracking_uri)
    signed = _to_sign(read_bundle(path), path, workspace, private, version)
    _tell(signed, workspace)
    signature = make_signature(signed.content, private, signed.version)
    keep_signature(pinned, signed.content, signature, workspace, tracking_uri=tracking_uri)
    return signed


def _to_sign(data: bytes, path: Path, workspace: Path, private: PrivateKey, version: int | None) -> Signed:
    """Return as what a bundle is to be signed; it is checked whole."""
    content, _ = signature_of(data)
    name = from_bytes(data).manifest.name
    chosen = _version(read_lines(workspace, "sign", name), content, version)
    return Signed(name, content, key_id(private.public_key()), chosen, path)


def _tell(signed: Signed, workspace: Path) -> None:
    facts = {"model": signed.name, "content": signed.content, "version": signed.version, "key": signed.key}
    write_line(workspace, "sign", facts)


def _version(signed: list[dict[str, Any]], content: str, wanted: int | None) -> int:
    """Return the version to sign as: what was signed before never comes again as something else."""
    latest = max(signed, key=lambda line: int(line["version"]), default=None)
    last = 0 if latest is None else int(latest["version"])
    same = latest is not None and latest["content"] == content
    if wanted is None:
        return last if same else last + 1
    if not whole(wanted) or wanted < last or (wanted == last and not same):
        raise UsageError("signing.version", version=wanted, last=last)
    return wanted


def verify_model(
    wanted: str,
    workspace: str | Path,
    keys: str | Path,
    *,
    min_version: int = 1,
    tracking_uri: str | None = None,
) -> Signed:
    """Return who signed a model, where that is one of the trusted keys.

    Parameters
    ----------
    wanted, workspace, tracking_uri
        As for :func:`sign_model`.
    keys
        A PEM file of public Ed25519 keys.
    min_version
        The lowest version that is taken.

    Raises
    ------
    NotFoundError
        If there is no such model.
    BundleError
        If it is no whole bundle, not signed, signed by another key or not truly, or older.
    UsageError
        If the file of keys cannot be used.
    """
    trust = read_trust(keys, min_version)
    path = find_model(wanted, workspace, tracking_uri=tracking_uri)
    try:
        data = read_bundle(path)
        signature = trust.check(data)
        model = from_bytes(data)
    except BundleError as error:
        raise BundleError(error.code, where=path.name, **error.figures) from None
    return Signed(model.manifest.name, signature_of(data)[0], signature.key, signature.version, path)
