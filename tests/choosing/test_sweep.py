from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from segmint.choosing import sweep as sweep_module
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.families.fit import Configuration, Outcome, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.types import Progress


@pytest.fixture
def geometry() -> Geometry:
    rng = np.random.default_rng(0)
    return Geometry(rng.normal(size=(90, 2)) + np.repeat([[0, 0], [8, 0], [0, 8]], 30, axis=0))


def test_one_trial_for_each_configuration_in_order_with_its_measures(geometry: Geometry) -> None:
    planned = plan(geometry, list(FAMILIES), Request())
    trials = run_sweep(geometry, planned, seed=0)
    assert [trial.configuration for trial in trials] == list(planned)
    for trial in trials:
        if trial.fit is None or trial.fit.n_clusters < 2:
            continue
        kept = trial.fit.labels >= 0
        expected = silhouette_score(geometry.X[kept], trial.fit.labels[kept])
        assert trial.value("silhouette") == pytest.approx(expected)
        assert (trial.value("inertia") is not None) == (trial.fit.inertia is not None)
        assert (trial.value("bic") is not None) == (trial.configuration.family == "gaussian_mixture")


def test_one_cluster_is_a_fit_without_a_silhouette(geometry: Geometry) -> None:
    (trial,) = run_sweep(geometry, plan(geometry, ["kmeans"], Request(ks=(1,))), seed=0)
    assert trial.fit is not None
    assert trial.value("silhouette") is None
    assert trial.value("inertia") == pytest.approx(np.square(geometry.X - geometry.X.mean(axis=0)).sum())


def test_information_criteria_are_those_of_the_fit(geometry: Geometry) -> None:
    (trial,) = run_sweep(geometry, plan(geometry, ["gaussian_mixture"], Request(ks=(3,)))[:1], seed=0)
    fit = trial.fit
    assert fit is not None and fit.log_likelihood is not None and fit.n_parameters is not None
    bic = -2 * fit.log_likelihood + fit.n_parameters * np.log(90)
    assert trial.value("bic") == pytest.approx(bic)
    assert trial.value("icl") == pytest.approx(bic + 2 * (fit.entropy or 0.0))


def test_threads_change_nothing(geometry: Geometry) -> None:
    planned = plan(geometry, list(FAMILIES), Request(ks=(2, 3)))
    one, four = (run_sweep(geometry, planned, seed=0, jobs=jobs) for jobs in (1, 4))
    for first, second in zip(one, four, strict=True):
        assert dict(first.scores) == dict(second.scores)
        assert (first.fit is None) == (second.fit is None)
        if first.fit is not None and second.fit is not None:
            np.testing.assert_array_equal(first.fit.labels, second.fit.labels)


def test_equal_rows_make_failures_and_no_exception() -> None:
    geometry = Geometry(np.ones((30, 2)))
    trials = run_sweep(geometry, plan(geometry, list(FAMILIES), Request(ks=(1, 2, 3))), seed=0)
    assert all(trial.fit is None or trial.fit.n_clusters == 1 for trial in trials)


def test_ctrl_c_keeps_what_is_finished(geometry: Geometry) -> None:
    def stop(step: str, done: int, total: int) -> None:
        if step == "fitted" and done == 3:
            raise KeyboardInterrupt

    planned = plan(geometry, ["kmeans", "ward"], Request())
    trials = run_sweep(geometry, planned, seed=0, progress=stop, jobs=1)
    finished = [trial for trial in trials if trial.fit is not None]
    assert 3 <= len(finished) < len(planned)
    assert any(trial.value("silhouette") is not None for trial in finished)
    unfinished = [trial.record() for trial in trials if trial.fit is None]
    assert {record.failed.key for record in unfinished if record.failed} == {"choosing.interrupted"}


def test_an_unforeseen_error_fails_its_own_configuration_only(
    geometry: Geometry, monkeypatch: pytest.MonkeyPatch
) -> None:
    kmeans = FAMILIES["kmeans"]

    def breaking(
        geometry: Geometry, configurations: Sequence[Configuration], progress: Progress
    ) -> Iterator[Outcome]:
        for configuration in configurations:
            if configuration.parameters["n_clusters"] == 3:
                raise ZeroDivisionError
            yield from kmeans.sweep(geometry, [configuration], progress)

    monkeypatch.setattr(sweep_module, "FAMILIES", {**FAMILIES, "kmeans": replace(kmeans, sweep=breaking)})
    trials = run_sweep(geometry, plan(geometry, ["kmeans"], Request(ks=(2, 3, 4))), seed=0)
    assert [trial.fit is not None for trial in trials] == [True, False, True]
    assert "ZeroDivisionError" in str(trials[1].record().failed)


def test_progress_counts_up_to_the_end(geometry: Geometry) -> None:
    said: list[tuple[str, int, int]] = []
    planned = plan(geometry, ["kmeans", "ward"], Request(ks=(2, 3)))
    run_sweep(geometry, planned, seed=0, progress=lambda *step: said.append(step))
    assert [done for step, done, _ in said if step == "fitted"] == [0, 1, 2, 3, 4]
    assert said[-1] == ("measured", 4, 4)
