from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segmint.choosing.candidates import find_candidates
from segmint.choosing.stability import FEWEST_RESAMPLES, resample, resamples_done, rows_of_a_resample
from segmint.geometry.geometry import Geometry


def _named(swept: Callable, table: str, family: str, *ks: int) -> tuple:
    geometry, trials = swept(table)
    candidates = find_candidates(trials)
    return geometry, [next(c for c in candidates if c.family == family and c.n_clusters == k) for k in ks]


def test_clear_groups_are_found_again_and_win(swept: Callable) -> None:
    geometry, finalists = _named(swept, "blobs", "kmeans", 3, 4)
    found = resample(geometry, finalists, seed=0, n_resamples=20)
    assert found is not None
    three, four = (finalist.id for finalist in finalists)
    assert found.wins[three] == 20
    assert min(found.jaccard[three]) > 0.95
    assert min(found.jaccard[four]) < min(found.jaccard[three])
    low, high = found.silhouettes[three]
    assert low <= finalists[0].trial.value("silhouette") <= high


def test_the_same_seed_gives_the_same_answer(swept: Callable) -> None:
    geometry, finalists = _named(swept, "moons", "dbscan", 2)
    first, again = (resample(geometry, finalists, seed=7, n_resamples=5) for _ in range(2))
    assert first == again


def test_moons_are_found_again_by_dbscan(swept: Callable) -> None:
    geometry, trials = swept("moons")
    best = [c for c in find_candidates(trials) if c.family == "dbscan" and c.n_clusters == 2]
    quiet = min(best, key=lambda candidate: candidate.fit.noise_share)
    found = resample(geometry, [quiet], seed=0, n_resamples=10)
    assert found is not None
    assert min(found.jaccard[quiet.id]) > 0.9


def test_nothing_to_resample(swept: Callable) -> None:
    geometry, finalists = _named(swept, "blobs", "kmeans", 3)
    assert resample(geometry, [], seed=0) is None
    assert resample(geometry, finalists, seed=0, n_resamples=0) is None
    assert resample(Geometry(np.eye(4)), finalists, seed=0) is None


def test_the_budget_lowers_rows_and_draws() -> None:
    assert rows_of_a_resample(100_000) == 1_000
    assert resamples_done(rows_of_a_resample(500), 100) == 100
    assert FEWEST_RESAMPLES <= resamples_done(1_000, 100) < 100


def test_progress_counts_resamples(swept: Callable) -> None:
    geometry, finalists = _named(swept, "blobs", "kmeans", 3)
    told: list[tuple[str, int, int]] = []
    resample(geometry, finalists, seed=0, n_resamples=3, progress=lambda *step: told.append(step))
    assert told == [("resampled", 1, 3), ("resampled", 2, 3), ("resampled", 3, 3)]
