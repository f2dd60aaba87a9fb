"""An audience of whole tables: lists, notices, reasons, refusals; keys are never told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.data import ReadOptions
from segmint.data.rows import BATCH_ROWS
from segmint.errors import DataError, ResourceError, SegmintError, UsageError, ValueRuleError
from segmint.model.segment_model import SegmentModel
from segmint.workflow.customers import read_customers
from segmint.workflow.lookalike import COLUMNS, audience_columns, write_audience
from segmint.workflow.room import memory_for


def shop(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {
            "customer_id": [f"k{number:05d}" for number in range(n)],
            "spend": np.exp(rng.normal(4, 1, n)),
            "visits": rng.poisson(6, n).astype(float),
            "days": rng.uniform(0, 300, n),
            "constant": 1.0,
            "device": np.where(rng.random(n) < 0.3, "phone", "web"),
        }
    )
    frame.loc[::50, "visits"] = np.nan
    return frame


@pytest.fixture(scope="module")
def model() -> SegmentModel:
    reading = segmint.ReadOptions(key="customer_id", features=("spend", "visits", "days", "device"))
    options = segmint.RunOptions(
        families=("kmeans",), ks=(2, 3), n_resamples=5, choose="kmeans-3", because="a test"
    )
    found = segmint.study(segmint.read(shop(), reading), options).model
    assert found is not None
    return found


@pytest.fixture(scope="module")
def seeds() -> list[str]:
    frame = shop()
    return frame[frame.device == "phone"].nlargest(40, "spend").customer_id.tolist()


def test_seeds_are_not_taken_and_reasons_are_in_original_units(model: SegmentModel, seeds: list[str]) -> None:
    found = segmint.lookalike(model, shop(), seeds)
    audience = found.audience
    assert len(audience.keys) == 28
    assert not {*audience.keys} & {*seeds}
    assert (np.diff(audience.score) <= 0).all()
    assert found.hold_out.verdict == "better"
    values = shop().set_index("customer_id").loc[list(audience.keys)]
    assert values.spend.median() > shop().spend.median()
    assert any("device is phone" in reason and "of everybody" in reason for reason in found.reasons)
    assert {usual.column for group in found.groups for usual in group.reasons} >= {"device"}


def test_lists_are_counted_and_no_key_is_told(model: SegmentModel, seeds: list[str]) -> None:
    whole = segmint.lookalike(model, shop(), seeds)
    barred = [str(key) for key in whole.audience.keys[:3]]
    table = pd.concat([shop(), shop().iloc[-2:]])
    found = segmint.lookalike(model, table, [*seeds, "stranger-1", seeds[0]], exclude=[*barred, "stranger-2"])
    assert not {*found.audience.keys} & {*barred}
    assert len({*found.audience.keys}) == len(found.audience.keys)
    said = " ".join(str(notice) for notice in found.notices)
    assert "1 seed is not" in said
    assert "3 left out" in said
    assert "2 rows repeat" in said
    assert "stranger" not in said
    assert not any(key in said for key in shop().customer_id)


def test_frame_dataset_and_file_give_the_same(model: SegmentModel, seeds: list[str], tmp_path: Path) -> None:
    path = tmp_path / "shop.parquet"
    shop().to_parquet(path)
    dataset = segmint.read(path, segmint.ReadOptions(schema=model.schema))
    every = [segmint.lookalike(model, data, seeds) for data in (shop(), path, dataset)]
    assert [one.audience.keys.tolist() for one in every] == [every[0].audience.keys.tolist()] * 3
    assert len({one.hold_out for one in every}) == 1
    assert [one.reasons.tolist() for one in every] == [every[0].reasons.tolist()] * 3


def test_a_list_may_be_lines_or_a_table(model: SegmentModel, seeds: list[str], tmp_path: Path) -> None:
    lines, headed, table, packed = (tmp_path / name for name in ("a.txt", "b", "c.csv", "d.parquet"))
    lines.write_text("\r\n".join(["", *seeds, ""]))
    headed.write_text("\n".join(["customer_id", *seeds]))
    table.write_text("\n".join(["note;customer_id", *(f"x;{key}" for key in seeds)]))
    shop()[shop().customer_id.isin(seeds)].to_parquet(packed)
    for path in (lines, headed, table, packed):
        assert segmint.lookalike(model, shop(), path).n_seeds == len(seeds)


def test_an_audience_is_written_in_order(model: SegmentModel, seeds: list[str], tmp_path: Path) -> None:
    found = segmint.lookalike(model, shop(), seeds, options=segmint.LookalikeOptions(reach="10"))
    for name in ("a.csv", "a.parquet"):
        write_audience(found, "customer_id", tmp_path / name)
    read = pd.read_parquet(tmp_path / "a.parquet")
    assert list(read) == ["customer_id", *COLUMNS]
    assert read["rank"].tolist() == list(range(1, 11))
    assert read.customer_id.tolist() == pd.read_csv(tmp_path / "a.csv").customer_id.tolist()
    assert set(audience_columns(found, "customer_id")["group"]) <= set(range(1, len(found.groups) + 1))


@pytest.mark.parametrize("rule", ["density", "center", "seed"])
def test_every_rule_ranks_the_same_each_time(model: SegmentModel, seeds: list[str], rule: str) -> None:
    options = segmint.LookalikeOptions(rule=rule)
    once, again = (segmint.lookalike(model, shop(), seeds, options=options) for _ in range(2))
    assert once.audience.keys.tolist() == again.audience.keys.tolist()
    assert once.hold_out == again.hold_out


def test_too_few_known_seeds_are_refused_without_a_key(model: SegmentModel, seeds: list[str]) -> None:
    with pytest.raises(DataError, match="of which 4 are among") as refused:
        segmint.lookalike(model, shop(), [*seeds[:4], "secret-key"])
    assert "secret-key" not in str(refused.value)
    assert seeds[0] not in str(refused.value)


def test_nobody_left_is_refused(model: SegmentModel, seeds: list[str]) -> None:
    with pytest.raises(DataError, match="all of them seeds or left out"):
        segmint.lookalike(model, shop(), seeds, exclude=shop().customer_id)


def test_other_bad_wishes_are_refused(model: SegmentModel, seeds: list[str]) -> None:
    with pytest.raises(UsageError, match="one of density"):
        segmint.lookalike(model, shop(), seeds, options=segmint.LookalikeOptions(rule="magic"))
    with pytest.raises(UsageError, match="candidates"):
        segmint.lookalike(model, shop(), seeds, options=segmint.LookalikeOptions(reach="561"))
    with pytest.raises(SegmintError, match="customer_id"):
        segmint.lookalike(model, shop().drop(columns="customer_id"), seeds)
    with pytest.raises(DataError, match="all equal"):
        segmint.lookalike(model, shop().assign(spend=1.0, visits=1.0, days=1.0, device="web"), seeds)


def test_missing_and_equal_values_are_no_trouble(model: SegmentModel) -> None:
    table = shop()
    table["visits"] = np.nan
    table.loc[100:, ["spend", "days"]] = 5.0
    options = segmint.LookalikeOptions(reach="60%")
    found = segmint.lookalike(model, table, table.customer_id[:20], options=options)
    assert found.audience.n_tied > 0
    assert found.audience.n_identical > 0
    assert not any("visits" in reason for reason in found.reasons)


def test_a_model_without_a_key_needs_one(seeds: list[str]) -> None:
    reading = segmint.ReadOptions(features=("spend", "days"), exclude=("customer_id",))
    options = segmint.RunOptions(
        families=("kmeans",), ks=(2,), n_resamples=5, choose="kmeans-2", because="a test"
    )
    model = segmint.study(segmint.read(shop(), reading), options).model
    assert model is not None
    with pytest.raises(UsageError, match="--key"):
        segmint.lookalike(model, shop(), seeds)
    found = segmint.lookalike(model, shop(), seeds, reading=segmint.ReadOptions(key="customer_id"))
    assert found.n_seeds == 40


def test_rows_that_would_not_fit_are_refused_with_how_many_would(
    model: SegmentModel, seeds: list[str]
) -> None:
    rows = memory_for(600, 6)
    for memory, reach in ((rows - 1, "5%"), (memory_for(600, 6, 300) - 1, "300")):
        options = segmint.LookalikeOptions(reach=reach, memory=memory)
        with pytest.raises(ResourceError) as refused:
            segmint.lookalike(model, shop(), seeds, options=options)
        assert refused.value.code == "workflow.too_many_customers"
        assert 0 < refused.value.figures["fitting"] < 600
    enough = segmint.LookalikeOptions(reach="300", memory=memory_for(600, 6, 300))
    assert len(segmint.lookalike(model, shop(), seeds, options=enough).audience.keys) == 300


def test_reading_stops_where_the_rows_so_far_are_too_many(model: SegmentModel, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    shop(2 * BATCH_ROWS).to_csv(path, index=False)
    with path.open("a") as stream:
        stream.write("last,no number,1,1,1,web\n")
    with pytest.raises(ValueRuleError):
        read_customers(model, path, ReadOptions())
    with pytest.raises(ResourceError):
        read_customers(model, path, ReadOptions(), memory=memory_for(1_000, 4))
