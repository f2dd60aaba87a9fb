"""Fitting every configuration and measuring all labelings together."""

from __future__ import annotations

from collections.abc import Sequence

from segmint.choosing.trial import Trial
from segmint.families.fit import Configuration, Failure, Fit, Outcome
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.measure.information import aic, bic, icl
from segmint.measure.score import Score
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
    """Fit all configurations, then measure all their labelings in one go.

    A configuration that fails is a trial with its reason; nothing that happens to one configuration
    touches another. An interrupt from the keyboard ends the fitting: what is finished is measured and
    kept, the others are failures that say so.

    Parameters
    ----------
    geometry
        The prepared rows.
    configurations
        From :func:`segmint.choosing.space.plan`.
    seed
        The root seed, for measures that are sampled.
    progress
        Called with ``fitted`` after each configuration, and with ``measured`` at the end.
    jobs
        Threads for the measuring; ``None`` for all.

    Returns
    -------
    tuple of Trial
        One for each configuration, in their order.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.repeat([[0.0, 0.0], [9.0, 9.0]], 10, axis=0) + np.arange(20)[:, None] % 3
    >>> kmeans = Configuration("kmeans", {"n_clusters": 2, "n_init": 5, "init": "k-means++"}, 0)
    >>> (trial,) = run_sweep(Geometry(X), [kmeans], seed=0)
    >>> trial.fit.n_clusters, round(trial.value("silhouette"), 2)
    (2, 0.91)
    """
    outcomes = fit_all(geometry, configurations, progress=progress)
    return measure_outcomes(geometry, outcomes, seed=seed, progress=progress, jobs=jobs)


def fit_all(
    geometry: Geometry, configurations: Sequence[Configuration], *, progress: Progress = silent
) -> tuple[Outcome, ...]:
    """Fit all configurations family by family; one outcome each, in their order, whatever happens."""
    found: dict[str, Outcome] = {}
    try:
        for name in dict.fromkeys(configuration.family for configuration in configurations):
            mine = [configuration for configuration in configurations if configuration.family == name]
            _fit_family(geometry, mine, found, len(configurations), progress)
    except KeyboardInterrupt:
        pass  # what is finished is kept
    missing = sentence("choosing.interrupted")
    return tuple(found.get(c.id) or Failure(c, missing) for c in configurations)


def _fit_family(
    geometry: Geometry,
    configurations: Sequence[Configuration],
    found: dict[str, Outcome],
    total: int,
    progress: Progress,
) -> None:
    """Fit one family's configurations; after an error go on with those that come after it."""
    waiting = list(configurations)
    while waiting:
        try:
            for outcome in FAMILIES[waiting[0].family].sweep(geometry, tuple(waiting), silent):
                found[outcome.configuration.id] = outcome
                waiting = waiting[1:]
                progress("fitted", len(found), total)
            return
        except Exception as error:
            reason = sentence("choosing.failed", error=type(error).__name__)
            found[waiting[0].id] = Failure(waiting[0], reason)
            waiting = waiting[1:]
            progress("fitted", len(found), total)


def measure_outcomes(
    geometry: Geometry,
    outcomes: Sequence[Outcome],
    *,
    seed: int,
    progress: Progress = silent,
    jobs: int | None = None,
) -> tuple[Trial, ...]:
    """Measure all labelings together and set the figures of each fit beside them."""
    fits = [outcome for outcome in outcomes if isinstance(outcome, Fit)]
    measured = measure_sweep(geometry, [fit.labels for fit in fits], seed=seed, jobs=jobs)
    by_id = {fit.configuration.id: scores for fit, scores in zip(fits, measured, strict=True)}
    trials = []
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            trials.append(Trial(outcome))
            continue
        scores = by_id[outcome.configuration.id]
        own = _own_scores(outcome, geometry.n_samples)
        trials.append(Trial(outcome, {**own, **scores.scores}, scores.cluster_silhouettes))
    progress("measured", len(fits), len(fits))
    return tuple(trials)


def _own_scores(fit: Fit, n_samples: int) -> dict[str, Score]:
    """Return what a fit says of itself: inertia; likelihood and the criteria made from it."""
    values: dict[str, float] = {}
    if fit.inertia is not None:
        values["inertia"] = fit.inertia
    if fit.log_likelihood is not None and fit.n_parameters is not None:
        likelihood, p = fit.log_likelihood, fit.n_parameters
        values["log_likelihood"] = likelihood
        values["bic"] = bic(likelihood, p, n_samples)
        values["aic"] = aic(likelihood, p)
        values["icl"] = icl(likelihood, p, n_samples, fit.entropy or 0.0)
    return {name: Score(value, None, n_samples) for name, value in values.items()}
