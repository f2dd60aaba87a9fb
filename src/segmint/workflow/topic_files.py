"""Where a topic study is kept: a folder of the workspace with its model, its page and its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segmint.charts.topics import topic_pictures
from segmint.model.files import write_file
from segmint.model.topic_file import save_topic_model
from segmint.report.topics import Excerpt, write_topics
from segmint.workflow.locking import alone
from segmint.workflow.topics import Found
from segmint.workflow.workspace import keeping, open_workspace

_LONGEST_EXCERPT: Final = 200


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
        See :func:`excerpts_of`; by default the page holds no text and no key.
    """
    name = found.study.model.name
    place = open_workspace(workspace)
    folder = place.topics(name)
    with keeping(folder), alone(place.folder):
        content = save_topic_model(found.study.model, folder / f"{name}.topics")
        drawn = topic_pictures(found.study)
        page = write_topics(found.study, drawn, folder / f"{name}.html", excerpts=excerpts)
        for picture in drawn:
            write_file(folder / f"{picture.name}.png", [picture.png()], refusal="workflow.unwritable_figure")
    return KeptTopics(
        folder / f"{name}.topics", content, page, tuple(folder / f"{picture.name}.png" for picture in drawn)
    )


def excerpts_of(found: Found) -> tuple[Excerpt, ...]:
    """Return the key and the first 200 characters of each example: personal data, for the user's own page."""
    texts = found.texts
    return tuple(
        Excerpt(texts.keys[one.document], _cut(texts.documents[one.document])) for one in found.study.examples
    )


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_EXCERPT else f"{line[: _LONGEST_EXCERPT - 1].rstrip()}…"
