"""A batch of new rows compared with what a model was trained on: one verdict, with its cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from segmint.data import ReadOptions
from segmint.drift.compare import ALPHA, check_options, compare
from segmint.drift.naming import Names
from segmint.drift.report import DriftReport
from segmint.drift.scoring import place_rows
from segmint.errors import NotFoundError
from segmint.families.fit import Configuration
from segmint.families.quick import quick_fit
from segmint.model.drift_reference import DriftReference
from segmint.model.schema import Missing, Schema
from segmint.model.segment_model import SegmentModel
from segmint.prepare.missing import complete_rows
from segmint.types import RawColumns
from segmint.workflow.batches import Batch, read_batch


@dataclass(frozen=True)
class MonitorOptions:
    """How a batch is judged.

    Attributes
    ----------
    alpha
        The share of sound batches that may be called drift, over all checks and looks together.
    looks
        How many batches will be judged against the same training, such as 52 for a year of weeks.
    refit
        Whether a quick fit of the batch is compared with the model: without it nothing is said of ageing.
    seed
        Of intervals and quick fits; same seed, same report.
    """

    alpha: float = ALPHA
    looks: int = 1
    refit: bool = True
    seed: int = 0


def monitor(
    model: SegmentModel,
    data: Any,
    options: MonitorOptions | None = None,
    *,
    reading: ReadOptions | None = None,
) -> DriftReport:
    """Compare a batch with what a model was trained on (``segmint.monitor``).

    Parameters
    ----------
    model
        The segmentation.
    data
        The batch: a :class:`segmint.data.Dataset`, or whatever :func:`segmint.read` takes; its columns are read as
        the model's own.
    options
        See :class:`MonitorOptions`.
    reading
        How to read it.

    Returns
    -------
    DriftReport
        The verdict (``stable``, ``watch``, ``drift``, ``insufficient data``, ``broken data``), its cause and parts.

    Raises
    ------
    NotFoundError
        If the model keeps nothing to compare with: it was made by an earlier version, or chosen after its rows
        were gone.
    SchemaError
        If a column of the model is missing.

    Examples
    --------
    >>> import segmint
    >>> table = segmint.example_table("wholesale_customers")
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0)
    >>> model = segmint.study(segmint.read(table), options).model
    >>> segmint.monitor(model, table).verdict.value
    'stable'
    """
    return judge(model, read_batch(model, data, reading), options)


def judge(model: SegmentModel, batch: Batch, options: MonitorOptions | None = None) -> DriftReport:
    """Compare a batch that was read already (see :func:`monitor`)."""
    options, reference = options or MonitorOptions(), reference_of(model)
    check_options(options.alpha, options.looks)
    X = model.preparation.forward(_complete(model.schema, batch.columns))
    manifest = model.manifest
    fresh = None
    if options.refit:
        asked = Configuration(manifest.family, dict(manifest.parameters), options.seed)
        density = float(reference.ageing.density[0])
        fresh = quick_fit(asked, n_samples=reference.n_samples, density=density)
    cards = sorted(model.cards, key=lambda card: card.label)
    return compare(
        reference,
        place_rows(model.assigner, X),
        columns=batch.columns,
        alpha=options.alpha,
        looks=options.looks,
        fresh=fresh,
        names=Names(
            segments=[f"{card.short} {card.name}" for card in cards],
            features=model.preparation.feature_names,
            units=model.preparation.backward,
        ),
        seed=options.seed,
    )


def _complete(schema: Schema, columns: RawColumns) -> RawColumns:
    """Return the rows that training would have used: without those that lack a value whose rows are dropped."""
    dropping = [feature.name for feature in schema.clustering if feature.missing is Missing.DROP]
    if not dropping:
        return columns
    kept = complete_rows(dropping, columns, n_rows=len(columns[dropping[0]]))
    return {name: column[kept] for name, column in columns.items()}


def reference_of(model: SegmentModel) -> DriftReference:
    """Return what a model's batches are compared with.

    Raises
    ------
    NotFoundError
        If the model keeps nothing to compare with.
    """
    if model.drift is None:
        raise NotFoundError("workflow.nothing_to_compare_with", name=model.manifest.name)
    return model.drift


def judge_batches(
    model: SegmentModel, batches: Sequence[Batch], options: MonitorOptions | None = None
) -> Iterator[tuple[Batch, DriftReport]]:
    """Yield each batch with its report; they count as so many looks at least."""
    options = options or MonitorOptions()
    looks = max(options.looks, len(batches))
    for batch in batches:
        yield batch, judge(model, batch, replace(options, looks=looks))
