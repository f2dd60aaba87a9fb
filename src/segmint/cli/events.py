"""What stands for columns of a table: events, by the model's recipe; texts, by its topics; another table, by key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli.features import At, numbers_for_dates
from segmint.errors import UsageError, ValueRuleError
from segmint.words import say
from segmint.words.sentences import closed

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.model.segment_model import SegmentModel
    from segmint.types import Progress
    from segmint.words import Sentence


@dataclass(frozen=True)
class FromEvents:
    """Whether DATA are events, the day that counts as today, and how their dates are written."""

    from_events: Annotated[bool, typer.Option("--from-events", help=say("help.from_events"))] = False
    at: At = None
    date_format: Annotated[str | None, typer.Option("--date-format", help=say("help.batch_dates"))] = None


@dataclass(frozen=True)
class Joined:
    """Tables that have what DATA lacks, by key."""

    beside: Annotated[str | None, typer.Option("--beside", help=say("help.beside_again"))] = None
    texts: Annotated[str | None, typer.Option("--texts", help=say("help.texts_again"))] = None

    def tables(self) -> tuple[str | None, ...]:
        """Return what is read beside DATA."""
        return self.beside, self.texts

    def to(self, reading: ReadOptions, model: SegmentModel) -> ReadOptions:
        """Return how a table is read with what these have.

        Raises
        ------
        UsageError
            If both are named, or the model keeps no topics.
        """
        if self.beside is None and self.texts is None:
            return reading
        from segmint.workflow.beside import with_beside, with_texts

        if self.beside is not None and self.texts is not None:
            raise UsageError("cli.beside_and_texts")
        if self.texts is not None:
            return with_texts(reading, self.texts, model)
        return with_beside(reading, self.beside, model=model)


@dataclass(frozen=True)
class Table:
    """What is read: the table itself, or the features of the events, with what was left out of them.

    ``warnings`` say why events can't be compared with those of the training: they are told before any answer. ``at``
    is the day that counted as today.
    """

    data: str
    reading: ReadOptions
    notices: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    at: str | None = None

    def warn(self) -> None:
        """Write the warnings, above the answer."""
        from segmint.cli.output import results, write_labeled

        if self.warnings:
            results().print()
            write_labeled(
                results(), say("cli.warning"), [closed(str(said)) for said in self.warnings], style="yellow"
            )


@contextmanager
def table_of(
    data: str,
    reading: ReadOptions,
    given: FromEvents,
    joined: Joined,
    model: SegmentModel,
    progress: Progress,
    *,
    key: str | None = None,
) -> Iterator[Table]:
    """Give what a command reads, where DATA may be events, and columns may stand elsewhere; ``key`` names the customer.

    Raises
    ------
    UsageError
        If there is a day or a form of dates but no events, or the model keeps no recipe, or no topics for texts.
    DataError
        If the events can't be read, or lack a column that the recipe names.
    """
    from segmint.data import ReadOptions
    from segmint.workflow.features import made_like, rows_of_events

    if not given.from_events:
        if given.at is not None:
            raise UsageError("cli.at_without_events")
        if given.date_format is not None:
            raise UsageError("cli.dates_without_events")
        recipe, warnings = made_like(model, data)
        own = replace(reading, key=key or reading.key, recipe=recipe)
        yield Table(data, joined.to(own, model), warnings=warnings)
        return

    with ExitStack() as stack:
        with _said_of_dates(model):
            made = rows_of_events(
                model, data, at=given.at, date_format=given.date_format, options=reading, progress=progress
            )
            rows = stack.enter_context(made)
        own = ReadOptions(key=key, recipe=rows.recipe)
        yield Table(str(rows.path), joined.to(own, model), rows.notices, rows.warnings, rows.at)


@contextmanager
def _said_of_dates(model: SegmentModel) -> Iterator[None]:
    """Say of events whose dates are written in another way than the training's how that is stated."""
    try:
        yield
    except ValueRuleError as error:
        if error.code != "data.unfit" or model.recipe is None:
            raise
        if error.figures["column"] != model.recipe.columns.get("date"):
            raise
        code = numbers_for_dates(error) or "cli.unfit_event_dates"
        raise ValueRuleError(code, where=error.where, **error.figures) from None
