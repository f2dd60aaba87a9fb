"""Where a topic study is kept: a folder of the workspace with its model, its figures, its page and its pictures.

::

    TOPICS/NAME/
        NAME.topics     the model
        topics.json     the study as plain data: page and pictures are made again from it
        NAME.html       the page
        topic_*.png     the pictures
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segmint.charts.topics import topic_pictures, write_topic_pictures
from segmint.errors import BundleError, NotFoundError
from segmint.model.files import write_file
from segmint.model.topic_file import load_topic_model, save_topic_model
from segmint.report.topics import Excerpt, write_topics
from segmint.topics.study import TopicStudy
from segmint.topics.study_file import read_topic_study, topic_study_bytes
from segmint.workflow.locking import alone
from segmint.workflow.topics import Found
from segmint.workflow.workspace import Workspace, keeping, open_workspace

_LONGEST_EXCERPT: Final = 200
_STUDY: Final = "topics.json"


@dataclass(frozen=True)
class KeptTopics:
    """What was written: the model's file and its hash, the page, and the pictures."""

    model: Path
    content: str
    page: Path
    pictures: tuple[Path, ...]


def keep_topics(found: Found, workspace: str | Path, *, excerpts: tuple[Excerpt, ...] = ()) -> KeptTopics:
    """Keep a topic study in the workspace; what an earlier one of the same name left is replaced.

    Parameters
    ----------
    found
        What :func:`segmint.find_topics` found.
    workspace
        The folder.
    excerpts
        See :func:`excerpts_of`; by default the page holds no text and no key. They stand on the page alone: it
        is made again without them.
    """
    study, place = found.study, open_workspace(workspace)
    name, folder = study.model.name, place.topics(study.model.name)
    with keeping(folder), alone(place.folder):
        for old in folder.glob("topic_*.png"):
            old.unlink()
        content = save_topic_model(study.model, folder / f"{name}.topics")
        write_file(folder / _STUDY, [topic_study_bytes(study)], refusal="bundle.unwritable")
        page = write_topic_page(study, folder / f"{name}.html", excerpts=excerpts)
        pictures = write_topic_pictures(study, folder)
    return KeptTopics(folder / f"{name}.topics", content, page, tuple(pictures))


def write_topic_page(study: TopicStudy, path: str | Path, *, excerpts: tuple[Excerpt, ...] = ()) -> Path:
    """Write the page of a topic study, from the study alone."""
    return write_topics(study, topic_pictures(study), path, excerpts=excerpts)


def find_topic_study(study: str | Path, workspace: str | Path | None = None) -> Path | None:
    """Return the folder of a topic study: named by itself, or by the name of its model in a workspace."""
    folders = [Path(study)]
    if workspace is not None and len(folders[0].parts) == 1:
        folders.append(Workspace(Path(workspace)).topics(str(study)))
    return next((folder for folder in folders if (folder / _STUDY).is_file()), None)


def load_topic_study(study: str | Path, workspace: str | Path | None = None) -> TopicStudy:
    """Open a topic study; its page and its pictures are made from it alone.

    Parameters
    ----------
    study
        Its folder, or the name of its model.
    workspace
        Where names are looked up.

    Raises
    ------
    NotFoundError
        If there is none.
    BundleError
        If one of its files is damaged, altered or missing.

    Examples
    --------
    >>> import pandas as pd, segmint, tempfile
    >>> said = ["my parcel is late", "where is my late parcel", "refund my money", "a refund of money"] * 9
    >>> options = segmint.TopicOptions(ks=(2,), n_samples=2, n_seeds=2, language="en", name="tickets")
    >>> found = segmint.find_topics(pd.DataFrame({"said": said}), segmint.TextColumns(text="said"), options)
    >>> with tempfile.TemporaryDirectory() as workspace:
    ...     page = keep_topics(found, workspace).page
    ...     again = write_topic_page(load_topic_study("tickets", workspace), f"{workspace}/again.html")
    ...     page.read_bytes() == again.read_bytes()
    True
    """
    folder = find_topic_study(study, workspace)
    if folder is None:
        raise NotFoundError("workflow.no_such_study", wanted=str(study), n_found=0)
    models = sorted(folder.glob("*.topics"))
    if len(models) != 1:
        raise BundleError("study_files.damaged", where=folder.name)
    model, data = load_topic_model(models[0]), (folder / _STUDY).read_bytes()
    try:
        return read_topic_study(data, model)
    except BundleError as error:
        raise BundleError(error.code, where=f"{folder.name}/{_STUDY}", **error.figures) from None


def excerpts_of(found: Found) -> tuple[Excerpt, ...]:
    """Return the key and the first 200 characters of each example: personal data, for the user's own page."""
    texts = found.texts
    return tuple(
        Excerpt(texts.keys[document], _cut(texts.documents[document])) for document in found.examples
    )


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_EXCERPT else f"{line[: _LONGEST_EXCERPT - 1].rstrip()}…"
