"""A new version of a model on new data, its segments matched with those of the version before."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import numpy as np

from segmint.behavior.spans import without_span
from segmint.choosing.sweep import measured
from segmint.choosing.trial import Trial
from segmint.data import ReadOptions, raw_columns, read
from segmint.data.completing import completed
from segmint.data.dataset import Dataset
from segmint.drift.quality import check_quality
from segmint.errors import DataError
from segmint.families.fit import Configuration, Fit
from segmint.families.table import FAMILIES
from segmint.lineage.customers import Earlier, labels_of
from segmint.lineage.steadying import canonical_order, steadied
from segmint.lineage.succession import succeed
from segmint.model.matrix import Matrix
from segmint.model.preparation import NumericStep
from segmint.model.segment_model import SegmentModel
from segmint.prepare.fit import Prepared, prepare
from segmint.prepare.missing import with_policies
from segmint.prepare.options import PreparationOptions, Scale
from segmint.types import IntVector, Progress, RawColumn, silent
from segmint.words import Sentence, say, sentence
from segmint.workflow.assign import advising, own_columns
from segmint.workflow.planning import Planned, RunOptions, plan_prepared
from segmint.workflow.run import Made, conclude, fit

SAME_CUSTOMERS: Final = 0.9


@dataclass(frozen=True)
class Before:
    """The version that is carried on.

    Attributes
    ----------
    model
        With the names that people gave.
    content
        Content hash of the bundle.
    members
        Who was in which segment when it was trained; ``None`` where that was not kept.
    """

    model: SegmentModel
    content: str
    members: Earlier | None = None


@dataclass(frozen=True)
class RetrainOptions:
    """How a model is trained again.

    Attributes
    ----------
    rechoose
        Whether all families and numbers of clusters compete anew, instead of the family, the parameters and
        the number of clusters of the version before.
    seed
        The root seed.
    n_resamples
        How often the finalists are fitted again.
    jobs
        Threads to use; ``None`` for all.
    memory
        Bytes that it may use; ``None`` for what the machine has.
    command
        The command line, for the provenance.
    """

    rechoose: bool = False
    seed: int = 0
    n_resamples: int = 100
    jobs: int | None = None
    memory: float | None = None
    command: str = ""


def read_again(data: Any, model: SegmentModel, reading: ReadOptions | None = None) -> Dataset:
    """Read new data as the model's own were read: same columns, kinds, roles, words for missing.

    Raises
    ------
    SchemaError
        If a column of the model is missing; the details show the difference.
    """
    kept = model.recipe and without_span(model.recipe)  # how long the events of other rows last is not known
    if isinstance(data, Dataset):
        known = {feature.name: feature.missing for feature in model.schema}
        whole = data if model.topics is None else completed(data, model.topics, model.schema)
        return replace(whole, schema=with_policies(whole.schema, known), recipe=data.recipe or kept)
    asked = reading or ReadOptions()
    own = replace(asked, schema=model.schema, recipe=asked.recipe or kept, topics=model.topics)
    with advising(model):
        return read(data, own)


def retrain(
    before: Before,
    dataset: Dataset,
    options: RetrainOptions | None = None,
    *,
    old: Dataset | None = None,
    progress: Progress = silent,
) -> Made:
    """Train a model again and match its segments with those of the version before.

    The family, its parameters and the way columns are scaled stay; what is learned from rows is learned anew.
    With the same number of clusters the segments of the version before are one more start: another seed or
    another order of rows is no reason for a customer to move.

    Parameters
    ----------
    before
        The version before.
    dataset
        The new rows (see :func:`read_again`).
    options
        See :class:`RetrainOptions`.
    old
        The rows that the version before was trained on, where they are at hand: then it is known what the
        model's change alone does to its customers.
    progress
        Called as the work goes on.

    Returns
    -------
    Made
        A study like that of a run; its models carry their lineage. Columns that came in broken, as
        :func:`segmint.drift.quality.check_quality` sees it, are among its notices.

    Raises
    ------
    DataError
        If the family finds no segments in the new rows.
    ResourceError
        If the forecast says that it would not fit.

    Examples
    --------
    >>> import segmint
    >>> from segmint.model.bundle import content_hash
    >>> dataset = segmint.read(segmint.example_table("wholesale_customers"))
    >>> model = segmint.study(dataset, RunOptions(families=("kmeans",), ks=(3,), n_resamples=0)).model
    >>> made = retrain(Before(model, content_hash(model)), dataset, RetrainOptions(seed=7, n_resamples=0))
    >>> [event.kinds[0].value for event in made.study.model.lineage.events]
    ['kept', 'kept', 'kept']
    """
    options = options or RetrainOptions()
    started = time.perf_counter()
    others = old is not None and _others(before, old)
    warnings = tuple(_warnings(before.model, dataset, old, others=others))
    planned = _planned(before.model, dataset, options, progress)
    trials = _steadied(before.model, planned, fit(planned, progress))
    if not any(trial.fit for trial in trials):
        error = DataError("workflow.finds_nothing", family=before.model.manifest.family, n=dataset.n_rows)
        for warning in warnings:
            error.add_note(str(warning))
        raise error
    made = conclude(planned, trials, started=started, parent=before.content, progress=progress)
    earlier = _earlier(before, None if others else old)
    models = {
        name: succeed(
            before.model,
            before.content,
            model,
            keys=made.prepared.keys,
            columns=made.prepared.columns,
            earlier=earlier if dataset.schema.key is not None else None,
        )
        for name, model in made.study.models.items()
    }
    notices = (*warnings, *_strangers(models, earlier), *made.study.notices)
    return replace(made, study=replace(made.study, models=models, notices=notices))


def _strangers(models: Mapping[str, SegmentModel], earlier: Earlier | None) -> Iterator[Sentence]:
    """Yield that no customer of the rows before is among the new ones, where it is so."""
    churns = [model.lineage.churn.n_known for model in models.values() if model.lineage is not None]
    if earlier is not None and churns and not any(churns):
        yield sentence("workflow.notice.strangers")


def _warnings(
    model: SegmentModel, dataset: Dataset, old: Dataset | None, *, others: bool
) -> Iterator[Sentence]:
    """Yield what a person should know of the rows before the new version is believed: broken columns first."""
    if model.drift is not None:
        for finding in check_quality(model.drift.columns, raw_columns(dataset)):
            yield sentence("workflow.notice.broken", said=str(finding.said))
    if old is not None and dataset.schema.key is None:
        yield sentence("workflow.notice.before_without_key")
    elif others:
        yield sentence("workflow.notice.others_before")
    elif old is not None and old.fingerprint != model.manifest.fingerprint:
        yield sentence("workflow.notice.other_before")


def _planned(model: SegmentModel, dataset: Dataset, options: RetrainOptions, progress: Progress) -> Planned:
    manifest = model.manifest
    preparation = preparation_of(model)
    prepared = _in_canonical_order(prepare(dataset, preparation))
    progress("prepared", prepared.matrix.n_features, prepared.matrix.n_features)
    running = RunOptions(
        preparation=preparation,
        seed=options.seed,
        name=manifest.name,
        n_resamples=options.n_resamples,
        jobs=options.jobs,
        memory=options.memory,
        command=options.command,
        exact_rows=bool(manifest.parameters.get("exact_rows", False)),
    )
    if options.rechoose:
        return plan_prepared(dataset, running, prepared)
    again = Configuration(manifest.family, dict(manifest.parameters), options.seed)
    ratio = len(prepared.keys) / model.reference.n_samples
    again = FAMILIES[manifest.family].scaled(again, ratio)
    running = replace(running, choose=again.id, because=say("workflow.as_before"))
    return plan_prepared(dataset, running, prepared, (again,))


def preparation_of(model: SegmentModel) -> PreparationOptions:
    """Return the options by which the same is done to the same columns; the numbers are learned anew."""
    steps = [step for step in model.preparation.steps if isinstance(step, NumericStep)]
    return PreparationOptions(
        scale=cast("Scale", model.preparation.scaling),
        clipped=frozenset(step.name for step in steps if _clips(step)),
        logged=frozenset(step.name for step in steps if step.log_offset is not None),
    )


def _clips(step: NumericStep) -> bool:
    """Return whether a step clips; a logarithm alone bounds what it takes from below."""
    below = step.lower > (-math.inf if step.log_offset is None else step.log_offset)
    return below or step.upper < math.inf


def _in_canonical_order(prepared: Prepared) -> Prepared:
    order = canonical_order(prepared.matrix.X)
    columns: dict[str, RawColumn] = {name: column[order] for name, column in prepared.columns.items()}
    matrix = prepared.matrix
    sorted_matrix = Matrix(np.ascontiguousarray(matrix.X[order]), matrix.keys[order], matrix.feature_names)
    return replace(prepared, matrix=sorted_matrix, columns=columns, keys=prepared.keys[order])


def _steadied(model: SegmentModel, planned: Planned, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Return the trials with those of the version's own family and number of clusters carried on from it."""
    start = labels_of(model, planned.prepared.columns)
    outcomes = [_carried_on(model, planned, trial.outcome, start) for trial in trials]
    changed = [i for i, trial in enumerate(trials) if outcomes[i] is not trial.outcome]
    options = planned.options
    again = measured(planned.geometry, [outcomes[i] for i in changed], seed=options.seed, jobs=options.jobs)
    by_place = dict(zip(changed, again, strict=True))
    return tuple(by_place.get(i, trial) for i, trial in enumerate(trials))


def _carried_on(model: SegmentModel, planned: Planned, outcome: Any, start: IntVector) -> Any:
    manifest = model.manifest
    own = (
        isinstance(outcome, Fit)
        and outcome.configuration.family == manifest.family
        and outcome.n_clusters == model.assigner.n_clusters
        and all(
            outcome.configuration.parameters.get(name) == manifest.parameters.get(name)
            for name in ("covariance_type", "reg_covar")
        )
    )
    return steadied(FAMILIES[manifest.family], planned.geometry, outcome, start) if own else outcome


def _earlier(before: Before, old: Dataset | None) -> Earlier | None:
    """Return the customers as the version before knew them: by its own rows where they are at hand."""
    if old is None:
        return before.members
    columns = own_columns(before.model, old)
    return Earlier(old.keys, labels_of(before.model, columns), raw_columns(old))


def _others(before: Before, old: Dataset) -> bool:
    """Return whether rows given as those of the version before are not of its customers: of nine in ten of them at least.

    The same table exported again has another fingerprint, and may have rows that training left out.
    """
    if before.members is None or old.fingerprint == before.model.manifest.fingerprint:
        return False
    known, given = set(before.members.keys.tolist()), set(old.keys.tolist())
    return len(known & given) < SAME_CUSTOMERS * len(known | given)
