"""Models by what people call them: a file, a name in the workspace, a registered version."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from segmint.errors import NotFoundError, UsageError
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

    Parameters
    ----------
    model, path
        The model, and the file that it came from.
    segment
        The segment's id, number (``S2``) or present name.
    name
        Its new name; blanks at its ends are left away.

    Returns
    -------
    SegmentModel
        The next revision.

    Raises
    ------
    NotFoundError
        If no segment is called so.
    UsageError
        If the name cannot be shown safely, or another segment is called so by name, number or id.
    """
    card, wanted = model.card(segment), check_segment_name(name)
    for other in model.cards:
        taken = {_spoken(called) for called in (other.name, other.short, other.id)}
        if other.id != card.id and _spoken(wanted) in taken:
            raise UsageError("workflow.name_taken", name=wanted, number=card.short, other=other.short)
    renamed = model.renamed(card.id, wanted)
    save_bundle(renamed, path)
    return renamed


def _spoken(name: str) -> str:
    """Return a name as the ear tells it from others: composed, no capitals, no blanks at the ends."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()


def list_models(workspace: Workspace) -> list[tuple[str, Path]]:
    """Return the name and file of each model of a workspace, by name."""
    if not workspace.models.is_dir():
        return []
    return sorted((path.stem, path) for path in workspace.models.glob("*.segmint"))
