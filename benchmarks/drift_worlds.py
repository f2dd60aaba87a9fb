"""Made-up customers for the drift simulations: worlds that stay, and worlds in which one thing changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from segmint.drift.build import build_drift_reference
from segmint.drift.folds import Fresh
from segmint.drift.scoring import Placed, place_rows
from segmint.families.fit import Configuration, Fit, Request
from segmint.families.folding import place_as_new
from segmint.families.quick import density_of, quick_fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.labels import sizes
from segmint.model.drift_reference import DriftReference
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.types import FloatMatrix, FloatVector, IntVector, RawColumns, silent

Rng = np.random.Generator


@dataclass(frozen=True)
class Setting:
    """A kind of world: family, features, segments, tails, how features go together, how far apart segments lie."""

    family: str
    n_features: int
    n_segments: int
    tails: str
    correlated: bool
    distance: float
    background: float = 0.0


SETTINGS: Mapping[str, Setting] = {
    "5 independent": Setting("kmeans", 5, 4, "normal", False, 5.0),
    "10 correlated": Setting("kmeans", 10, 6, "normal", True, 6.0),
    "20 independent": Setting("kmeans", 20, 6, "normal", False, 6.0),
    "8 overlapping": Setting("kmeans", 8, 5, "normal", True, 3.0),
    "8 without groups": Setting("kmeans", 8, 5, "normal", False, 0.0),
    "8 Student's t3": Setting("kmeans", 8, 5, "t3", True, 6.0),
    "6 lognormal": Setting("kmeans", 6, 4, "lognormal", False, 4.0),
    "mixture, 6 correlated": Setting("gaussian_mixture", 6, 4, "normal", True, 5.0),
    "mixture, 5 Student's t3": Setting("gaussian_mixture", 5, 4, "t3", False, 5.0),
    "Ward, 5 correlated": Setting("ward", 5, 4, "normal", True, 5.0),
    "DBSCAN, 3 with noise": Setting("dbscan", 3, 4, "normal", False, 9.0, 0.05),
    "HDBSCAN, 3 with noise": Setting("hdbscan", 3, 4, "normal", False, 9.0, 0.05),
}


@dataclass(frozen=True, eq=False)
class World:
    """Segments by center, share and shape."""

    setting: Setting
    shares: FloatVector
    centers: FloatMatrix
    factors: FloatMatrix

    def draw(self, rng: Rng, n: int, shares: FloatVector | None = None) -> tuple[FloatMatrix, IntVector]:
        """Draw rows and the segment of each."""
        d, K = self.setting.n_features, self.setting.n_segments
        segments = rng.choice(K, n, p=self.shares if shares is None else shares)
        heavy = self.setting.tails == "t3"
        rows = rng.standard_t(3, (n, d)) / np.sqrt(3) if heavy else rng.normal(size=(n, d))
        for k in range(K):
            rows[segments == k] = rows[segments == k] @ self.factors[k].T
        rows += self.centers[segments]
        lost = rng.random(n) < self.setting.background
        reach = np.abs(self.centers).max() + 4.0
        rows[lost] = rng.uniform(-reach, reach, (int(lost.sum()), d))
        return rows, segments

    def seen(self, rows: FloatMatrix) -> FloatMatrix:
        """Return rows as they are measured."""
        return np.exp(0.6 * rows - 1.2) if self.setting.tails == "lognormal" else rows


def make_world(setting: Setting, rng: Rng, shares: FloatVector | None = None) -> World:
    """Make a world of a kind."""
    d, K = setting.n_features, setting.n_segments
    directions = rng.normal(size=(K, d))
    apart = np.sqrt(((directions[:, None] - directions[None]) ** 2).sum(axis=2)) + np.diag([np.inf] * K)
    factors = np.stack([_factor(rng, d) if setting.correlated else np.eye(d) for _ in range(K)])
    drawn = rng.dirichlet(np.full(K, 8.0)) if shares is None else shares
    return World(setting, drawn, directions * (setting.distance / apart.min()), factors)


def _factor(rng: Rng, d: int) -> FloatMatrix:
    shared = rng.normal(size=(d, 2))
    covariance = 0.4 * np.eye(d) + 0.3 * shared @ shared.T
    deviations = np.sqrt(np.diag(covariance))
    return np.linalg.cholesky(covariance / np.outer(deviations, deviations))


@dataclass(frozen=True, eq=False)
class Trained:
    """A model of a world, ready to be watched."""

    reference: DriftReference
    place: Callable[[FloatMatrix], Placed]
    columns: Callable[[FloatMatrix], RawColumns]
    prepare: Callable[[FloatMatrix], FloatMatrix]
    fresh: Fresh
    raw: FloatMatrix


def train(world: World, n: int, rng: Rng, seed: int) -> Trained | None:
    """Fit the world's family to ``n`` rows; ``None`` where it does not find the segments that there are."""
    raw = world.seen(world.draw(rng, n)[0])
    center, deviation = raw.mean(axis=0), raw.std(axis=0)

    def prepare(rows: FloatMatrix) -> FloatMatrix:
        return (np.where(np.isnan(rows), center, rows) - center) / deviation

    X = prepare(raw)
    fit = fitted(world.setting, X, seed)
    if fit is None:
        return None
    names = [f"feature {f}" for f in range(X.shape[1])]
    schema = Schema(tuple(Feature(name, Kind.NUMBER, Role.CLUSTER) for name in names))

    def columns(rows: FloatMatrix) -> RawColumns:
        return dict(zip(names, rows.T, strict=True))

    geometry = Geometry(X)
    density = density_of(fit.configuration, geometry)
    fresh = quick_fit(fit.configuration, n_samples=n, density=density)
    rows = place_as_new(fit.configuration, geometry, fit.labels, fit.assigner, fresh=fresh, seed=seed)
    reference = build_drift_reference(
        rows, fit.assigner, columns=columns(raw), schema=schema, fresh=fresh, seed=seed
    )
    return Trained(
        reference, lambda rows: place_rows(fit.assigner, prepare(rows)), columns, prepare, fresh, raw
    )


def fitted(setting: Setting, X: FloatMatrix, seed: int) -> Fit | None:
    """Fit a family; of a density family the fit with the right number of clusters and the largest smallest one."""
    family, geometry = FAMILIES[setting.family], Geometry(X)
    K = setting.n_segments
    asked: Mapping[str, dict[str, object]] = {
        "kmeans": {"n_clusters": K, "n_init": 5, "init": "k-means++"},
        "gaussian_mixture": {
            "n_components": K,
            "covariance_type": "full",
            "n_init": 5,
            "reg_covar": 1e-6,
        },
        "ward": {"n_clusters": K},
    }
    if setting.family in asked:
        planned = (Configuration(setting.family, asked[setting.family], seed),)
    else:
        planned = family.plan(geometry, Request(ks=(K,), seed=seed))
    fits = [fit for fit in family.sweep(geometry, planned, silent) if isinstance(fit, Fit)]
    right = [fit for fit in fits if fit.n_clusters == K]
    return max(right, key=lambda fit: int(sizes(fit.labels).min()), default=None)


def behave(world: World, rng: Rng, m: int, *, shift: tuple[float, float], most: int) -> FloatMatrix:
    """Draw a batch in which one segment moves in up to ``most`` features, by so many deviations."""
    rows, segments = world.draw(rng, m)
    label = rng.integers(world.setting.n_segments)
    for f in rng.choice(world.setting.n_features, rng.integers(1, most + 1), replace=False):
        rows[segments == label, f] += rng.choice([-1, 1]) * rng.uniform(*shift)
    return world.seen(rows)


def come(world: World, rng: Rng, m: int) -> FloatMatrix:
    """Draw a batch in which one segment loses 35 to 80 % of its share to another."""
    shares = world.shares.copy()
    loser, winner = rng.choice(len(shares), 2, replace=False)
    moved = shares[loser] * rng.uniform(0.35, 0.8)
    shares[loser] -= moved
    shares[winner] += moved
    return world.seen(world.draw(rng, m, shares)[0])


def add_new(world: World, rng: Rng, m: int) -> FloatMatrix:
    """Draw a batch in which 3 to 12 % of the rows are a group beyond all segments."""
    rows, _ = world.draw(rng, m)
    d = world.setting.n_features
    direction = rng.normal(size=d)
    far = np.linalg.norm(world.centers, axis=1).max() + rng.uniform(4, 10)
    new = rng.random(m) < rng.uniform(0.03, 0.12)
    rows[new] = direction / np.linalg.norm(direction) * far + rng.normal(size=(int(new.sum()), d))
    return world.seen(rows)


def age(world: World, rng: Rng, m: int) -> FloatMatrix:
    """Draw a batch in which two near segments meet and the largest falls apart into two."""
    rows, segments = world.draw(rng, m)
    d, largest = world.setting.n_features, int(np.argmax(world.shares))
    others = np.delete(np.arange(len(world.shares)), largest)
    apart = ((world.centers[others][:, None] - world.centers[others][None]) ** 2).sum(axis=2)
    one, other = others[
        np.array(np.unravel_index(np.argmin(apart + np.diag([np.inf] * len(others))), apart.shape))
    ]
    middle = 0.5 * (world.centers[one] + world.centers[other])
    part = rng.uniform(0.7, 1.0)
    for label in (one, other):
        rows[segments == label] += part * (middle - world.centers[label])
    direction = rng.normal(size=d)
    gap = rng.uniform(2.0, 3.0) * max(1.0, np.sqrt(d / 6.0))
    side = rng.choice([-1.0, 1.0], m)[:, None] * gap * direction / np.linalg.norm(direction)
    rows[segments == largest] += side[segments == largest]
    return world.seen(rows)


def damage(world: World, rng: Rng, m: int) -> FloatMatrix:
    """Draw a batch with one broken column: ×1000, ×.01, more missing, one value, or nothing in it."""
    rows = world.seen(world.draw(rng, m)[0])
    column = rows[:, rng.integers(world.setting.n_features)]
    kind = rng.integers(5)
    if kind < 2:
        column *= (1000.0, 0.01)[kind]
    elif kind == 2:
        column[rng.random(m) < rng.uniform(0.06, 0.3)] = np.nan
    elif kind == 3:
        column[rng.random(m) < 0.35] = 0.0
    else:
        column[:] = np.nan
    return rows


def stay(world: World, rng: Rng, m: int) -> FloatMatrix:
    """Draw a batch in which nothing changed."""
    return world.seen(world.draw(rng, m)[0])


PLANTED: Mapping[str, Callable[[World, Rng, int], FloatMatrix]] = {
    "nothing": stay,
    "broken data": damage,
    "who comes": come,
    "how they behave": partial(behave, shift=(0.3, 1.0), most=3),
    "something new": add_new,
    "the model ages": age,
}
