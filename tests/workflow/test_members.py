"""Who was in which segment: kept in one place, found again, by keys as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.labels import NOISE
from segmint.model.segment_model import SegmentModel
from segmint.workflow.members import find_members, keep_members
from segmint.workflow.workspace import Workspace, open_workspace

N = 90
LABELS = np.arange(N) % 3


def trained(*, keyed: bool = True) -> SegmentModel:
    rng = np.random.default_rng(3)
    rows = np.repeat([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]], N // 3, axis=0)
    rows += rng.normal(size=rows.shape) * [3.0, 30.0]
    columns: dict[str, Any] = {"customer": [f"k{i}" for i in range(N)]} if keyed else {}
    table = pa.table({**columns, "hours": rows[:, 0], "points": rows[:, 1]})
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0, name="shop", choose="kmeans-3")
    model = segmint.study(segmint.read(table), options).model
    assert model is not None
    return model


@pytest.fixture(scope="module")
def model() -> SegmentModel:
    return trained()


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "ws")


def keys(*named: str) -> Any:
    return np.array([*named, *(f"k{i}" for i in range(len(named), N))], dtype=object)


def test_members_come_back(model: SegmentModel, place: Workspace) -> None:
    labels = np.where(np.arange(N) % 10 == 0, NOISE, LABELS)
    keep_members(model, keys(), labels, place)
    found = find_members(model, place)
    assert found is not None
    assert found.keys.tolist() == keys().tolist()
    np.testing.assert_array_equal(found.labels, labels)
    assert found.columns is None
    assert [path.parent for path in place.folder.rglob("*.parquet")] == [place.members]


@pytest.mark.parametrize(
    "key",
    ["007", "1e5", " x ", "夜", "=1+1", "2024-01-01", "true", "a,b", 'a"b', "NA", "null", "nan", "-", "?"],
)
def test_a_key_is_kept_as_it_is(model: SegmentModel, place: Workspace, key: str) -> None:
    """Whoever is called like a word for missing is a customer all the same."""
    keep_members(model, keys(key), LABELS, place)
    found = find_members(model, place)
    assert found is not None
    assert found.keys.tolist() == keys(key).tolist()


def test_of_rows_without_a_key_nobody_is_kept(place: Workspace) -> None:
    model = trained(keyed=False)
    keep_members(model, keys(), LABELS, place)
    assert not place.members.exists()
    assert find_members(model, place) is None


def test_of_another_training_nobody_is_known(model: SegmentModel, place: Workspace) -> None:
    keep_members(model, keys(), LABELS, place)
    other = replace(model, manifest=replace(model.manifest, fingerprint="b" * 64))
    assert find_members(other, place) is None
    assert (
        find_members(replace(model, manifest=replace(model.manifest, configuration="0" * 12)), place) is None
    )


def test_a_version_of_the_same_rows_with_another_parent_has_its_own(
    model: SegmentModel, place: Workspace
) -> None:
    """v1 is trained on June, v2 on July, v3 on June again: with v1 rolled back its customers must still be known."""
    keep_members(model, keys(), LABELS, place)
    cards = tuple(replace(card, id=f"seg-{card.label}") for card in model.cards)
    third = replace(model, cards=cards, manifest=replace(model.manifest, parent="d" * 64))
    keep_members(third, keys(), LABELS, place)
    for version in (model, third):
        found = find_members(version, place)
        assert found is not None
        np.testing.assert_array_equal(found.labels, LABELS)


def test_a_damaged_file_is_as_none(model: SegmentModel, place: Workspace) -> None:
    keep_members(model, keys(), LABELS, place)
    (file,) = place.members.iterdir()
    file.write_bytes(file.read_bytes()[:50])
    assert find_members(model, place) is None


def test_a_name_that_was_given_changes_nothing(model: SegmentModel, place: Workspace) -> None:
    keep_members(model, keys(), LABELS, place)
    found = find_members(model.renamed("S1", "Hawks"), place)
    assert found is not None
    np.testing.assert_array_equal(found.labels, LABELS)
