"""A model as one SELECT: DuckDB and a real PostgreSQL give what the model gives."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import partial

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmint
from segmint.data.select import select_rows
from segmint.errors import SegmintError, UsageError
from segmint.export.rows import check_rows
from segmint.export.sql import make_select
from segmint.export.sql_columns import features
from segmint.model.assignment import assign
from segmint.model.centers import CentersAssigner
from segmint.model.preparation import LevelStep, NumericStep, Preparation
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.workflow.export import export_sklearn, export_sql

FAMILIES = ["kmeans", "gaussian_mixture", "ward", "dbscan", "hdbscan"]


def numbered(rows):
    return {"n": np.arange(len(next(iter(rows.values())))), **rows}


def same_answer(made, rows, answer) -> None:
    """Compare an answer (columns, any order) with the model's own, bit by bit but for the confidence."""
    order = np.argsort(answer["n"])
    got = {name: np.asarray(column, dtype=object)[order] for name, column in answer.items()}
    own = assign(made, rows, np.arange(len(order)).astype(object))
    assert got["segment_id"].tolist() == own.segment_ids.tolist()
    assert got["segment_name"].tolist() == own.segment_names.tolist()
    assert got["runner_up"].tolist() == own.runner_up.tolist()
    np.testing.assert_allclose(got["confidence"].astype(float), own.confidence, rtol=0, atol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_duckdb_answers_as_the_model(model, family) -> None:
    made = model(family)
    rows = check_rows(made)
    same_answer(made, rows, select_rows(numbered(rows), "t", make_select(made, table="t", key="n")))
    if family in ("dbscan", "hdbscan"):
        placed = made.assigner.place(made.preparation.forward(rows)).labels
        assert 0.01 < np.mean(placed == -1) < 0.99, "both kinds of rows are to be compared"


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_every_kind_of_covariance(mixture, covariance) -> None:
    made = mixture(covariance)
    rows = check_rows(made)
    same_answer(made, rows, select_rows(numbered(rows), "t", make_select(made, table="t", key="n")))


def test_one_segment_has_no_runner_up(plain) -> None:
    cards = tuple(card for card in plain.cards if card.label == 0)
    one = replace(plain, assigner=CentersAssigner(plain.assigner.centers[:1]), cards=cards)
    rows = {"income": np.array([1.0, np.nan]), "score": np.array([2.0, 3.0])}
    answer = select_rows(numbered(rows), "t", make_select(one, table="t", key="n"))
    assert answer["segment_id"].tolist() == [cards[0].id] * 2
    assert answer["confidence"].tolist() == [1.0, 1.0]
    assert answer["runner_up"].tolist() == [None, None]


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1e300) | st.floats(0, 1e-6) | st.floats(0.9, 1.1), min_size=1, max_size=100))
def test_the_logarithm_keeps_its_digits(values) -> None:
    step = NumericStep("x", 0.0, 0.0, np.inf, 0.0, 0.0, 1.0)
    (expression,) = features(step, "x")
    rows = numbered({"x": np.array(values)})
    got = select_rows(rows, "t", f"SELECT {expression} AS y FROM t ORDER BY n")["y"]
    np.testing.assert_allclose(got, np.log1p(values), rtol=4e-15, atol=0)


def test_names_of_segments_stay_texts(model) -> None:
    name = "O'Neil \\'; DROP TABLE t; --"
    made = model("kmeans").renamed("S1", name)
    rows = check_rows(made, 500)
    answer = select_rows(numbered(rows), 'odd "table"', make_select(made, table='"odd ""table"""', key="n"))
    assert name in answer["segment_name"].tolist()
    same_answer(made, rows, answer)


def test_a_name_cannot_end_the_comment(model) -> None:
    made = model("kmeans")
    named = replace(made, manifest=replace(made.manifest, name="shop\nDROP TABLE t; --\u2028x"))
    statement = make_select(named, table="t", key="n")
    assert [line[:3] for line in statement.splitlines()[:4]] == ["-- ", "-- ", "-- ", "WIT"]
    assert statement.count("DROP TABLE") == 1


def test_a_category_none_of_whose_levels_is_kept_is_the_same_for_all(plain) -> None:
    step = LevelStep("plan", (), (1.0,), 1.0)
    made = replace(
        plain,
        schema=Schema((*plain.schema, Feature("plan", Kind.CATEGORY, Role.CLUSTER))),
        preparation=replace(plain.preparation, steps=(*plain.preparation.steps, step)),
        assigner=CentersAssigner(np.column_stack([plain.assigner.centers, np.zeros(3)])),
    )
    rows = {name: np.array([20.0, 55.0, 85.0]) for name in ("income", "score")}
    rows["plan"] = np.array(["basic", "plus", None], dtype=object)
    same_answer(made, rows, select_rows(numbered(rows), "t", make_select(made, table="t", key="n")))


def test_levels_as_whole_numbers_floats_flags_and_texts_with_blanks(plain) -> None:
    region = Feature("region", Kind.CATEGORY, Role.CLUSTER)
    member = Feature("member", Kind.FLAG, Role.CLUSTER)
    spent = Feature("spent", Kind.NUMBER, Role.CLUSTER, missing_values=("-1", "?"))
    steps = (
        LevelStep("region", ("2", "1"), (0.5, 0.4, 0.1), 1.5),
        LevelStep("member", ("true",), (0.5, 0.5), 1.0),
        NumericStep("spent", 5.0, -np.inf, np.inf, None, 5.0, 2.0),
    )
    rng = np.random.default_rng(8)
    made = replace(
        plain,
        schema=Schema((region, member, spent)),
        preparation=Preparation(steps, {}, "standard"),
        assigner=CentersAssigner(rng.normal(size=(3, 6))),
    )
    kept = {"region": ["2", "1", "3", None], "member": ["true", "false", None], "spent": [1.0, 9.0, np.nan]}
    spelled = {
        "region": {"2": ("2", "2.0", " 2\t", "\u00a02"), "1": ("1",), "3": ("3", "02"), None: (None, " ", "1.00x")},
        "member": {"true": ("true", "Yes", " ON", "1"), "false": ("no", "F", "0.0"), None: (None, "", "perhaps")},
        "spent": {1.0: (1.0,), 9.0: (9.0,), np.nan: (np.nan, -1.0)},
    }  # fmt: skip
    every = [
        [(value, way) for value in kept[name] for way in spelled[name][value]]
        for name in ("region", "member", "spent")
    ]
    combined = [(a, b, c) for a in every[0] for b in every[1] for c in every[2]]
    rows = {
        name: np.array([one[place][0] for one in combined], dtype=float if name == "spent" else object)
        for place, name in enumerate(kept)
    }
    given_rows = {
        name: np.array([one[place][1] for one in combined], dtype=rows[name].dtype)
        for place, name in enumerate(kept)
    }
    statement = make_select(made, table="t", key="n")
    same_answer(made, rows, select_rows(numbered(given_rows), "t", statement))
    whole = {"n": np.arange(2), "region": np.array([2.0, 1.0]), "member": np.array([True, False]),
             "spent": np.array([1, -1])}  # fmt: skip
    typed = {"region": np.array(["2", "1"], dtype=object), "member": np.array(["true", "false"], dtype=object),
             "spent": np.array([1.0, np.nan])}  # fmt: skip
    same_answer(made, typed, select_rows(whole, "t", statement))


def test_numbers_beyond_all_bounds_still_get_a_segment(plain) -> None:
    rows = {"income": np.array([1e300, -1e300, 1e150]), "score": np.array([1.0, 2.0, -1e308])}
    same_answer(plain, rows, select_rows(numbered(rows), "t", make_select(plain, table="t", key="n")))
    infinite = {**rows, "income": np.array([np.inf, -np.inf, 1.0])}
    answer = select_rows(numbered(infinite), "t", make_select(plain, table="t", key="n"))
    assert None not in answer["segment_id"].tolist()


def test_the_statement_can_stand_in_a_view(model, tmp_path) -> None:
    made = model("gaussian_mixture")
    done = export_sql(made, tmp_path / "shop.sql", table="shop.customers")
    assert (done.checked.n_rows, done.checked.n_ties, done.drawn) == (10_000, 0, True)
    rows = numbered(check_rows(made, 100))
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA shop")
        columns = ", ".join(
            f'CAST(NULL AS DOUBLE) AS "{name.replace(chr(34), chr(34) * 2)}"' for name in rows
        )
        connection.execute(f"CREATE TABLE shop.customers AS SELECT 'c1' AS customer, {columns}")
        connection.execute(f"CREATE VIEW segments AS {done.path.read_text()}")
        (found,) = connection.execute("SELECT customer, segment_id FROM segments").fetchall()
    own = {name: np.array([np.nan]) for name in made.preparation.columns}
    assert found == ("c1", assign(made, own, np.array(["c1"], dtype=object)).segment_ids[0])


@pytest.mark.parametrize("key", ["segment_id", "Confidence"])
def test_a_key_like_a_column_of_the_answer_is_refused(plain, key) -> None:
    with pytest.raises(UsageError, match=key):
        make_select(plain, table="t", key=key)


def test_without_a_key_one_must_be_named(plain) -> None:
    with pytest.raises(UsageError, match="--key"):
        make_select(plain, table="t")


def test_columns_that_differ_in_capitals_only_are_refused(plain) -> None:
    with pytest.raises(UsageError, match="INCOME, income"):
        make_select(plain, table="t", key="INCOME")


def test_the_key_may_be_a_column_of_the_rule(plain) -> None:
    rows = {"income": np.array([20.0, 85.0]), "score": np.array([20.0, 80.0])}
    answer = select_rows(rows, "t", make_select(plain, table="t", key="income"))
    own = assign(plain, rows, rows["income"].astype(object))
    assert dict(zip(answer["income"], answer["segment_id"], strict=True)) == dict(
        zip(rows["income"], own.segment_ids, strict=True)
    )


def test_dates_large_rules_and_huge_numbers_are_refused(plain) -> None:
    dated = replace(plain, schema=plain.schema.replacing("income", kind=Kind.DATE))
    with pytest.raises(UsageError, match="income"):
        make_select(dated, table="t", key="n")
    many = replace(plain, assigner=CentersAssigner(np.zeros((6000, 2))))
    with pytest.raises(UsageError, match="12,000 numbers"):
        make_select(many, table="t", key="n")
    huge = replace(plain.preparation.steps[0], scale=2.0**970)
    wide = replace(plain, preparation=Preparation((huge, plain.preparation.steps[1]), {}, "none"))
    with pytest.raises(UsageError, match="overflow"):
        make_select(wide, table="t", key="n")


# ------------------------------------------------------------------------------------- PostgreSQL


@pytest.fixture(scope="module")
def postgres(postgres_url):
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def ask_postgres(connection, rows, statement):
    columns = {name: "text" if column.dtype.kind == "O" else "float8" for name, column in rows.items()}
    quoted = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" {kind}' for name, kind in columns.items())
    connection.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t (n int, {quoted})")
    with connection.cursor().copy("COPY t FROM STDIN") as copy:
        for number, row in enumerate(zip(*(column.tolist() for column in rows.values()), strict=True)):
            copy.write_row((number, *(None if value != value else value for value in row)))
    found = connection.execute(statement)
    names = [column.name for column in found.description]
    return dict(zip(names, map(list, zip(*found.fetchall(), strict=True)), strict=True))


@pytest.mark.postgres
@pytest.mark.parametrize("family", FAMILIES)
def test_postgres_answers_as_the_model(model, family, postgres) -> None:
    made = model(family)
    rows = check_rows(made, 20_000, seed=3)
    same_answer(made, rows, ask_postgres(postgres, rows, make_select(made, table="public.t", key="n")))


@pytest.mark.postgres
@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_postgres_knows_every_covariance(mixture, covariance, postgres) -> None:
    made = mixture(covariance)
    rows = check_rows(made, seed=3)
    same_answer(made, rows, ask_postgres(postgres, rows, make_select(made, table="t", key="n")))


@pytest.mark.postgres
def test_postgres_refuses_no_number(plain, postgres) -> None:
    far = np.array([1e300, -1e300, 1e150, np.inf, -np.inf, 5e-324, 0.0])
    rows = {"income": far, "score": far[::-1].copy()}
    answer = ask_postgres(postgres, rows, make_select(plain, table="t", key="n"))
    assert None not in answer["segment_id"]
    finite = np.isfinite(rows["income"]) & np.isfinite(rows["score"])
    kept = {name: column[finite] for name, column in rows.items()}
    own = assign(plain, kept, np.arange(finite.sum()).astype(object)).segment_ids
    assert (
        np.array(answer["segment_id"], dtype=object)[np.argsort(answer["n"])][finite].tolist() == own.tolist()
    )


@pytest.mark.postgres
@pytest.mark.parametrize("conforming", ["on", "off"])
def test_postgres_takes_names_and_levels_as_texts(model, conforming, postgres) -> None:
    name = "O'Neil \\'; DROP TABLE t; --"
    made = model("kmeans").renamed("S1", name)
    rows = check_rows(made, 500)
    postgres.execute(f"SET standard_conforming_strings = {conforming}; SET escape_string_warning = off")
    try:
        answer = ask_postgres(postgres, rows, make_select(made, table="t", key="n"))
    finally:
        postgres.execute("RESET standard_conforming_strings; RESET escape_string_warning")
    assert name in answer["segment_name"]
    same_answer(made, rows, answer)


@pytest.mark.postgres
def test_postgres_types_are_read_as_segmint_reads_them(
    model, mixed, postgres, postgres_url, tmp_path
) -> None:
    made = model("kmeans")
    columns = {"customer": "text", **dict.fromkeys(made.preparation.columns, "numeric")}
    levels = [step.name for step in made.preparation.steps if isinstance(step, LevelStep)]
    columns |= {name: "boolean" if "'" in name else "integer" for name in levels}
    quoted = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" {kind}' for name, kind in columns.items())
    postgres.execute(f"DROP TABLE IF EXISTS typed; CREATE TABLE typed ({quoted})")
    table = mixed.table
    with postgres.cursor().copy("COPY typed FROM STDIN") as copy:
        for row in zip(*(table.column(name).to_pylist() for name in columns), strict=True):
            copy.write_row(row)
    done = export_sql(made, tmp_path / "shop.sql", table="typed")
    found = postgres.execute(done.path.read_text()).fetchall()
    url = postgres_url.replace("postgresql:", "postgresql+psycopg:")
    own = segmint.assign(made, url, segmint.ReadOptions(table="typed"))
    assert {row[0]: row[1] for row in found} == dict(zip(own.keys, own.segment_ids, strict=True))
    assert len(found) == 300


@pytest.mark.reference
@pytest.mark.parametrize("family", ["kmeans", "gaussian_mixture", "ward"])
def test_the_exercises_customers(reference_data, family, tmp_path) -> None:
    from segmint.workflow.export import export_sklearn

    path = reference_data / "customers" / "mall_customers.csv"
    columns = ("Annual Income (k$)", "Spending Score (1-100)")
    options = segmint.RunOptions(families=(family,), ks=(5,), n_resamples=3)
    made = segmint.study(segmint.read(path, segmint.ReadOptions(features=columns)), options)
    model = made.models[made.finalists[0]]
    for check, n_rows in ((None, 10_000), (path, 200)):
        pipeline = export_sklearn(model, tmp_path / "mall.joblib", check=check)
        statement = export_sql(model, tmp_path / "mall.sql", table="customers", check=check)
        assert pipeline.checked.n_rows == statement.checked.n_rows == n_rows
        assert pipeline.checked.n_ties + statement.checked.n_ties <= 2
    with path.open() as file, duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE customers AS FROM read_csv('{path}')")
        answer = connection.execute(statement.path.read_text()).fetchall()
        assert {str(row[0]) for row in answer} == {row["CustomerID"] for row in csv.DictReader(file)}
    own = segmint.assign(model, path)
    assert {str(row[0]): row[1] for row in answer} == dict(zip(own.keys, own.segment_ids, strict=True))


def test_a_table_whose_name_is_no_text_is_refused(plain, tmp_path) -> None:
    for names in ({"table": "caf\udce9"}, {"table": "t", "key": "caf\udce9"}):
        with pytest.raises(UsageError) as caught:
            export_sql(plain, tmp_path / "shop.sql", **{"key": "n", **names})
        assert caught.value.code == "export.no_text"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("write", [export_sklearn, partial(export_sql, table="t", key="n")])
def test_a_refusal_of_the_disk_is_told_with_its_place(plain, tmp_path, write) -> None:
    (tmp_path / "file").write_bytes(b"no folder")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "shop", tmp_path / "folder"):
        with pytest.raises(SegmintError) as caught:
            write(plain, path)
        assert (caught.value.code, caught.value.where) == ("export.unwritable", path.name)
        assert str(tmp_path) not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
