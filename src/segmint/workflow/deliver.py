"""What comes out of a run: the study kept, the model packaged, the report written, MLflow told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from segmint.choosing.study import Study
from segmint.choosing.study_files import study_id
from segmint.data import Dataset, ReadOptions, read
from segmint.errors import SegmintError
from segmint.lineage.customers import labels_of
from segmint.model.assignment import assign as assign_columns
from segmint.model.segment_model import SegmentModel
from segmint.report.html import write_report
from segmint.types import Progress, silent
from segmint.workflow.assign import write_assignment
from segmint.workflow.library import keep_model
from segmint.workflow.members import keep_members
from segmint.workflow.planning import RunOptions
from segmint.workflow.run import Made, make
from segmint.workflow.studies import chosen_model, latest_decision, save_study, with_model
from segmint.workflow.workspace import keeping, open_workspace

if TYPE_CHECKING:
    from segmint.workflow.tracking import Tracked


@dataclass(frozen=True)
class Delivered:
    """Where everything of a run lies.

    ``study`` has the names that people gave to its segments before; ``folder`` is where it is kept.
    ``model`` is ``None`` with the verdict ``none``. After Ctrl-C only the study is kept: what was fitted by
    then replaces no model and no report. ``tracked`` is ``None`` where tracking was not wanted or failed, and
    then ``tracking_failed`` says why (the study is safe, and can be sent again).
    """

    study: Study
    folder: Path
    study_id: str
    model: Path | None
    report: Path | None
    output: str | None
    tracked: Tracked | None
    tracking_failed: SegmintError | None


def deliver(
    made: Made,
    workspace: str | Path,
    *,
    tracking_uri: str | None = None,
    track: bool = True,
    output: str | None = None,
    to_table: str | None = None,
    progress: Progress = silent,
) -> Delivered:
    """Keep a study in a workspace and make everything that is wanted of it.

    Parameters
    ----------
    made
        The study with its rows.
    workspace
        The folder; made where it is missing.
    tracking_uri
        An MLflow server; ``None`` for the workspace's own database.
    track
        Whether MLflow is told.
    output, to_table
        Where the training rows' segments are written: a file, or a database URL and its table.
    """
    place = open_workspace(workspace)
    study, name = made.study, made.study.provenance.name
    progress("saved", 0, 1)
    folder = save_study(study, workspace)
    study = replace(study, decision=latest_decision(study, folder))
    if made.interrupted:
        return Delivered(study, folder, study_id(folder), None, None, None, None, None)
    if track:
        _load_mlflow()
    kept = None if study.model is None else keep_model(chosen_model(study), place.model(name))
    if kept is not None:
        study = with_model(study, kept)
        keep_members(kept, made.prepared.keys, labels_of(kept, made.prepared.columns), place)
    report = place.report(name)
    with keeping(report):
        write_report(study, report)
    progress("saved", 1, 1)
    if output is not None and kept is not None:
        _write_rows(made, kept, output, to_table)
    tracked, failed = _track(folder, workspace, tracking_uri, progress) if track else (None, None)
    return Delivered(
        study=study,
        folder=folder,
        study_id=study_id(folder),
        model=None if kept is None else place.model(name),
        report=report,
        output=output if kept is not None else None,
        tracked=tracked,
        tracking_failed=failed,
    )


def _load_mlflow() -> None:
    """Begin to import MLflow (a second) while the report waits for its drawings; ``_track`` waits for the rest."""
    Thread(target=import_module, args=("segmint.workflow.tracking",), daemon=True).start()


def _write_rows(made: Made, model: SegmentModel, output: str, to_table: str | None) -> None:
    assignment = assign_columns(model, made.prepared.columns, made.prepared.keys)
    write_assignment(model, assignment, output, table=to_table)


def _track(
    folder: Path, workspace: str | Path, uri: str | None, progress: Progress
) -> tuple[Tracked | None, SegmintError | None]:
    from segmint.workflow.tracking import track_study  # MLflow: 1 s and 110 MB, for those who use it

    progress("tracked", 0, 1)
    try:
        tracked = track_study(folder, workspace, tracking_uri=uri)
    except SegmintError as error:
        return None, error
    progress("tracked", 1, 1)
    return tracked, None


def run(
    data: Any,
    workspace: str | Path,
    *,
    reading: ReadOptions | None = None,
    options: RunOptions | None = None,
    tracking_uri: str | None = None,
    track: bool = True,
    progress: Progress = silent,
) -> Delivered:
    """Do the main job: read, prepare, sweep, decide, profile, and keep everything in a workspace.

    Parameters
    ----------
    data
        A :class:`segmint.data.Dataset`, or whatever :func:`segmint.read` takes.
    workspace
        The folder; made where it is missing.
    reading, options
        How to read, and how to make the study.
    tracking_uri, track
        An MLflow server (``None`` for the workspace's own database), and whether MLflow is told.
    progress
        Called as the work goes on.

    Returns
    -------
    Delivered
        The study, and where everything of it lies.

    Raises
    ------
    DataError
        If the source cannot be read, or no column can make clusters.
    ResourceError
        If the forecast says that it would not fit into memory.

    Examples
    --------
    >>> import segmint, tempfile
    >>> quick = RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = segmint.run(segmint.example_table("wholesale_customers"), folder, options=quick, track=False)
    ...     print(made.model.name, made.study.decision.n_clusters)
    wholesale_customers.segmint 2
    """
    dataset = data if isinstance(data, Dataset) else read(data, reading)
    made = make(dataset, options or RunOptions(), progress)
    return deliver(made, workspace, tracking_uri=tracking_uri, track=track, progress=progress)
