"""The nearest exemplar within its cluster's cap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmint.errors import BundleError
from segmint.labels import NOISE
from segmint.model.assigners import restore
from segmint.model.exemplars import ExemplarsAssigner


def make() -> ExemplarsAssigner:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    return ExemplarsAssigner(
        rng.normal(size=(120, 2)) + 4 * labels[:, None], labels, np.array([0.2, np.inf, 0.5]), False
    )


def test_each_cluster_has_its_own_cap() -> None:
    rule = ExemplarsAssigner(np.array([[0.0], [10.0]]), np.array([0, 1]), np.array([1.0, 3.0]), False)
    assert rule.place(np.array([[1.0], [1.5], [7.0], [13.5]])).labels.tolist() == [0, NOISE, 1, NOISE]


def test_an_infinite_cap_lets_no_row_be_noise() -> None:
    rule = ExemplarsAssigner(np.array([[0.0], [10.0]]), np.array([0, 1]), np.full(2, np.inf), False)
    assert rule.place(np.array([[-1e6], [1e6]])).labels.tolist() == [0, 1]


def test_rows_get_the_same_bits_alone_and_together() -> None:
    rule, X = make(), np.random.default_rng(1).normal(scale=5, size=(500, 2))
    whole = rule.place(X)
    assert set(whole.labels) == {NOISE, 0, 1, 2}
    for i in range(0, 500, 7):
        alone = rule.place(X[i : i + 1])
        assert alone.labels[0] == whole.labels[i]
        assert alone.distance.tobytes() == whole.distance[i : i + 1].tobytes()
        assert alone.confidence.tobytes() == whole.confidence[i : i + 1].tobytes()


def test_relabeling_renames_caps_as_well_and_storage_keeps_every_bit() -> None:
    rule, X = make(), np.random.default_rng(2).normal(scale=5, size=(300, 2))
    order = np.array([1, 2, 0])
    renamed = rule.relabeled(order).place(X).labels
    assert np.array_equal(np.where(renamed == NOISE, NOISE, order[renamed]), rule.place(X).labels)
    again = restore("exemplars", rule.arrays(), rule.parameters())
    assert np.array_equal(again.place(X).labels, rule.place(X).labels)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("caps", [[1.0, 2.0], [np.inf, np.inf]])
def test_the_rule_says_what_is_kept(exact: bool, caps: list[float]) -> None:
    rule = ExemplarsAssigner(np.array([[0.0], [10.0]]), np.array([0, 1]), np.array(caps), exact)
    text = str(rule.rule())
    assert ("mean" in text) is not exact
    assert ("cap" in text) is bool(np.isfinite(caps[0]))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"caps": np.array([1.0])}, "shape"),
        ({"caps": np.array([1.0, np.nan])}, "not_finite"),
        ({"caps": np.array([1.0, -1.0])}, "negative"),
        ({"exemplar_labels": np.array([1, 1])}, "labels"),
        ({"exemplars": np.zeros((2, 0))}, "shape"),
    ],
)
def test_damaged_rules_are_refused(changes: dict[str, Any], code: str) -> None:
    arrays = {
        "exemplars": np.zeros((2, 1)),
        "exemplar_labels": np.array([0, 1]),
        "caps": np.ones(2),
        **changes,
    }
    with pytest.raises(BundleError) as refusal:
        restore("exemplars", arrays, {"exact": False})
    assert refusal.value.code == f"model_assigners.{code}"
