"""MLflow told of a study: runs, charts, report, and the model in the registry."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmint.charts import drawings
from segmint.choosing.study import Study
from segmint.choosing.study_files import load_study, study_id
from segmint.model.bundle import save_bundle
from segmint.track.describe import describe
from segmint.track.items import Content
from segmint.track.looks import describe_look
from segmint.track.migrations import champion_of
from segmint.track.registry import register
from segmint.track.store import artifact_root, database_file
from segmint.track.store import tracking_uri as address
from segmint.track.writer import send
from segmint.words import say
from segmint.workflow.registered import ready_registry
from segmint.workflow.studies import chosen_model, named_study


@dataclass(frozen=True)
class Tracked:
    """What MLflow holds of a study: the experiment, the parent run, the registered version, and the champion's number."""

    experiment: str
    run_id: str
    n_configurations: int
    version: int | None
    seconds: float
    champion: int | None = None

    @property
    def other_champion(self) -> int | None:
        """The number of the champion where it is another version than this one."""
        return None if self.version is None or self.champion == self.version else self.champion

    def __str__(self) -> str:
        key = "workflow.tracked" if self.version is None else "workflow.tracked_version"
        return say(
            key,
            experiment=self.experiment,
            run=self.run_id[:8],
            n=self.n_configurations,
            version=self.version or 0,
        )


def track_study(folder: Path, workspace: str | Path, *, tracking_uri: str | None = None) -> Tracked:
    """Send a study to MLflow and register its model; sent again, nothing is doubled.

    Parameters
    ----------
    folder
        The study's folder.
    workspace
        The workspace, whose own database is used where no address is given.
    tracking_uri
        An MLflow server or database.

    Raises
    ------
    TrackingError
        If the server cannot be reached or does not take it; the study itself is safe.
    """
    study = named_study(load_study(folder), workspace)
    place = Path(workspace)
    uri = ready_registry(place, tracking_uri)
    name = study.provenance.name
    items = describe(study, attachments=_attachments(study), study_id=study_id(folder))
    sent = send(items, uri=uri, experiment=name, artifacts=_artifacts(place, tracking_uri))
    with tempfile.TemporaryDirectory(prefix="segmint-") as scratch:
        version = _register(study, Path(scratch), uri, sent.run_id)
    champion = None if version is None else champion_of(study.provenance.name, uri=uri)
    return Tracked(name, sent.run_id, len(study.trials), version, sent.seconds, champion)


def track_look(
    look: Mapping[str, Any], key: str, workspace: str | Path, *, tracking_uri: str | None = None
) -> str:
    """Send a look at a batch to MLflow, a run of its own in the experiment ``NAME-monitoring``; return that name.

    Parameters
    ----------
    look
        As it is kept in the workspace.
    key
        By which a second sending finds the first.
    workspace, tracking_uri
        As for :func:`track_study`.

    Raises
    ------
    TrackingError
        If the server cannot be reached or does not take it; the look itself is kept.
    """
    place = Path(workspace)
    experiment = f"{look['model']}-monitoring"
    uri = ready_registry(place, tracking_uri)
    send(describe_look(look, key), uri=uri, experiment=experiment, artifacts=_artifacts(place, tracking_uri))
    return experiment


def _artifacts(workspace: Path, tracking_uri: str | None) -> str | None:
    database = database_file(address(workspace, tracking_uri))
    return None if database is None else artifact_root(database)


def _attachments(study: Study) -> dict[str, Content]:
    """Return the pictures, drawn when they are sent: a study that was sent before needs none.

    The report stays at home: its drawings hold the coordinates of customers.
    """
    return {f"charts/{name}": draw for name, draw in drawings(study, format="png").items()}


def _register(study: Study, scratch: Path, uri: str, run_id: str) -> int | None:
    if study.model is None:
        return None
    bundle = scratch / f"{study.provenance.name}.segmint"
    save_bundle(chosen_model(study), bundle)
    return int(register(bundle, name=study.provenance.name, uri=uri, run_id=run_id).version)
