"""What a task is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segmint.data import ReadOptions, read
from segmint.data.dataset import Dataset
from segmint.types import Progress, silent
from segmint.words import Sentence


@dataclass(frozen=True)
class Assignment:
    """What a student hands in with the task's number.

    Attributes
    ----------
    data
        A table of one's own; ``None`` for the exercise's.
    options
        How to read it.
    seed
        The root seed; the exercise says 42.
    workspace
        Where pictures and MLflow's database go.
    tracking_uri
        An MLflow server; ``None`` for the workspace's own.
    library
        A folder of public data sets that lessons may look at too; ``None`` for none.
    progress
        Called as the work goes on.
    """

    workspace: Path
    data: str | None = None
    options: ReadOptions | None = None
    seed: int = 42
    tracking_uri: str | None = None
    library: Path | None = None
    progress: Progress = silent


@dataclass(frozen=True)
class Table:
    """Figures of an answer: a head, and rows of texts; ``of_texts`` where these are no numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    of_texts: bool = False


@dataclass(frozen=True)
class Lesson:
    """The answer to one task.

    Attributes
    ----------
    headline
        The computed answer in one sentence.
    findings
        What was computed, sentence by sentence.
    tables
        Figures.
    pictures
        Altair objects by name.
    explanation
        What a student should take along: what the method does, what its parameters mean, where it fails.
    figures
        The numbers of the answer as plain data, for ``--json`` and for tests.
    """

    headline: Sentence
    findings: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: Mapping[str, Any] = field(default_factory=dict)
    explanation: tuple[Sentence, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One task of the practical work; ``answer`` is ``None`` for those that come later."""

    number: str
    title: Sentence
    answer: Callable[[Assignment], Lesson] | None


def rows_of(assignment: Assignment, exercise: Callable[[], Dataset]) -> Dataset:
    """Return the student's own table where there is one, else the exercise's."""
    return exercise() if assignment.data is None else read(assignment.data, assignment.options)
