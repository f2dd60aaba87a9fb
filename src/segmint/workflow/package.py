"""A model becomes a folder from which any container builder makes a service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segmint.image.context import describe_context
from segmint.image.facts import Facts
from segmint.image.folder import check_folder
from segmint.image.replacing import write_folder
from segmint.model.bundle import read_bundle
from segmint.workflow.library import find_model


@dataclass(frozen=True)
class Packaged:
    """A written build context.

    Attributes
    ----------
    folder
        Where it lies.
    facts
        Which model is in it.
    n_files, n_wheels
        How many files it has, and how many of them are wheels.
    """

    folder: Path
    facts: Facts
    n_files: int
    n_wheels: int


def package(
    wanted: str,
    folder: str | Path,
    workspace: str | Path,
    *,
    wheels: str | Path | None = None,
    tracking_uri: str | None = None,
) -> Packaged:
    """Write the build context of a model's service.

    Parameters
    ----------
    wanted
        A bundle file, the name of a model in the workspace, or ``models:/NAME@ALIAS`` (or ``/VERSION``).
    folder
        The folder: a new one, an empty one, or that of an earlier package. It appears whole or not at all.
    workspace
        Where names are looked up.
    wheels
        A folder of wheels that go with it, for a build that reaches no registry.
    tracking_uri
        Another registry than the workspace's own.

    Raises
    ------
    NotFoundError
        If there is no such model.
    BundleError
        If the file is damaged, altered or not a model.
    UsageError
        If the folder holds something else, or a wheel is missing.
    SegmintError
        If the disk refuses.
    """
    target = Path(folder)
    check_folder(target)
    bundle = read_bundle(find_model(wanted, workspace, tracking_uri=tracking_uri))
    context = describe_context(bundle, None if wheels is None else Path(wheels))
    write_folder(target, context.files)
    return Packaged(target, context.facts, len(context.files), context.n_wheels)
