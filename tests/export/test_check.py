"""What counts as the same label, as a tie, and as another one; and what the rows to check on look like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import segmint
from segmint.errors import SegmintError, UsageError
from segmint.export.check import Comparison, compare
from segmint.export.rows import check_rows
from segmint.model.centers import CentersAssigner
from segmint.model.cores import CoresAssigner
from segmint.model.mixture import MixtureAssigner
from segmint.model.preparation import LevelStep, NumericStep, Preparation
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.workflow.export import export_sklearn

LINE = Preparation((NumericStep("x", 0.0, -np.inf, np.inf, None, 0.0, 1.0),), {}, "none")


def on_a_line(model, assigner):
    return replace(model, preparation=LINE, assigner=assigner)


def test_a_row_on_the_border_is_a_tie_and_one_beside_it_is_not(plain) -> None:
    halves = on_a_line(plain, CentersAssigner(np.array([[0.0], [2.0], [9.0]])))
    rows = {"x": np.array([1.0, 1.0, 1.0 + 1e-12, 1.0 + 1e-8, 0.5, 1.0])}
    assert compare(halves, rows, np.array([0, 1, 0, 0, 0, 2])) == Comparison(6, 2, 2)


def test_a_tie_of_three_centers_is_a_tie_for_each(plain) -> None:
    square = replace(
        plain,
        preparation=Preparation((*LINE.steps, replace(LINE.steps[0], name="y")), {}, "none"),
        assigner=CentersAssigner(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])),
    )
    assert compare(square, {"x": np.zeros(3), "y": np.zeros(3)}, np.array([0, 1, 2])) == Comparison(3, 2, 0)


def test_a_border_of_two_components_is_a_tie(plain) -> None:
    two = on_a_line(
        plain, MixtureAssigner(np.array([0.5, 0.5]), np.array([[0.0], [2.0]]), np.ones(2), "spherical")
    )
    assert compare(two, {"x": np.array([1.0, 1.1])}, np.array([1, 0])) == Comparison(2, 1, 1)


def test_a_row_at_the_end_of_the_reach_is_a_tie(plain) -> None:
    near = on_a_line(plain, CoresAssigner(np.array([[0.0]]), np.array([0]), np.array([1.0]), exact=False))
    rows = {"x": np.array([1.0, 1.0 + 1e-12, 0.9, 1.1])}
    assert compare(near, rows, np.array([-1, 0, -1, 0])) == Comparison(4, 2, 2)


def test_another_confidence_counts_as_another_answer(plain) -> None:
    halves = on_a_line(plain, CentersAssigner(np.array([[0.0], [2.0]])))
    rows, labels = {"x": np.array([0.0, 0.5])}, np.zeros(2, dtype=np.int64)
    own = halves.assigner.place(halves.preparation.forward(rows)).confidence
    assert compare(halves, rows, labels, own).n_other == 0
    assert compare(halves, rows, labels, own - np.array([0.0, 1e-3])).n_other == 1


def test_rows_to_check_on_reach_every_segment_edge_and_gap(model) -> None:
    made = model("kmeans")
    rows = check_rows(made)
    assert {len(column) for column in rows.values()} == {10_000}
    placed = made.assigner.place(made.preparation.forward(rows)).labels
    assert np.bincount(placed, minlength=len(made.cards)).min() > 200
    for step in made.preparation.steps:
        if isinstance(step, LevelStep):
            assert set(rows[step.name]) > {*step.levels, None}
            continue
        column = rows[step.name]
        assert np.isnan(column).any()
        assert not np.isinf(column).any()
        for bound in (step.lower, step.upper):
            assert np.isinf(bound) or (column == bound).any()
        assert (column > step.upper).any() or np.isinf(step.upper)


def test_the_same_seed_draws_the_same_rows(plain) -> None:
    one, two, other = (check_rows(plain, 50, seed=seed)["income"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other, equal_nan=True)


def test_without_gaps_no_value_is_missing(plain) -> None:
    assert not np.isnan(check_rows(plain, 1000, gaps=False)["income"]).any()


def test_a_form_that_decides_otherwise_is_not_written(plain, tmp_path) -> None:
    # far from 0 scikit-learn's |c|² − 2xc keeps no digit of what tells these centers apart
    seconds = on_a_line(plain, CentersAssigner(np.array([[1.7e9], [1.7e9 + 1]])))
    seconds = replace(seconds, schema=Schema((Feature("x", Kind.NUMBER, Role.CLUSTER),)))
    (tmp_path / "rows.csv").write_text("x\n" + "\n".join(f"{1.7e9 + n / 10}" for n in range(11)))
    (tmp_path / "shop.joblib").write_bytes(b"what was there before")
    with pytest.raises(SegmintError, match="label or confidence is not the model's"):
        export_sklearn(seconds, tmp_path / "shop.joblib", check=tmp_path / "rows.csv")
    assert (tmp_path / "shop.joblib").read_bytes() == b"what was there before"


def test_data_to_check_on_are_sampled_and_rows_with_gaps_left_out(plain, tmp_path) -> None:
    rng = np.random.default_rng(1)
    path = tmp_path / "many.csv"
    rows = rng.uniform(0, 100, size=(25_000, 2))
    lines = [f"{a},{b}" for a, b in rows.tolist()]
    path.write_text("\n".join(["income,score", *lines[:20_000], *([",5"] * 5000), *lines[20_000:]]))
    done = export_sklearn(plain, tmp_path / "plain.joblib", check=path)
    assert not done.drawn
    assert 8000 < done.checked.n_rows < 8700, "a sixth of the 10,000 rows has a gap"
    path.write_text("income,score\n,5\n,6\n")
    with pytest.raises(UsageError, match="missing value to check on"):
        export_sklearn(plain, tmp_path / "other.joblib", check=path, options=segmint.ReadOptions())
    assert not (tmp_path / "other.joblib").exists()


def test_readers_are_told_what_they_must_know(model, plain, tmp_path) -> None:
    def told(made):
        return {notice.key.rpartition(".")[2] for notice in export_sklearn(made, tmp_path / "x").notices}

    assert told(plain) == {"pickle", "gaps"}
    assert told(model("kmeans")) == {"pickle", "levels"}
    dated = replace(plain, schema=plain.schema.replacing("income", kind=Kind.DATE))
    assert told(dated) == {"pickle", "gaps", "dates"}
    ward = model("ward")
    exact = replace(ward, assigner=replace(ward.assigner, exact=True))
    assert told(exact) == {"pickle", "levels", "exact"}


def test_the_same_model_gives_the_same_bytes(model, tmp_path) -> None:
    first, second = (export_sklearn(model("ward"), tmp_path / name).path.read_bytes() for name in "ab")
    assert first == second
