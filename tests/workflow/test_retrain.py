"""A model trained again: the same segments under the same ids, whatever the seed, the order or the sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.data.dataset import Dataset
from segmint.errors import DataError, SchemaError
from segmint.lineage.customers import Earlier, labels_of
from segmint.measure.agreement import adjusted_rand
from segmint.model.bundle import content_hash, from_bytes, to_bytes
from segmint.model.lineage import Kind
from segmint.model.schema import Missing
from segmint.model.segment_model import SegmentModel
from segmint.prepare.options import PreparationOptions
from segmint.workflow.assign import own_columns
from segmint.workflow.retrain import Before, RetrainOptions, read_again, retrain
from segmint.workflow.run import Made

FAMILIES = ("kmeans", "gaussian_mixture", "dbscan", "hdbscan", "ward")
CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]])
SIZES = (60, 50, 40)


def shop(seed: int = 3, *, sizes: Any = SIZES, moved: float = 0.0, first: int = 0) -> pa.Table:
    """Make a table of customers in clear groups; the third one's hours may have moved."""
    rng = np.random.default_rng(seed)
    centers = CENTERS + np.array([[0, 0], [0, 0], [moved, 0]])
    rows = np.repeat(centers[: len(sizes)], sizes, axis=0) + rng.normal(size=(sum(sizes), 2)) * [3.0, 30.0]
    keys = [f"customer-{first + n}" for n in range(len(rows))]
    return pa.table({"customer": keys, "hours": rows[:, 0], "points": rows[:, 1]})


def again(table: Any, model: SegmentModel) -> Dataset:
    return read_again(table, model)


def trained(table: Any, family: str = "kmeans", k: int = 3) -> SegmentModel:
    chosen = f"{family}-{k}" if family in ("kmeans", "ward") else None
    options = segmint.RunOptions(families=(family,), ks=(k,), n_resamples=0, name="shop", choose=chosen)
    model = segmint.study(segmint.read(table), options).model
    assert model is not None
    return model


def renewed(model: SegmentModel, data: Any, *, old: Any = None, **options: Any) -> SegmentModel:
    before = Before(model, content_hash(model), None)
    made = retrain(
        before,
        data if isinstance(data, Dataset) else again(data, model),
        RetrainOptions(**{"seed": 7, "n_resamples": 0, **options}),
        old=None if old is None else again(old, model),
    )
    assert made.study.model is not None
    return made.study.model


def ids(model: SegmentModel) -> dict[str, int]:
    return {card.id: card.number for card in model.cards}


def segments(model: SegmentModel, table: Any) -> dict[str, str]:
    """Return each customer's segment id."""
    found = segmint.assign(model, table)
    return dict(zip(found.keys.tolist(), found.segment_ids.tolist(), strict=True))


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(family: str) -> SegmentModel:
    return trained(shop(), family)


CHANGES: dict[str, Callable[[], pa.Table]] = {
    "another seed": shop,
    "another sample": lambda: shop(11),
    "half of the rows": lambda: shop().take(np.random.default_rng(0).permutation(150)[:75]),
    "shuffled rows": lambda: shop().take(np.random.default_rng(1).permutation(150)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_family_keeps_its_ids_numbers_and_names(model: SegmentModel, change: str) -> None:
    named = model.renamed("S1", "Hawks")
    made = renewed(named, CHANGES[change]())
    assert ids(made) == ids(model)
    assert (made.card("Hawks").id, made.card("Hawks").name_given) == (model.card("S1").id, True)
    assert made.lineage is not None
    assert {event.kinds for event in made.lineage.events} == {(Kind.KEPT,)}
    assert made.manifest.family == model.manifest.family
    assert made.manifest.parent == made.lineage.parent == content_hash(named)
    assert from_bytes(to_bytes(made)).lineage == made.lineage
    # what the ids mean is the same too: the old rows lie where they lay
    before, after = segments(model, shop()), segments(made, shop())
    moved = sum(before[key] != after[key] for key in before)
    assert moved <= 3, "noise of density families may differ on a few rows"


def test_permuted_rows_give_the_same_partition(model: SegmentModel, family: str) -> None:
    table = shop()
    mixed = table.take(np.random.default_rng(5).permutation(table.num_rows))
    one, other = renewed(model, table), renewed(model, mixed)
    assert ids(one) == ids(other) == ids(model)
    assert segments(one, table) == segments(other, table)


def test_rows_are_fitted_in_one_order() -> None:
    table = shop()
    model = trained(table)
    mixed = table.take(np.random.default_rng(5).permutation(table.num_rows))
    made = [
        retrain(Before(model, content_hash(model)), again(each, model), RetrainOptions(n_resamples=0))
        for each in (table, mixed)
    ]
    one, other = made
    np.testing.assert_array_equal(one.prepared.keys, other.prepared.keys)
    np.testing.assert_allclose(one.prepared.matrix.X, other.prepared.matrix.X, rtol=1e-12)
    np.testing.assert_array_equal(one.fits[0].labels, other.fits[0].labels)
    for each in made:
        assert each.prepared.matrix.keys.tolist() == each.prepared.keys.tolist()
        hours = dict(zip(table["customer"].to_pylist(), table["hours"].to_pylist(), strict=True))
        assert [hours[key] for key in each.prepared.keys.tolist()] == each.prepared.columns["hours"].tolist()


@pytest.mark.slow
def test_rows_of_which_the_order_is_all_that_changed_give_the_same_model_but_for_its_fingerprint() -> None:
    """On a continuum, where another start would cut otherwise."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(150, 3))
    keys = [f"c{i}" for i in range(150)]
    table = pa.table({"customer": keys, **{name: rows[:, i] for i, name in enumerate("abc")}})
    model = trained(table, "kmeans", 5)
    mixed = table.take(rng.permutation(150))
    assert segments(renewed(model, table), table) == segments(renewed(model, mixed), table)


@pytest.mark.parametrize("family", ["kmeans", pytest.param("gaussian_mixture", marks=pytest.mark.slow)])
def test_another_seed_is_no_reason_to_move_on_wholesale(family: str) -> None:
    table = segmint.example_table("wholesale_customers")
    model = trained(table, family, 3)
    made = renewed(model, table, seed=1)
    assert ids(made) == ids(model)
    assert made.lineage is not None and made.lineage.churn.today <= 0.02


def test_what_moved_is_told_and_keeps_its_id() -> None:
    model = trained(shop())
    made = renewed(model, shop(21, moved=8.0))
    assert made.lineage is not None
    assert ids(made) == ids(model)
    kinds = {event.after[0]: event.kinds for event in made.lineage.events}
    mover = max(model.cards, key=lambda card: card.center["hours"]).id
    assert kinds.pop(mover) == (Kind.MOVED,)
    assert set(kinds.values()) == {(Kind.KEPT,)}


def test_the_number_of_clusters_stays_unless_it_is_chosen_anew() -> None:
    model = trained(shop(sizes=(60, 50)), k=2)
    table = shop(4)
    same = renewed(model, table)
    assert len(same.cards) == 2
    fresh = renewed(model, table, rechoose=True)
    assert len(fresh.cards) == 3
    assert set(ids(model)) < set(ids(fresh))
    assert fresh.lineage is not None and fresh.lineage.highest == 3
    assert Kind.BORN in {event.kinds[0] for event in fresh.lineage.events}


def test_preparation_stays_as_it_was_asked_for() -> None:
    options = segmint.RunOptions(
        families=("kmeans",),
        ks=(3,),
        n_resamples=0,
        name="shop",
        preparation=PreparationOptions(scale="robust"),
    )
    model = segmint.study(segmint.read(shop()), options).model
    assert model is not None
    made = renewed(model, shop(4))
    assert made.preparation.scaling == "robust"
    assert [type(step) for step in made.preparation.steps] == [type(step) for step in model.preparation.steps]
    # what is learned from rows is learned anew
    assert made.preparation.to_json()["steps"] != model.preparation.to_json()["steps"]


@pytest.mark.parametrize("change", [{"log": False, "clip": False}, {"log": True}, {"clip": True}])
def test_what_a_person_decided_about_logarithms_and_clipping_stays(change: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    group = np.arange(200) % 2
    spend, visits = (
        np.exp(rng.normal(0, 2, 200)) * np.where(group, 50, 1),
        10 + 40 * group + rng.normal(size=200),
    )
    table = pa.table({"customer": [f"c{i}" for i in range(200)], "spend": spend, "visits": visits})
    options = segmint.RunOptions(
        families=("kmeans",), ks=(2,), n_resamples=0, name="shop", choose="kmeans-2",
        preparation=PreparationOptions(**change),
    )  # fmt: skip
    model = segmint.study(segmint.read(table), options).model
    assert model is not None
    made = renewed(model, table)
    assert made.preparation.to_json()["steps"] == model.preparation.to_json()["steps"]


def test_roles_and_kinds_are_the_models_own() -> None:
    table = shop()
    model = trained(table)
    reordered = table.select(["points", "customer", "hours"]).append_column("note", pa.array(["x"] * 150))
    made = renewed(model, reordered)
    assert {(f.name, f.kind, f.role) for f in made.schema.clustering} == {
        (f.name, f.kind, f.role) for f in model.schema.clustering
    }
    assert ids(made) == ids(model)


def test_a_missing_column_is_refused_with_the_difference() -> None:
    model = trained(shop())
    with pytest.raises(SchemaError) as refused:
        again(shop().drop_columns(["points"]), model)
    assert any("points" in line for line in refused.value.details)


def test_a_family_that_finds_nothing_again_is_an_error_that_helps() -> None:
    model = trained(shop(), "dbscan")
    rng = np.random.default_rng(0)
    keys = [f"k{i}" for i in range(150)]
    one = pa.table({"customer": keys, "hours": rng.normal(40, 3, 150), "points": rng.normal(500, 30, 150)})
    with pytest.raises(DataError) as refused:
        renewed(model, one)
    assert refused.value.code == "workflow.finds_nothing"
    assert "--rechoose" in refused.value.text()


def test_old_rows_give_the_whole_churn() -> None:
    old, model = shop(), trained(shop())
    new = shop(3)
    hours = new["hours"].to_numpy().copy()
    points = new["points"].to_numpy().copy()
    hours[:6], points[:6] = CENTERS[1]  # six went from the first group to the second
    changed = pa.table({"customer": new["customer"], "hours": hours, "points": points})
    made = renewed(model, changed, old=old)
    assert made.lineage is not None
    told = made.lineage.churn
    assert (told.n_known, told.own, told.total) == (150, pytest.approx(6 / 150), pytest.approx(6 / 150))
    assert (told.model, told.interaction) == (0.0, pytest.approx(0.0))
    assert told.by_the_model == 0.0


def test_members_give_total_and_own_without_old_rows() -> None:
    model, table = trained(shop()), shop()
    dataset = again(table, model)
    labels = labels_of(model, segmint.data.raw_columns(dataset))
    members = Earlier(dataset.keys, labels)
    made = retrain(
        Before(model, content_hash(model), members), dataset, RetrainOptions(seed=1, n_resamples=0)
    )
    assert made.study.model is not None and made.study.model.lineage is not None
    told = made.study.model.lineage.churn
    assert (told.n_known, told.total, told.own, told.model) == (150, 0.0, 0.0, None)


def test_rows_without_a_key_of_their_own_are_nobody() -> None:
    table = shop().drop_columns(["customer"])
    model = trained(table)
    made = renewed(model, table, old=table)
    assert made.lineage is not None
    assert (made.lineage.churn.n_known, made.lineage.churn.total) == (0, None)
    assert ids(made) == ids(model)


def test_a_lineage_of_several_generations_keeps_ids() -> None:
    first = trained(shop())
    generation, seen = first, set(ids(first))
    for turn in range(1, 4):
        generation = renewed(generation, shop(30 + turn), seed=turn)
        assert generation.lineage is not None
        assert generation.lineage.generation == turn
        assert set(ids(generation)) == seen


def test_ids_are_never_used_again() -> None:
    """A group goes and comes back: to the product it is another segment."""
    first = trained(shop())
    second = renewed(first, shop(8, sizes=(60, 50)), rechoose=True)
    third = renewed(second, shop(9), rechoose=True)
    gone = set(ids(first)) - set(ids(second))
    assert len(gone) == 1 and len(third.cards) == 3
    assert not gone & set(ids(third))
    assert max(ids(third).values()) == 4


def test_same_call_same_bytes() -> None:
    model = trained(shop())
    assert to_bytes(renewed(model, shop(4))) == to_bytes(renewed(model, shop(4)))


def test_a_model_of_form_1_can_be_trained_again() -> None:
    model = trained(shop())
    old = from_bytes(to_bytes(replace(model, landmarks=None)))
    assert old.format == 1
    made = renewed(old, shop(4))
    assert ids(made) == ids(model)
    assert made.format == 2


def test_slices_of_a_continuum_on_other_rows_claim_no_change() -> None:
    def cloud(seed: int) -> pa.Table:
        rows = np.random.default_rng(seed).normal(size=(200, 4))
        keys = [f"c{seed}-{i}" for i in range(200)]
        return pa.table({"customer": keys, **{name: rows[:, i] for i, name in enumerate("abcd")}})

    model = trained(cloud(0), k=6)
    made = renewed(model, cloud(1))
    assert made.lineage is not None
    claimed = [event for event in made.lineage.events if event.stated and event.kinds != (Kind.KEPT,)]
    assert claimed == []


def test_nothing_of_a_customer_is_in_the_bundle() -> None:
    table = shop()
    model = trained(table, "hdbscan")
    made = renewed(model, table, old=table)
    data = to_bytes(made)
    assert b"customer-" not in data
    assert made.landmarks is not None
    rows = made.preparation.forward({name: table[name].to_numpy() for name in ("hours", "points")})
    apart = np.abs(made.landmarks.points[:, None] - rows[None]).max(axis=2)
    assert apart.min() > 0
    assert made.landmarks.counts.min() >= 5


@pytest.mark.slow
def test_partitions_agree_with_the_ids() -> None:
    table = shop()
    model, made = trained(table), renewed(trained(table), shop(44))
    one, two = (np.unique([*segments(m, table).values()], return_inverse=True)[1] for m in (model, made))
    assert adjusted_rand(one, two) > 0.98


def test_broken_columns_are_told_before_anybody_believes_the_new_version() -> None:
    model, table = trained(shop()), shop(8)
    thousandfold = table.set_column(1, "hours", [np.asarray(table["hours"]) * 1000])
    made = retrain(
        Before(model, content_hash(model)), again(thousandfold, model), RetrainOptions(n_resamples=0)
    )
    told = [str(notice) for notice in made.study.notices]
    assert "“hours” is 1,000 times what it was" in told[0]
    made = retrain(Before(model, content_hash(model)), again(table, model), RetrainOptions(n_resamples=0))
    assert not [notice for notice in made.study.notices if "broken" in str(notice)]


def retrained_beside(model: SegmentModel, old: pa.Table) -> Made:
    """Train again on the same rows, with the members known and rows given as those before."""
    dataset = again(shop(), model)
    members = Earlier(dataset.keys, labels_of(model, own_columns(model, dataset)))
    before = Before(model, content_hash(model), members)
    return retrain(before, dataset, RetrainOptions(seed=7, n_resamples=0), old=again(old, model))


def test_rows_of_other_customers_given_as_those_before_are_not_used() -> None:
    """They would say of every customer of a segment that none of it was known."""
    model = trained(shop())
    study = retrained_beside(model, shop(9, first=1000)).study
    assert "workflow.notice.others_before" in [notice.key for notice in study.notices]
    assert study.model is not None and study.model.lineage is not None
    assert ids(study.model) == ids(model)
    assert study.model.lineage.churn.model is None and study.model.lineage.churn.n_known == 150


def test_the_same_customers_in_another_export_are_used_and_the_difference_is_said() -> None:
    export = shop().take(np.random.default_rng(0).permutation(150)[:145])
    study = retrained_beside(trained(shop()), export).study
    assert "workflow.notice.other_before" in [notice.key for notice in study.notices]
    assert study.model is not None and study.model.lineage is not None
    assert (study.model.lineage.churn.model, study.model.lineage.churn.n_known) == (0.0, 145)


def test_rows_of_before_without_a_key_are_said_to_tell_nothing() -> None:
    table = shop().drop_columns(["customer"])
    model = trained(table)
    before, data = Before(model, content_hash(model)), again(table, model)
    made = retrain(before, data, RetrainOptions(n_resamples=0), old=again(table, model))
    assert "without a key" in str(made.study.notices[0])


def test_the_policy_for_missing_values_is_carried_on() -> None:
    table = shop()
    hours = np.asarray(table["hours"]).copy()
    hours[:20] = np.nan
    table = table.set_column(1, "hours", [pa.array(hours, from_pandas=True)])
    options = segmint.RunOptions(
        families=("kmeans",),
        ks=(3,),
        n_resamples=0,
        name="shop",
        preparation=PreparationOptions(missing=Missing.DROP),
    )
    model = segmint.study(segmint.read(table), options).model
    assert model is not None and model.reference.n_samples == 130
    made = retrain(Before(model, content_hash(model)), again(table, model), RetrainOptions(n_resamples=0))
    assert made.study.model is not None and made.study.model.reference.n_samples == 130
    assert not [notice for notice in made.study.notices if "broken" in str(notice)], "its own table is sound"
    assert segmint.monitor(model, table).verdict.value == "stable"
    assert renewed(model, again(segmint.read(table), model)).reference.n_samples == 130


def test_that_nobody_came_again_is_said() -> None:
    model, table = trained(shop()), shop()
    made = retrain(
        Before(model, content_hash(model)),
        again(shop(5, first=1000), model),
        RetrainOptions(n_resamples=0),
        old=again(table, model),
    )
    assert "None of the customers of the version before" in " ".join(map(str, made.study.notices))
