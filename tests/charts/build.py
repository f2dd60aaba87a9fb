"""Studies made by real fits of scikit-learn, for the tests of charts and reports.

A small stand-in for the whole sweep: it needs neither files nor the other rooms, so that a failing chart
points at the chart.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.datasets import make_blobs, make_moons
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_samples, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from segmint.choosing.decision import Decision, Elbow, NullComparison, Resampling, Rival, Verdict
from segmint.choosing.study import FigureData, MapData, Provenance, Study
from segmint.choosing.trial import TrialRecord
from segmint.families.fit import Configuration, Cost
from segmint.labels import canonical
from segmint.measure.score import Score
from segmint.model.centers import CentersAssigner
from segmint.model.placement import Placement, margin
from segmint.model.preparation import NumericStep, Preparation
from segmint.model.reference import NumericReference, ReferenceSnapshot
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.model.segment_model import Manifest, SegmentModel
from segmint.profile.cards import build_cards
from segmint.words import sentence


@dataclass(frozen=True)
class NearestRow:
    """The label of the nearest of some rows; with one row a cluster, the nearest center."""

    rows: np.ndarray[Any, Any]
    owners: np.ndarray[Any, Any]
    reach: float = np.inf
    kind: ClassVar[str] = "nearest_row"
    confidence_kind: ClassVar[str] = "margin"

    @property
    def n_clusters(self) -> int:
        return int(self.owners.max()) + 1

    @property
    def n_features(self) -> int:
        return int(self.rows.shape[1])

    def place(self, X: np.ndarray[Any, Any]) -> Placement:
        distances = np.sqrt(((X[:, None, :] - self.rows[None]) ** 2).sum(-1))
        each = np.stack([distances[:, self.owners == k].min(1) for k in range(self.n_clusters)], axis=1)
        order = np.argsort(each, axis=1)
        first = np.take_along_axis(each, order, 1)
        second = first[:, 1] if self.n_clusters > 1 else np.full(len(X), np.inf)
        lost = first[:, 0] > self.reach
        labels = np.where(lost, -1, order[:, 0])
        confidence = np.where(lost, np.nan, margin(first[:, 0], second))
        return Placement(
            labels.astype(np.int64),
            first[:, 0],
            confidence,
            order[:, min(1, self.n_clusters - 1)],
            order[:, 0],
        )

    def relabeled(self, order: Any) -> NearestRow:
        return self

    def rule(self) -> Any:
        return sentence("common.rows", n=len(self.rows))

    def arrays(self) -> Mapping[str, Any]:
        return {"rows": self.rows, "owners": self.owners}

    def parameters(self) -> Mapping[str, Any]:
        return {"reach": self.reach}

    @classmethod
    def restore(cls, arrays: Mapping[str, Any], parameters: Mapping[str, Any]) -> NearestRow:
        return cls(arrays["rows"], arrays["owners"], parameters["reach"])


@dataclass(frozen=True)
class Table:
    """Raw numbers with names, and which of them cluster."""

    values: np.ndarray[Any, Any]
    names: tuple[str, ...]
    source: str
    n_used: int
    units: tuple[str | None, ...] = ()


def blobs(
    n: int = 150, *, centers: int = 3, features: int = 2, seed: int = 3, source: str = "blobs.csv"
) -> Table:
    values, _ = make_blobs(n, n_features=features, centers=centers, cluster_std=0.8, random_state=seed)
    values = 40 + 6 * values
    return Table(values, tuple(f"feature {i + 1}" for i in range(features)), source, features)


def moons(n: int = 400) -> Table:
    values, _ = make_moons(n, noise=0.05, random_state=42)
    return Table(values, ("across", "up"), "moons.csv", 2)


def uniform(n: int = 300, features: int = 4) -> Table:
    values = np.random.default_rng(5).uniform(0, 100, (n, features))
    return Table(values, tuple(f"column {i + 1}" for i in range(features)), "uniform.csv", features)


# the sweep -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    configuration: Configuration
    labels: np.ndarray[Any, Any]
    extra: Mapping[str, float]


def _sweep(X: np.ndarray[Any, Any], ks: Sequence[int]) -> list[_Run]:
    runs = []
    for k in ks:
        fit = KMeans(k, n_init=5, random_state=0).fit(X)
        runs.append(_run("kmeans", {"n_clusters": k, "n_init": 5}, fit.labels_, inertia=fit.inertia_))
    for covariance in ("full", "tied", "diag", "spherical"):
        for k in ks:
            mixture = GaussianMixture(k, covariance_type=covariance, random_state=0, reg_covar=1e-4).fit(X)
            given = {"n_components": k, "covariance_type": covariance}
            labels = mixture.predict(X)
            runs.append(_run("gaussian_mixture", given, labels, bic=mixture.bic(X), aic=mixture.aic(X)))
    for k in ks[1:]:
        runs.append(_run("ward", {"n_clusters": k}, AgglomerativeClustering(k).fit_predict(X)))
    reach = NearestNeighbors(n_neighbors=5).fit(X).kneighbors(X)[0][:, -1]
    for quantile in (0.5, 0.8, 0.9, 0.95, 0.99):
        eps = float(np.round(np.quantile(reach, quantile), 3))
        for neighbors in (5, 10):
            found = DBSCAN(eps=eps, min_samples=neighbors).fit_predict(X)
            runs.append(_run("dbscan", {"eps": eps, "min_samples": neighbors}, found))
    for size in (5, 10, 20):
        runs.append(
            _run(
                "hdbscan",
                {"min_cluster_size": size},
                HDBSCAN(min_cluster_size=size, copy=True).fit_predict(X),
            )
        )
    return runs


def _run(family: str, parameters: dict[str, Any], labels: Any, **extra: float) -> _Run:
    return _Run(Configuration(family, parameters, 0), canonical(np.asarray(labels, dtype=np.int64)), extra)


def _record(X: np.ndarray[Any, Any], run: _Run) -> TrialRecord:
    kept = run.labels >= 0
    found = len(set(run.labels[kept].tolist()))
    scores = {name: Score(float(value), None, len(X)) for name, value in run.extra.items()}
    each: tuple[float, ...] = ()
    if 1 < found < kept.sum():
        rows = silhouette_samples(X[kept], run.labels[kept])
        each = tuple(float(rows[run.labels[kept] == k].mean()) for k in range(found))
        scores["silhouette"] = Score(float(rows.mean()), None, int(kept.sum()))
        bouldin = davies_bouldin_score(X[kept], run.labels[kept])
        scores["davies_bouldin"] = Score(float(bouldin), None, int(kept.sum()))
    failed = None
    if run.configuration.family in ("dbscan", "hdbscan") and found < 2:
        failed = sentence("common.rows", n=found)
    sizes = tuple(int((run.labels == k).sum()) for k in range(found))
    noise = 1 - float(kept.mean())
    return TrialRecord(
        run.configuration, found, noise, scores, each, sizes, None, 1.0, len(X), (), failed, 0.01
    )


# the study ---------------------------------------------------------------------------------------------------


def build_study(
    table: Table,
    *,
    winner: tuple[str, int] | None = None,
    verdict: Verdict = Verdict.GROUPS,
    ks: Sequence[int] = tuple(range(1, 9)),
    names: Sequence[str] | None = None,
    resamples: int = 20,
    n_points: int = 2000,
) -> Study:
    """Fit, measure and decide in the plainest way: the best silhouette wins, or what ``winner`` names."""
    used = table.values[:, : table.n_used]
    center, scale = used.mean(0), used.std(0)
    X = (used - center) / scale
    runs = _sweep(X, ks)
    trials = tuple(_record(X, run) for run in runs)
    by_id = {run.configuration.id: run for run in runs}
    best = _best_of_each_family(trials)
    chosen = _chosen(best, trials, winner)
    finalists = (chosen.configuration.id, *(t.configuration.id for t in best if t is not chosen))
    labels = {name: by_id[name].labels for name in finalists}
    schema = _schema(table)
    preparation = Preparation(
        tuple(
            NumericStep(name, float(center[i]), -np.inf, np.inf, None, float(center[i]), float(scale[i]))
            for i, name in enumerate(table.names[: table.n_used])
        ),
        {name: (sentence("common.rows", n=len(X)),) for name in table.names},
        "standard",
    )
    decision = _decision(X, trials, chosen, best, labels, verdict, resamples)
    model = _model(table, X, schema, preparation, chosen, labels[chosen.configuration.id], decision, names)
    return Study(
        provenance=Provenance(
            source=table.source,
            name=table.source.split(".")[0],
            fingerprint="0" * 63 + "1",
            n_rows=len(X),
            n_columns=len(table.names),
            seed=0,
            command=f"segmint run {table.source}",
            versions={"segmint": "0.1.0", "numpy": np.__version__},
            forecast=Cost(2.0, 2e8),
            seconds=1.4,
            created="2026-07-01T08:00:00+00:00",
        ),
        schema=schema,
        preparation=preparation,
        notices=(sentence("common.rows", n=len(X)),),
        trials=trials,
        finalists=finalists,
        decision=decision,
        models={chosen.configuration.id: model},
        figures=_figures(table, X, labels, chosen.configuration.id, model, n_points),
    )


def _best_of_each_family(trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    best: dict[str, TrialRecord] = {}
    for trial in trials:
        family, value = trial.configuration.family, trial.value("silhouette")
        if trial.failed is None and value is not None and (trial.noise_share or 0) < 0.15:
            before = best.get(family)
            if before is None or value > (before.value("silhouette") or -1):
                best[family] = trial
    return list(best.values())


def _chosen(
    best: list[TrialRecord], trials: Sequence[TrialRecord], winner: tuple[str, int] | None
) -> TrialRecord:
    if winner is None:
        return max(best, key=lambda trial: trial.value("silhouette") or -1)
    fitting = [t for t in trials if (t.configuration.family, t.n_clusters) == winner and t.failed is None]
    found = max(fitting, key=lambda trial: (-(trial.noise_share or 0), trial.value("silhouette") or -1))
    best[:] = [trial for trial in best if trial.configuration.family != winner[0]] + [found]
    return found


def _decision(
    X: np.ndarray[Any, Any],
    trials: Sequence[TrialRecord],
    chosen: TrialRecord,
    best: Sequence[TrialRecord],
    labels: Mapping[str, np.ndarray[Any, Any]],
    verdict: Verdict,
    resamples: int,
) -> Decision:
    rivals = tuple(
        Rival(
            t.configuration.id,
            t.configuration.family,
            t.n_clusters,
            sentence("common.rows", n=sum(t.cluster_sizes)),
        )
        for t in best
        if t is not chosen
    )
    resampling = _resampled(X, trials, chosen, labels, resamples)
    wins = resampling.wins.get(chosen.configuration.id, 0)
    none = verdict is Verdict.NONE
    return Decision(
        verdict=verdict,
        configuration=chosen.configuration.id,
        family=chosen.configuration.family,
        n_clusters=1 if none else chosen.n_clusters or 1,
        confidence=wins / resamples if resamples else None,
        headline=sentence("common.rows", n=len(X)),
        reasons=(sentence("common.rows", n=len(X)), sentence("common.columns", n=X.shape[1])),
        doubts=(sentence("common.customers", n=len(X)),),
        runner_up=rivals[0].configuration if rivals else None,
        rivals=rivals,
        resampling=resampling,
        nulls=_nulls(X, chosen, verdict),
        elbow=_elbow(trials),
    )


def _resampled(
    X: np.ndarray[Any, Any],
    trials: Sequence[TrialRecord],
    chosen: TrialRecord,
    labels: Mapping[str, np.ndarray[Any, Any]],
    n: int,
) -> Resampling:
    rng = np.random.default_rng(1)
    ks = {
        t.n_clusters: t.configuration.id
        for t in trials
        if t.configuration.family == "kmeans" and (t.n_clusters or 0) > 1
    }
    wins: dict[str, int] = {chosen.configuration.id: 0}
    overlaps: dict[str, list[list[float]]] = {name: [] for name in labels}
    seen: dict[str, list[float]] = {name: [] for name in ks.values()}
    for _ in range(n):
        rows = rng.choice(len(X), len(X) * 4 // 5, replace=False)
        fits = {k: KMeans(k, n_init=1, random_state=0).fit_predict(X[rows]) for k in ks if k}
        values = {k: float(silhouette_score(X[rows], found)) for k, found in fits.items()}
        top = max(values, key=lambda k: values[k])
        winner = chosen.configuration.id if top == chosen.n_clusters else ks[top]
        wins[winner] = wins.get(winner, 0) + 1
        for k, value in values.items():
            seen[ks[k]].append(value)
        for name, own in labels.items():
            near = fits[min(fits, key=lambda k: abs(k - (own.max() + 1)))]
            overlaps[name].append([_jaccard(own[rows] == c, near) for c in range(own.max() + 1)])
    jaccard = {name: tuple(np.mean(rows, axis=0).tolist()) for name, rows in overlaps.items() if rows}
    bands = {
        name: (float(np.quantile(v, 0.05)), float(np.quantile(v, 0.95))) for name, v in seen.items() if v
    }
    return Resampling(n, 100, wins, jaccard, bands)


def _jaccard(inside: np.ndarray[Any, Any], found: np.ndarray[Any, Any]) -> float:
    return max(
        float((inside & (found == c)).sum() / max(1, (inside | (found == c)).sum()))
        for c in set(found.tolist())
    )


def _nulls(X: np.ndarray[Any, Any], chosen: TrialRecord, verdict: Verdict) -> tuple[NullComparison, ...]:
    rng, k = np.random.default_rng(2), max(2, chosen.n_clusters or 2)
    observed = chosen.value("silhouette") or 0.0
    covariance = np.cov(X, rowvar=False).reshape(X.shape[1], X.shape[1])
    tables = {
        "gaussian": lambda: rng.multivariate_normal(np.zeros(X.shape[1]), covariance, len(X)),
        "uniform": lambda: rng.uniform(X.min(0), X.max(0), X.shape),
    }
    nulls = []
    for kind, draw in tables.items():
        values = []
        for _ in range(20):
            table = draw()
            values.append(
                float(silhouette_score(table, KMeans(k, n_init=1, random_state=0).fit_predict(table)))
            )
        p = (1 + sum(v >= observed for v in values)) / (1 + len(values)) if verdict is Verdict.NONE else 0.01
        nulls.append(NullComparison(kind, "separation", observed, tuple(sorted(values)), p))
    return tuple(nulls)


def _elbow(trials: Sequence[TrialRecord]) -> Elbow:
    values = [t.value("inertia") or 0.0 for t in trials if t.configuration.family == "kmeans"]
    y = np.array(values) / values[0]
    y = (y - y[-1]) / (y[0] - y[-1])
    below = 1 - np.linspace(0, 1, len(y)) - y
    drops = tuple(float(a - b) / values[0] for a, b in itertools.pairwise(values))
    return Elbow(int(np.argmax(below)) + 1, float(below.max()), drops)


def _schema(table: Table) -> Schema:
    features = [Feature("customer", Kind.COUNT, Role.KEY, reason=sentence("common.columns", n=1))]
    for i, name in enumerate(table.names):
        role = Role.CLUSTER if i < table.n_used else Role.DESCRIBE
        unit = table.units[i] if i < len(table.units) else None
        features.append(Feature(name, Kind.NUMBER, role, unit=unit, reason=sentence("common.columns", n=1)))
    return Schema(tuple(features))


def _model(
    table: Table,
    X: np.ndarray[Any, Any],
    schema: Schema,
    preparation: Preparation,
    chosen: TrialRecord,
    labels: np.ndarray[Any, Any],
    decision: Decision,
    names: Sequence[str] | None,
) -> SegmentModel:
    k = int(labels.max()) + 1
    if chosen.configuration.family in ("dbscan", "hdbscan"):
        kept = labels >= 0
        reach = float(chosen.configuration.parameters.get("eps", 0.3))
        assigner: Any = NearestRow(X[kept], labels[kept], reach)
    else:
        assigner = CentersAssigner(np.array([X[labels == c].mean(0) for c in range(k)]))
    jaccard = decision.resampling.jaccard[chosen.configuration.id] if decision.resampling else ()
    cards = build_cards(
        {name: table.values[:, i] for i, name in enumerate(table.names)},
        schema,
        preparation,
        labels,
        ids=[f"segment-{c}" for c in range(k)],
        stability=jaccard or None,
        silhouettes=chosen.cluster_silhouettes,
        seed=0,
    )
    if names:
        cards = tuple(
            replace(card, name=name, name_given=True) for card, name in zip(cards, names, strict=True)
        )
    manifest = Manifest(
        table.source.split(".")[0], chosen.configuration.family, chosen.configuration.id,
        chosen.configuration.parameters, 0, "0" * 63 + "1", decision.verdict.value, 1.0, 0.99, None, None, 0, {},
    )  # fmt: skip
    return SegmentModel(manifest, schema, preparation, assigner, cards, _reference(table, labels, k))  # type: ignore[arg-type]


def _reference(table: Table, labels: np.ndarray[Any, Any], k: int) -> ReferenceSnapshot:
    numbers = {
        name: NumericReference(
            np.quantile(table.values[:, i], np.linspace(0.1, 0.9, 9)), np.zeros(10, dtype=np.int64),
            float(table.values[:, i].mean()), float(table.values[:, i].std()), 0.0,
        )
        for i, name in enumerate(table.names)
    }  # fmt: skip
    counts = np.array([*((labels == c).sum() for c in range(k)), (labels < 0).sum()])
    d = table.n_used
    return ReferenceSnapshot(
        len(labels), numbers, {}, counts, np.zeros((k, d)), np.zeros((k, d, d)), np.zeros((k, 5))
    )


def _figures(
    table: Table,
    X: np.ndarray[Any, Any],
    labels: Mapping[str, np.ndarray[Any, Any]],
    winner: str,
    model: SegmentModel,
    n_points: int,
) -> FigureData:
    rows = np.sort(np.random.default_rng(0).permutation(len(X))[:n_points])
    flat = X.shape[1] == 2
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    points = table.values[:, :2] if flat else X @ vectors[:, ::-1][:, :2]
    silhouettes = {}
    for name, own in labels.items():
        kept = own >= 0
        each = silhouette_samples(X[kept], own[kept])
        silhouettes[name] = tuple(np.sort(each[own[kept] == c])[::-1] for c in range(own.max() + 1))
    reach = NearestNeighbors(n_neighbors=min(10, len(X) - 1)).fit(X).kneighbors(X)[0]
    return FigureData(
        map=MapData(
            points=points[rows],
            axes=(table.names[0], table.names[1]) if flat else ("component 1", "component 2"),
            projected=not flat,
            kept_variance=1.0 if flat else float(values[-2:].sum() / values.sum()),
            labels={name: own[rows] for name, own in labels.items()},
            confidence=model.assigner.place(X[rows]).confidence,
            n_rows=len(X),
        ),
        silhouette_rows=silhouettes,
        k_distance={k: np.sort(reach[:, k - 1])[:: max(1, len(X) // 500)] for k in (5, 10)},
    )


def agreement(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float:
    return float(adjusted_rand_score(first, second))
