from __future__ import annotations

import numpy as np
import pytest

from segmint.errors import SchemaError, ValueRuleError
from segmint.labels import NOISE, UNASSIGNED
from segmint.model.assignment import assign, novelty
from segmint.model.bundle import from_bytes, to_bytes
from segmint.model.placement import Placement


def rows(n=40):
    rng = np.random.default_rng(0)
    return {
        "income": np.where(np.arange(n) % 2, 25.0, 80.0) + rng.normal(size=n),
        "visits": rng.poisson(4, n).astype(float),
        "région": np.array(["nord", "süd", "ost", None] * n, dtype=object)[:n],
    }


def keys(n):
    return np.array([f"k{i}" for i in range(n)], dtype=object)


def test_each_row_gets_the_id_and_name_of_its_segment(model):
    columns = rows()
    found = assign(model, columns, keys(40))
    expected = model.assigner.place(model.preparation.forward(columns))
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.segment_ids.tolist() == [model.segment_id(label) for label in expected.labels]
    assert found.segment_names.tolist() == [f"Segment {label}" for label in expected.labels]
    assert found.runner_up.tolist() == [model.segment_id(label) for label in expected.runner_up]
    assert found.keys.tolist() == keys(40).tolist()
    assert len(set(found.labels.tolist())) == 2


def test_cards_in_another_order_give_the_same_ids(model):
    from dataclasses import replace

    turned = replace(model, cards=model.cards[::-1])
    columns = rows()
    assert (
        assign(turned, columns, keys(40)).segment_ids.tolist()
        == assign(model, columns, keys(40)).segment_ids.tolist()
    )


def test_one_row_a_batch_and_a_loaded_model_give_the_same_bits(model):
    columns = rows()
    loaded = from_bytes(to_bytes(model))
    batch = assign(model, columns, keys(40))
    for i in range(40):
        one = assign(loaded, {name: column[i : i + 1] for name, column in columns.items()}, keys(1))
        assert one.labels[0] == batch.labels[i]
        assert one.confidence.tobytes() == batch.confidence[i : i + 1].tobytes()
        assert one.novelty.tobytes() == batch.novelty[i : i + 1].tobytes()


def test_noise_is_unassigned_and_compared_with_its_nearest_segment(cores_model):
    columns = rows(4)
    columns["income"] = np.array([25.0, 80.0, 1e6, 52.0])
    columns["région"] = np.array(["ost"] * 4, dtype=object)
    found = assign(cores_model, columns, keys(4))
    assert found.labels[2] == NOISE
    assert found.segment_ids[2] == UNASSIGNED
    assert np.isnan(found.confidence[2])
    assert found.novelty[2] == 1.0
    assert np.all((found.novelty >= 0) & (found.novelty <= 1))


def test_unseen_levels_and_missing_values_are_counted(model):
    columns = rows(6)
    columns["région"] = np.array(["nord", "west", None, "west", "süd", "?"], dtype=object)
    columns["income"] = np.array([1.0, np.nan, 2.0, np.nan, 3.0, 4.0])
    found = assign(model, columns, keys(6))
    assert found.n_unseen == {"région": 3}
    assert found.n_filled == {"income": 2}


def test_columns_are_found_by_name(model):
    columns = rows()
    turned = {"extra": columns["income"] * 0, **dict(reversed(columns.items()))}
    np.testing.assert_array_equal(
        assign(model, turned, keys(40)).labels, assign(model, columns, keys(40)).labels
    )


def test_missing_columns_are_named_with_what_may_be_meant(model):
    columns = rows()
    columns["incomes"] = columns.pop("income")
    del columns["région"]
    with pytest.raises(SchemaError) as refused:
        assign(model, columns, keys(40))
    assert refused.value.figures["missing"] == ["income", "région"]
    assert "“incomes”" in refused.value.details[0]
    assert "perhaps" not in refused.value.details[1]


def test_infinite_numbers_are_refused_without_showing_values(model):
    columns = rows()
    columns["income"][7] = -np.inf
    with pytest.raises(ValueRuleError) as refused:
        assign(model, columns, keys(40))
    assert "row 8" in str(refused.value)
    assert "inf," not in str(refused.value)


def test_texts_where_numbers_belong_are_refused_without_showing_values(model):
    columns = rows()
    columns["income"] = np.array(["secret"] * 40, dtype=object)
    with pytest.raises(SchemaError) as refused:
        assign(model, columns, keys(40))
    assert "secret" not in str(refused.value)


def test_columns_of_other_lengths_are_refused(model):
    with pytest.raises(SchemaError):
        assign(model, rows(), keys(39))


def test_no_rows_give_no_segments(model):
    empty = {name: column[:0] for name, column in rows().items()}
    assert assign(model, empty, keys(0)).labels.size == 0


def test_novelty_is_the_share_of_training_rows_strictly_nearer():
    quantiles = np.array([[0.0, 1.0, 2.0, 3.0], [10.0, 10.0, 10.0, 20.0]])
    labels = np.array([0, 0, 0, 1, 1, NOISE])
    distance = np.array([0.0, 1.5, 9.0, 10.0, 10.5, 30.0])
    nothing = np.zeros(6)
    placement = Placement(labels, distance, nothing, labels, nearest=np.array([0, 0, 0, 1, 1, 1]))
    assert novelty(quantiles, placement).tolist() == [0.0, 0.5, 1.0, 0.0, 0.75, 1.0]
