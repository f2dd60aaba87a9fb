"""Models by what people call them: a file, a name in the workspace, a registered version."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from segmint.errors import BundleError, NotFoundError, UsageError
from segmint.model.bundle import (
    from_bytes,
    load_bundle,
    read_bundle,
    save_bundle,
    signature_of,
    to_bytes,
    write_bundle,
)
from segmint.model.cards import SegmentCard
from segmint.model.ids import check_segment_name
from segmint.model.segment_model import SegmentModel
from segmint.model.signature import Signature
from segmint.workflow.locking import alone, holders
from segmint.workflow.workspace import Workspace, keeping

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
        from segmint.workflow.registered import pull  # MLflow: 1 s, for those who ask the registry

        return pull(wanted, workspace, tracking_uri=tracking_uri)
    path = Path(wanted)
    if path.exists():
        return path
    named = Workspace(Path(workspace)).model(wanted)
    if "/" not in wanted and named.is_file():
        return named
    raise NotFoundError("workflow.no_such_model", wanted=wanted)


def bring(wanted: str, target: Path, workspace: str | Path, *, tracking_uri: str | None = None) -> str | None:
    """Bring a registered model to a file, in one step, where the file holds another one.

    Parameters
    ----------
    wanted
        ``models:/NAME@ALIAS``, or without ``models:/``.
    target
        The file.
    workspace, tracking_uri
        As for :func:`open_model`.

    Returns
    -------
    str or None
        The content hash of what was brought; ``None`` where the file held it already.

    Raises
    ------
    NotFoundError
        If there is no such model, version or alias.
    """
    reference = wanted if wanted.startswith(REGISTERED) else f"{REGISTERED}{wanted}"
    source = find_model(reference, workspace, tracking_uri=tracking_uri)
    data = read_bundle(source)
    content, _ = signature_of(data)
    with _writing(target):
        with suppress(NotFoundError, BundleError):
            if read_bundle(target) == data:
                return None
        write_bundle([data], target)
    return content


@dataclass(frozen=True)
class Renamed:
    """What a renaming made.

    Attributes
    ----------
    model
        The next revision.
    was_signed
        Whether the revision before carried a signature; the next one carries none.
    """

    model: SegmentModel
    was_signed: bool


def rename_segment(path: Path, segment: str, name: str) -> Renamed:
    """Give one segment a name; the next revision replaces the file in one step.

    In a workspace nobody else writes meanwhile: of two renamings at once none is lost.

    Parameters
    ----------
    path
        The model's file.
    segment
        The segment's id, number (``S2``) or present name.
    name
        Its new name; blanks at its ends are left away.

    Returns
    -------
    Renamed
        The next revision, and whether the one before was signed.

    Raises
    ------
    NotFoundError
        If there is no such file, or no segment is called so.
    BundleError
        If the file is no whole bundle.
    UsageError
        If the name cannot be shown safely, or another segment is called so by name, number or id.
    """
    with _writing(path):
        model, signature = _whole(path)
        renamed = _renamed(model, segment, check_segment_name(name))
        save_bundle(renamed, path)
    return Renamed(renamed, signature is not None)


def _whole(path: Path) -> tuple[SegmentModel, Signature | None]:
    """Return a model and its signature, of one reading of the file."""
    data = read_bundle(path)
    try:
        return from_bytes(data), signature_of(data)[1]
    except BundleError as error:
        raise BundleError(error.code, where=path.name, **error.figures) from None


def _renamed(model: SegmentModel, segment: str, wanted: str) -> SegmentModel:
    card = model.card(segment)
    for other in model.cards:
        taken = {_spoken(called) for called in (other.name, other.short, other.id)}
        if other.id != card.id and _spoken(wanted) in taken:
            raise UsageError("workflow.name_taken", name=wanted, number=card.short, other=other.short)
    return model.renamed(card.id, wanted)


def refuse_registered(wanted: str) -> None:
    """Refuse to change a registered version: its alias promises the bytes that were registered.

    Raises
    ------
    UsageError
        If a model is named by its place in the registry.
    """
    if wanted.startswith(REGISTERED):
        raise UsageError("workflow.registered_stays", wanted=wanted)


def _spoken(name: str) -> str:
    """Return a name as the ear tells it from others: composed, no capitals, no blanks at the ends."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()


def keep_model(model: SegmentModel, path: Path) -> SegmentModel:
    """Make a model the current one of its name; names that people gave before are kept.

    Parameters
    ----------
    model
        A model as trained.
    path
        Its file in the workspace. A bundle there whose given names the model has no place for is set aside
        beside it, so that they come back when its segments do.

    Returns
    -------
    SegmentModel
        What was written (see :func:`with_given_names`).
    """
    with _writing(path):
        return put_model(model, path)


def put_model(model: SegmentModel, path: Path, *, newer: Mapping[str, str] | None = None) -> SegmentModel:
    """Do what :func:`keep_model` does, for who holds the lock already; ``newer`` names, by id, go before all others."""
    kept = with_given_names(model, path, newer=newer)
    latest = _opened(path)
    if latest is not None and to_bytes(kept) == to_bytes(latest):
        return kept  # the file stays, and with it a signature
    if latest is not None and not _given_names(latest) <= _given_names(kept):
        save_bundle(latest, _set_aside(path) / f"{latest.manifest.revision}.segmint")
    save_bundle(kept, path)
    return kept


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Hold the lock of the workspace in which a model's file lies, if it lies in one."""
    with keeping(path), alone(*holders(path)):
        yield


def with_given_names(
    model: SegmentModel, path: Path, *, newer: Mapping[str, str] | None = None
) -> SegmentModel:
    """Return a model with the names that people gave to its segments before.

    Parameters
    ----------
    model
        A model as trained.
    path
        Where the bundle lies that it is to replace; those that were replaced before lie beside it.
    newer
        Names by id that go before those.

    Returns
    -------
    SegmentModel
        With a revision above that of the bundle there, and equal to it where nothing else is new; as
        trained where nobody ever gave a name.
    """
    latest, newer = _opened(path), newer or {}
    if latest is None or not (latest.manifest.revision or newer):
        return model
    named = called(model, given_names(path) | dict(newer))
    manifest = replace(named.manifest, revision=latest.manifest.revision)
    named = replace(named, manifest=manifest)
    if to_bytes(named) == to_bytes(latest):
        return named
    return replace(named, manifest=replace(manifest, revision=manifest.revision + 1))


def given_names(path: Path) -> dict[str, str]:
    """Return the names that people gave, by segment id: in a bundle and in those that it replaced."""
    latest = _opened(path)
    earlier = ([] if latest is None else [latest]) + _replaced(path)
    return {card.id: card.name for model in reversed(earlier) for card in _named(model)}


def called(model: SegmentModel, names: Mapping[str, str]) -> SegmentModel:
    """Return a model whose segments have the given names, by id."""
    cards = tuple(
        replace(card, name=names[card.id], name_given=True) if card.id in names else card
        for card in model.cards
    )
    return replace(model, cards=cards)


def _named(model: SegmentModel) -> list[SegmentCard]:
    return [card for card in model.cards if card.name_given]


def _given_names(model: SegmentModel) -> set[tuple[str, str]]:
    return {(card.id, card.name) for card in _named(model)}


def _set_aside(path: Path) -> Path:
    """Return the folder of the bundles that were replaced, each named by its revision."""
    return path.parent / "replaced" / path.stem


def _replaced(path: Path) -> list[SegmentModel]:
    """Return the bundles that were set aside, the latest first."""
    found = (_opened(place) for place in _set_aside(path).glob("*.segmint"))
    whole = [model for model in found if model is not None]
    return sorted(whole, key=lambda model: model.manifest.revision, reverse=True)


def _opened(path: Path) -> SegmentModel | None:
    """Return the model of a file, ``None`` where there is none or it is damaged."""
    try:
        return load_bundle(path)
    except (NotFoundError, BundleError):
        return None


def list_models(workspace: Workspace) -> list[tuple[str, Path]]:
    """Return the name and file of each model of a workspace, by name."""
    if not workspace.models.is_dir():
        return []
    return sorted((path.stem, path) for path in workspace.models.glob("*.segmint"))
