from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmint.data import Dataset, ReadOptions, example_table, read
from segmint.errors import SchemaError, UsageError
from segmint.model.schema import Kind, Missing, Role


def of(columns: dict[str, list[str]], tmp_path: Path, options: ReadOptions | None = None) -> Dataset:
    path = tmp_path / "table.csv"
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return read(path, options)


def numbers(n: int = 60, seed: int = 0) -> list[str]:
    return [f"{value:.4f}" for value in np.random.default_rng(seed).normal(size=n)]


def roles(dataset: Dataset) -> dict[str, tuple[str, str]]:
    return {feature.name: (feature.kind.value, feature.role.value) for feature in dataset.schema}


def test_the_shipped_table_clusters_spending_and_describes_by_codes() -> None:
    dataset = read(example_table("wholesale_customers"))
    assert [f.name for f in dataset.schema.describing] == ["Channel", "Region"]
    assert len(dataset.schema.clustering) == 6
    assert dataset.keys[[0, -1]].tolist() == ["1", "440"]
    assert "code" in str(dataset.schema.feature("Channel").reason)


@pytest.mark.parametrize("name", ["id", "CustomerID", "CUST_ID", "player_id", "userid", "Client No"])
def test_a_unique_column_with_a_keys_name_is_the_key(name: str, tmp_path: Path) -> None:
    dataset = of({"x": numbers(), name: [f"{n:06d}" for n in range(60)]}, tmp_path)
    assert dataset.schema.key is not None and dataset.schema.key.name == name
    assert dataset.keys[3] == "000003"


def test_without_a_key_the_row_number_is_the_key(tmp_path: Path) -> None:
    assert of({"x": numbers(3), "y": numbers(3, 1)}, tmp_path).keys.tolist() == ["1", "2", "3"]


def test_events_have_no_key_and_say_so(tmp_path: Path) -> None:
    dataset = of({"customer_id": [str(n % 6) for n in range(60)], "x": numbers()}, tmp_path)
    assert dataset.schema.key is None
    assert dataset.schema.feature("customer_id").role is Role.IGNORE
    assert any("repeats in most rows" in str(notice) for notice in dataset.notices)


def test_every_kind_and_role_with_a_reason(tmp_path: Path) -> None:
    columns = {
        "income": numbers(),
        "visits": [str(n * n % 37) for n in range(60)],
        "score": [str(1 + n % 5) for n in range(60)],
        "channel": [str(1 + n % 3) for n in range(60)],
        "plan": ["north" if n % 2 else "south" for n in range(60)],
        "active": ["yes" if n % 2 else "no" for n in range(60)],
        "bought": [str(n % 2) for n in range(60)],
        "since": [f"2024-01-{1 + n % 28:02d}" for n in range(60)],
        "remark": [f"word {n}" for n in range(60)],
        "zip": [f"0{n:04d}" for n in range(60)],
        "serial": [str(n + 7) for n in range(60)],
        "same": ["4"] * 60,
        "empty": [""] * 60,
    }
    dataset = of(columns, tmp_path)
    assert roles(dataset) == {
        "income": ("number", "cluster"),
        "visits": ("count", "cluster"),
        "score": ("count", "cluster"),
        "channel": ("category", "describe"),
        "plan": ("category", "describe"),
        "active": ("flag", "describe"),
        "bought": ("flag", "describe"),
        "since": ("date", "date"),
        "remark": ("text", "ignore"),
        "zip": ("text", "ignore"),
        "serial": ("count", "ignore"),
        "same": ("count", "ignore"),
        "empty": ("text", "ignore"),
    }
    assert all(str(feature.reason) for feature in dataset.schema)


def test_units_stand_in_brackets(tmp_path: Path) -> None:
    schema = of({"Annual Income (k$)": numbers(), "Spending Score (1-100)": numbers(seed=1)}, tmp_path).schema
    assert [feature.unit for feature in schema] == ["k$", None]


def test_options_overrule_the_inference(tmp_path: Path) -> None:
    columns = {
        "a": numbers(),
        "b": numbers(seed=1),
        "c": [str(1 + n % 3) for n in range(60)],
        "d": numbers(seed=2),
    }
    options = ReadOptions(features=("a", "c"), exclude=("d",), missing=Missing.MEAN)
    schema = of(columns, tmp_path, options).schema
    assert [f.name for f in schema.clustering] == ["a", "c"]
    assert schema.feature("c").kind is Kind.CATEGORY
    assert schema.feature("b").role is Role.DESCRIBE
    assert schema.feature("d").role is Role.IGNORE
    assert {f.missing for f in schema} == {Missing.MEAN}
    schema = of(columns, tmp_path, ReadOptions(kinds={"c": Kind.COUNT}, describe=("a",))).schema
    assert schema.feature("c").kind is Kind.COUNT and schema.feature("c").role is Role.CLUSTER
    assert schema.feature("a").role is Role.DESCRIBE
    assert schema.feature("c").given and not schema.feature("b").given


def test_a_column_that_is_not_there_is_shown_beside_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SchemaError) as refused:
        of(
            {"Annual_Income": numbers(), "b": numbers(seed=1)},
            tmp_path,
            ReadOptions(features=("Annual Income",)),
        )
    assert refused.value.details[0].startswith("− Annual Income")
    assert "is this the one?" in refused.value.details[1]


def test_a_column_has_one_purpose(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        of({"a": numbers(), "b": numbers(seed=1)}, tmp_path, ReadOptions(features=("a",), exclude=("a",)))


def test_a_category_has_a_thousand_levels_at_most(tmp_path: Path) -> None:
    columns = {"a": numbers(3000), "b": [f"level {n % 1500}" for n in range(3000)]}
    assert of(columns, tmp_path).schema.feature("b").role is Role.IGNORE
    with pytest.raises(SchemaError, match="1,500 levels"):
        of(columns, tmp_path, ReadOptions(kinds={"b": Kind.CATEGORY}))


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["31/12/2023", "01/02/2024", "05/06/2024"], "%d/%m/%Y"),
        (["12/31/2023", "01/02/2024", "05/06/2024"], "%m/%d/%Y"),
        (["31.12.2023 08:30", "01.02.2024 09:00", "05.06.2024 10:10"], "%d.%m.%Y %H:%M"),
        (["5 Jan 2024", "16 Feb 2024", "1 Dec 2023"], "%d %b %Y"),
        (["2023/12/31", "2024/02/01", "2024/06/05"], "%Y/%m/%d"),
    ],
)
def test_date_formats_that_only_one_reading_fits(cells: list[str], form: str, tmp_path: Path) -> None:
    dataset = of({"x": numbers(3), "joined": cells}, tmp_path)
    feature = dataset.schema.feature("joined")
    assert (feature.kind, feature.date_format) == (Kind.DATE, form)
    assert dataset.table.column("joined").null_count == 0


def test_dates_with_two_readings_are_refused_until_the_format_is_given(tmp_path: Path) -> None:
    columns = {"x": numbers(3), "joined": ["01/02/2024", "03/04/2024", "05/06/2024"]}
    with pytest.raises(SchemaError) as refused:
        of(columns, tmp_path)
    assert refused.value.code == "data.ambiguous_date"
    dataset = of(columns, tmp_path, ReadOptions(date_formats={"joined": "%d/%m/%Y"}))
    day = np.datetime64("2024-02-01").astype("datetime64[D]").astype(int)
    assert dataset.table.column("joined")[0].as_py() == day


def test_codes_with_letters_are_no_faulty_numbers(tmp_path: Path) -> None:
    codes = [f"{85000 + n}" for n in range(57)] + ["85123A", "C4711", "POST"]
    assert roles(of({"x": numbers(), "StockCode": codes}, tmp_path))["StockCode"] == ("text", "ignore")


def test_typed_sources_keep_their_types() -> None:
    table = pa.table(
        {
            "id": pa.array([2**60 + n for n in range(60)]),
            "x": pa.array(np.arange(60) * 1.5),
            "text": pa.array([str(n % 7) for n in range(60)]),
            "flag": pa.array([n % 2 == 0 for n in range(60)]),
            "day": pa.array(list(range(60)), pa.date32()),
            "list": pa.array([[n] for n in range(60)]),
        }
    )
    dataset = read(table)
    assert roles(dataset) == {
        "id": ("text", "key"),
        "x": ("number", "cluster"),
        "text": ("category", "describe"),
        "flag": ("flag", "describe"),
        "day": ("date", "date"),
        "list": ("text", "ignore"),
    }
    assert dataset.keys[1] == str(2**60 + 1)


def _read_text(tmp_path: Path, text: str, **options: Any) -> Dataset:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    return read(path, ReadOptions(**options))


def test_a_column_that_changes_half_way_is_text_and_its_first_row_is_named(tmp_path: Path) -> None:
    rows = "".join(f"k{n},{n if n < 60 else f'p{n}'},{n}.5\n" for n in range(100))
    dataset = _read_text(tmp_path, "id,x,y\n" + rows)
    notice = next(notice for notice in dataset.notices if notice.key == "data.notice.mixture")
    assert (notice.figures["column"], notice.figures["line"], notice.figures["n"]) == ("x", 62, 60)
    assert dataset.schema.feature("x").role is Role.IGNORE


def test_codes_with_letters_are_no_mixture(tmp_path: Path) -> None:
    rows = "".join(f"k{n},{n if n < 60 else f'C{n}'},{n}.5\n" for n in range(100))
    dataset = _read_text(tmp_path, "id,InvoiceNo,y\n" + rows)
    assert "data.notice.mixture" not in [notice.key for notice in dataset.notices]


def test_a_text_that_is_asked_to_cluster_is_a_category(tmp_path: Path) -> None:
    rows = "".join(f"k{n},c{n % 70},{n}.5\n" for n in range(100))
    dataset = _read_text(tmp_path, "id,x,y\n" + rows, features=("x", "y"))
    assert dataset.schema.feature("x").kind is Kind.CATEGORY
    rows = "".join(f"k{n},c{n},{n}.5\n" for n in range(1500))
    with pytest.raises(SchemaError) as caught:
        _read_text(tmp_path, "id,x,y\n" + rows, features=("x", "y"))
    assert caught.value.code == "data.too_many_levels"


def test_a_date_does_not_cluster(tmp_path: Path) -> None:
    rows = "".join(f"k{n},2024-01-{n % 28 + 1:02d},{n}.5\n" for n in range(100))
    with pytest.raises(SchemaError) as caught:
        _read_text(tmp_path, "id,day,y\n" + rows, features=("day", "y"))
    assert caught.value.code == "data.date_clusters"


def test_names_in_options_are_composed_as_names_of_columns_are(tmp_path: Path) -> None:
    rows = "".join(f"k{n},{n}.25,{n}.5\n" for n in range(100))
    dataset = _read_text(tmp_path, "id,caf\u00e9,y\n" + rows, features=("cafe\u0301 ",))
    assert [feature.name for feature in dataset.schema.clustering] == ["caf\u00e9"]


@pytest.mark.parametrize(("repeated", "role"), [(0, "ignore"), (2, "ignore"), (40, "cluster")])
def test_numbers_of_rows_are_no_feature_also_where_a_few_repeat(
    tmp_path: Path, repeated: int, role: str
) -> None:
    """A customer's number under a name that nobody knows: a row entered twice must not make it an amount."""
    numbers = [1000 + n for n in range(100 - repeated)] + [1000 + n for n in range(repeated)]
    path = tmp_path / "a.csv"
    path.write_text("Kundennr,spent\n" + "".join(f"{n},{n * n % 83}.5\n" for n in numbers))
    assert read(path).schema.feature("Kundennr").role == role
