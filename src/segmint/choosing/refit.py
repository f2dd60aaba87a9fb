"""Fitting the finalists again to a part of the rows, and no more measuring than the score needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmint.choosing.trial import Trial
from segmint.families.fit import Configuration, Failure, Fit, Outcome
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.measure.information import icl
from segmint.measure.score import Score
from segmint.measure.silhouette import silhouettes_of
from segmint.types import silent
from segmint.words import sentence


def refit(geometry: Geometry, configurations: Sequence[Configuration]) -> tuple[Trial, ...]:
    """Return a trial for each configuration, with silhouette and ICL only, in their order."""
    outcomes: dict[int, Outcome] = {}
    for name in dict.fromkeys(configuration.family for configuration in configurations):
        places = [i for i, configuration in enumerate(configurations) if configuration.family == name]
        mine = tuple(configurations[place] for place in places)
        outcomes |= zip(places, _fitted(geometry, name, mine), strict=True)
    return _measured(geometry, [outcomes[place] for place in range(len(configurations))])


def _fitted(geometry: Geometry, family: str, configurations: Sequence[Configuration]) -> list[Outcome]:
    """Fit one family's; an unforeseen error is a failure of all that are left, on this resample only."""
    found: list[Outcome] = []
    try:
        found.extend(FAMILIES[family].sweep(geometry, configurations, silent))
    except Exception as error:
        reason = sentence("choosing.broken", kind=type(error).__name__)
        found += [Failure(configuration, reason) for configuration in configurations[len(found) :]]
    return found


def _measured(geometry: Geometry, outcomes: Sequence[Outcome]) -> tuple[Trial, ...]:
    fits = [o for o in outcomes if isinstance(o, Fit) and o.n_clusters > 1]
    values: dict[int, float] = {}
    if fits:
        rows = np.arange(geometry.n_samples)
        by_row = silhouettes_of(geometry.X, [fit.labels for fit in fits], rows, jobs=1)
        values = {
            id(fit): float(np.mean(row[fit.labels >= 0])) for fit, row in zip(fits, by_row, strict=True)
        }
    return tuple(Trial(o, _scores(o, values.get(id(o)), geometry.n_samples)) for o in outcomes)


def _scores(outcome: Outcome, silhouette: float | None, n_samples: int) -> dict[str, Score]:
    scores = {"silhouette": Score(silhouette, None, n_samples)}
    if isinstance(outcome, Fit) and outcome.log_likelihood is not None and outcome.n_parameters is not None:
        value = icl(outcome.log_likelihood, outcome.n_parameters, n_samples, outcome.entropy or 0.0)
        scores["icl"] = Score(value, None, n_samples)
    return scores
