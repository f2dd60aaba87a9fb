"""New events in the place of a table: their features are made by the recipe that the model keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli.features import At
from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.model.segment_model import SegmentModel
    from segmint.types import Progress
    from segmint.words import Sentence


@dataclass(frozen=True)
class FromEvents:
    """Whether DATA are events, and the day that counts as today."""

    from_events: Annotated[bool, typer.Option("--from-events", help=say("help.from_events"))] = False
    at: At = None


@dataclass(frozen=True)
class Table:
    """What is read: the table itself, or the features of the events, with what was left out of them."""

    data: str
    reading: ReadOptions
    notices: tuple[Sentence, ...] = ()


@contextmanager
def table_of(
    data: str, reading: ReadOptions, given: FromEvents, model: SegmentModel, progress: Progress
) -> Iterator[Table]:
    """Give what a command reads, where DATA may be events.

    Raises
    ------
    UsageError
        If there is a day but no events, or the model keeps no recipe.
    DataError
        If the events can't be read, or lack a column that the recipe names.
    """
    if not given.from_events:
        if given.at is not None:
            raise UsageError("cli.at_without_events")
        yield Table(data, reading)
        return
    from segmint.data import ReadOptions
    from segmint.workflow.features import rows_of_events

    with rows_of_events(model, data, at=given.at, options=reading, progress=progress) as rows:
        yield Table(str(rows.path), ReadOptions(), rows.notices)
