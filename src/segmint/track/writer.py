"""Sending items to an MLflow server: nothing is decided here."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from segmint.errors import TrackingError
from segmint.track.imported import MlflowClient, MlflowException, entities
from segmint.track.items import (
    Artifact,
    BytesArtifact,
    Item,
    Metric,
    Param,
    RunItem,
    Tag,
    TextArtifact,
    content,
)
from segmint.track.server import asking
from segmint.track.store import artifact_root, database_file
from segmint.types import Progress, silent

KEY_TAG: Final = "segmint.key"
SENT_TAG: Final = "segmint.sent"
_PARENT_TAG: Final = "mlflow.parentRunId"
_EXPERIMENT_TAGS: Final = {"mlflow.experimentKind": "custom_model_development"}
"""MLflow's pages then begin with runs, not with language models."""
_STATUS: Final = {"finished": "FINISHED", "failed": "FAILED"}


@dataclass(frozen=True)
class Sent:
    """What a sending did.

    Attributes
    ----------
    run_id
        MLflow's id of the parent run.
    experiment_id
        MLflow's id of the experiment.
    n_runs
        Runs that were written; 0 where the same items were there already.
    seconds
        How long it took, without MLflow's import.
    """

    run_id: str
    experiment_id: str
    n_runs: int
    seconds: float


@dataclass
class _Run:
    """The items of one run, gathered."""

    item: RunItem
    params: list[Param] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)


def send(
    items: Iterable[Item],
    *,
    uri: str,
    experiment: str,
    artifacts: str | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Sent:
    """Send a study's items to an MLflow server, once.

    Runs are found again by their keys: what is there already is brought up to date, what is missing is
    made (so that an interrupted sending goes on), and where the very same items were sent before nothing
    is written at all.

    Parameters
    ----------
    items
        A parent run with its items, then its children (see :func:`segmint.track.describe.describe`).
    uri
        Where to: ``sqlite:///FILE``, ``http(s)://…``, or a database's address.
    experiment
        The name of the experiment; made where it is missing.
    artifacts
        Where the files of a new experiment lie; by default the folder ``artifacts`` beside an SQLite
        database, elsewhere what the server says.
    force
        Write everything again, also where it was sent before.
    progress
        Called after each run.

    Raises
    ------
    TrackingError
        If the server does not answer, or refuses something.
    """
    started = time.perf_counter()
    parent, *children = _gather(items)
    fingerprint = _fingerprint([parent, *children])
    with asking(uri) as client:
        experiment_id = _experiment(client, experiment, artifacts or _beside(uri))
        found = _find_parent(client, experiment_id, parent.item.key)
        if found is not None and not force and found.data.tags.get(SENT_TAG) == fingerprint:
            return Sent(found.info.run_id, experiment_id, 0, time.perf_counter() - started)
        known = {} if found is None else _find_children(client, experiment_id, found.info.run_id)
        parent_run = found or _create(client, experiment_id, parent, {})
        run_id = str(parent_run.info.run_id)
        with _made_meanwhile(parent.artifacts) as artifacts_of_parent:
            for done, child in enumerate(children, start=1):
                above = {_PARENT_TAG: run_id}
                run = known.get(child.item.key) or _create(client, experiment_id, child, above)
                _fill(client, run, child)
                _close(client, run, child.item)
                progress("tracking", done, len(children))
            _fill(client, parent_run, replace(parent, artifacts=artifacts_of_parent))
        client.set_tag(run_id, SENT_TAG, fingerprint)
        _close(client, parent_run, parent.item)
    return Sent(run_id, experiment_id, 1 + len(children), time.perf_counter() - started)


# ------------------------------------------------------------------------------------------ items


def _gather(items: Iterable[Item]) -> list[_Run]:
    runs: list[_Run] = []
    for item in items:
        match item:
            case RunItem():
                runs.append(_Run(item))
            case Param():
                runs[-1].params.append(item)
            case Metric():
                runs[-1].metrics.append(item)
            case Tag():
                runs[-1].tags.append(item)
            case TextArtifact() | BytesArtifact():
                runs[-1].artifacts.append(item)
    return runs


def _fingerprint(runs: Sequence[_Run]) -> str:
    """Return a hash of all that is sent; of binary files only the path (pictures differ by version)."""
    digest = hashlib.sha256()
    for run in runs:
        plain = [item if isinstance(item, TextArtifact) else item.path for item in run.artifacts]
        digest.update(repr((run.item, run.params, run.metrics, run.tags, plain)).encode())
    return digest.hexdigest()


# ------------------------------------------------------------------------------------- experiments


def _beside(uri: str) -> str | None:
    database = database_file(uri)
    return None if database is None else artifact_root(database)


def _experiment(client: MlflowClient, name: str, artifacts: str | None) -> str:
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=artifacts, tags=_EXPERIMENT_TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":  # else: another process was faster
                raise
            found = client.get_experiment_by_name(name)
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


# -------------------------------------------------------------------------------------------- runs


def _find_parent(client: MlflowClient, experiment_id: str, key: str) -> Any | None:
    found = client.search_runs(
        [experiment_id], f"tags.`{KEY_TAG}` = '{key}'", max_results=1, order_by=["attributes.start_time ASC"]
    )
    return found[0] if found else None


def _find_children(client: MlflowClient, experiment_id: str, parent: str) -> dict[str, Any]:
    return {
        run.data.tags[KEY_TAG]: run
        for run in _pages(client, experiment_id, f"tags.`{_PARENT_TAG}` = '{parent}'")
        if KEY_TAG in run.data.tags
    }


def _pages(client: MlflowClient, experiment_id: str, wanted: str) -> Iterator[Any]:
    token = None
    while True:
        page = client.search_runs([experiment_id], wanted, max_results=1000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _create(client: MlflowClient, experiment_id: str, run: _Run, above: Mapping[str, str]) -> Any:
    tags = {**{tag.name: tag.value for tag in run.tags}, KEY_TAG: run.item.key, **above}
    return client.create_run(experiment_id, start_time=run.item.started, tags=tags, run_name=run.item.name)


def _fill(client: MlflowClient, made: Any, run: _Run) -> None:
    """Write what the run does not have yet: MLflow shows the latest of several values of a metric."""
    tags, metrics = made.data.tags, made.data.metrics
    when = round(1000 * time.time()) if metrics else run.item.ended
    client.log_batch(
        made.info.run_id,
        metrics=[
            entities.Metric(item.name, item.value, when, 0)
            for item in run.metrics
            if metrics.get(item.name) != item.value
        ],
        params=[
            entities.Param(item.name, item.value) for item in run.params if item.name not in made.data.params
        ],
        tags=[
            entities.RunTag(item.name, item.value) for item in run.tags if tags.get(item.name) != item.value
        ],
    )
    if run.artifacts:
        _keep(client, made, run.artifacts)


def _close(client: MlflowClient, made: Any, item: RunItem) -> None:
    client.set_terminated(made.info.run_id, _STATUS[item.outcome], item.ended)


# --------------------------------------------------------------------------------------- artifacts


def _keep(client: MlflowClient, made: Any, artifacts: Sequence[Artifact]) -> None:
    """Write artifacts where they belong: at once where that is a folder, else through the server."""
    folder = local_folder(made.info.artifact_uri)
    try:
        if folder is not None:
            _write(folder, artifacts)
            return
        with tempfile.TemporaryDirectory() as scratch:
            _write(Path(scratch), artifacts)
            client.log_artifacts(made.info.run_id, scratch)
    except OSError as error:
        raise TrackingError(
            "track.artifacts", where=str(folder or ""), reason=error.strerror or ""
        ) from error


@contextmanager
def _made_meanwhile(artifacts: Sequence[Artifact]) -> Iterator[list[Artifact]]:
    """Make binary artifacts (pictures) in another thread while runs are written."""
    with ThreadPoolExecutor(1) as other:
        making = {
            artifact.path: other.submit(content, artifact)
            for artifact in artifacts
            if isinstance(artifact, BytesArtifact)
        }
        try:
            yield [
                replace(artifact, content=making[artifact.path].result)
                if isinstance(artifact, BytesArtifact)
                else artifact
                for artifact in artifacts
            ]
        except BaseException:
            other.shutdown(wait=False, cancel_futures=True)
            raise


def _write(folder: Path, artifacts: Sequence[Artifact]) -> None:
    for artifact in artifacts:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(artifact))


def local_folder(location: str) -> Path | None:
    """Return the folder that a location is, or ``None`` where it lies on a server.

    Examples
    --------
    >>> local_folder("file:///a%20b/c").as_posix(), local_folder("mlflow-artifacts:/1/2/artifacts")
    ('/a b/c', None)
    """
    parts = urlsplit(location)
    if parts.scheme == "file":
        return Path(url2pathname(parts.path))
    return Path(location) if Path(location).is_absolute() else None
