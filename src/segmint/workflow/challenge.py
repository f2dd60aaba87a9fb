"""From a retrained model to a challenger: kept, registered, reported; nothing that is in use changes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from segmint.choosing.study import Study
from segmint.choosing.study_files import load_study, study_id
from segmint.data import ReadOptions, open_writer
from segmint.data.dataset import Dataset
from segmint.errors import BundleError, DataError, NotFoundError
from segmint.lineage.customers import labels_of
from segmint.model.bundle import content_hash, load_bundle, save_bundle
from segmint.model.files import write_whole
from segmint.model.segment_model import SegmentModel
from segmint.report.html import write_report
from segmint.report.migration import write_migration
from segmint.track.migrations import champion_of
from segmint.types import Progress, silent
from segmint.workflow.library import REGISTERED, called, given_names, open_model
from segmint.workflow.members import find_members, keep_members
from segmint.workflow.migration import LIMIT, Migration, judge
from segmint.workflow.registered import pull, ready_registry
from segmint.workflow.retrain import Before, RetrainOptions, read_again, retrain
from segmint.workflow.run import Made
from segmint.workflow.studies import chosen_model, save_study, study_folders
from segmint.workflow.tracking import Tracked, track_study
from segmint.workflow.workspace import Workspace, keeping, open_workspace


@dataclass(frozen=True)
class Challenge:
    """A retrained model and where everything of it lies.

    Attributes
    ----------
    before, model
        The version before and the new one.
    migration
        What promoting it would do to customers.
    study, folder, study_id
        The study that it comes from, and where it is kept.
    path
        The bundle in the workspace; not in use until it is promoted.
    report, migration_report
        The study's report, and the page that tells who moves where.
    tracked
        What MLflow holds of it.
    moves
        The file of those who move, where it was asked for.
    """

    before: SegmentModel
    model: SegmentModel
    migration: Migration
    study: Study
    folder: Path
    study_id: str
    path: Path
    report: Path
    migration_report: Path
    tracked: Tracked
    moves: str | None


def find_before(wanted: str, workspace: str | Path, *, tracking_uri: str | None = None) -> Before:
    """Return the version that is to be carried on, registered where it was not yet.

    Parameters
    ----------
    wanted
        A model's name (its champion in the registry, else the workspace's own model), a bundle file, or
        ``models:/NAME@ALIAS``.
    workspace, tracking_uri
        Where names are looked up.

    Raises
    ------
    NotFoundError
        If there is no such model, or a model that is in no registry yet has no study in the workspace that
        could be registered.
    BundleError
        If the file is damaged, altered or not a model.
    """
    place = Path(workspace)
    path = _champion_file(wanted, place, tracking_uri)
    if path is None:
        model, _ = open_model(wanted, place, tracking_uri=tracking_uri)
        _register_study_of(model, wanted, place, tracking_uri)
        path = _champion_file(model.manifest.name, place, tracking_uri)
        if path is None:
            raise NotFoundError("workflow.no_champion", name=model.manifest.name)
    model = load_bundle(path)
    content = content_hash(model)
    named = called(model, given_names(Workspace(place).model(model.manifest.name)))
    return Before(named, content, find_members(model, Workspace(place)))


def _champion_file(wanted: str, workspace: Path, uri: str | None) -> Path | None:
    """Return the bundle that a model's name or address means in the registry; ``None`` where it is not there."""
    if wanted.startswith(REGISTERED):
        return pull(wanted, workspace, tracking_uri=uri)
    name = wanted
    if Path(wanted).is_file():
        name = load_bundle(wanted).manifest.name
    if champion_of(name, uri=ready_registry(workspace, uri)) is None:
        return None
    champion = pull(f"{REGISTERED}{name}@champion", workspace, tracking_uri=uri)
    # a renamed revision of the champion is the champion: its own hash is in no registry
    named = name == wanted or _same_training(load_bundle(wanted), load_bundle(champion))
    return champion if named else Path(wanted)


def _register_study_of(model: SegmentModel, wanted: str, workspace: Path, uri: str | None) -> None:
    """Register the study that a model comes from: the champion must be there before its challenger is."""
    for folder in reversed(study_folders(Workspace(workspace))):
        try:
            study = load_study(folder)
        except (BundleError, NotFoundError):
            continue
        if study.model is not None and _same_training(chosen_model(study), model):
            track_study(folder, workspace, tracking_uri=uri)
            return
    raise NotFoundError("workflow.no_predecessor", wanted=wanted)


def _same_training(one: SegmentModel, other: SegmentModel) -> bool:
    return {card.id for card in one.cards} == {card.id for card in other.cards}


def challenge(
    before: Before,
    dataset: Dataset,
    workspace: str | Path,
    *,
    options: RetrainOptions | None = None,
    old: Dataset | None = None,
    limit: float = LIMIT,
    moves: str | None = None,
    tracking_uri: str | None = None,
    progress: Progress = silent,
) -> Challenge:
    """Retrain a model and make the new version the challenger; what is in use stays in use.

    Parameters
    ----------
    before, dataset, options, old
        See :func:`segmint.workflow.retrain.retrain`.
    workspace
        The folder.
    limit
        The share of customers that the model's change may move without a person's word, 0 … 1.
    moves
        A file that gets the keys of those who move, with the segment they leave and the one they come to.
    tracking_uri
        Another registry than the workspace's own.
    progress
        Called as the work goes on.

    Raises
    ------
    DataError
        If the new rows give no model.
    TrackingError
        If the registry does not take it; the study is kept.
    """
    made = retrain(before, dataset, options, old=old, progress=progress)
    model = made.study.model
    if model is None:
        raise DataError("workflow.finds_nothing", family=before.model.manifest.family, n=dataset.n_rows)
    place = open_workspace(workspace)
    progress("saved", 0, 1)
    folder = save_study(made.study, workspace)
    model = chosen_model(made.study)
    study = replace(made.study, models={**made.study.models, str(made.study.decision.configuration): model})
    migration = judge(before.model, before.content, model, limit=limit)
    with _beside(place, model.manifest.name) as files:
        _write(files, study, before, model, migration)
        progress("saved", 1, 1)
        progress("tracked", 0, 1)
        tracked = track_study(folder, workspace, tracking_uri=tracking_uri)
        path, report, told = _put(files)
    keep_members(model, made.prepared.keys, labels_of(model, made.prepared.columns), place)
    if moves is not None:
        write_moves(before.model, model, made, moves)
    progress("tracked", 1, 1)
    return Challenge(
        before.model, model, migration, study, folder, study_id(folder), path, report, told, tracked, moves
    )


def renew(
    wanted: str,
    data: Any,
    workspace: str | Path,
    *,
    reading: ReadOptions | None = None,
    options: RetrainOptions | None = None,
    before: Any = None,
    limit: float = LIMIT,
    moves: str | None = None,
    tracking_uri: str | None = None,
    progress: Progress = silent,
) -> Challenge:
    """Train a model again on new data and make the new version the challenger (``segmint.retrain``).

    Parameters
    ----------
    wanted
        A model's name (its champion is carried on), a bundle file, or ``models:/NAME@ALIAS``.
    data
        The new rows: a :class:`segmint.data.Dataset`, or whatever :func:`segmint.read` takes.
    workspace
        The folder.
    reading
        How to read; columns, kinds and roles are the model's.
    before
        The rows that the version before was trained on, where they are at hand.
    options, limit, moves, tracking_uri, progress
        See :func:`challenge`.

    Returns
    -------
    Challenge
        The new version, and what promoting it would do.

    Raises
    ------
    NotFoundError
        If there is no such model.
    SchemaError
        If a column of the model is missing in the data.

    Examples
    --------
    >>> import segmint, tempfile
    >>> table, quick = segmint.example_table("wholesale_customers"), RetrainOptions(n_resamples=0)
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = segmint.run(table, folder, options=options)
    ...     again = segmint.retrain("wholesale_customers", table, folder, options=quick)
    >>> [card.id for card in again.model.cards] == [card.id for card in made.study.model.cards]
    True
    >>> again.migration.churn
    0.0
    """
    version = find_before(wanted, workspace, tracking_uri=tracking_uri)
    progress("read", 0, 1)
    dataset = read_again(data, version.model, reading)
    old = None if before is None else read_again(before, version.model, reading)
    progress("read", dataset.n_rows, dataset.n_rows)
    return challenge(
        version,
        dataset,
        workspace,
        options=options,
        old=old,
        limit=limit,
        moves=moves,
        tracking_uri=tracking_uri,
        progress=progress,
    )


@contextmanager
def _beside(place: Workspace, name: str) -> Iterator[dict[Path, Path]]:
    """Yield where the challenger's bundle and its two pages will lie, each with a file to write until it is registered.

    What is stopped before that leaves the bundle and the pages of the challenger that the registry has.
    """
    targets = (place.challenger(name), place.report(f"{name}-challenger"), place.report(f"{name}-migration"))
    with (
        keeping(place.folder),
        tempfile.TemporaryDirectory(prefix=".challenge-", dir=place.folder) as scratch,
    ):
        yield {target: Path(scratch) / target.name for target in targets}


def _write(
    files: Mapping[Path, Path], study: Study, before: Before, model: SegmentModel, migration: Migration
) -> None:
    path, report, told = files.values()
    save_bundle(model, path)
    write_report(study, report)
    write_migration(before.model, model, migration, told)


def _put(files: Mapping[Path, Path]) -> tuple[Path, Path, Path]:
    """Put the files where they belong, and return where that is."""
    for target, written in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, [written.read_bytes()])
    path, report, told = files
    return path, report, told


def write_moves(before: SegmentModel, after: SegmentModel, made: Made, target: str) -> None:
    """Write who would change segment: the key, then the segment before and after, by id and by name."""
    columns: dict[str, Any] = {}
    found = [(model, labels_of(model, made.prepared.columns)) for model in (before, after)]
    ids = [model.by_label[0][labels] for model, labels in found]
    moved = ids[0] != ids[1]
    key = "row" if after.schema.key is None else after.schema.key.name
    columns[key] = made.prepared.keys[moved]
    for word, (model, labels), each in zip(("from", "to"), found, ids, strict=True):
        columns[f"{word}_id"] = each[moved]
        columns[f"{word}_name"] = model.by_label[1][labels][moved]
    with open_writer(target) as writer:
        writer.write(columns)
