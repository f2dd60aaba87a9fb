"""Two watched models that the tests of this room share: separate segments, and one with noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from segmint.drift.build import build_drift_reference
from segmint.drift.folds import Fresh
from segmint.drift.scoring import Placed, place_rows
from segmint.families.fit import Configuration
from segmint.families.folding import place_as_new
from segmint.families.kmeans import fit_kmeans
from segmint.families.quick import quick_fit
from segmint.geometry.geometry import Geometry
from segmint.model.centers import CentersAssigner
from segmint.model.drift_reference import DriftReference
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.types import FloatMatrix, IntVector, RawColumns

CENTERS = np.array([[0.0, 0, 0, 0], [6, 0, 0, 0], [0, 6, 0, 6], [0, 0, 6, -6]])
SHARES = (0.4, 0.3, 0.2, 0.1)
NAMES = ("visits", "spend", "basket", "tenure")
SCHEMA = Schema(tuple(Feature(name, Kind.NUMBER, Role.CLUSTER) for name in NAMES))
CONFIGURATION = Configuration("kmeans", {"n_clusters": 4, "n_init": 5, "init": "k-means++"}, 0)


@dataclass(frozen=True, eq=False)
class Watched:
    """A K-Means model of four round segments in four features."""

    rule: CentersAssigner
    X: FloatMatrix
    reference: DriftReference
    fresh: Fresh

    def draw(self, n: int, seed: int, shares: tuple[float, ...] = SHARES) -> tuple[FloatMatrix, IntVector]:
        """Draw rows of the same kind, and the segment of each by the rule's labels."""
        rows = draw(n, seed, shares)
        return rows, self.rule.place(rows).labels

    def place(self, rows: FloatMatrix) -> Placed:
        """Place rows by the model's rule."""
        return place_rows(self.rule, rows)

    def columns(self, rows: FloatMatrix) -> RawColumns:
        """Return rows as raw columns."""
        return dict(zip(NAMES, rows.T, strict=True))


def draw(n: int, seed: int, shares: tuple[float, ...] = SHARES) -> FloatMatrix:
    rng = np.random.default_rng(seed)
    return CENTERS[rng.choice(4, n, p=shares)] + rng.normal(size=(n, 4))


def _watch(n: int, seed: int, *, n_draws: int = 1000) -> Watched:
    X = draw(n, seed)
    centers, labels, *_ = fit_kmeans(X, 4, n_init=5, seed=seed)
    rule, fresh = CentersAssigner(centers), quick_fit(CONFIGURATION, n_samples=n, density=0.0)
    reference = build_drift_reference(
        place_as_new(CONFIGURATION, Geometry(X), labels, rule, fresh=fresh, seed=seed),
        rule,
        columns=dict(zip(NAMES, X.T, strict=True)),
        schema=SCHEMA,
        fresh=fresh,
        seed=seed,
        n_draws=n_draws,
    )
    return Watched(rule, X, reference, fresh)


@pytest.fixture(scope="session")
def watch() -> Callable[..., Watched]:
    """Give what trains and watches a model of so many rows by a seed."""
    return _watch


@pytest.fixture(scope="session")
def watched() -> Watched:
    """Give a watched model of 5,000 rows."""
    return _watch(5_000, 1)
