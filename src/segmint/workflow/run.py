"""The main job: a table goes in; a compared, explained, tracked, packaged segmentation comes out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from segmint.choosing.decide import decide
from segmint.choosing.decision import Decision
from segmint.choosing.overrule import overrule
from segmint.choosing.study import Provenance, Study
from segmint.choosing.sweep import run_sweep
from segmint.choosing.trial import Trial
from segmint.data import read
from segmint.data.dataset import Dataset
from segmint.errors import DataError
from segmint.families.fit import Failure, Fit
from segmint.families.heldout import held_out_agreement
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.lineage.landmarks import find_landmarks
from segmint.model.segment_model import SegmentModel
from segmint.prepare.fit import Prepared
from segmint.types import Progress, silent
from segmint.workflow.figures import figure_data
from segmint.workflow.models import Circumstances, build_model, versions
from segmint.workflow.planning import Planned, RunOptions, plan_run


@dataclass(frozen=True)
class Made:
    """A study, and what is only there while its rows are at hand; ``interrupted`` where Ctrl-C cut its sweep."""

    study: Study
    dataset: Dataset
    prepared: Prepared
    fits: tuple[Fit, ...]
    interrupted: bool = False


def study(data: Any, options: RunOptions | None = None, *, progress: Progress = silent) -> Study:
    """Make a study in memory: nothing is written.

    Parameters
    ----------
    data
        What :func:`segmint.read` gave, or whatever it takes: a file, a frame, an address.
    options
        See :class:`RunOptions`.
    progress
        Called as the work goes on.

    Returns
    -------
    Study
        The decision, the cards, and a model for each family's best.

    Raises
    ------
    ResourceError
        If the forecast says that it would not fit.
    DataError
        If no column can make clusters, or every configuration wants more clusters than there are different
        rows.

    Examples
    --------
    >>> import segmint
    >>> dataset = segmint.read(segmint.example_table("wholesale_customers"))
    >>> made = study(dataset, RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=0))
    >>> made.decision.n_clusters, [card.size for card in made.model.cards]
    (2, [252, 188])
    """
    dataset = data if isinstance(data, Dataset) else read(data)
    return make(dataset, options or RunOptions(), progress).study


def make(dataset: Dataset, options: RunOptions, progress: Progress = silent) -> Made:
    """Make a study and keep the rows that it was made of beside it."""
    return carry_out(plan_run(dataset, options, progress), progress)


def carry_out(planned: Planned, progress: Progress = silent) -> Made:
    """Fit, measure, decide and profile what was planned."""
    started = time.perf_counter()
    return conclude(planned, fit(planned, progress), started=started, progress=progress)


def fit(planned: Planned, progress: Progress = silent) -> tuple[Trial, ...]:
    """Fit and measure what was planned."""
    trials = run_sweep(
        planned.geometry,
        planned.configurations,
        seed=planned.options.seed,
        progress=progress,
        jobs=planned.options.jobs,
    )
    _refuse_if_nothing_was_fitted(trials, planned.geometry)
    return trials


def conclude(
    planned: Planned,
    trials: tuple[Trial, ...],
    *,
    started: float,
    parent: str | None = None,
    progress: Progress = silent,
) -> Made:
    """Decide and profile what was fitted.

    Parameters
    ----------
    planned, trials
        What was planned, and what became of it.
    started
        When the fitting began, by ``time.perf_counter``.
    parent
        Content hash of the version before; ``None`` for a first one.
    progress
        Called as the work goes on.
    """
    geometry, options = planned.geometry, planned.options
    decision = decide(
        geometry,
        trials,
        seed=options.seed,
        n_resamples=options.n_resamples,
        jobs=options.jobs,
        progress=progress,
    )
    if options.choose:
        decision = overrule(decision, trials, options.choose, options.because)
    finalists = _finalists(trials, decision)
    models = _models(
        planned, finalists, Circumstances(planned.name, options.seed, decision, parent), progress
    )
    fits = tuple(trial.fit for trial in finalists if trial.fit is not None)
    made = Study(
        provenance=_provenance(planned, time.perf_counter() - started),
        schema=planned.dataset.schema,
        preparation=planned.prepared.preparation,
        notices=(*planned.dataset.notices, *planned.prepared.notices),
        trials=tuple(trial.record() for trial in trials),
        finalists=tuple(trial.configuration.id for trial in finalists),
        decision=decision,
        models=models,
        figures=figure_data(planned.prepared, geometry, fits, options.seed),
    )
    cut = any(trial.interrupted for trial in trials)
    return Made(made, planned.dataset, planned.prepared, fits, cut)


def _refuse_if_nothing_was_fitted(trials: Sequence[Trial], geometry: Geometry) -> None:
    reasons = {trial.outcome.reason.key if isinstance(trial.outcome, Failure) else "" for trial in trials}
    if all(trial.interrupted for trial in trials):
        raise KeyboardInterrupt
    if reasons == {"families.too_many_clusters"}:
        raise DataError("choosing.too_many_clusters", n=len(trials), distinct=geometry.n_distinct)


def _finalists(trials: Sequence[Trial], decision: Decision) -> tuple[Trial, ...]:
    """Return the winner, the runner-up and each family's best, the winner first."""
    wanted = [decision.configuration, decision.runner_up, *(rival.configuration for rival in decision.rivals)]
    by_id = {trial.configuration.id: trial for trial in trials if trial.fit is not None}
    return tuple(by_id[name] for name in dict.fromkeys(wanted) if name in by_id)


def _models(
    planned: Planned, finalists: Sequence[Trial], about: Circumstances, progress: Progress
) -> dict[str, SegmentModel]:
    seed, models = planned.options.seed, {}
    for number, trial in enumerate(finalists):
        progress("profiled", number, len(finalists))
        family = FAMILIES[trial.configuration.family]
        held_out = held_out_agreement(family, planned.geometry, trial.configuration, seed=seed)
        assert trial.fit is not None, "a finalist has a fit"
        landmarks = find_landmarks(family, planned.geometry, trial.fit, seed=seed)
        models[trial.configuration.id] = build_model(
            planned.dataset,
            planned.prepared,
            trial,
            replace(
                about, held_out=held_out, landmarks=landmarks, geometry=None if number else planned.geometry
            ),
        )
    progress("profiled", len(finalists), len(finalists))
    return models


def _provenance(planned: Planned, seconds: float) -> Provenance:
    dataset = planned.dataset
    return Provenance(
        source=dataset.source,
        name=planned.name,
        fingerprint=dataset.fingerprint,
        n_rows=dataset.n_rows,
        n_columns=len(dataset.schema),
        seed=planned.options.seed,
        command=planned.options.command,
        versions=versions(),
        forecast=planned.forecast,
        seconds=seconds,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
