"""Studies in a workspace: keep, find, open again, decide otherwise, delete."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from segmint.choosing.called import find_called
from segmint.choosing.decision import Decision
from segmint.choosing.overrule import overrule
from segmint.choosing.study import Study
from segmint.choosing.study_files import append_decision, load_created, load_head
from segmint.choosing.study_files import load_study as read_study
from segmint.choosing.study_files import save_study as write_study
from segmint.errors import BundleError, NotFoundError
from segmint.model.segment_model import SegmentModel
from segmint.report.html import write_report
from segmint.workflow.library import keep_model, with_given_names
from segmint.workflow.members import forget_members
from segmint.workflow.workspace import Workspace, keeping, open_workspace

SHORTEST_ID = 4


@dataclass(frozen=True)
class Listed:
    """One line of the list of studies; of a damaged study only the id is known."""

    id: str
    name: str | None = None
    created: str | None = None
    source: str | None = None
    n_rows: int | None = None
    verdict: str | None = None
    family: str | None = None
    n_clusters: int | None = None
    damaged: bool = False


def save_study(study: Study, workspace: str | Path) -> Path:
    """Save a study in a workspace; an equal one that is there already stays as it is.

    Parameters
    ----------
    study
        What :func:`segmint.study` gave.
    workspace
        The folder; made where it is missing.

    Returns
    -------
    Path
        The study's folder, named by its content.

    Raises
    ------
    SegmintError
        If the disk refuses it (full, gone, not permitted); nothing half-written is left.

    Examples
    --------
    >>> import segmint, tempfile
    >>> dataset = segmint.read(segmint.example_table("wholesale_customers"))
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> study = segmint.study(dataset, options)
    >>> with tempfile.TemporaryDirectory() as workspace:
    ...     folder = segmint.save_study(study, workspace)
    ...     again = segmint.save_study(study, workspace)
    >>> folder == again, folder.parent.name, len(folder.name)
    (True, 'studies', 16)
    """
    studies = open_workspace(workspace).studies
    with keeping(studies):
        return write_study(study, studies)


def load_study(study: str | Path, workspace: str | Path | None = None) -> Study:
    """Open a study again, without its data.

    Parameters
    ----------
    study
        A study's folder; with ``workspace`` also its id, at least four first digits of that, ``latest``, or
        the name of a model.
    workspace
        The workspace in which to look for it.

    Returns
    -------
    Study
        With the latest decision on it.

    Raises
    ------
    NotFoundError
        If there is no such study, or several begin so.
    BundleError
        If one of its files is damaged, altered or missing.

    Examples
    --------
    >>> import segmint, tempfile
    >>> dataset = segmint.read(segmint.example_table("wholesale_customers"))
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> with tempfile.TemporaryDirectory() as workspace:
    ...     folder = segmint.save_study(segmint.study(dataset, options), workspace)
    ...     by_folder = segmint.load_study(folder)
    ...     by_name = segmint.load_study("wholesale_customers", workspace)
    >>> by_folder.provenance.n_rows, by_folder.decision == by_name.decision
    (440, True)
    """
    return read_study(find_study(study, workspace))


def find_study(study: str | Path, workspace: str | Path | None = None) -> Path:
    """Return the folder of a study.

    Parameters
    ----------
    study
        Its folder, its id, at least four first digits of that, ``latest``, or the name of a model (its
        latest study); what comes first here is tried first.
    workspace
        Where all but folders are looked up.

    Raises
    ------
    NotFoundError
        If there is no such study, or several begin so.
    """
    folder = Path(study)
    if (folder / "study.json").is_file():
        return folder
    studies = study_folders(Workspace(Path(workspace))) if workspace is not None else []
    wanted = str(study)
    if wanted == "latest" and studies:
        return studies[-1]
    found = [place for place in studies if len(wanted) >= SHORTEST_ID and place.name.startswith(wanted)]
    found = found or [place for place in studies if _listed(place).name == wanted][-1:]
    if len(found) != 1:
        raise NotFoundError("workflow.no_such_study", wanted=wanted, n_found=len(found))
    return found[0]


def study_folders(workspace: Workspace) -> list[Path]:
    """Return the folders of all studies, the oldest first; one that lost its date counts as oldest."""
    if not workspace.studies.is_dir():
        return []
    places = (place for place in workspace.studies.iterdir() if not place.name.startswith("."))
    return sorted((place for place in places if (place / "study.json").is_file()), key=_age)


def _age(folder: Path) -> tuple[str, str]:
    try:
        return load_created(folder), folder.name
    except BundleError:
        return "", folder.name


def list_studies(workspace: Workspace) -> list[Listed]:
    """Return one line for each study, the oldest first; no model is opened, and no damage ends the list."""
    return [_listed(folder) for folder in study_folders(workspace)]


def _listed(folder: Path) -> Listed:
    try:
        head = load_head(folder)
    except (BundleError, NotFoundError):
        return Listed(folder.name, damaged=True)
    return Listed(
        id=head.id,
        name=head.name,
        created=head.created,
        source=head.source,
        n_rows=head.n_rows,
        verdict=head.decision.verdict.value,
        family=head.decision.family,
        n_clusters=head.decision.n_clusters,
    )


def decide_otherwise(folder: Path, configuration: str, because: str | None) -> tuple[Study, SegmentModel]:
    """Choose another of a study's finalists, without its data; the decision is kept beside the first.

    Raises
    ------
    NotFoundError
        If the configuration is not among each family's best.
    """
    study = read_study(folder)
    configuration = find_finalist(study, configuration)
    decision = overrule(study.decision, study.trials, configuration, because)
    append_decision(folder, decision)
    decided = replace(study, decision=decision)
    return decided, chosen_model(decided)


def keep_decision(
    folder: Path, configuration: str, because: str | None, workspace: str | Path
) -> tuple[Study, Path]:
    """Choose another finalist, and make its model the current one of the workspace.

    Names that people gave to its segments before are kept.

    Returns
    -------
    tuple[Study, Path]
        The study with the decision and the names, and the file of the model.

    Raises
    ------
    NotFoundError
        If the configuration is not among each family's best.
    """
    decided, model = decide_otherwise(folder, configuration, because)
    place = open_workspace(workspace)
    name = decided.provenance.name
    path = place.model(name) if model.lineage is None else place.challenger(name)
    kept = keep_model(model, path)
    named = with_model(decided, kept)
    report = place.report(decided.provenance.name)
    with keeping(report):
        write_report(named, report)
    return named, path


def chosen_model(study: Study) -> SegmentModel:
    """Return the model of the chosen configuration, with the decision's own words in its manifest."""
    configuration = study.decision.configuration
    if configuration is None or configuration not in study.models:
        raise NotFoundError("workflow.no_model", verdict=study.decision.verdict.value)
    model = study.models[configuration]
    manifest = replace(
        model.manifest, verdict=study.decision.verdict.value, decided_because=study.decision.because
    )
    return replace(model, manifest=manifest)


def latest_decision(study: Study, folder: Path) -> Decision:
    """Return what a person decided on the same study before, unless it was decided by hand now as well."""
    before = load_head(folder).decision
    return before if before.chosen_by == "user" and study.decision.chosen_by == "product" else study.decision


def find_finalist(study: Study, wanted: str) -> str:
    """Return the id of a finalist, named by its id or as people say it: ``kmeans-6``, ``K-Means 6``.

    Raises
    ------
    NotFoundError
        If no finalist is called so.
    """
    finalists = [study.trial(name) for name in study.models]
    found = find_called(wanted, finalists)
    if found is not None:
        return found
    listed = [f"{one.configuration.family}-{one.n_clusters} ({one.configuration.id})" for one in finalists]
    raise NotFoundError("workflow.not_a_finalist", configuration=wanted, finalists=listed)


def with_model(study: Study, model: SegmentModel) -> Study:
    """Return a study whose chosen model is the given one."""
    return replace(study, models={**study.models, str(study.decision.configuration): model})


def named_study(study: Study, workspace: str | Path) -> Study:
    """Return a study with the names that people gave to its segments in a workspace; a retrained one has them."""
    if study.model is None or study.model.lineage is not None:
        return study
    path = Workspace(Path(workspace)).model(study.provenance.name)
    return with_model(study, with_given_names(chosen_model(study), path))


def delete_study(folder: Path) -> None:
    """Delete a study's folder, and who was in which of its segments; models and reports made from it stay."""
    with suppress(BundleError, NotFoundError):
        forget_members(read_study(folder).models.values(), Workspace(folder.parent.parent))
    doomed = folder.with_name(f".{folder.name}.deleting")
    folder.rename(doomed)
    shutil.rmtree(doomed)
