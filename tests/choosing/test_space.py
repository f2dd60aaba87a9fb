from __future__ import annotations

import numpy as np
import pytest

from segmint.choosing.space import plan
from segmint.errors import UsageError
from segmint.families.fit import Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry


@pytest.fixture
def geometry() -> Geometry:
    return Geometry(np.random.default_rng(0).normal(size=(200, 2)))


def test_the_default_sweep_has_some_eighty_configurations_of_every_family(geometry: Geometry) -> None:
    planned = plan(geometry, list(FAMILIES), Request())
    assert 70 <= len(planned) <= 95
    assert {configuration.family for configuration in planned} == set(FAMILIES)
    assert len({configuration.id for configuration in planned}) == len(planned)


def test_the_order_is_that_of_the_table_whatever_was_typed(geometry: Geometry) -> None:
    one = plan(geometry, ["ward", "kmeans"], Request(ks=(2, 3)))
    assert one == plan(geometry, ["kmeans", "ward", "kmeans"], Request(ks=(2, 3)))
    assert [configuration.family for configuration in one] == ["kmeans", "kmeans", "ward", "ward"]


def test_another_k_changes_no_other_configuration(geometry: Geometry) -> None:
    few = {configuration.id for configuration in plan(geometry, list(FAMILIES), Request(ks=(2, 3)))}
    more = {configuration.id for configuration in plan(geometry, list(FAMILIES), Request(ks=(2, 3, 4)))}
    assert few < more


@pytest.mark.parametrize("families", [["kmeans", "k-means"], []])
def test_an_unknown_name_or_none_is_refused_with_what_there_is(
    geometry: Geometry, families: list[str]
) -> None:
    with pytest.raises(UsageError, match="kmeans, gaussian_mixture, dbscan, hdbscan, ward"):
        plan(geometry, families, Request())
