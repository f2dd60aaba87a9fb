"""From events to a table with its recipe, to a model that keeps it, and back to new events."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import segmint
from segmint.errors import DataError, SchemaError, SourceError, UsageError
from segmint.model.recipe import Recipe
from segmint.model.schema import Kind, Role
from segmint.model.segment_model import SegmentModel
from segmint.workflow.assign import assign
from segmint.workflow.features import hinting, made_like, rows_of_events, with_recipe, write_features
from segmint.workflow.retrain import read_again

COLUMNS = {"key": "customer", "date": "day", "order": "no", "amount": "paid"}
RECIPE = Recipe("rfm", COLUMNS, None, {"cancelled": "C", "currency": "£"})
OPTIONS = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
LAST = dt.date(2026, 6, 30)


def sales(form: str = "%d.%m.%Y") -> pa.Table:
    """Return a year of three kinds of customers: often and much, now and then, once and long ago."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(90):
        orders, last, paid = ((20, 5, 80), (6, 60, 30), (1, 250, 10))[number % 3]
        for order in range(orders):
            day = LAST - dt.timedelta(days=int(last + rng.integers(0, 15) + order * 7))
            rows.append(
                (
                    f"c{number:03d}",
                    day.strftime(form),
                    f"{number}-{order}",
                    round(paid * rng.uniform(0.8, 1.2), 2),
                )
            )
    rows.append(("c000", LAST.strftime(form), "C1", 25.0))
    return pa.table(dict(zip(COLUMNS.values(), map(list, zip(*rows, strict=True)), strict=True)))


def as_csv(table: pa.Table, path: Path) -> Path:
    table.to_pandas().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return as_csv(sales(), tmp_path_factory.mktemp("sales") / "sales.csv")


@pytest.fixture(scope="module")
def model(events: Path, tmp_path_factory: pytest.TempPathFactory) -> SegmentModel:
    """Return a model of the features at the end of June, saved and loaded again."""
    folder = tmp_path_factory.mktemp("model")
    table = folder / "rfm.parquet"
    write_features(events, RECIPE, table, at=LAST.isoformat())
    made = segmint.study(segmint.read(table, with_recipe(table, segmint.ReadOptions())), OPTIONS).model
    assert made is not None
    segmint.save_model(made, folder / "shop.segmint")
    return segmint.load_model(folder / "shop.segmint")


# ------------------------------------------------------------------------------------------ the table


@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.gz", "parquet"])
def test_a_table_with_its_recipe_beside_it(events: Path, tmp_path: Path, ending: str) -> None:
    made = write_features(events, RECIPE, tmp_path / f"rfm.{ending}", at=LAST.isoformat())
    assert {path.name for path in tmp_path.iterdir()} == {f"rfm.{ending}", f"rfm.{ending}.recipe.json"}
    assert (made.table, made.recipe_file) == (
        tmp_path / f"rfm.{ending}",
        tmp_path / f"rfm.{ending}.recipe.json",
    )
    assert (made.n_customers, made.n_events, made.at) == (90, sales().num_rows, "2026-06-30")
    assert made.recipe.date_format == "%d.%m.%Y"  # found out, and kept for the next events
    assert json.loads(made.recipe_file.read_text())["date_format"] == "%d.%m.%Y"
    dataset = segmint.read(made.table, with_recipe(made.table, segmint.ReadOptions()))
    assert dataset.n_rows == 90
    assert dataset.recipe == made.recipe
    assert dataset.schema.names == made.schema.names
    for feature in made.schema:
        again = dataset.schema.feature(feature.name)
        assert (again.kind, again.role, again.unit) == (feature.kind, feature.role, feature.unit)
    means = {name: dataset.table.column(name).to_numpy().mean() for name in made.means}
    assert means == pytest.approx(dict(made.means))
    assert set(means) == {"recency", "frequency", "monetary"}


def test_kinds_roles_and_units_are_those_of_the_recipe(events: Path, tmp_path: Path) -> None:
    table = write_features(events, RECIPE, tmp_path / "rfm.csv").table
    by_recipe = segmint.read(table, with_recipe(table, segmint.ReadOptions())).schema
    assert by_recipe.key is not None and by_recipe.key.name == "customer"
    assert by_recipe.feature("monetary").unit == "£"
    assert by_recipe.feature("tenure").role is Role.DESCRIBE
    assert by_recipe.feature("first_purchase").kind is Kind.DATE
    assert [feature.name for feature in by_recipe.with_role(Role.CLUSTER)] == [
        "recency",
        "frequency",
        "monetary",
    ]


def test_a_table_alone_is_refused(events: Path, tmp_path: Path) -> None:
    made = write_features(events, RECIPE, tmp_path / "rfm.csv")
    made.recipe_file.unlink()
    with pytest.raises(SourceError) as refused:
        with_recipe(made.table, segmint.ReadOptions())
    assert refused.value.code == "behavior.no_recipe"


def test_what_fails_leaves_table_and_recipe_as_they_were(events: Path, tmp_path: Path) -> None:
    made = write_features(events, RECIPE, tmp_path / "rfm.csv")
    before = (made.table.read_bytes(), made.recipe_file.read_bytes())
    bad = as_csv(
        pa.table({"customer": ["a"], "day": ["01.02.2026"], "no": ["1"], "paid": ["£5"]}),
        tmp_path / "bad.csv",
    )
    with pytest.raises(DataError):
        write_features(bad, RECIPE, made.table)
    with pytest.raises(DataError):
        write_features(events, RECIPE, made.table, at="1999-01-01")
    assert (made.table.read_bytes(), made.recipe_file.read_bytes()) == before
    assert {path.name for path in tmp_path.iterdir()} == {"rfm.csv", "rfm.csv.recipe.json", "bad.csv"}


def test_where_the_recipe_can_not_be_written_there_is_no_table_either(events: Path, tmp_path: Path) -> None:
    (tmp_path / "rfm.csv.recipe.json").mkdir()
    with pytest.raises(SourceError):
        write_features(events, RECIPE, tmp_path / "rfm.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["rfm.csv.recipe.json"]


def test_another_kind_of_target_is_refused(events: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_features(events, RECIPE, tmp_path / "rfm.xlsx")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------ new events


def given_sales(kind: str, events: Path, folder: Path) -> Any:
    """Return the same sales in another form."""
    if kind == "file":
        return events
    if kind == "typed file":
        typed = sales("%Y-%m-%d").to_pandas()
        typed["day"] = pd.to_datetime(typed["day"])
        pq.write_table(pa.Table.from_pandas(typed), folder / "typed.parquet")
        return folder / "typed.parquet"
    if kind == "typed frame":
        frame = sales("%Y-%m-%d").to_pandas()
        return frame.assign(day=pd.to_datetime(frame["day"]))
    return sales()


@pytest.mark.parametrize("kind", ["file", "typed file", "typed frame", "frame of texts"])
def test_the_same_events_on_the_same_day_get_the_segments_of_the_training(
    events: Path, model: SegmentModel, tmp_path: Path, kind: str
) -> None:
    table = write_features(events, RECIPE, tmp_path / "rfm.csv", at=LAST.isoformat()).table
    trained = assign(model, table)
    with rows_of_events(model, given_sales(kind, events, tmp_path), at=LAST.isoformat()) as rows:
        assert rows.at == LAST.isoformat()
        assert rows.path.is_file()
        again = assign(model, rows.path)
    assert not rows.path.exists()
    assert len(set(trained.segment_ids)) == 3
    for name in ("keys", "segment_ids", "confidence", "novelty"):
        assert np.array_equal(getattr(again, name), getattr(trained, name)), name


def test_another_day_gives_another_recency(model: SegmentModel, events: Path) -> None:
    recency = {}
    for at in (None, "2026-06-30", "2026-09-30"):
        with rows_of_events(model, events, at=at) as rows:
            recency[rows.at] = pq.read_table(rows.path).column("recency").to_numpy()
    assert (recency["2026-07-01"] == recency["2026-06-30"] + 1).all()
    assert (recency["2026-09-30"] == recency["2026-06-30"] + 92).all()


def test_another_form_of_dates_goes_into_the_recipe_of_the_rows_only(
    model: SegmentModel, events: Path
) -> None:
    with rows_of_events(model, events) as usual:
        expected = pq.read_table(usual.path)
    with rows_of_events(model, sales("%Y%m%d"), date_format="day=%Y%m%d") as rows:
        assert pq.read_table(rows.path).equals(expected)
        assert rows.recipe.date_format == "%Y%m%d"
        assert model.recipe is not None and model.recipe.date_format == "%d.%m.%Y"
    assert rows.warnings == ()


def test_the_model_keeps_the_recipe_and_no_customer(model: SegmentModel, tmp_path: Path) -> None:
    spanned = {**RECIPE.settings, "days": 264, "days_after": 0}
    assert model.recipe == Recipe("rfm", COLUMNS, "%d.%m.%Y", spanned)
    segmint.save_model(model, tmp_path / "again.segmint")
    assert b"c000" not in (tmp_path / "again.segmint").read_bytes()


def test_a_model_without_a_recipe_is_refused(study: Any, events: Path, tmp_path: Path) -> None:
    assert study.model.recipe is None
    with pytest.raises(UsageError) as refused, rows_of_events(study.model, events):
        pass
    assert refused.value.code == "workflow.no_recipe"


def test_events_without_a_column_of_the_recipe_are_refused_with_a_diff(model: SegmentModel) -> None:
    with pytest.raises(SchemaError) as refused, rows_of_events(model, sales().drop_columns("paid")):
        pass
    assert refused.value.code == "workflow.other_event_columns"
    assert "--rename" in refused.value.remedy
    assert any("paid" in line for line in refused.value.details)


def test_events_whose_columns_were_renamed_are_read_as_it_is_advised(model: SegmentModel) -> None:
    renamed = sales().rename_columns({"paid": "sum paid"})
    with pytest.raises(SchemaError), rows_of_events(model, renamed):
        pass
    with (
        rows_of_events(model, renamed, options=segmint.ReadOptions(rename={"sum paid": "paid"})) as rows,
        rows_of_events(model, sales()) as usual,
    ):
        assert pq.read_table(rows.path).equals(pq.read_table(usual.path))


def test_features_in_the_place_of_events_are_told_to_be_made_already(
    model: SegmentModel, events: Path, tmp_path: Path
) -> None:
    table = write_features(events, RECIPE, tmp_path / "rfm.csv").table
    with pytest.raises(SchemaError) as refused, rows_of_events(model, table):
        pass
    assert refused.value.code == "workflow.are_features"
    assert "Leave --from-events out" in refused.value.remedy


@pytest.mark.parametrize("read", [assign, lambda model, table: read_again(table, model)])
def test_events_in_the_place_of_features_are_told_how_they_are_read(
    model: SegmentModel, events: Path, read: Any
) -> None:
    with pytest.raises(SchemaError) as refused:
        read(model, events)
    assert refused.value.code == "workflow.are_events"
    assert "--from-events" in refused.value.remedy
    assert any("recency" in line for line in refused.value.details)
    with pytest.raises(SchemaError) as lacking:
        read(model, sales().drop_columns("paid"))
    assert lacking.value.code in ("data.missing_columns", "data.missing_schema_columns")


def test_a_table_whose_recipe_lies_beside_it_is_hinted_at(events: Path, tmp_path: Path) -> None:
    table = write_features(events, RECIPE, tmp_path / "rfm.csv", at="2026-06-30").table
    told = hinting(segmint.read(table), table).notices[-1]
    assert "rfm.csv.recipe.json" in str(told)
    assert "--from-features" in str(told)
    other = tmp_path / "other.csv"
    table.rename(other)
    assert hinting(segmint.read(other), other).notices == segmint.read(other).notices
    stale = tmp_path / "rfm.csv"
    stale.write_text("customer,spend\na,1\nb,2\nc,4\n")
    assert hinting(segmint.read(stale), stale).notices == segmint.read(stale).notices


def test_the_recipe_beside_a_table_says_where_its_events_do_not_compare(
    model: SegmentModel, events: Path, tmp_path: Path
) -> None:
    late = write_features(events, RECIPE, tmp_path / "late.csv", at="2026-09-30")
    recipe, said = made_like(model, late.table)
    assert recipe == late.recipe
    assert [one.key for one in said] == ["behavior.span.late"]
    same = write_features(events, RECIPE, tmp_path / "same.csv", at=LAST.isoformat())
    assert made_like(model, same.table) == (same.recipe, ())
    others = (
        Recipe("rfm", {"key": "customer", "date": "day"}),
        Recipe("rfm", COLUMNS, None, {**RECIPE.settings, "returns": "net"}),
        Recipe("players", {"key": "customer", "date": "day", "amount": "paid"}),
    )
    for number, other in enumerate(others):
        table = write_features(events, other, tmp_path / f"other{number}.csv").table
        assert made_like(model, table) == (None, ())
    assert made_like(model, events) == (None, ())


def test_a_plain_table_of_new_features_does_not_keep_the_days_of_the_old(
    model: SegmentModel, events: Path, tmp_path: Path
) -> None:
    table = write_features(events, RECIPE, tmp_path / "rfm.csv", at=LAST.isoformat()).table
    again = read_again(table, model)
    assert model.recipe is not None
    kept = {name: value for name, value in model.recipe.settings.items() if not name.startswith("days")}
    assert again.recipe == Recipe("rfm", COLUMNS, "%d.%m.%Y", kept)
    assert read_again(segmint.read(table), model).recipe == again.recipe


@pytest.mark.parametrize(
    ("name", "shown"), [("sales.2026-07.csv", "sales.2026-07.parquet"), ("sales.csv", "sales.parquet")]
)
def test_the_file_is_called_like_the_events(
    model: SegmentModel, tmp_path: Path, name: str, shown: str
) -> None:
    with rows_of_events(model, as_csv(sales(), tmp_path / name)) as rows:
        assert rows.path.name == shown
    with rows_of_events(model, sales()) as rows:
        assert rows.path.name == "events.parquet"
