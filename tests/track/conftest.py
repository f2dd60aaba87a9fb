"""A small study of real fits: seventy-eight configurations on customers in five groups."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.mixture import GaussianMixture

from segmint.choosing.decision import Decision, Rival, Verdict
from segmint.choosing.study import FigureData, Provenance, Study
from segmint.choosing.trial import Trial, TrialRecord
from segmint.families.fit import Configuration, Cost, Failure, Fit, Outcome
from segmint.labels import canonical
from segmint.measure.score import Score
from segmint.model.cards import SegmentCard
from segmint.model.centers import CentersAssigner
from segmint.model.mixture import MixtureAssigner
from segmint.model.preparation import NumericStep, Preparation
from segmint.model.reference import NumericReference, ReferenceSnapshot
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.model.segment_model import Manifest, SegmentModel
from segmint.track.creation import prepare_store
from segmint.track.store import repoint, tracking_uri
from segmint.words import sentence

NAMES = ("income", "spending score")


def customers(n: int = 200) -> np.ndarray[Any, Any]:
    rows, _ = make_blobs(n, centers=5, cluster_std=0.6, random_state=7)
    return np.asarray(np.round(50 + 5 * rows, 2))


def _configurations(X: np.ndarray[Any, Any]) -> Iterator[Outcome]:
    for k in range(1, 11):
        kmeans = KMeans(k, n_init=3, random_state=0).fit(X)
        given = Configuration("kmeans", {"n_clusters": k, "n_init": 3, "init": "k-means++"}, 0)
        yield _fit(X, given, kmeans.labels_, inertia=float(kmeans.inertia_))
    for kind in ("full", "tied", "diag", "spherical"):
        for k in range(1, 11):
            mixture = GaussianMixture(k, covariance_type=kind, random_state=0).fit(X)
            given = Configuration("gaussian_mixture", {"n_components": k, "covariance_type": kind}, 0)
            rule = MixtureAssigner(mixture.weights_, mixture.means_, mixture.covariances_, kind)
            yield Fit(
                given,
                canonical(mixture.predict(X).astype(np.int64)),
                rule,
                log_likelihood=float(mixture.score(X) * len(X)),
                n_parameters=mixture._n_parameters(),
                fitted_on=len(X),
                seconds=0.02,
            )
    for k in range(2, 11):
        yield _fit(X, Configuration("ward", {"n_clusters": k}, 0), AgglomerativeClustering(k).fit_predict(X))
    for eps in (0.05, 0.1, 0.15, 0.2, 0.3):
        for neighbors in (4, 8):
            given = Configuration("dbscan", {"eps": eps, "min_samples": neighbors}, 0)
            yield _fit(X, given, DBSCAN(eps=eps, min_samples=neighbors).fit_predict(X))
    for size in (3, 5, 8, 10, 15, 20, 30, 50, 90):
        given = Configuration("hdbscan", {"min_cluster_size": size}, 0)
        yield _fit(X, given, HDBSCAN(min_cluster_size=size, copy=True).fit_predict(X))


def _fit(X: np.ndarray[Any, Any], given: Configuration, found: Any, inertia: float | None = None) -> Outcome:
    labels = canonical(np.asarray(found, dtype=np.int64))
    k = int(labels.max()) + 1
    if given.family in ("dbscan", "hdbscan") and k < 2:
        return Failure(given, sentence("common.rows", n=k), k, float(np.mean(labels < 0)), 0.01)
    rule = CentersAssigner(np.array([X[labels == label].mean(axis=0) for label in range(k)]))
    return Fit(given, labels, rule, inertia=inertia, fitted_on=len(X), seconds=0.01)


def _trial(X: np.ndarray[Any, Any], outcome: Outcome) -> TrialRecord:
    if isinstance(outcome, Failure):
        return Trial(outcome).record()
    kept, n = outcome.labels >= 0, len(X)
    scores = {"silhouette": Score(None)}
    if outcome.n_clusters > 1:
        scores = {
            name: Score(float(function(X[kept], outcome.labels[kept])), None, n)
            for name, function in (
                ("silhouette", silhouette_score),
                ("calinski_harabasz", calinski_harabasz_score),
                ("davies_bouldin", davies_bouldin_score),
            )
        }
    if outcome.inertia is not None:
        scores["inertia"] = Score(outcome.inertia, None, n)
    if outcome.log_likelihood is not None and outcome.n_parameters is not None:
        scores["log_likelihood"] = Score(outcome.log_likelihood, None, n)
        scores["bic"] = Score(outcome.n_parameters * np.log(n) - 2 * outcome.log_likelihood, None, n)
        scores["aic"] = Score(2.0 * outcome.n_parameters - 2 * outcome.log_likelihood, None, n)
    return Trial(outcome, scores).record()


def build_study(n: int = 200) -> Study:
    raw = customers(n)
    center, scale = raw.mean(axis=0), raw.std(axis=0)
    X = (raw - center) / scale
    outcomes = list(_configurations(X))
    trials = tuple(_trial(X, outcome) for outcome in outcomes)
    best = max(trials[:10], key=lambda trial: trial.value("silhouette") or -1.0)
    second = next(t for t in trials if t.configuration.family == "ward" and t.n_clusters == best.n_clusters)
    schema = Schema(
        (
            Feature("customer", Kind.TEXT, Role.KEY),
            *(Feature(name, Kind.NUMBER, Role.CLUSTER) for name in NAMES),
        )
    )
    preparation = Preparation(
        tuple(
            NumericStep(name, center[i], -np.inf, np.inf, None, center[i], scale[i])
            for i, name in enumerate(NAMES)
        ),
        {},
        "standard",
    )
    fit = outcomes[trials.index(best)]
    assert isinstance(fit, Fit)
    model = _model(raw, X, schema, preparation, fit)
    return Study(
        provenance=Provenance(
            "postgresql://ann:secret@db/customers", "customers", "ab" * 32, n, 3, 0, "segmint run customers",
            {"segmint": "0.1.0"}, Cost(1.0, 1e8), 2.5, "2026-07-01T08:00:00+00:00",
        ),
        schema=schema,
        preparation=preparation,
        notices=(),
        trials=trials,
        finalists=(best.configuration.id, second.configuration.id),
        decision=Decision(
            Verdict.GROUPS, best.configuration.id, "kmeans", best.n_clusters or 0, 0.9,
            sentence("common.customers", n=n), (sentence("common.rows", n=n),), (),
            second.configuration.id,
            (Rival(second.configuration.id, "ward", second.n_clusters, sentence("common.rows", n=1)),),
            None, (), None,
        ),
        models={best.configuration.id: model},
        figures=FigureData(None, {}, {}),
    )  # fmt: skip


def _spread(values: np.ndarray[Any, Any]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.quantile(values, (0.1, 0.25, 0.5, 0.75, 0.9)))


def _model(
    raw: np.ndarray[Any, Any], X: np.ndarray[Any, Any], schema: Schema, preparation: Preparation, fit: Fit
) -> SegmentModel:
    k = fit.n_clusters
    inside = [fit.labels == label for label in range(k)]
    distances = [np.sort(np.linalg.norm(X[rows] - X[rows].mean(axis=0), axis=1)) for rows in inside]
    cards = tuple(
        SegmentCard(
            f"seg_{label:04d}", label + 1, label, f"Group {label + 1}", False, int(rows.sum()),
            float(rows.mean()), {name: float(raw[rows, i].mean()) for i, name in enumerate(NAMES)},
            {name: _spread(raw[rows, i]) for i, name in enumerate(NAMES)}, {}, (), None, None, None,
            sentence("common.rows", n=int(rows.sum())),
        )
        for label, rows in enumerate(inside)
    )  # fmt: skip
    reference = ReferenceSnapshot(
        len(X),
        {
            name: NumericReference(
                np.quantile(raw[:, i], np.arange(0.1, 1, 0.1)), np.full(10, len(X) // 10, dtype=np.int64),
                float(raw[:, i].mean()), float(raw[:, i].std()), 0.0,
            )
            for i, name in enumerate(NAMES)
        },
        {},
        np.array([*(int(rows.sum()) for rows in inside), 0], dtype=np.int64),
        np.array([X[rows].mean(axis=0) for rows in inside]),
        np.array([np.cov(X[rows], rowvar=False) for rows in inside]),
        np.array([np.quantile(values, np.linspace(0, 1, 101)) for values in distances]),
    )  # fmt: skip
    manifest = Manifest(
        "customers", fit.configuration.family, fit.configuration.id, dict(fit.configuration.parameters), 0,
        "ab" * 32, "groups", 1.0, None, None, None, 0, {"segmint": "0.1.0"},
    )  # fmt: skip
    return SegmentModel(manifest, schema, preparation, fit.assigner, cards, reference)


@pytest.fixture(scope="session")
def study() -> Study:
    return build_study()


@pytest.fixture(scope="session")
def small_study(study: Study) -> Study:
    """The same with K-Means only: ten configurations."""
    return replace(study, trials=study.trials[:10], finalists=study.finalists[:1])


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare_store(tmp_path_factory.mktemp("empty") / "workspace")


@pytest.fixture
def uri(tmp_path: Path, empty_store: Path) -> str:
    """The address of a workspace whose database is a copy, made at home there as after a move."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    shutil.copyfile(empty_store, workspace / empty_store.name)
    repoint(workspace)
    return tracking_uri(workspace, None)


@pytest.fixture
def at_once() -> Callable[[str, list[list[str]]], list[str]]:
    """Run one script in several processes, which all wait for each other after their imports."""

    def run(script: str, arguments: list[list[str]]) -> list[str]:
        pipe = subprocess.PIPE
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", script, *each], stdin=pipe, stdout=pipe, stderr=pipe, text=True
            )
            for each in arguments
        ]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        said = [worker.communicate(timeout=120) for worker in workers]
        assert [(worker.returncode, err) for worker, (_, err) in zip(workers, said, strict=True)] == [
            (0, "")
        ] * len(workers)
        return [out for out, _ in said]

    return run
