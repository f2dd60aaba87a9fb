from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from segmint.data import ReadOptions, example_table, raw_columns, read
from segmint.errors import DataError, SourceError, ValueRuleError
from segmint.model.schema import Kind, Role

HEAD = "id,spend,visits\n"


def table(tmp_path: Path, text: str, name: str = "customers.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def many(n: int = 40) -> str:
    return HEAD + "".join(f"c{row},{row * 1.5},{row * row % 17}\n" for row in range(n))


def refusal(tmp_path: Path, text: str, **options: object) -> DataError:
    with pytest.raises(DataError) as refused:
        read(table(tmp_path, text), ReadOptions(**options))  # type: ignore[arg-type]
    return refused.value


def test_a_table_becomes_arrays_in_original_units(tmp_path: Path) -> None:
    dataset = read(table(tmp_path, many() + "c40,,3\n"))
    columns = raw_columns(dataset)
    assert list(columns) == ["id", "spend", "visits"]
    assert columns["spend"].dtype == np.float64 and np.isnan(columns["spend"][40])
    assert columns["spend"][3] == 4.5
    assert dataset.keys[40] == "c40"
    assert dataset.source == "customers.csv"
    assert any("1 missing in “spend”" in str(notice) for notice in dataset.notices)


def test_the_same_table_is_the_same_whatever_it_comes_in(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"id": [f"c{n}" for n in range(50)], "x": rng.normal(size=50), "n": rng.integers(0, 90, 50)}
    )
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_csv(tmp_path / "a.csv.gz", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True, double_precision=15)
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    sources = [tmp_path / name for name in ("a.csv", "a.tsv", "a.csv.gz", "a.parquet")]
    found = {read(source).fingerprint for source in [*sources, frame, pl.from_pandas(frame), pa.table(frame)]}
    assert len(found) == 1
    for name in ("a.jsonl", "a.xlsx"):
        columns = raw_columns(read(tmp_path / name))
        assert np.allclose(columns["x"], frame["x"], rtol=1e-12)
        assert columns["n"].tolist() == frame["n"].tolist()


def test_reading_leaves_a_frame_as_it_was() -> None:
    frame = pd.DataFrame({"id": [1, 2, 3], "x": [1.0, np.nan, 3.0]})
    before = frame.copy(deep=True)
    dataset = read(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert dataset.keys.tolist() == ["1", "2", "3"]


# ---------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("text", ["", HEAD, HEAD + "c1,1,2\n", "\n\n"])
def test_nothing_to_read_is_no_data(text: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, text).code in {"data.no_data", "data.one_row"}


def test_text_in_a_column_of_numbers_is_refused_with_its_line_and_without_its_value(tmp_path: Path) -> None:
    error = refusal(tmp_path, many() + "c40,secret,3\n" + "c41,2,3\n")
    assert isinstance(error, ValueRuleError)
    assert error.where == "customers.csv, line 42, column “spend”"
    assert "secret" not in str(error) and "c40" not in str(error)


def test_lenient_reading_sets_such_rows_aside_and_counts_them(tmp_path: Path) -> None:
    quarantine = tmp_path / "aside.csv"
    path = table(tmp_path, many() + "c40,secret,3\nc41,2,3\nc42,1\n")
    dataset = read(path, ReadOptions(lenient=True, quarantine=quarantine))
    assert dataset.n_rows == 41
    assert dataset.keys[-1] == "c41"
    assert any(
        notice.key == "data.notice.rejected_where" and notice.figures["n"] == 2 for notice in dataset.notices
    )
    kept = pd.read_csv(quarantine)
    assert sorted(kept["line"]) == [42, 44]


def test_a_line_number_counts_lines_inside_quotes(tmp_path: Path) -> None:
    text = HEAD + 'c0,"1",2\n"c\n1",2,3\n' + "".join(f"d{n},{n}.5,1\n" for n in range(30)) + "x,bad,1\n"
    assert refusal(tmp_path, text).where.startswith("customers.csv, line 35,")


@pytest.mark.parametrize("word", ["inf", "-Infinity", "1e999", "∞"])
def test_infinite_values_are_refused(word: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, many() + f"c40,{word},3\n").code == "data.infinite"


def test_infinite_values_of_frames_are_refused() -> None:
    with pytest.raises(ValueRuleError):
        read(pd.DataFrame({"x": [1.0, np.inf, 2.0], "y": [1.0, 5.0, 2.0]}))


@pytest.mark.parametrize("word", ["NA", "null", "-", "?", "NaN"])
def test_words_for_missing_count_among_numbers(word: str, tmp_path: Path) -> None:
    dataset = read(table(tmp_path, many() + f"c40,{word},3\n"))
    assert dataset.table.column("spend").null_count == 1
    assert any(word in str(notice) for notice in dataset.notices)


def test_words_for_missing_are_values_among_texts_unless_declared(tmp_path: Path) -> None:
    text = "x,plan\n" + "".join(f"{n}.5,{'NA' if n % 3 else 'south'}\n" for n in range(30))
    assert read(table(tmp_path, text)).table.column("plan").null_count == 0
    declared = read(table(tmp_path, text), ReadOptions(missing_values=("NA",)))
    assert declared.table.column("plan").null_count == 20
    assert declared.schema.feature("plan").missing_values == ("NA",)


@pytest.mark.parametrize("cell", ["1_000", "٣", "0x1F", "1,5.2"])
def test_what_python_or_others_take_for_numbers_is_none(cell: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, many().replace(",", ";") + f"c40;{cell};3\n").code == "data.unfit"


def test_keys_are_exact_texts(tmp_path: Path) -> None:
    text = "id,x\n000651,1\n1E5,2.5\n9007199254740993,3\n651,4\n"
    assert read(table(tmp_path, text)).keys.tolist() == ["000651", "1E5", "9007199254740993", "651"]


def test_repeated_keys_are_refused_without_showing_them(tmp_path: Path) -> None:
    error = refusal(tmp_path, many() + "c7,1,1\n")
    assert error.code == "data.repeated_keys"
    assert error.where == "customers.csv, line 42, column “id”"
    assert "c7" not in str(error)


def test_missing_keys_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, many() + ",1,1\n").code == "data.missing_keys"


def test_rules_for_repeated_keys(tmp_path: Path) -> None:
    path = table(tmp_path, "id,spend,plan\na,1,x\nb,2,y\na,10,z\n,5,z\nc,,y\nc,,x\n")
    last = read(path, ReadOptions(on_duplicate="last", kinds={"spend": Kind.NUMBER, "plan": Kind.CATEGORY}))
    assert last.keys.tolist() == ["a", "b", "c"]
    assert last.table.column("spend").to_pylist() == [10.0, 2.0, None]
    summed = read(path, ReadOptions(on_duplicate="sum", kinds={"spend": Kind.NUMBER, "plan": Kind.CATEGORY}))
    assert summed.table.column("spend").to_pylist() == [11.0, 2.0, None]
    assert summed.table.column("plan").to_pylist() == ["z", "y", "x"]
    counted = {notice.key: notice.figures["n"] for notice in summed.notices if "n" in notice.figures}
    assert counted["data.notice.without_key"] == 1
    assert counted["data.notice.repeated_sum"] == 2


def test_totals_below_are_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, many() + "Total,500,300\n")
    assert (error.code, error.where) == ("data.totals", "customers.csv, line 42")
    assert read(table(tmp_path, many() + "Total,500,300\n"), ReadOptions(lenient=True)).n_rows == 40


def test_title_lines_are_refused_and_can_be_skipped(tmp_path: Path) -> None:
    text = "Customers of May\n\n" + many()
    error = refusal(tmp_path, text)
    assert error.code == "data.title_lines" and "--skip-rows 2" in str(error)
    assert read(table(tmp_path, text), ReadOptions(skip_rows=2)).n_rows == 40


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = "id;spend;visits\n" + "".join(f"c{n};1.{n:03d},5;{n}\n" for n in range(30))
    dataset = read(table(tmp_path, text))
    assert dataset.table.column("spend")[3].as_py() == 1003.5
    keys = {notice.key for notice in dataset.notices}
    assert {"data.notice.delimiter", "data.notice.decimal"} <= keys


def test_commas_that_may_mean_either_are_refused(tmp_path: Path) -> None:
    text = "a;b\n" + "".join(f"1,{n:03d};{n}\n" for n in range(30))
    assert refusal(tmp_path, text).code == "data.unsure_decimal"
    path = table(tmp_path, text)
    assert read(path, ReadOptions(decimal=",")).table.column("a")[1].as_py() == 1.001
    assert read(path, ReadOptions(decimal=".")).table.column("a")[1].as_py() == 1001.0


def test_cells_that_look_like_formulas_are_data(tmp_path: Path) -> None:
    cells = ["=1+1", "+x", "-y", "@z"] * 5
    text = "x,note\n" + "".join(f"{n}.5,{cell}\n" for n, cell in enumerate(cells))
    assert set(read(table(tmp_path, text)).table.column("note").to_pylist()) == set(cells)


@pytest.mark.parametrize("number", ["1e300", "5e-324", "-0"])
def test_extreme_numbers_are_exact(number: str, tmp_path: Path) -> None:
    dataset = read(table(tmp_path, many() + f"c40,{number},3\n"))
    assert dataset.table.column("spend")[40].as_py() == float(number)


def test_whole_numbers_beyond_two_to_53_lose_digits_and_say_so(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{2**60 + n * n},{n}.5\n" for n in range(30))
    assert any(notice.key == "data.notice.precision" for notice in read(table(tmp_path, text)).notices)


def test_a_folder_a_fifo_and_a_device_are_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.csv"
    os.mkfifo(fifo)
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    for source in (fifo, folder, Path("/dev/null")):
        with pytest.raises(SourceError) as refused:
            read(source)
        assert refused.value.code == "data.not_a_file"


def test_ignored_columns_are_not_checked(tmp_path: Path) -> None:
    text = many() + "c40,what,3\n"
    dataset = read(table(tmp_path, text), ReadOptions(exclude=("spend",)))
    assert dataset.schema.feature("spend").role is Role.IGNORE
    assert dataset.n_rows == 41


def test_columns_can_be_renamed(tmp_path: Path) -> None:
    dataset = read(table(tmp_path, many()), ReadOptions(rename={"spend": "Spend (€)"}))
    assert dataset.schema.feature("Spend (€)").unit == "€"


def test_a_schema_given_is_not_inferred_again(tmp_path: Path) -> None:
    path = table(tmp_path, many())
    schema = read(path).schema.replacing("visits", role=Role.DESCRIBE)
    again = read(path, ReadOptions(schema=schema))
    assert again.schema == schema
    extra = table(tmp_path, many().replace("\n", ",9\n").replace("visits,9", "visits,more"), "more.csv")
    assert read(extra, ReadOptions(schema=schema)).schema.feature("more").role is Role.IGNORE


def test_one_row_is_enough_for_a_schema(tmp_path: Path) -> None:
    schema = read(table(tmp_path, many())).schema
    assert read(table(tmp_path, HEAD + "c1,2,3\n", "one.csv"), ReadOptions(schema=schema)).n_rows == 1


def test_the_order_of_rows_and_their_content_make_the_fingerprint(tmp_path: Path) -> None:
    first = read(table(tmp_path, many(), "a.csv")).fingerprint
    assert first == read(table(tmp_path, many(), "b.csv")).fingerprint
    assert first != read(table(tmp_path, many().replace("c3,4.5", "c3,4.6"), "c.csv")).fingerprint


def test_the_shipped_table_is_there() -> None:
    assert read(example_table("wholesale_customers")).n_rows == 440
