"""Models by what people call them: a file, a name in the workspace, a registered version."""

from __future__ import annotations

from pathlib import Path

from segmint.errors import NotFoundError
from segmint.model.bundle import load_bundle, save_bundle
from segmint.model.ids import check_segment_name
from segmint.model.segment_model import SegmentModel
from segmint.workflow.workspace import Workspace

REGISTERED = "models:/"


def open_model(
    wanted: str, workspace: str | Path, *, tracking_uri: str | None = None
) -> tuple[SegmentModel, Path]:
    """Load a model and say which file it came from.

    Parameters
    ----------
    wanted
        A bundle file, the name of a model in the workspace, or ``models:/NAME@ALIAS`` (or ``/VERSION``).
    workspace
        Where names are looked up.
    tracking_uri
        The registry; ``None`` for the workspace's own.

    Raises
    ------
    NotFoundError
        If there is no such model.
    BundleError
        If the file is damaged, altered or not a model.
    """
    path = find_model(wanted, workspace, tracking_uri=tracking_uri)
    return load_bundle(path), path


def find_model(wanted: str, workspace: str | Path, *, tracking_uri: str | None = None) -> Path:
    """Return the file of a model (see :func:`open_model`)."""
    if wanted.startswith(REGISTERED):
        from segmint.workflow.tracking import pull  # MLflow: 1 s, for those who ask the registry

        return pull(wanted, workspace, tracking_uri=tracking_uri)
    path = Path(wanted)
    if path.exists():
        return path
    named = Workspace(Path(workspace)).model(wanted)
    if "/" not in wanted and named.is_file():
        return named
    raise NotFoundError("workflow.no_such_model", wanted=wanted)


def rename_segment(model: SegmentModel, path: Path, segment: str, name: str) -> SegmentModel:
    """Give one segment a name; the next revision replaces the file in one step.

    Raises
    ------
    UsageError
        If the name cannot be shown safely, or another segment has it.
    """
    renamed = model.renamed(segment, check_segment_name(name))
    save_bundle(renamed, path)
    return renamed


def list_models(workspace: Workspace) -> list[tuple[str, Path]]:
    """Return the name and file of each model of a workspace, by name."""
    if not workspace.models.is_dir():
        return []
    return sorted((path.stem, path) for path in workspace.models.glob("*.segmint"))
