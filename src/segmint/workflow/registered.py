"""The registry of models: ready to be asked, a version pinned, signed, or brought to the workspace."""

from __future__ import annotations

from pathlib import Path

from segmint.model.signature import Signature
from segmint.track import registry
from segmint.track.creation import prepare_store
from segmint.track.registry import resolve
from segmint.track.store import repoint
from segmint.track.store import tracking_uri as address
from segmint.workflow.workspace import Workspace


def ready_registry(workspace: Path, tracking_uri: str | None) -> str:
    """Return the registry's address; the workspace's own is made, or repointed after a move."""
    if tracking_uri is None:
        repoint(workspace)
        prepare_store(workspace)
    return address(workspace, tracking_uri)


def pin(wanted: str, workspace: str | Path, *, tracking_uri: str | None = None) -> str:
    """Return a registered model by the number of its version, which stays when aliases move.

    Raises
    ------
    NotFoundError
        If there is no such model, version or alias.
    """
    return registry.pin(wanted, uri=ready_registry(Path(workspace), tracking_uri))


def keep_signature(
    pinned: str, content: str, signature: Signature, workspace: str | Path, *, tracking_uri: str | None = None
) -> None:
    """Keep a signature of a registered version in its registry (see :func:`segmint.track.registry.keep_signature`)."""
    registry.keep_signature(pinned, content, signature, uri=ready_registry(Path(workspace), tracking_uri))


def pull(wanted: str, workspace: str | Path, *, tracking_uri: str | None = None) -> Path:
    """Bring a registered model to a file of the workspace and return it.

    Raises
    ------
    NotFoundError
        If there is no such model, version or alias.
    """
    place = Path(workspace)
    return resolve(wanted, uri=ready_registry(place, tracking_uri), cache=Workspace(place).pulled)
