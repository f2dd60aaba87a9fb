"""A model with an index of customers."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.errors import BundleError, DataError, SegmintError, UsageError
from segmint.model.bundle import content_hash, from_bytes, load_bundle, save_bundle, to_bytes
from segmint.model.customer_index import CustomerIndex
from segmint.model.segment_model import SegmentModel

OPTIONS = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0, choose="kmeans-3", name="shop")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    group = rng.integers(0, 3, 200)
    columns = {"spend": 100.0 * group + rng.normal(0, 9, 200), "plan": np.array(["a", "b", "c"])[group]}
    return pd.DataFrame({"mail": [f"person{n}@example.org" for n in range(200)], **columns})


@pytest.fixture(scope="module")
def model(table: pd.DataFrame) -> SegmentModel:
    reading = segmint.ReadOptions(key="mail", features=("spend", "plan"))
    found = segmint.study(segmint.read(table, reading), OPTIONS).model
    assert found is not None
    return found


def test_the_index_holds_prepared_rows_in_their_order(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    done = segmint.index_customers(model, table, tmp_path / "i.segmint", tmp_path)
    index = load_bundle(done.bundle).index
    assert index is not None
    columns = {"spend": table["spend"].to_numpy(), "plan": table["plan"].to_numpy(dtype=object)}
    np.testing.assert_array_equal(index.rows, model.preparation.forward(columns))
    known = pd.read_csv(done.pseudonyms, dtype=str)
    assert known["mail"].tolist() == table["mail"].tolist()
    assert known["pseudonym"].tolist() == index.texts(np.arange(200))
    np.testing.assert_array_equal(index.places(known["pseudonym"]), np.arange(200))
    assert index.places(["0" * 16, "person1@example.org", ""]).tolist() == [-1, -1, -1]


def test_no_key_is_in_the_bundle(model: SegmentModel, table: pd.DataFrame, tmp_path: Path) -> None:
    done = segmint.index_customers(model, table, tmp_path / "i.segmint", tmp_path)
    assert b"person" not in done.bundle.read_bytes()
    for private in (done.pseudonyms, tmp_path / "members" / "pseudonyms.secret"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_pseudonyms_last_in_one_workspace_and_differ_in_another(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    first = segmint.index_customers(model, table, tmp_path / "1.segmint", tmp_path / "one")
    again = segmint.index_customers(model, table, tmp_path / "2.segmint", tmp_path / "one")
    other = segmint.index_customers(model, table, tmp_path / "3.segmint", tmp_path / "two")
    assert first.bundle.read_bytes() == again.bundle.read_bytes()
    assert not set(pd.read_csv(first.pseudonyms)["pseudonym"]) & set(
        pd.read_csv(other.pseudonyms)["pseudonym"]
    )


def test_segments_stay_and_a_renaming_keeps_the_index(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    done = segmint.index_customers(model, table, tmp_path / "i.segmint", tmp_path)
    carried = load_bundle(done.bundle)
    assert carried.cards == model.cards
    assert done.content == content_hash(carried) != content_hash(model)
    assert carried.renamed("S1", "Best").index is carried.index
    assert from_bytes(to_bytes(carried)).format == 3


def test_of_a_key_that_repeats_the_first_row_counts(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    twice = pd.concat([table, table.head(7).assign(spend=0.0)])
    done = segmint.index_customers(model, twice, tmp_path / "i.segmint", tmp_path)
    index, again = (
        load_bundle(done.bundle).index,
        segmint.index_customers(model, table, tmp_path / "j.segmint", tmp_path),
    )
    assert done.n_customers == again.n_customers == 200
    assert index is not None
    assert any("7 rows repeat" in str(notice) for notice in done.notices)
    assert done.content == again.content


def test_without_a_key_or_with_nobody_it_is_refused(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    keyless = segmint.study(segmint.read(table.drop(columns="mail")), OPTIONS).model
    assert keyless is not None
    with pytest.raises(UsageError, match="without a key"):
        segmint.index_customers(keyless, table, tmp_path / "i.segmint", tmp_path)
    with pytest.raises(UsageError, match="first form"):
        segmint.index_customers(replace(model, landmarks=None), table, tmp_path / "i.segmint", tmp_path)
    with pytest.raises(DataError, match="1 customer"):
        segmint.index_customers(model, table.head(1), tmp_path / "i.segmint", tmp_path)
    assert not (tmp_path / "i.segmint").exists()


def test_a_file_that_says_other_than_its_index_is_refused(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    done = segmint.index_customers(model, table, tmp_path / "i.segmint", tmp_path)
    carried = load_bundle(done.bundle)
    assert carried.index is not None
    for pseudonyms, rows in (
        (np.zeros(200, dtype=np.int64), carried.index.rows),
        (carried.index.pseudonyms[:-1], carried.index.rows),
        (carried.index.pseudonyms, carried.index.rows[:, :-1]),
        (carried.index.pseudonyms, np.full_like(carried.index.rows, np.nan)),
        (carried.index.pseudonyms.astype(float), carried.index.rows),
    ):
        broken = replace(carried, index=CustomerIndex(pseudonyms, rows))
        with pytest.raises(BundleError, match=r"model\.index"):
            from_bytes(to_bytes(broken))
    save_bundle(carried, tmp_path / "sound.segmint")


def test_equal_customers_are_refused_before_anything_is_written(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="all equal"):
        segmint.index_customers(
            model, table.head(9).assign(spend=1.0, plan="a"), tmp_path / "i.segmint", tmp_path
        )
    assert not (tmp_path / "i.segmint").exists()


def test_a_dataset_without_the_key_is_refused(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    keyless = segmint.read(table.drop(columns="mail"))
    with pytest.raises(UsageError, match="whose key is"):
        segmint.index_customers(model, keyless, tmp_path / "i.segmint", tmp_path)
    with pytest.raises(UsageError, match="whose key is"):
        segmint.lookalike(model, keyless, [str(row) for row in range(9)])


def test_each_index_keeps_its_own_way_back(model: SegmentModel, table: pd.DataFrame, tmp_path: Path) -> None:
    first = segmint.index_customers(model, table.head(50), tmp_path / "a.segmint", tmp_path)
    second = segmint.index_customers(model, table.tail(60), tmp_path / "b.segmint", tmp_path)
    assert len(pd.read_csv(first.pseudonyms)) == 50
    assert len(pd.read_csv(second.pseudonyms)) == 60
    assert first.content[:16] in first.pseudonyms.name


def test_where_the_bundle_cannot_be_written_no_table_is(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(SegmintError):
        segmint.index_customers(model, table, tmp_path / "taken", tmp_path)
    assert not list((tmp_path / "members").glob("*.csv"))


def test_a_secret_that_was_emptied_makes_no_pseudonyms(
    model: SegmentModel, table: pd.DataFrame, tmp_path: Path
) -> None:
    segmint.index_customers(model, table, tmp_path / "a.segmint", tmp_path)
    secret = tmp_path / "members" / "pseudonyms.secret"
    secret.write_bytes(b"")
    with pytest.raises(DataError) as refused:
        segmint.index_customers(model, table, tmp_path / "b.segmint", tmp_path)
    assert refused.value.code == "workflow.no_secret"
    assert not (tmp_path / "b.segmint").exists()
