"""The main job: a table goes in; a compared, explained, tracked, packaged segmentation comes out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from segmint.choosing.decide import decide, overrule
from segmint.choosing.decision import Decision
from segmint.choosing.forecast import forecast, refuse_if_too_large
from segmint.choosing.space import plan
from segmint.choosing.study import Provenance, Study
from segmint.choosing.sweep import run_sweep
from segmint.choosing.trial import Trial
from segmint.data.dataset import Dataset
from segmint.errors import NotFoundError
from segmint.families.fit import Configuration, Cost, Fit, Request
from segmint.families.heldout import held_out_agreement
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.model.ids import check_model_name, model_name_from
from segmint.model.segment_model import SegmentModel
from segmint.prepare.fit import Prepared, prepare
from segmint.prepare.options import PreparationOptions
from segmint.types import Progress, silent
from segmint.workflow.figures import figure_data
from segmint.workflow.models import Circumstances, build_model, versions


@dataclass(frozen=True)
class RunOptions:
    """How a study is made; every option has a default that suits a first look.

    Attributes
    ----------
    families
        Names of the families to compare.
    ks
        Numbers of clusters for the families that take one.
    init
        How K-Means starts: ``k-means++`` or ``random``.
    preparation
        Scaling, missing values, clipping and log.
    seed
        The root seed; same seed, same bytes.
    name
        The model's name; made from the source's name where it is ``None``.
    n_resamples
        How often the finalists are fitted again.
    choose, because
        A configuration that a person chooses instead of the product, and why.
    jobs
        Threads to use; ``None`` for all.
    exact_rows
        Whether density families keep exact rows in the bundle, instead of means of at least five.
    memory
        Bytes that a run may use; ``None`` for what the machine has.
    command
        The command line, for the provenance.
    """

    families: tuple[str, ...] = tuple(FAMILIES)
    ks: tuple[int, ...] = tuple(range(1, 11))
    init: str = "k-means++"
    preparation: PreparationOptions = field(default_factory=PreparationOptions)
    seed: int = 0
    name: str | None = None
    n_resamples: int = 100
    choose: str | None = None
    because: str | None = None
    jobs: int | None = None
    exact_rows: bool = False
    memory: float | None = None
    command: str = ""


@dataclass(frozen=True)
class Made:
    """A study, and what is only there while its rows are at hand."""

    study: Study
    dataset: Dataset
    prepared: Prepared
    fits: tuple[Fit, ...]


def study(dataset: Dataset, options: RunOptions | None = None, *, progress: Progress = silent) -> Study:
    """Make a study of a dataset, in memory: nothing is written.

    Parameters
    ----------
    dataset
        What :func:`segmint.read` gave.
    options
        See :class:`RunOptions`.
    progress
        Called as the work goes on.

    Raises
    ------
    ResourceError
        If the forecast says that it would not fit.
    SchemaError
        If no column can make clusters.
    """
    return make(dataset, options or RunOptions(), progress).study


def make(dataset: Dataset, options: RunOptions, progress: Progress = silent) -> Made:
    """Make a study and keep the rows that it was made of beside it."""
    started = time.perf_counter()
    name = check_model_name(options.name) if options.name else model_name_from(dataset.source)
    prepared = prepare(dataset, options.preparation)
    progress("prepared", prepared.matrix.n_features, prepared.matrix.n_features)
    geometry = Geometry(prepared.matrix.X)
    configurations = plan(
        geometry, options.families, Request(options.ks, options.seed, options.init, options.exact_rows)
    )
    expected = _forecast(geometry, configurations, options)
    trials = run_sweep(geometry, configurations, seed=options.seed, progress=progress, jobs=options.jobs)
    decision = decide(geometry, trials, seed=options.seed, n_resamples=options.n_resamples, progress=progress)
    if options.choose:
        decision = overrule(decision, trials, options.choose, options.because)
    finalists = _finalists(trials, decision)
    models = _models(dataset, prepared, geometry, finalists, decision, options, name, progress)
    fits = tuple(trial.fit for trial in finalists if trial.fit is not None)
    made = Study(
        provenance=_provenance(dataset, options, name, expected, time.perf_counter() - started),
        schema=dataset.schema,
        preparation=prepared.preparation,
        notices=(*dataset.notices, *prepared.notices),
        trials=tuple(trial.record() for trial in trials),
        finalists=tuple(trial.configuration.id for trial in finalists),
        decision=decision,
        models=models,
        figures=figure_data(prepared, geometry, fits, options.seed),
    )
    return Made(made, dataset, prepared, fits)


def _forecast(geometry: Geometry, configurations: Sequence[Configuration], options: RunOptions) -> Cost:
    expected = forecast(geometry.n_samples, geometry.n_features, configurations)
    refuse_if_too_large(expected, geometry.n_samples, geometry.n_features, memory_limit=options.memory)
    return expected


def _finalists(trials: Sequence[Trial], decision: Decision) -> tuple[Trial, ...]:
    """Return the winner, the runner-up and each family's best, the winner first."""
    wanted = [decision.configuration, decision.runner_up, *(rival.configuration for rival in decision.rivals)]
    by_id = {trial.configuration.id: trial for trial in trials if trial.fit is not None}
    return tuple(by_id[name] for name in dict.fromkeys(wanted) if name in by_id)


def _models(
    dataset: Dataset,
    prepared: Prepared,
    geometry: Geometry,
    finalists: Sequence[Trial],
    decision: Decision,
    options: RunOptions,
    name: str,
    progress: Progress,
) -> dict[str, SegmentModel]:
    about = Circumstances(name, options.seed, decision)
    models = {}
    for number, trial in enumerate(finalists):
        progress("profiled", number, len(finalists))
        configuration = trial.configuration
        held_out = held_out_agreement(
            FAMILIES[configuration.family], geometry, configuration, seed=options.seed
        )
        models[configuration.id] = build_model(dataset, prepared, trial, replace(about, held_out=held_out))
    progress("profiled", len(finalists), len(finalists))
    return models


def _provenance(
    dataset: Dataset, options: RunOptions, name: str, expected: Cost, seconds: float
) -> Provenance:
    return Provenance(
        source=dataset.source,
        name=name,
        fingerprint=dataset.fingerprint,
        n_rows=dataset.n_rows,
        n_columns=len(dataset.schema),
        seed=options.seed,
        command=options.command,
        versions=versions(),
        forecast=expected,
        seconds=seconds,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def chosen(made: Study, configuration: str) -> SegmentModel:
    """Return the model of one of the study's finalists.

    Raises
    ------
    NotFoundError
        If the configuration is not among each family's best (another one needs the data).
    """
    try:
        return made.models[configuration]
    except KeyError:
        raise NotFoundError(
            "workflow.not_a_finalist", configuration=configuration, finalists=list(made.finalists)
        ) from None
