"""What every family must keep, whichever it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from segmint.choosing.trial import Trial, TrialRecord
from segmint.families.fit import Configuration, Failure, Fit, Outcome, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.labels import FEWEST_TOLD, canonical, n_clusters, noise_share
from segmint.measure.agreement import adjusted_rand
from segmint.model.assigners import restore
from segmint.types import FloatMatrix, silent

RULE_DEFINES_LABELS = {"kmeans", "gaussian_mixture"}
REQUEST = Request(ks=(1, 2, 3, 4), seed=3)

pytestmark = pytest.mark.parametrize("name", sorted(FAMILIES))


def outcomes(
    name: str, X: FloatMatrix, configurations: Sequence[Configuration] | None = None
) -> list[Outcome]:
    geometry = Geometry(X)
    planned = FAMILIES[name].plan(geometry, REQUEST) if configurations is None else configurations
    return list(FAMILIES[name].sweep(geometry, planned, silent))


def fits(name: str, X: FloatMatrix) -> list[Fit]:
    return [outcome for outcome in outcomes(name, X) if isinstance(outcome, Fit)]


def check(outcome: Outcome, X: FloatMatrix) -> None:
    """Check what holds for any outcome on any table."""
    assert outcome.seconds >= 0
    if isinstance(outcome, Failure):
        assert str(outcome.reason)
        return
    assert outcome.labels.shape == (len(X),)
    assert outcome.labels.dtype == np.int64
    assert np.array_equal(outcome.labels, canonical(outcome.labels))
    assert n_clusters(outcome.labels) == outcome.n_clusters == outcome.assigner.n_clusters
    assert outcome.noise_share == noise_share(outcome.labels)
    placed = outcome.assigner.place(X).labels
    assert np.mean(placed == outcome.labels) == pytest.approx(outcome.agreement)
    assert all(str(warning) for warning in outcome.warnings)
    assert str(outcome.assigner.rule())


def test_every_planned_configuration_has_one_outcome_in_order_and_one_report(
    name: str, blobs: FloatMatrix
) -> None:
    geometry = Geometry(blobs)
    planned = FAMILIES[name].plan(geometry, REQUEST)
    reports: list[tuple[int, int]] = []
    found = list(
        FAMILIES[name].sweep(geometry, planned, lambda _, done, total: reports.append((done, total)))
    )
    assert [outcome.configuration for outcome in found] == list(planned)
    assert len({configuration.id for configuration in planned}) == len(planned)
    assert all(configuration.family == name for configuration in planned)
    assert reports == [(i + 1, len(planned)) for i in range(len(planned))]
    for outcome in found:
        check(outcome, blobs)


def test_three_far_clusters_are_found(name: str, blobs: FloatMatrix) -> None:
    truth = np.repeat([0, 1, 2], [60, 50, 40])
    assert max(adjusted_rand(truth, fit.labels) for fit in fits(name, blobs)) == pytest.approx(1.0, abs=0.02)


def test_inputs_are_unchanged(name: str, blobs: FloatMatrix) -> None:
    X = blobs.copy()
    X.setflags(write=False)
    outcomes(name, X)
    assert np.array_equal(X, blobs)


def test_the_same_seed_gives_the_same_bytes(name: str, moons: FloatMatrix) -> None:
    for first, again in zip(fits(name, moons), fits(name, moons), strict=True):
        assert first.labels.tobytes() == again.labels.tobytes()
        for key, array in first.assigner.arrays().items():
            assert array.tobytes() == again.assigner.arrays()[key].tobytes()


def test_threads_change_nothing(name: str, moons: FloatMatrix) -> None:
    alone = fits(name, moons)
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(lambda _: fits(name, moons), range(4)):
            assert [fit.labels.tobytes() for fit in found] == [fit.labels.tobytes() for fit in alone]


def test_a_configuration_alone_gives_what_it_gives_in_the_sweep(name: str, moons: FloatMatrix) -> None:
    for fit in fits(name, moons)[::3]:
        (alone,) = outcomes(name, moons, [fit.configuration])
        assert isinstance(alone, Fit)
        assert alone.labels.tobytes() == fit.labels.tobytes()


def test_the_order_of_features_does_not_matter(name: str, blobs: FloatMatrix) -> None:
    X = np.column_stack([blobs, np.random.default_rng(0).normal(size=len(blobs))])
    planned = [fit.configuration for fit in fits(name, X)]
    turned = np.ascontiguousarray(X[:, ::-1])
    for one, other in zip(outcomes(name, X, planned), outcomes(name, turned, planned), strict=True):
        assert isinstance(one, Fit)
        assert isinstance(other, Fit)
        assert one.n_clusters == other.n_clusters
        if one.n_clusters <= 3:  # beyond the three, the best cut is not sharp
            assert adjusted_rand(one.labels, other.labels) > 0.98


def test_a_stored_rule_places_bit_for_bit_as_before(name: str, moons: FloatMatrix) -> None:
    new = moons + np.random.default_rng(1).normal(scale=0.3, size=moons.shape)
    for fit in fits(name, moons):
        again = restore(fit.assigner.kind, fit.assigner.arrays(), fit.assigner.parameters())
        before, after = fit.assigner.place(new), again.place(new)
        assert np.array_equal(before.labels, after.labels)
        assert before.distance.tobytes() == after.distance.tobytes()
        assert before.confidence.tobytes() == after.confidence.tobytes()


def test_one_row_a_batch_and_a_stream_are_placed_alike(name: str, moons: FloatMatrix) -> None:
    for fit in fits(name, moons)[::4]:
        whole = fit.assigner.place(moons)
        for i in range(0, len(moons), 17):
            alone = fit.assigner.place(moons[i : i + 1])
            assert alone.labels[0] == whole.labels[i]
            assert alone.confidence.tobytes() == whole.confidence[i : i + 1].tobytes()
        parts = [fit.assigner.place(part) for part in np.array_split(moons, 7)]
        assert np.concatenate([part.distance for part in parts]).tobytes() == whole.distance.tobytes()


def test_training_rows_keep_their_label(name: str, moons: FloatMatrix) -> None:
    rounded = np.round(moons, 1)  # many rows on borders
    for X in (moons, rounded):
        for fit in fits(name, X):
            placed = fit.assigner.place(X).labels
            assert np.mean(placed == fit.labels) == pytest.approx(fit.agreement)
            if name in RULE_DEFINES_LABELS:
                assert fit.agreement == 1.0
                assert np.array_equal(placed, fit.labels)


def test_more_clusters_than_different_rows_is_a_failure(name: str) -> None:
    X = np.repeat(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]]), 20, axis=0)
    for outcome in outcomes(name, X):
        check(outcome, X)
        asked = outcome.configuration.parameters.get("n_clusters") or outcome.configuration.parameters.get(
            "n_components"
        )
        if asked is not None and asked > 3:
            assert isinstance(outcome, Failure)


def test_rows_that_are_all_the_same_fail_and_raise_nothing(name: str) -> None:
    X = np.full((30, 3), 2.5)
    for outcome in outcomes(name, X):
        check(outcome, X)
        assert isinstance(outcome, Failure) or outcome.n_clusters == 1


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda rng: np.column_stack([rng.normal(size=60), np.zeros(60)]), id="a constant column"
        ),
        pytest.param(lambda rng: np.repeat(rng.normal(size=(12, 2)), 6, axis=0), id="equal rows"),
        pytest.param(lambda rng: rng.normal(size=(80, 1)), id="one feature"),
        pytest.param(lambda rng: rng.normal(size=(3, 2)), id="fewer rows than clusters"),
        pytest.param(lambda rng: rng.normal(size=(1, 2)), id="one row"),
        pytest.param(lambda _: np.empty((0, 2)), id="no row"),
        pytest.param(lambda rng: rng.normal(size=(20, 45)), id="more features than rows"),
        pytest.param(lambda rng: np.column_stack([v := rng.normal(size=50), 2 * v, -v]), id="collinear"),
        pytest.param(lambda rng: rng.normal(size=(60, 2)) * 1e-7 + 1e3, id="far from zero and narrow"),
        pytest.param(lambda rng: np.round(rng.exponential(size=(120, 2))), id="counts with many zeros"),
    ],
)
def test_awkward_tables_give_values_not_exceptions(name: str, make) -> None:  # type: ignore[no-untyped-def]
    X = np.ascontiguousarray(make(np.random.default_rng(5)))
    with np.errstate(all="raise", under="ignore"):
        for outcome in outcomes(name, X):
            check(outcome, X)


def holds_a_row(array: FloatMatrix, X: FloatMatrix) -> bool:
    return bool(np.isclose(array[:, None, :], X[None, :, :], rtol=0, atol=1e-9).all(axis=2).any())


def test_a_rule_holds_no_row_of_a_customer_but_the_center_of_a_cluster_of_fewer_than_five(
    name: str, moons: FloatMatrix
) -> None:
    X = np.vstack([moons, [[60.0, -45.0]]])  # a lone row: for K-Means, mixtures and Ward a cluster by itself
    lone = False
    for fit in fits(name, X):
        sizes = np.bincount(fit.labels[fit.labels >= 0])
        lone |= bool((sizes == 1).any())
        for key, array in fit.assigner.arrays().items():
            if key in ("centers", "means"):
                assert not holds_a_row(array[sizes >= FEWEST_TOLD], X)
            elif array.ndim == 2 and key != "covariances":
                assert not holds_a_row(array, X)
    assert lone == (name in {*RULE_DEFINES_LABELS, "ward"})


def test_a_record_holds_no_center_of_fewer_than_five_rows(name: str, moons: FloatMatrix) -> None:
    X = np.vstack([moons, [[60.0, -45.0]]])
    for fit in fits(name, X):
        record = TrialRecord.from_json(json.loads(json.dumps(Trial(fit).record().to_json())))
        if name not in RULE_DEFINES_LABELS:
            assert record.centers is None
            continue
        assert record.centers is not None
        told = [center is not None for center in record.centers]
        assert told == [size >= FEWEST_TOLD for size in record.cluster_sizes]
        assert not holds_a_row(np.array([center for center in record.centers if center is not None]), X)


def test_the_forecast_grows_with_the_work(name: str) -> None:
    family = FAMILIES[name]
    planned = family.plan(Geometry(np.random.default_rng(0).normal(size=(300, 3))), Request())
    small, many, wide = (family.forecast(n, d, planned) for n, d in ((300, 3), (3_000, 3), (300, 9)))
    assert 0 < small.seconds < min(many.seconds, wide.seconds)
    assert 0 < small.memory < min(many.memory, wide.memory)
