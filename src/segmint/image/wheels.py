"""Wheels for a build that reaches no registry: those that the lock admits, and one at least for each package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from segmint.errors import UsageError
from segmint.image.lock import Locked, normal
from segmint.image.refusals import refusals


def admitted_wheels(folder: Path, locked: Sequence[Locked]) -> Mapping[str, bytes]:
    """Return the wheels of a folder whose content the lock names; others are left where they are.

    Parameters
    ----------
    folder
        Where wheels lie, as ``pip download`` leaves them; of several platforms, where it is so.
    locked
        The packages that will be installed.

    Raises
    ------
    UsageError
        If there is no such folder, or it lacks a package.
    SegmintError
        If a wheel cannot be read.
    """
    if not folder.is_dir():
        raise UsageError("image.no_wheels", where=str(folder))
    hashes = {digest for package in locked for digest in package.hashes}
    with refusals(folder, "image.wheels_unreadable"):
        found = {path.name: path.read_bytes() for path in sorted(folder.glob("*.whl"))}
    found = {name: content for name, content in found.items() if _sha256(content) in hashes}
    there = {_package(name) for name in found}
    missing = [f"{package.name} {package.version}" for package in locked if package.name not in there]
    if missing:
        raise UsageError("image.wheels_missing", where=str(folder), missing=missing, n=len(missing))
    return found


def narrowed(locked: Sequence[Locked], wheels: Mapping[str, bytes]) -> tuple[Locked, ...]:
    """Return the packages with the hashes of the given wheels only; all of them where none are given."""
    if not wheels:
        return tuple(locked)
    given = {_sha256(content) for content in wheels.values()}
    return tuple(
        replace(package, hashes=tuple(digest for digest in package.hashes if digest in given))
        for package in locked
    )


def _package(wheel: str) -> str:
    return normal(wheel.partition("-")[0])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
