"""Configurations as people call them."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.choosing.called import could_be_called, find_called
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.choosing.trial import TrialRecord
from segmint.families.fit import Configuration, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry

Swept = tuple[list[Configuration], list[TrialRecord]]


@pytest.fixture(scope="module")
def swept() -> Swept:
    rng = np.random.default_rng(0)
    geometry = Geometry(rng.normal(size=(120, 2)) + 9 * rng.integers(0, 3, (120, 1)))
    planned = list(plan(geometry, list(FAMILIES), Request(ks=(2, 3))))
    return planned, [trial.record() for trial in run_sweep(geometry, planned, seed=0)]


def test_every_id_is_its_own_name(swept: Swept) -> None:
    planned, trials = swept
    for trial in trials:
        assert could_be_called(trial.configuration.id, planned)
        assert find_called(trial.configuration.id, trials) == trial.configuration.id


@pytest.mark.parametrize("wanted", ["kmeans-3", "K-Means 3", "k means 3"])
def test_a_family_and_a_number_are_a_name(swept: Swept, wanted: str) -> None:
    planned, trials = swept
    assert could_be_called(wanted, planned)
    found = next(trial for trial in trials if trial.configuration.id == find_called(wanted, trials))
    assert (found.configuration.family, found.n_clusters) == ("kmeans", 3)


def test_of_several_mixtures_the_one_with_the_lowest_icl_is_meant(swept: Swept) -> None:
    _, trials = swept
    of_three = [t for t in trials if t.configuration.family == "gaussian_mixture" and t.n_clusters == 3]
    lowest = min(of_three, key=lambda trial: trial.value("icl") or 0.0)
    assert len(of_three) == 4
    assert find_called("Gaussian mixture 3", trials) == lowest.configuration.id


def test_of_several_density_clusterings_the_one_with_little_noise_is_meant(swept: Swept) -> None:
    _, trials = swept
    of_three = {
        t.configuration.id: t for t in trials if t.configuration.family == "dbscan" and t.n_clusters == 3
    }
    found = find_called("dbscan-3", trials)
    assert len(of_three) > 1 and found is not None
    noise = [trial.noise_share or 0.0 for trial in of_three.values()]
    assert (of_three[found].noise_share or 0.0) < 0.05 < max(noise)


@pytest.mark.parametrize(
    "wanted",
    [
        "kmeans-4",
        "kmeans",
        "3",
        "",
        "no-such-family-3",
        "kmeans-3-3",
        "kmeans-03",
        "kmeans-٣",
        "kmeans-" + "9" * 5000,
    ],
)
def test_what_is_not_planned_has_no_name(swept: Swept, wanted: str) -> None:
    planned, trials = swept
    assert not could_be_called(wanted, planned)
    assert find_called(wanted, trials) is None


def test_of_density_families_only_ids_can_be_named_before_the_fit(swept: Swept) -> None:
    planned, _ = swept
    assert not could_be_called("dbscan-3", planned)
    assert could_be_called(next(one.id for one in planned if one.family == "dbscan"), planned)
