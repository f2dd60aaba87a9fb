"""Drawing the rows anew: does the same candidate win, and are the same clusters found again?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from segmint.choosing.candidates import Candidate, find_candidates
from segmint.choosing.decision import Resampling
from segmint.choosing.indices import Indices, take_indices
from segmint.choosing.refit import refit
from segmint.choosing.score import common_score, family_bests, ranking
from segmint.choosing.side_by_side import side_by_side
from segmint.choosing.trial import Trial
from segmint.families.table import FAMILIES
from segmint.families.thinning import thinned
from segmint.geometry.geometry import Geometry
from segmint.labels import sizes
from segmint.measure.agreement import best_jaccard
from segmint.seeds import derive, generator
from segmint.types import FloatVector, IntVector, Progress, silent

SHARE = 0.8
"""Share of the rows in a resample, drawn without replacement: a row twice would be a dense place."""
ROWS_BUDGET = 1_000
PAIRS_BUDGET = 25_000_000
"""Pairs of rows in all resamples together: 100 resamples of 500 rows (of a table of 625), 25 of 1,000."""
FEWEST_RESAMPLES = 20
FEWEST_ROWS = 8
FOUND_AGAIN = 0.75
"""A cluster that overlaps itself by less on average is not found again; Hennig (2007)."""


Competing = Callable[[Mapping[str, Sequence[float]]], Sequence[Candidate]]


@dataclass(frozen=True, eq=False)
class _Found:
    """What one resample said of each finalist, by id: who may win, its overlaps and its silhouette."""

    candidates: dict[str, tuple[Candidate, Indices]]
    jaccard: dict[str, FloatVector]
    silhouette: dict[str, float]


def resample(
    geometry: Geometry,
    finalists: Sequence[Candidate],
    *,
    seed: int,
    n_resamples: int = 100,
    competing: Competing | None = None,
    jobs: int | None = None,
    progress: Progress = silent,
) -> Resampling | None:
    """Fit the finalists again on rows drawn anew and let them compete again.

    Each resample holds 80 % of the rows without repetition, at most 1,000. The finalists are fitted to it.
    A cluster is found again as far as it overlaps, among the drawn rows, with the cluster most like it.
    Then they are scored by the same rule as on all rows, and each resample's winner is counted.

    Parameters
    ----------
    geometry
        All rows.
    finalists
        Who competes.
    seed
        The root seed.
    n_resamples
        How many are wanted; fewer are done above a budget of pairs of rows.
    competing
        Gives from the overlaps of each finalist those who may win a draw; ``None`` for all finalists.
    jobs
        Threads; ``None`` for one for each core.
    progress
        Step ``resampled``.

    Returns
    -------
    Resampling or None
        ``None`` with fewer than eight rows, without finalists, or with ``n_resamples`` = 0.
    """
    if geometry.n_samples < FEWEST_ROWS or not finalists or n_resamples < 1:
        return None
    n_rows = rows_of_a_resample(geometry.n_samples)
    n_done = resamples_done(n_rows, n_resamples)

    def draw(number: int) -> _Found:
        rng = generator(seed, "resample", number)
        rows = np.sort(rng.choice(geometry.n_samples, n_rows, replace=False))
        return _compete(geometry, rows, finalists, derive(seed, "refit", number))

    found = side_by_side(draw, n_done, jobs=jobs, progress=lambda done: progress("resampled", done, n_done))
    return _summary(finalists, found, n_resamples, competing)


def rows_of_a_resample(n_samples: int) -> int:
    """Return how many rows each resample holds."""
    return min(round(SHARE * n_samples), ROWS_BUDGET)


def resamples_done(n_rows: int, n_wanted: int) -> int:
    """Return how many resamples of ``n_rows`` rows the budget allows."""
    return min(n_wanted, max(FEWEST_RESAMPLES, PAIRS_BUDGET // n_rows**2))


def _compete(geometry: Geometry, rows: IntVector, finalists: Sequence[Candidate], seed: int) -> _Found:
    part = Geometry(geometry.X[rows])
    asked = [
        replace(thinned(FAMILIES[one.family], one.fit.configuration, geometry, part), seed=seed)
        for one in finalists
    ]
    trials = refit(part, asked)
    jaccard = {
        finalist.id: _overlaps(finalist.fit.labels[rows], finalist.n_clusters, trial)
        for finalist, trial in zip(finalists, trials, strict=True)
    }
    silhouette = {
        finalist.id: value
        for finalist, trial in zip(finalists, trials, strict=True)
        if (value := trial.value("silhouette")) is not None
    }
    return _Found(_candidates(part, finalists, trials, seed), jaccard, silhouette)


def _candidates(
    part: Geometry, finalists: Sequence[Candidate], trials: Sequence[Trial], seed: int
) -> dict[str, tuple[Candidate, Indices]]:
    found = find_candidates(trials)
    names = {id(trial): finalist.id for finalist, trial in zip(finalists, trials, strict=True)}
    indices = take_indices(part, found, seed=seed) if found else ()
    return {names[id(one.trial)]: (one, its) for one, its in zip(found, indices, strict=True)}


def _overlaps(labels: IntVector, n_clusters: int, trial: Trial) -> FloatVector:
    """Return each cluster's best overlap in a refit; NaN where none of its rows was drawn."""
    if trial.fit is None:
        return np.zeros(n_clusters)
    overlaps = np.full(n_clusters, np.nan)
    drawn, numbers = np.unique(labels, return_inverse=True)
    offset = 1 if drawn[0] < 0 else 0
    overlaps[drawn[offset:]] = best_jaccard(numbers - offset, trial.fit.labels)
    return overlaps


def _summary(
    finalists: Sequence[Candidate], found: Sequence[_Found], n_wanted: int, competing: Competing | None
) -> Resampling:
    jaccard, silhouettes = {}, {}
    for finalist in finalists:
        overlaps = np.array([one.jaccard[finalist.id] for one in found])
        mean = np.nansum(overlaps, axis=0) / np.maximum(np.sum(~np.isnan(overlaps), axis=0), 1)
        jaccard[finalist.id] = tuple(float(value) for value in mean)
        values = [one.silhouette[finalist.id] for one in found if finalist.id in one.silhouette]
        if values:
            low, high = np.quantile(values, [0.05, 0.95])
            silhouettes[finalist.id] = (float(low), float(high))
    able = finalists if competing is None else competing(jaccard)
    again = {finalist.id: found_again(finalist, jaccard[finalist.id]) for finalist in able}
    winners = [_winner(one, again) for one in found]
    wins = {finalist.id: winners.count(finalist.id) for finalist in finalists}
    return Resampling(len(found), n_wanted, wins, jaccard, silhouettes)


def found_again(candidate: Candidate, overlaps: Sequence[float]) -> float:
    """Return the mean overlap of a candidate's clusters over the draws, weighted by their sizes."""
    counts = sizes(candidate.fit.labels)
    return float(np.average(overlaps, weights=counts))


def standing(
    finalists: Sequence[Candidate], jaccard: Mapping[str, Sequence[float]], *, only_steady: bool
) -> tuple[Candidate, ...]:
    """Return the finalists that may win: in each family those of which every cluster is found again.

    All of a family in which there is none; with ``only_steady`` none of such a family, unless that is so of
    every family.
    """
    steady = [min(jaccard[f.id]) >= FOUND_AGAIN for f in finalists]
    found = tuple(f for f, is_steady in zip(finalists, steady, strict=True) if is_steady)
    if only_steady:
        return found or tuple(finalists)
    families = {f.family for f in found}
    return tuple(
        f for f, is_steady in zip(finalists, steady, strict=True) if is_steady or f.family not in families
    )


def _winner(found: _Found, again: Mapping[str, float]) -> str | None:
    names = [name for name in again if name in found.candidates]
    if not names:
        return None
    candidates, indices = zip(*(found.candidates[name] for name in names), strict=True)
    scores = [common_score(its, again[name]) for its, name in zip(indices, names, strict=True)]
    return names[ranking(family_bests(candidates, indices), scores)[0]]
