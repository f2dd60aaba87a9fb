"""A model in another form: made, checked against the model's own labels, and only then written."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import joblib
import numpy as np

from segmint.data import ReadOptions
from segmint.data.select import select_rows
from segmint.errors import SegmintError, UsageError
from segmint.export.check import Comparison, compare
from segmint.export.pipeline import frame_of, make_pipeline, segments, versions
from segmint.export.rows import CHECK_ROWS, check_rows
from segmint.export.scaler import only_scales
from segmint.export.sql import make_select
from segmint.labels import NOISE, UNASSIGNED
from segmint.model.files import write_file
from segmint.model.preparation import LevelStep
from segmint.model.schema import Kind
from segmint.model.segment_model import SegmentModel
from segmint.seeds import generator
from segmint.types import FloatVector, IntVector, RawColumns
from segmint.words import Sentence, sentence
from segmint.workflow.assign import own_chunks

_REFUSAL: Final = "export.unwritable"
_Answer = tuple[IntVector, FloatVector | None]
"""Labels, and confidences where the form has them."""


@dataclass(frozen=True)
class Exported:
    """What was written, and how it was checked.

    Attributes
    ----------
    path
        The file.
    checked
        Rows whose labels were compared, and how many of them lie on a border.
    drawn
        Whether these rows were drawn from what the model knows; else they are a sample of the data given.
    segments
        What each label means: label, id, number, name.
    versions
        Versions that a reader of the file needs.
    notices
        What a reader of the file must know.
    """

    path: Path
    checked: Comparison
    drawn: bool
    segments: tuple[Mapping[str, Any], ...]
    versions: Mapping[str, str]
    notices: tuple[Sentence, ...]


def export_sklearn(
    model: SegmentModel, path: Path, *, check: Any = None, options: ReadOptions | None = None
) -> Exported:
    """Write a model as a pickled scikit-learn ``Pipeline(scaler, clusterer)``, by joblib.

    What is checked is the pipeline as it comes back from the bytes that are written.

    Parameters
    ----------
    model
        The segmentation.
    path
        The file; it appears whole or not at all.
    check, options
        Rows to check on, as :func:`segmint.read` takes them; by default 10,000 are drawn from what the model
        knows of its training data.

    Raises
    ------
    UsageError
        If no row is left to check on.
    SegmintError
        If a row gets another label than the model gives it, or the disk refuses the file; nothing is written.
    """
    written = io.BytesIO()
    joblib.dump(make_pipeline(model), written)
    pipeline = joblib.load(io.BytesIO(written.getvalue()))

    def ask(columns: RawColumns) -> _Answer:
        return np.asarray(pipeline.predict(frame_of(pipeline, columns)), dtype=np.int64), None

    checked = _checked(model, ask, check, options, gaps=not only_scales(model))
    write_file(path, [written.getvalue()], refusal=_REFUSAL)
    notices = (
        sentence("export.notice.pickle", version=versions()["scikit-learn"]),
        *_pipeline_notices(model),
    )
    return _exported(model, path, checked, check, notices)


def export_sql(
    model: SegmentModel,
    path: Path,
    *,
    table: str,
    key: str | None = None,
    check: Any = None,
    options: ReadOptions | None = None,
) -> Exported:
    """Write a model as one ``SELECT`` for DuckDB and PostgreSQL.

    The same text, with another table's name, is run by DuckDB on the rows to check on.

    Parameters
    ----------
    model, path, check, options
        As for :func:`export_sklearn`.
    table, key
        The table to read and the column that names the customer; see :func:`segmint.export.sql.make_select`.

    Raises
    ------
    UsageError
        If the rule or a name cannot be written as SQL.
    SegmintError
        If a row gets another label or confidence than the model gives it, or the disk refuses the file;
        nothing is written.
    """
    statement = make_select(model, table=table, key=key)
    checked = _checked(model, lambda columns: _select(model, columns), check, options, gaps=True)
    write_file(path, [statement.encode()], refusal=_REFUSAL)
    return _exported(model, path, checked, check, (sentence("export.notice.sql"), *_row_notices(model)))


def _exported(
    model: SegmentModel, path: Path, checked: Comparison, check: Any, notices: tuple[Sentence, ...]
) -> Exported:
    ties = (sentence("export.notice.ties", n=checked.n_ties),) if checked.n_ties else ()
    return Exported(path, checked, check is None, tuple(segments(model)), versions(), (*ties, *notices))


def _select(model: SegmentModel, columns: RawColumns) -> _Answer:
    key = "row"
    while key in {name.lower() for name in columns}:
        key += "_"
    numbers = np.arange(len(next(iter(columns.values()))))
    statement = make_select(model, table="segmint_rows", key=key)
    answer = select_rows({key: numbers, **columns}, "segmint_rows", statement)
    places = {card.id: card.label for card in model.cards} | {UNASSIGNED: NOISE}
    order = np.argsort(answer[key])
    labels = np.array([places[segment] for segment in answer["segment_id"][order]], dtype=np.int64)
    return labels, answer["confidence"][order]


def _checked(
    model: SegmentModel,
    ask: Callable[[RawColumns], _Answer],
    check: Any,
    options: ReadOptions | None,
    *,
    gaps: bool,
) -> Comparison:
    """Compare what a form answers with the model's own labels.

    Raises
    ------
    SegmintError
        If a row that can be decided gets another label.
    """
    if check is None:
        columns = check_rows(model, gaps=gaps)
    else:
        columns = _sampled(model, check, options)
        columns = columns if gaps else _without_gaps(columns)
    if not len(next(iter(columns.values()))):
        raise UsageError("export.nothing_to_check")
    found = compare(model, columns, *ask(columns))
    if found.n_other:
        raise SegmintError("export.other_labels", n=found.n_other, total=found.n_rows)
    return found


def _sampled(model: SegmentModel, source: Any, options: ReadOptions | None) -> RawColumns:
    """Return at most 10,000 rows of a source, each as likely as any other; memory does not grow with it."""
    rng = generator(model.manifest.seed, "export", "sample")
    kept = {name: np.empty(0) for name in model.preparation.columns}
    drawn = np.empty(0)
    for chunk in own_chunks(model, source, options):
        before, drawn = len(drawn), np.concatenate([drawn, rng.random(len(chunk.keys))])
        lowest = np.sort(np.argsort(drawn, kind="stable")[:CHECK_ROWS])
        drawn = drawn[lowest]
        for name, column in kept.items():
            parts = [column, chunk.columns[name]] if before else [chunk.columns[name]]
            kept[name] = np.concatenate(parts)[lowest]
    return kept


def _without_gaps(columns: RawColumns) -> RawColumns:
    present = ~np.isnan(np.stack([np.asarray(column) for column in columns.values()])).any(axis=0)
    return {name: column[present] for name, column in columns.items()}


def _pipeline_notices(model: SegmentModel) -> tuple[Sentence, ...]:
    steps, feature = model.preparation.steps, model.schema.feature
    levels = [step.name for step in steps if isinstance(step, LevelStep)]
    dates = [step.name for step in steps if feature(step.name).kind is Kind.DATE]
    return (
        *((sentence("export.notice.gaps"),) if only_scales(model) else ()),
        *((sentence("export.notice.levels", columns=levels),) if levels else ()),
        *((sentence("export.notice.dates", columns=dates),) if dates else ()),
        *_row_notices(model),
    )


def _row_notices(model: SegmentModel) -> tuple[Sentence, ...]:
    """Say that the file holds rows of customers where the model does."""
    exact = model.assigner.parameters().get("exact", False)
    return (sentence("export.notice.exact"),) if exact else ()
