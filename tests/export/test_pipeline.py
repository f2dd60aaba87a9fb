"""A model as a scikit-learn pipeline: the same labels, and nothing of ours inside."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingClassifier
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from segmint.export.capped import nearest_within_caps
from segmint.export.check import compare
from segmint.export.pipeline import frame_of, make_pipeline
from segmint.export.rows import check_rows
from segmint.model.assignment import assign
from segmint.model.centers import CentersAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.preparation import LevelStep, NumericStep
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.workflow.export import export_sklearn


def labels_of(model, columns) -> np.ndarray:
    keys = np.arange(len(next(iter(columns.values())))).astype(object)
    return assign(model, columns, keys).labels


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("kmeans", KMeans),
        ("gaussian_mixture", GaussianMixture),
        ("ward", KNeighborsClassifier),
        ("dbscan", StackingClassifier),
        ("hdbscan", StackingClassifier),
    ],
)
def test_ten_thousand_rows_get_the_same_labels(model, family, kind) -> None:
    made = model(family)
    pipeline = make_pipeline(made)
    rows = check_rows(made)
    found = compare(made, rows, pipeline.predict(frame_of(pipeline, rows)))
    assert (found.n_rows, found.n_other) == (10_000, 0)
    assert found.n_ties < 10
    assert ({one["label"] for one in pipeline.segments_}) >= set(pipeline.predict(frame_of(pipeline, rows)))
    assert isinstance(pipeline["clusterer"], kind)
    check_is_fitted(pipeline)


def test_the_steps_prepare_as_the_model_does(model) -> None:
    made = model("kmeans")
    steps = [step for step in made.preparation.steps if isinstance(step, NumericStep)]
    assert {step.log_unit for step in steps if step.log_offset is not None} > {1.0}, "two kinds of logarithm"
    assert any(np.isfinite(step.upper) for step in steps), "a clipped column"
    pipeline, rows = make_pipeline(made), check_rows(made)
    prepared = pipeline["scaler"].transform(frame_of(pipeline, rows))
    np.testing.assert_allclose(prepared, made.preparation.forward(rows), rtol=1e-14, atol=1e-14)
    assert isinstance(pipeline["scaler"], ColumnTransformer)
    names = pipeline["scaler"].get_feature_names_out()
    assert len(names) == len(made.preparation.feature_names)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_every_kind_of_covariance(mixture, covariance) -> None:
    other = mixture(covariance)
    pipeline, rows = make_pipeline(other), check_rows(other)
    frame = frame_of(pipeline, rows)
    assert compare(other, rows, pipeline.predict(frame)).n_other == 0
    posterior = pipeline.predict_proba(frame).max(axis=1)
    np.testing.assert_allclose(
        posterior, other.assigner.place(other.preparation.forward(rows)).confidence, atol=1e-9
    )


def test_where_a_model_only_scales_the_scaler_is_a_standard_scaler(plain) -> None:
    pipeline = make_pipeline(plain)
    assert [(name, type(step)) for name, step in pipeline.steps] == [
        ("scaler", StandardScaler), ("clusterer", KMeans)
    ]  # fmt: skip
    assert pipeline.feature_names_in_.tolist() == ["income", "score"]
    rows = check_rows(plain, gaps=False)
    assert compare(plain, rows, pipeline.predict(frame_of(pipeline, rows))).n_other == 0
    with pytest.raises(ValueError, match="NaN"):
        pipeline.predict(pd.DataFrame({"income": [np.nan], "score": [1.0]}))


def test_a_category_none_of_whose_levels_is_kept_is_the_same_for_all(plain) -> None:
    step = LevelStep("plan", (), (1.0,), 1.0)
    steps = (*plain.preparation.steps, step)
    schema = Schema((*plain.schema, Feature("plan", Kind.CATEGORY, Role.CLUSTER)))
    made = replace(
        plain,
        schema=schema,
        preparation=replace(plain.preparation, steps=steps),
        assigner=CentersAssigner(np.column_stack([plain.assigner.centers, np.zeros(3)])),
    )
    pipeline = make_pipeline(made)
    rows = {name: np.array([20.0, 55.0, 85.0]) for name in ("income", "score")}
    rows["plan"] = np.array(["basic", "plus", None], dtype=object)
    scaled = np.asarray(pipeline.named_steps["scaler"].transform(frame_of(pipeline, rows)))
    np.testing.assert_allclose(scaled, made.preparation.forward(rows))
    assert pipeline.predict(frame_of(pipeline, rows)).tolist() == labels_of(made, rows).tolist()


def test_missing_values_and_unseen_levels_are_taken_as_the_model_takes_them(model, mixed) -> None:
    made = model("kmeans")
    pipeline = make_pipeline(made)
    rows = {
        step.name: np.array([np.nan, 1.0, 1e9])
        if isinstance(step, NumericStep)
        else np.array([None, "of another planet", step.levels[0]], dtype=object)
        for step in made.preparation.steps
    }
    assert pipeline.predict(frame_of(pipeline, rows)).tolist() == labels_of(made, rows).tolist()
    with_nan = frame_of(pipeline, rows).fillna(np.nan)
    assert pipeline.predict(with_nan).tolist() == labels_of(made, rows).tolist()


def test_it_can_be_cloned_and_fitted_again(model, mixed) -> None:
    made = model("kmeans")
    pipeline, rows = make_pipeline(made), check_rows(made, 2000)
    again = clone(pipeline).fit(frame_of(pipeline, rows))
    assert set(again.predict(frame_of(pipeline, rows))) <= set(range(len(made.cards)))


def test_it_says_what_its_labels_mean_and_which_versions_made_it(plain) -> None:
    pipeline = make_pipeline(plain)
    assert {one["label"]: one["id"] for one in pipeline.segments_} == {c.label: c.id for c in plain.cards}
    assert pipeline.made_by_["scikit-learn"] == __import__("sklearn").__version__


LOAD = """
import json, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "segmint":
            raise ImportError("segmint is not here")

sys.meta_path.insert(0, Blocked())
import joblib
import pandas as pd
pipeline = joblib.load(sys.argv[1])
rows = pd.read_json(sys.argv[2], dtype=False)
labels = pipeline.predict(rows)
assert not any(name.partition(".")[0] == "segmint" for name in sys.modules)
print(json.dumps({"labels": labels.tolist(), "segments": pipeline.segments_}))
"""


@pytest.mark.parametrize("family", ["kmeans", "hdbscan"])
def test_it_loads_where_segmint_is_not(model, family, tmp_path: Path) -> None:
    made = model(family)
    done = export_sklearn(made, tmp_path / "shop.joblib")
    rows = check_rows(made, 400, seed=1)
    frame_of(joblib.load(done.path), rows).to_json(tmp_path / "rows.json", double_precision=15)
    kept = pd.read_json(tmp_path / "rows.json", dtype=False)  # what the child reads
    columns = {
        name: kept[name].astype(float).to_numpy()
        if rows[name].dtype.kind == "f"
        else kept[name].astype(object).where(kept[name].notna(), None).to_numpy()
        for name in rows
    }
    command = [sys.executable, "-c", LOAD, str(done.path), str(tmp_path / "rows.json")]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    answer = json.loads(child.stdout)
    assert compare(made, columns, np.array(answer["labels"])).n_other == 0
    assert answer["segments"] == list(done.segments)


@settings(max_examples=40)
@given(
    st.integers(1, 6),
    st.lists(st.sampled_from([0.0, 0.2, 0.5, 1.0, np.inf]), min_size=6, max_size=6),
    st.integers(0, 2**32 - 1),
)
def test_nearest_within_caps_is_the_rule_of_exemplars(n_clusters, caps, seed) -> None:
    rng = np.random.default_rng(seed)
    points, labels = rng.normal(size=(12 * n_clusters, 2)), np.arange(12 * n_clusters) % n_clusters
    rule = ExemplarsAssigner(points, labels, np.array(caps[:n_clusters]), exact=False)
    rows = np.vstack([rng.normal(size=(200, 2)) * 2, points, rng.normal(size=(5, 2)) * 1e6])
    classifier = nearest_within_caps(points, labels, rule.caps)
    assert classifier.predict(rows).tolist() == rule.place(rows).labels.tolist()
