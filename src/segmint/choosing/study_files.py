"""A study as a folder, addressed by its content.

::

    STUDIES/0123456789abcdef/
        study.json              canonical; its content hash covers itself, the figures and the models
        figures.safetensors     what the charts are drawn from
        models/ID.segmint       a whole model for each family's best
        run.json                when, how long, by which command: outside of the hash
        decisions/0001.json     what people decided later, in order; nothing is ever rewritten

Equal runs give equal studies: the folder appears whole or not at all, and only once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from segmint.choosing import figure_files, study_description
from segmint.choosing.decision import Decision
from segmint.choosing.study import Study
from segmint.errors import BundleError, NotFoundError, SegmintError
from segmint.model import bundle
from segmint.model.audit import audit_sentences
from segmint.model.canonical import dumps, loads
from segmint.model.description import finite
from segmint.model.files import sync_folder, write_whole
from segmint.model.segment_model import SegmentModel

FORMAT: Final = 1
ID_LENGTH: Final = 16
_STUDY, _FIGURES, _RUN = "study.json", "figures.safetensors", "run.json"
_UNHASHED: Final = "0" * 64
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, StopIteration)


def save_study(study: Study, studies_folder: str | Path) -> Path:
    """Save a study; saving an equal one again changes nothing.

    Parameters
    ----------
    study
        The study.
    studies_folder
        Where studies lie; made where it is missing.

    Returns
    -------
    Path
        The study's folder, named by the first 16 digits of its content hash.
    """
    studies = Path(studies_folder)
    files = _files(study)
    folder = studies / _content(files[_STUDY])[:ID_LENGTH]
    if (folder / _STUDY).is_file():
        return folder
    studies.mkdir(parents=True, exist_ok=True)
    scratch = studies / f".{folder.name}.{secrets.token_hex(6)}.part"
    try:
        for name, data in files.items():
            write_whole(scratch / name, [data])
        sync_folder(scratch)
        scratch.rename(folder)
    except OSError:
        if not (folder / _STUDY).is_file():  # unless another run was there first
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    sync_folder(studies)
    return folder


def load_study(folder: str | Path) -> Study:
    """Load a study with the latest decision on it; all files are checked against the content hash.

    Raises
    ------
    NotFoundError
        If the folder holds no study.
    BundleError
        If a file is damaged, altered or missing.
    """
    folder = Path(folder)
    described = _read_study(folder)
    figures = _read_covered(folder, _FIGURES, described["figures"])
    try:
        models = {name: _model(folder, name, content) for name, content in described["models"]}
        run = _read_json(folder / _RUN)
        described["decision"] = _latest_decision(folder, described)
        return study_description.make(described, run, models, figure_files.from_bytes(figures))
    except _BROKEN:
        raise BundleError("study_files.damaged", where=folder.name) from None


@dataclass(frozen=True)
class StudyHead:
    """What a list shows of a study.

    ``created`` is when (ISO 8601, UTC); ``decision`` is the latest one.
    """

    id: str
    name: str
    created: str
    source: str
    n_rows: int
    decision: Decision


def load_head(folder: str | Path) -> StudyHead:
    """Load what a list shows of a study; figures and models are neither read nor checked.

    Raises
    ------
    NotFoundError
        If the folder holds no study.
    BundleError
        If one of its texts is damaged, altered or missing.
    """
    folder = Path(folder)
    described = _read_study(folder)
    created = load_created(folder)
    try:
        provenance = described["provenance"]
        return StudyHead(
            id=described["content"][:ID_LENGTH],
            name=provenance["name"],
            created=created,
            source=provenance["source"],
            n_rows=provenance["n_rows"],
            decision=Decision.from_json(_latest_decision(folder, described)),
        )
    except _BROKEN:
        raise BundleError("study_files.damaged", where=folder.name) from None


def load_created(folder: str | Path) -> str:
    """Return when a study was made (ISO 8601, UTC), from its ``run.json`` alone.

    Raises
    ------
    BundleError
        If that is damaged, altered or missing.
    """
    folder = Path(folder)
    created = _read_json(folder / _RUN).get("created")
    if not isinstance(created, str):
        raise BundleError("study_files.damaged", where=f"{folder.name}/{_RUN}")
    return created


def study_id(folder: str | Path) -> str:
    """Return a study's id: the first 16 digits of its content hash.

    Raises
    ------
    NotFoundError
        If the folder holds no study.
    BundleError
        If its description was altered.
    """
    return str(_read_study(Path(folder))["content"][:ID_LENGTH])


def append_decision(folder: str | Path, decision: Decision) -> Path:
    """Add a decision to a study; what was there before stays.

    Returns
    -------
    Path
        The file of the decision.
    """
    folder = Path(folder)
    _read_study(folder)
    data = dumps(
        {
            "decision": finite(decision.to_json()),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )
    scratch = folder / "decisions" / f".{secrets.token_hex(6)}.part"
    write_whole(scratch, [data])
    try:
        return _numbered(folder, scratch)
    finally:
        scratch.unlink()


def _numbered(folder: Path, scratch: Path) -> Path:
    """Give a file the next free number; two people who decide at once get two numbers."""
    number = max((int(path.stem) for path in _decision_files(folder)), default=0)
    while True:
        number += 1
        path = scratch.with_name(f"{number:04d}.json")
        try:
            os.link(scratch, path)
        except FileExistsError:
            continue
        sync_folder(path.parent)
        return path


def _decision_files(folder: Path) -> list[Path]:
    return sorted((folder / "decisions").glob("[0-9][0-9][0-9][0-9]*.json"), key=lambda path: int(path.stem))


def _latest_decision(folder: Path, described: dict[str, Any]) -> Any:
    """Return what a person decided last, else the run's own decision, as it is stored."""
    files = _decision_files(folder)
    return (_read_json(files[-1]) if files else described)["decision"]


def _files(study: Study) -> dict[str, bytes]:
    """Return each file's bytes by its name in the folder."""
    figures = figure_files.to_bytes(study.figures)
    models = {name: bundle.to_bytes(model) for name, model in study.models.items()}
    described = {
        "format": FORMAT,
        **study_description.describe(study),
        "figures": hashlib.sha256(figures).hexdigest(),
        "models": [[_checked_id(name), hashlib.sha256(data).hexdigest()] for name, data in models.items()],
        "content": _UNHASHED,
    }
    described["content"] = hashlib.sha256(dumps(described)).hexdigest()
    return {
        **{_model_name(name): data for name, data in models.items()},
        _FIGURES: figures,
        _RUN: dumps(study_description.describe_run(study)),
        _STUDY: dumps(described),
    }


def _content(data: bytes) -> str:
    described: Any = loads(data)
    return str(described["content"])


def _model_name(configuration: str) -> str:
    return f"models/{configuration}.segmint"


def _checked_id(configuration: str) -> str:
    """Return a configuration's id, which becomes a file's name."""
    if not _ID.fullmatch(configuration):
        raise BundleError("study_files.damaged")
    return configuration


def _model(folder: Path, configuration: str, content: str) -> SegmentModel:
    name = _model_name(_checked_id(configuration))
    data = _read_covered(folder, name, content)
    try:
        return bundle.from_bytes(data)
    except BundleError as error:
        raise BundleError(error.code, where=f"{folder.name}/{name}", **error.figures) from None


def _read_study(folder: Path) -> dict[str, Any]:
    """Return the description of a study, whole and unaltered."""
    path = folder / _STUDY
    if not path.is_file():
        raise NotFoundError("study_files.missing", where=folder.name)
    described = _read_json(path)
    content = described.get("content")
    number = described.get("format")
    if isinstance(number, int) and number > FORMAT:
        raise BundleError("study_files.later", where=folder.name, format=number, newest=FORMAT)
    if hashlib.sha256(dumps({**described, "content": _UNHASHED})).hexdigest() != content:
        raise BundleError("study_files.altered", where=f"{folder.name}/{_STUDY}")
    return described


def _read_json(path: Path) -> dict[str, Any]:
    """Read one of a study's texts; it must be spelled as it was written."""
    where = f"{path.parent.name}/{path.name}"
    try:
        data = path.read_bytes()
        found = loads(data)
        audit_sentences(found)
    except (OSError, SegmintError):
        raise BundleError("study_files.damaged", where=where) from None
    if not isinstance(found, dict) or dumps(found) != data:
        raise BundleError("study_files.altered", where=where)
    return found


def _read_covered(folder: Path, name: str, content: str) -> bytes:
    """Read a file that the study's hash covers."""
    try:
        data = (folder / name).read_bytes()
    except OSError:
        raise BundleError("study_files.damaged", where=f"{folder.name}/{name}") from None
    if hashlib.sha256(data).hexdigest() != content:
        raise BundleError("study_files.altered", where=f"{folder.name}/{name}")
    return data
