"""Features from events: a table with its recipe, and new events by the recipe that a model keeps."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from segmint.behavior.compute import Behavior, behavior
from segmint.behavior.recipe_file import (
    find_recipe,
    name_of,
    read_recipe,
    recipe_path,
    schema_of_recipe,
    write_recipe,
)
from segmint.behavior.spans import compare_spans, without_span
from segmint.data import ReadOptions, open_writer
from segmint.data.dataset import Dataset
from segmint.data.events import column_names
from segmint.data.write import RowWriter
from segmint.errors import SchemaError, UsageError
from segmint.model.recipe import Recipe
from segmint.model.schema import Role, Schema
from segmint.model.segment_model import SegmentModel
from segmint.types import Progress, silent
from segmint.words import Sentence, sentence


@dataclass(frozen=True)
class Featured:
    """A table of features that was written.

    Attributes
    ----------
    table, recipe_file
        Where it lies, and its recipe beside it.
    recipe
        How it was made.
    at
        The day that counted as today; ``None`` where events have no dates.
    schema
        What its columns are.
    n_events, n_without_key, n_customers
        Rows read, those of nobody among them, and rows written.
    one_row
        Whether no key has two events: a table of one row a customer already.
    means
        The mean of each feature that clusters, over the customers that have it.
    notices
        What was left out, counted, or can't be computed.
    """

    table: Path
    recipe_file: Path
    recipe: Recipe
    at: str | None
    schema: Schema
    n_events: int
    n_without_key: int
    n_customers: int
    one_row: bool
    means: Mapping[str, float]
    notices: tuple[Sentence, ...]


def write_features(
    source: Any,
    recipe: Recipe,
    target: str | Path,
    *,
    at: str | None = None,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Featured:
    """Compute features from events and write them, with their recipe beside them.

    Parameters
    ----------
    source
        Events: whatever :func:`segmint.read` takes.
    recipe
        The journey (``rfm`` or ``players``), and which column is what.
    target
        A file that ends in ``.csv``, ``.tsv`` or ``.parquet``; the recipe is ``TARGET.recipe.json`` beside it.
    at
        The day that counts as today, ``2011-12-10``; ``None`` for the day after the last event.
    options
        How the source is written.
    progress
        Called as the work goes on.

    Raises
    ------
    UsageError
        If the recipe's columns can't make features, ``at`` is no day, or the kind of target is not known.
    DataError
        As :func:`segmint.read`; or if there is no event with a key by that day.

    Examples
    --------
    >>> import pyarrow as pa, tempfile
    >>> events = pa.table({"id": ["a", "a", "b"], "day": ["2026-01-03", "2026-01-09", "2026-01-05"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = write_features(events, Recipe("rfm", {"key": "id", "date": "day"}), Path(folder) / "rfm.csv")
    >>> made.n_customers, made.at, made.means
    (2, '2026-01-10', {'recency': 3.0, 'frequency': 1.5})
    """
    with behavior(source, recipe, at=at, options=options, progress=progress) as found:
        with open_writer(target) as writer:
            means = _write(found, writer)
            recipe_file = write_recipe(found.recipe, target)  # before the table is replaced: both or neither
        return Featured(
            Path(target), recipe_file, found.recipe, found.at, found.schema, found.n_events, found.n_without_key,
            found.n_customers, found.one_row, means, found.notices,
        )  # fmt: skip


def _write(found: Behavior, writer: RowWriter) -> dict[str, float]:
    """Write all rows; return the means of what clusters."""
    names = [feature.name for feature in found.schema.with_role(Role.CLUSTER)]
    sums, counts = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0)
    for columns in found.batches:
        writer.write(columns)
        for name in names:
            there = columns[name][~np.isnan(columns[name])]
            sums[name] += float(there.sum())
            counts[name] += there.size
    return {name: sums[name] / counts[name] for name in names if counts[name]}


def with_recipe(table: str | Path, reading: ReadOptions) -> ReadOptions:
    """Return how a table of features is read: by the recipe beside it, kinds, roles and units among it.

    Raises
    ------
    SourceError
        If there is no recipe beside the table, or it is damaged.
    """
    recipe = read_recipe(table)
    return replace(reading, schema=reading.schema or schema_of_recipe(recipe), recipe=recipe)


def hinting(dataset: Dataset, table: Any) -> Dataset:
    """Say of a table that was read without its recipe that one lies beside it."""
    recipe = find_recipe(table)
    if recipe is None or not {*schema_of_recipe(recipe).names} <= {*dataset.schema.names}:
        return dataset
    hint = sentence("workflow.notice.recipe_beside", file=recipe_path(table).name)
    return replace(dataset, notices=(*dataset.notices, hint))


def made_like(model: SegmentModel, table: Any) -> tuple[Recipe | None, tuple[Sentence, ...]]:
    """Return the recipe beside a table of features, where it is the model's, and why their events can't be compared.

    Nobody named that file: without one, or with one of other features, nothing is said.
    """
    own, recipe = model.recipe, find_recipe(table)
    if own is None or recipe is None or _rules(recipe) != _rules(own):
        return None, ()
    return recipe, tuple(compare_spans(own, recipe))


def _rules(recipe: Recipe) -> Recipe:
    """Return a recipe without what differs from events to events: how dates are written, and how long they last."""
    return replace(without_span(recipe), date_format=None)


@dataclass(frozen=True)
class Rows:
    """Features of new events, in a file that goes away: what to read in the events' place.

    ``recipe`` is how they were made; ``warnings`` say why they can't be compared with those of the training.
    """

    path: Path
    at: str | None
    n_events: int
    recipe: Recipe
    warnings: tuple[Sentence, ...]
    notices: tuple[Sentence, ...]


def dated_as(recipe: Recipe, date_format: str | None) -> Recipe:
    """Return a recipe by which dates are read as they are said to be written; ``None`` changes nothing.

    Parameters
    ----------
    recipe
        How features are made.
    date_format
        In ``strptime``'s terms, ``%d/%m/%Y``, also with the column before it: ``day=%d/%m/%Y``.

    Raises
    ------
    UsageError
        If the events have no dates.

    Examples
    --------
    >>> dated_as(Recipe("rfm", {"key": "id", "date": "day"}), "day=%d/%m/%Y").date_format
    '%d/%m/%Y'
    """
    if date_format is None:
        return recipe
    if "date" not in recipe.columns:
        raise UsageError("workflow.format_without_dates")
    return replace(recipe, date_format=date_format.removeprefix(f"{recipe.columns['date']}="))


@contextmanager
def rows_of_events(
    model: SegmentModel,
    events: Any,
    *,
    at: str | None = None,
    date_format: str | None = None,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Iterator[Rows]:
    """Compute the features of new events by the recipe that a model keeps.

    Parameters
    ----------
    model
        A model that was made with ``--from-features``, or of such a one.
    events
        Whatever :func:`segmint.read` takes, with the columns that the first events had.
    at
        The day that counts as today; ``None`` for the day after the last event.
    date_format
        How their dates are written, where that differs from the training's (see :func:`dated_as`).
    options
        How the events are written.
    progress
        Called as the work goes on.

    Raises
    ------
    UsageError
        If the model keeps no recipe, or dates are said to be written in some way and there are none.
    DataError
        As :func:`write_features`.
    """
    if model.recipe is None:
        raise UsageError("workflow.no_recipe", name=model.manifest.name)
    with tempfile.TemporaryDirectory(prefix="segmint-") as folder:
        target = Path(folder) / f"{_name_of(events)}.parquet"
        recipe = dated_as(model.recipe, date_format)
        with _advising(model, recipe):
            made = write_features(events, recipe, target, at=at, options=options, progress=progress)
        warnings = tuple(compare_spans(model.recipe, made.recipe))
        yield Rows(target, made.at, made.n_events, made.recipe, warnings, made.notices)


@contextmanager
def _advising(model: SegmentModel, recipe: Recipe) -> Iterator[None]:
    """Say of a table without the columns of events whether it has the features already, or what can be done."""
    try:
        yield
    except SchemaError as error:
        if error.code != "data.unknown_columns":
            raise
        made = {*schema_of_recipe(recipe).names} & {one.name for one in model.schema.clustering}
        there = bool(made) and made <= {*error.figures["found"]}
        code = "workflow.are_features" if there else "workflow.other_event_columns"
        columns = error.figures["columns"]
        raise SchemaError(code, where=error.where, details=error.details, columns=columns) from None


def refuse_features(table: Any, options: ReadOptions | None = None) -> None:
    """Refuse features in the place of events: a table with a recipe beside it, and with all columns that it makes.

    Raises
    ------
    UsageError
        If it is one.
    DataError
        As :func:`segmint.read`.

    Examples
    --------
    >>> refuse_features("a table of events.csv")  # no recipe lies beside it
    """
    recipe = find_recipe(table)
    if recipe is not None and {*schema_of_recipe(recipe).names} <= {*column_names(table, options)}:
        raise UsageError("workflow.features_already", table=Path(table).name, file=recipe_path(table).name)


def _name_of(events: Any) -> str:
    """Return what people are shown: the file's name, or ``events`` for what has none."""
    named = isinstance(events, (str, Path)) and str(events) != "-" and "://" not in str(events)
    return (named and name_of(Path(events))) or "events"
