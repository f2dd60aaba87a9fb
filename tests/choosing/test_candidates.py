from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segmint.choosing.candidates import MOST_NOISE, find_candidates
from segmint.choosing.trial import Trial
from segmint.families.fit import Configuration, Failure, Fit
from segmint.model.centers import CentersAssigner
from segmint.words import sentence


def _trial(labels: list[int]) -> Trial:
    centers = np.zeros((max(labels) + 1, 2))
    configuration = Configuration("kmeans", {"n_clusters": len(centers)}, 0)
    return Trial(Fit(configuration, np.array(labels), CentersAssigner(centers)))


def test_failures_and_single_clusters_are_no_candidates() -> None:
    failed = Trial(Failure(Configuration("kmeans", {}, 0), sentence("choosing.interrupted")))
    assert find_candidates([failed, _trial([0] * 40)]) == ()


def test_at_least_two_clusters_are_large_enough() -> None:
    assert find_candidates([_trial([0] * 99 + [1])]) == ()
    (found,) = find_candidates([_trial([0] * 60 + [1] * 39 + [2])])
    assert found.n_tiny == 1


def test_too_much_noise_is_no_segmentation() -> None:
    below, above = int(MOST_NOISE * 100) - 5, int(MOST_NOISE * 100) + 5
    few = [-1] * below + [0] * 30 + [1] * (70 - below)
    many = [-1] * above + [0] * 30 + [1] * (70 - above)
    assert len(find_candidates([_trial(few), _trial(many)])) == 1


def test_a_sweep_keeps_its_order(swept: Callable) -> None:
    _, trials = swept("blobs")
    ids = [trial.configuration.id for trial in trials]
    found = [candidate.id for candidate in find_candidates(trials)]
    assert found == sorted(found, key=ids.index)
    assert len(found) > 20
