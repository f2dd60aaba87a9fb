from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segmint.choosing.decide import decide
from segmint.choosing.decision import Decision, Verdict
from segmint.choosing.overrule import overrule
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.errors import NotFoundError
from segmint.families.fit import Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry


def test_blobs_are_three_groups(decided: Callable) -> None:
    decision = decided("blobs")
    assert decision.verdict is Verdict.GROUPS
    assert (decision.family, decision.n_clusters) == ("kmeans", 3)
    assert decision.confidence is not None
    assert decision.confidence >= 0.9
    assert [null.kind for null in decision.nulls] == ["gaussian", "uniform", "heavy-tailed"]
    assert decision.elbow is not None
    assert decision.elbow.n_clusters == 3


def test_each_family_that_lost_has_its_reason(decided: Callable) -> None:
    decision = decided("blobs")
    named = {rival.family for rival in decision.rivals} | {decision.family}
    assert named == set(FAMILIES)
    assert decision.configuration not in [rival.configuration for rival in decision.rivals]
    assert decision.runner_up is not None


@pytest.mark.parametrize("table", ["blobs", "moons", "gaussian"])
def test_every_sentence_can_be_said_and_stored(decided: Callable, table: str) -> None:
    decision = decided(table)
    said = [decision.headline, *decision.reasons, *decision.doubts, *(r.reason for r in decision.rivals)]
    for one in said:
        assert "{" not in str(one)
        assert not str(one).endswith(".")
    assert Decision.from_json(decision.to_json()) == decision


def test_moons_are_exactly_the_two_moons(swept: Callable, decided: Callable) -> None:
    _, trials = swept("moons")
    decision = decided("moons")
    fit = next(trial.fit for trial in trials if trial.configuration.id == decision.configuration)
    assert decision.verdict is Verdict.GROUPS
    assert decision.family in ("dbscan", "hdbscan")
    assert fit is not None
    assert fit.n_clusters == 2
    assert np.count_nonzero(fit.labels < 0) <= 1


def test_a_gaussian_cloud_is_never_groups(decided: Callable) -> None:
    decision = decided("gaussian")
    assert decision.verdict is not Verdict.GROUPS
    assert decision.family not in ("dbscan", "hdbscan")


def test_none_has_one_cluster_and_keeps_its_best_candidate() -> None:
    geometry = Geometry(np.random.default_rng(3).normal(size=(200, 2)))
    trials = run_sweep(geometry, plan(geometry, ["dbscan"], Request()), seed=0)
    decision = decide(geometry, trials, seed=0, n_resamples=5)
    assert decision.verdict is Verdict.NONE
    assert decision.n_clusters == 1


def test_identical_rows_have_no_structure() -> None:
    geometry = Geometry(np.ones((30, 2)))
    trials = run_sweep(geometry, plan(geometry, list(FAMILIES), Request()), seed=0)
    decision = decide(geometry, trials, seed=0)
    assert decision.verdict is Verdict.NONE
    assert decision.configuration is None
    assert decision.n_clusters == 1
    assert len(decision.rivals) == len({trial.configuration.family for trial in trials})


def test_same_seed_same_decision(swept: Callable, decided: Callable) -> None:
    geometry, trials = swept("blobs")
    assert decide(geometry, trials, seed=0, n_resamples=20) == decided("blobs")


def test_a_person_chooses_otherwise(swept: Callable, decided: Callable) -> None:
    _, trials = swept("blobs")
    decision = decided("blobs")
    other = next(t for t in trials if t.configuration.family == "ward" and t.fit and t.fit.n_clusters == 4)
    records = [trial.record() for trial in trials]
    chosen = overrule(decision, records, other.configuration.id, "four teams")
    assert chosen == overrule(decision, trials, other.configuration.id, "four teams")
    assert (chosen.chosen_by, chosen.because) == ("user", "four teams")
    assert (chosen.family, chosen.n_clusters) == ("ward", 4)
    assert chosen.runner_up == decision.configuration
    assert chosen.verdict is decision.verdict
    assert "Ward" in str(chosen.headline)


def test_what_failed_cannot_be_chosen(swept: Callable, decided: Callable) -> None:
    _, trials = swept("blobs")
    with pytest.raises(NotFoundError, match="nothere"):
        overrule(decided("blobs"), trials, "nothere", None)


def test_the_number_of_threads_changes_nothing(swept: Callable) -> None:
    geometry, trials = swept("blobs")
    one, three = (decide(geometry, trials, seed=3, n_resamples=6, jobs=jobs) for jobs in (1, 3))
    assert one == three
