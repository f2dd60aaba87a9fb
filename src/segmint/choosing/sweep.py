"""The sweep: every configuration fitted, all labelings measured together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock

from segmint.choosing.trial import Trial
from segmint.families.fit import Configuration, Failure, Fit, Outcome
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.measure.information import aic, bic, icl
from segmint.measure.score import Score
from segmint.measure.silhouette import cores
from segmint.measure.sweep import measure_sweep
from segmint.types import Progress, silent
from segmint.words import sentence


def run_sweep(
    geometry: Geometry,
    configurations: Sequence[Configuration],
    *,
    seed: int,
    progress: Progress = silent,
    jobs: int | None = None,
) -> tuple[Trial, ...]:
    """Fit every configuration and measure all labelings in one go.

    A configuration that fails is a trial with its reason; nothing that one configuration does stops the
    others. Ctrl-C stops the fitting, and what is finished is measured and returned: the others failed as
    ``interrupted``. The families are fitted side by side; the number of threads changes no result.

    Parameters
    ----------
    geometry
        The rows.
    configurations
        What to fit (see :func:`segmint.choosing.space.plan`).
    seed
        The root seed: which rows are measured above the budget of pairs.
    progress
        Steps ``fitted`` and ``measured``.
    jobs
        Threads to use; ``None`` for one for each core.

    Returns
    -------
    tuple of Trial
        One for each configuration, in order.
    """
    outcomes = _fit(geometry, configurations, progress, jobs or cores())
    return measured(geometry, outcomes, seed=seed, progress=progress, jobs=jobs)


def measured(
    geometry: Geometry,
    outcomes: Sequence[Outcome],
    *,
    seed: int,
    progress: Progress = silent,
    jobs: int | None = None,
) -> tuple[Trial, ...]:
    """Measure all labelings in one go; one trial for each outcome, in order (see :func:`run_sweep`)."""
    fits = [outcome for outcome in outcomes if isinstance(outcome, Fit)]
    progress("measured", 0, len(fits))
    found = iter(measure_sweep(geometry, [fit.labels for fit in fits], seed=seed, jobs=jobs))
    progress("measured", len(fits), len(fits))
    trials = []
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            trials.append(Trial(outcome))
            continue
        scored = next(found)
        scores = {**_of_the_fit(outcome, geometry.n_samples), **scored.scores}
        trials.append(Trial(outcome, scores, scored.cluster_silhouettes))
    return tuple(trials)


def _fit(
    geometry: Geometry, configurations: Sequence[Configuration], progress: Progress, jobs: int
) -> tuple[Outcome, ...]:
    finished: dict[str, Outcome] = {}
    stop, lock = Event(), Lock()

    def keep(outcome: Outcome) -> None:
        with lock:
            finished[outcome.configuration.id] = outcome
            progress("fitted", len(finished), len(configurations))

    progress("fitted", 0, len(configurations))
    families = _by_family(configurations)
    with ThreadPoolExecutor(max(1, min(jobs, len(families)))) as threads:
        try:
            waiting: list[Future[None]] = [
                threads.submit(_fit_family, geometry, name, chosen, keep, stop)
                for name, chosen in families.items()
            ]
            for future in waiting:
                future.result()
        except KeyboardInterrupt:
            stop.set()
    return tuple(finished.get(c.id) or Failure(c, sentence("choosing.interrupted")) for c in configurations)


def _by_family(configurations: Sequence[Configuration]) -> dict[str, list[Configuration]]:
    families: dict[str, list[Configuration]] = {}
    for configuration in configurations:
        families.setdefault(configuration.family, []).append(configuration)
    return families


def _fit_family(
    geometry: Geometry,
    name: str,
    chosen: Sequence[Configuration],
    keep: Callable[[Outcome], None],
    stop: Event,
) -> None:
    """Fit one family's configurations; after an unforeseen error go on with the next one."""
    left = chosen
    while left and not stop.is_set():
        left = left[_fit_until_error(geometry, name, left, keep, stop) :]


def _fit_until_error(
    geometry: Geometry,
    name: str,
    chosen: Sequence[Configuration],
    keep: Callable[[Outcome], None],
    stop: Event,
) -> int:
    """Return how many configurations have an outcome; an error ends a family's iterator."""
    outcomes = FAMILIES[name].sweep(geometry, chosen, silent)
    for done, configuration in enumerate(chosen):
        if stop.is_set():
            break
        try:
            outcome = next(outcomes)
        except Exception as error:
            keep(Failure(configuration, sentence("choosing.broken", kind=type(error).__name__)))
            return done + 1
        keep(outcome)
    return len(chosen)


def _of_the_fit(fit: Fit, n_samples: int) -> dict[str, Score]:
    """Return what a fit says of itself: inertia, and the information criteria of a likelihood."""
    values: dict[str, float] = {}
    if fit.inertia is not None:
        values["inertia"] = fit.inertia
    if fit.log_likelihood is not None and fit.n_parameters is not None:
        values["log_likelihood"] = fit.log_likelihood
        values["bic"] = bic(fit.log_likelihood, fit.n_parameters, n_samples)
        values["aic"] = aic(fit.log_likelihood, fit.n_parameters)
        if fit.entropy is not None:
            values["icl"] = icl(fit.log_likelihood, fit.n_parameters, n_samples, fit.entropy)
    return {name: Score(value, None, n_samples) for name, value in values.items()}
