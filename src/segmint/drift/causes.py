"""What a difference consists of: new rows, another mix, or segments that behave otherwise — exactly split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.drift.effects import stands_out
from segmint.drift.scoring import Scores
from segmint.drift.statistics import Array, center_deviates, spread_deviates
from segmint.model.drift_reference import DriftReference, Profile
from segmint.seeds import generator
from segmint.types import BoolVector, FloatMatrix

N_REDRAWS = 200
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Split:
    """The Jensen–Shannon divergence of training and batch, in its parts, in bits.

    Attributes
    ----------
    new
        From the share of rows that belong nowhere.
    mix
        From the segments' shares among the others.
    behavior
        Shape (n_clusters, n_features): from how the rows of each segment lie in each feature; 0 where
        chance explains it.
    intervals
        Shape (3, 2): 90 % intervals of the parts of the whole that are new, mix and behavior, 0 … 1.
    """

    new: float
    mix: float
    behavior: FloatMatrix
    intervals: FloatMatrix

    @property
    def total(self) -> float:
        """All parts together."""
        return float(self.new + self.mix + self.behavior.sum())

    @property
    def parts(self) -> dict[str, float]:
        """The part of the whole of new, mix and behavior, 0 … 1; zeros where nothing differs."""
        return dict(
            zip(
                ("new", "mix", "behavior"),
                _of_the_whole(self.new, self.mix, self.behavior.sum()),
                strict=True,
            )
        )


def split(reference: DriftReference, current: Scores, *, seed: int) -> Split:
    """Split the difference by the chain rule of the Jensen–Shannon divergence.

    JS(new, segment, z) = JS(new) + JS(segment | not new) + Σ JS(z_f | segment): a finer partition's divergence
    less the coarser one's, which is exact. The features of a segment are added as if they were independent.
    What chance adds, (cells − 1)(1/m + 1/n) / 8 nats, is taken off, and only cells count whose mean or
    spread stands out.

    Parameters
    ----------
    reference
        What training looked like.
    current
        The batch's scores.
    seed
        Seed of the redraws that the intervals are made of.

    References
    ----------
    Lin (1991), Divergence measures based on the Shannon entropy, doi:10.1109/18.61115.
    Cover and Thomas, Elements of Information Theory (2006), theorem 2.5.3 (the chain rule).
    """
    counted = moved_cells(reference, current)
    new, mix, behavior = _parts(reference.profile, current.profile, counted)
    return Split(
        float(new), float(mix), behavior, _intervals(reference.profile, current.profile, counted, seed)
    )


def moved_cells(reference: DriftReference, current: Scores) -> BoolVector:
    """Return which cells of segment and feature moved or became wider more than chance does."""
    centers = center_deviates(reference.sums, current.sums)
    spreads = spread_deviates(reference.sums, current.sums)
    return stands_out(centers) | stands_out(spreads)


def new_share(profile: Profile) -> float:
    """Return the share of rows that belong nowhere, 0 … 1."""
    new = float(profile.new.sum())
    return new / max(1.0, new + float(profile.near.sum()))


def _parts(before: Profile, now: Profile, counted: BoolVector) -> tuple[Array, Array, FloatMatrix]:
    """Return new, mix and behavior in bits; axes may stand before those of the profiles."""
    n, m = _rows(before), _rows(now)
    h = 1.0 / np.maximum(n, 1.0) + 1.0 / np.maximum(m, 1.0)
    p, q = before.near / n[..., None], now.near / m[..., None]
    outside = _term(before.new.sum(axis=-1) / n, now.new.sum(axis=-1) / m)
    inside = _term(p.sum(axis=-1), q.sum(axis=-1))
    segments = _term(p, q)
    cells = _term(before.cells / n[..., None, None, None], now.cells / m[..., None, None, None])
    filled = np.count_nonzero(before.cells + now.cells, axis=-1)
    behavior = cells.sum(axis=-1) - segments[..., None] - np.maximum(filled - 1, 0) * h[..., None, None] / 8.0
    mix = segments.sum(axis=-1) - inside - (p.shape[-1] - 1) * h / 8.0
    parts = (outside + inside - h / 8.0, mix, np.where(counted, behavior, 0.0))
    new, mix, behavior = (np.maximum(part, 0.0) / np.log(2.0) for part in parts)
    return new, mix, behavior


def _rows(profile: Profile) -> Array:
    return np.asarray(np.maximum(profile.near.sum(axis=-1) + profile.new.sum(axis=-1), 1.0))


def _term(p: Array, q: Array) -> Array:
    """Return ½ p ln(p/μ) + ½ q ln(q/μ) with μ = (p + q)/2: one cell's part of the divergence, in nats."""
    middle = np.where(p + q > 0, 0.5 * (p + q), 1.0)
    return np.asarray(sum(0.5 * x * np.log(np.where(x > 0, x / middle, 1.0)) for x in (p, q)))


def _of_the_whole(new: Array | float, mix: Array | float, behavior: Array | float) -> Array:
    parts = np.stack([np.asarray(new), np.asarray(mix), np.asarray(behavior)], axis=-1)
    whole = parts.sum(axis=-1, keepdims=True)
    return parts / np.where(whole > 0, whole, 1.0)


def _intervals(before: Profile, now: Profile, counted: BoolVector, seed: int) -> FloatMatrix:
    """Return 90 % intervals of the parts of the whole: counts drawn again, centered on what was found."""
    rng = generator(seed, "drift", "intervals")
    new, mix, behavior = _parts(_redrawn(before, rng), _redrawn(now, rng), counted)
    drawn = _of_the_whole(new, mix, behavior.sum(axis=(-2, -1)))
    found = _parts(before, now, counted)
    centered = drawn - drawn.mean(axis=0) + _of_the_whole(found[0], found[1], found[2].sum())
    return np.asarray(np.clip(np.quantile(centered, INTERVAL, axis=0), 0.0, 1.0).T)


def _redrawn(profile: Profile, rng: np.random.Generator) -> Profile:
    """Draw the counts again; the bins of a feature follow the rows of their segment."""
    near = rng.poisson(profile.near, (N_REDRAWS, *profile.near.shape)).astype(np.float64)
    new = rng.poisson(profile.new, (N_REDRAWS, *profile.new.shape)).astype(np.float64)
    cells = rng.poisson(profile.cells, (N_REDRAWS, *profile.cells.shape)).astype(np.float64)
    drawn = np.maximum(cells.sum(axis=-1, keepdims=True), 1.0)
    return Profile(near, new, cells * (near[..., None, None] / drawn), profile.confidence)
