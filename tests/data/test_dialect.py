from __future__ import annotations

from pathlib import Path

import pytest

from segmint.data import Dataset, ReadOptions, read
from segmint.errors import SourceError, UsageError

ROWS = [(f"k{n}", f"{20 + n % 9}", f"{n * 3.25:.2f}") for n in range(30)]


def written(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def table(delimiter: str = ",", decimal: str = ".", header: str | None = "id,age,spend") -> str:
    lines = [delimiter.join(row).replace(".", decimal) for row in ROWS]
    return "\n".join([*([] if header is None else [header.replace(",", delimiter)]), *lines]) + "\n"


def plain(tmp_path: Path) -> Dataset:
    return read(written(tmp_path, table(), "plain.csv"))


def refused(path: Path, **options: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, ReadOptions(**options))  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(";", "."), (";", ","), ("\t", ","), ("|", "."), ("\t", ".")]
)
def test_separator_and_decimal_mark_are_found_and_said(tmp_path: Path, delimiter: str, decimal: str) -> None:
    dataset = read(written(tmp_path, table(delimiter, decimal)))
    assert dataset.fingerprint == plain(tmp_path).fingerprint
    keys = [notice.key for notice in dataset.notices]
    assert "data.notice.delimiter" in keys
    assert ("data.notice.decimal" in keys) == (decimal == ",")


def test_quoted_decimal_commas_between_commas(tmp_path: Path) -> None:
    lines = ["id,age,spend", *(f'{key},{age},"{spend.replace(".", ",")}"' for key, age, spend in ROWS)]
    assert read(written(tmp_path, "\n".join(lines))).fingerprint == plain(tmp_path).fingerprint


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_states_the_separator(tmp_path: Path, line: str) -> None:
    dataset = read(written(tmp_path, f"{line}\n{table(';')}"))
    assert dataset.fingerprint == plain(tmp_path).fingerprint


def test_a_tsv_file_has_tabs_and_no_notice(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, table("\t"), "a.tsv"))
    assert dataset.fingerprint == plain(tmp_path).fingerprint
    assert "data.notice.delimiter" not in [notice.key for notice in dataset.notices]


@pytest.mark.parametrize("delimiter", ["|", "bar", "pipe"])
def test_a_separator_that_was_given(tmp_path: Path, delimiter: str) -> None:
    dataset = read(written(tmp_path, table("|")), ReadOptions(delimiter=delimiter))
    assert dataset.fingerprint == plain(tmp_path).fingerprint


@pytest.mark.parametrize("delimiter", ["::", '"', "\n", ""])
def test_a_separator_that_cannot_separate(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(UsageError):
        read(written(tmp_path, table()), ReadOptions(delimiter=delimiter))


def test_two_possible_separators_are_refused_and_one_can_be_given(tmp_path: Path) -> None:
    path = written(tmp_path, "a;x,b;y\n" + "".join(f"{n};1,{n};2\n" for n in range(20)))
    assert refused(path).code == "data.ambiguous_delimiter"
    assert read(path, ReadOptions(delimiter=",")).schema.names == ("a;x", "b;y")


def test_another_mark_inside_cells_is_no_separator(tmp_path: Path) -> None:
    text = "id,tags,x\n" + "".join(f"k{n},a;b|c,{n * 1.5}\n" for n in range(20))
    assert read(written(tmp_path, text)).schema.names == ("id", "tags", "x")


@pytest.mark.parametrize(
    "titles", ["Customers 2024\n", "Customers 2024\n\nexported today\n\n", "A,b\n", "Report: all, of them\n"]
)
def test_title_lines_are_refused_and_can_be_skipped(tmp_path: Path, titles: str) -> None:
    path = written(tmp_path, titles + table())
    error = refused(path)
    assert error.code == "data.title_lines"
    assert f"--skip-rows {titles.count(chr(10))}" in error.text()
    assert "line 1" in error.text()
    assert read(path, ReadOptions(skip_rows=titles.count("\n"))).fingerprint == plain(tmp_path).fingerprint


def test_blank_lines_above_the_names_are_no_titles(tmp_path: Path) -> None:
    assert read(written(tmp_path, "\n\n" + table())).fingerprint == plain(tmp_path).fingerprint


def test_a_header_shorter_than_the_rows_is_no_title(tmp_path: Path) -> None:
    error = refused(written(tmp_path, "id,age\n" + table(header=None)))
    assert error.code == "data.ragged"


def test_names_over_two_lines(tmp_path: Path) -> None:
    text = table().replace("id,age,spend", 'id,"age in\nyears",spend')
    dataset = read(written(tmp_path, text))
    assert dataset.schema.names == ("id", "age in\nyears", "spend")
    assert dataset.keys.tolist() == [row[0] for row in ROWS]


def test_numbers_in_the_first_line_are_no_names(tmp_path: Path) -> None:
    text = "".join(f"{n * 1.5}\t{n - 0.25}\n" for n in range(20))
    dataset = read(written(tmp_path, text, "a.data"))
    assert (dataset.n_rows, dataset.schema.names) == (20, ("column_1", "column_2"))
    assert "data.notice.no_header" in [notice.key for notice in dataset.notices]


def test_numbers_between_single_spaces(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, "".join(f"{n * 1.5} {n - 0.25}\n" for n in range(20)), "a.data"))
    assert (dataset.n_rows, len(dataset.schema)) == (20, 2)


def test_whole_numbers_in_the_first_line_are_not_guessed(tmp_path: Path) -> None:
    path = written(tmp_path, "2019,2020\n" + "".join(f"{n * 1.5},{n}\n" for n in range(20)))
    assert refused(path).code == "data.numbers_as_names"
    assert read(path, ReadOptions(header=True)).schema.names == ("2019", "2020")
    assert read(path, ReadOptions(header=False)).n_rows == 21


def test_one_column(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, "spend\n" + "".join(f"{n}.5\n" for n in range(20))))
    assert (dataset.n_rows, dataset.schema.names) == (20, ("spend",))


@pytest.mark.parametrize("text", ["id,age\n", "id,age", "id\n", "\n\n\n"])
def test_names_alone_are_no_data(tmp_path: Path, text: str) -> None:
    assert refused(written(tmp_path, text)).code == "data.no_data"


def test_skipping_everything_leaves_no_data(tmp_path: Path) -> None:
    assert refused(written(tmp_path, table()), skip_rows=99).code == "data.no_data"


@pytest.mark.parametrize("cell", ["1,234", "12,345"])
def test_commas_that_may_be_either_are_refused(tmp_path: Path, cell: str) -> None:
    path = written(tmp_path, "id;x\n" + "".join(f"k{n};{cell}\n" for n in range(9)) + "k9;2,345\n")
    assert refused(path).code == "data.unsure_decimal"
    point = read(path, ReadOptions(decimal="."))
    comma = read(path, ReadOptions(decimal=","))
    assert point.table.column("x")[9].as_py() == 2345
    assert comma.table.column("x")[9].as_py() == 2.345


def test_another_column_decides_what_a_comma_is(tmp_path: Path) -> None:
    path = written(tmp_path, "id;x;y\n" + "".join(f"k{n};1,23{n};{n}.75\n" for n in range(9)))
    assert read(path).table.column("x")[8].as_py() == 1238
    path = written(tmp_path, "id;x;y\n" + "".join(f"k{n};1,23{n};{n},75\n" for n in range(9)))
    assert read(path).table.column("x")[8].as_py() == 1.238


def test_point_and_comma_in_one_file_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "id;x;y\n" + "".join(f"k{n};{n},5;{n}.75\n" for n in range(9)))
    assert refused(path).code == "data.mixed_decimals"
