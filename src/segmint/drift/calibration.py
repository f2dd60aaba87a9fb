"""How large each statistic gets by chance: training and batch both drawn again, thousands of times.

A threshold that knows the batch's noise but not training's own alarms at every large batch. So pairs of
a training table and a batch are drawn from the scored rows, for several sizes of a batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segmint.drift.scoring import GRID, N_BINS, Placed, bins_of, distances, held, z_units
from segmint.drift.statistics import STATISTICS, statistics, weights
from segmint.labels import NOISE
from segmint.model.drift_reference import Calibration, Frame, Sums
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

LEVELS = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005)
SIZES = (50.0, 100.0, 300.0, 1000.0, 4000.0, math.inf)
N_DRAWS = 3000
MOST_ATOMS = 6000
"""Rows that draws are made of; more rows than these are drawn as a normal sum, which they nearly are."""
CHUNK = 250
ENDLESS = 2.0**30  # times over, the atoms stand for a batch without noise of its own; a power of two is exact
LEAST_WIDTH = 0.2
"""From .05 to .005 a normal deviate goes on by .93: of draws that share few values the tail is not taken as steeper."""
TAIL = (0.05, 0.02, 0.01)
"""Where the dependence of the statistics is read off."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Atoms:
    """Scored rows as columns of terms, those of one segment side by side.

    Attributes
    ----------
    ends
        Shape (n_clusters + 2,): where each segment's rows begin and end; rows without one come last.
    own
        Shape (n_atoms, 3 n_features): z, |z| and z²; zero for rows without a segment.
    shared
        Shape (n_atoms, 10 n_features + 3 + n_pairs): bins, distances and products.
    """

    ends: IntVector
    own: FloatMatrix
    shared: FloatMatrix


def calibrate(
    frame: Frame, rows: Placed, *, n_samples: int, seed: int, n_draws: int = N_DRAWS
) -> Calibration:
    """Draw training and batch anew and store what the statistics exceed by chance.

    Parameters
    ----------
    frame
        How rows are scored.
    rows
        The training rows, placed as new rows would be.
    n_samples
        Rows of the training table.
    seed
        Seed of the draws: the same seed, the same bytes.
    n_draws
        Pairs of tables for each size of a batch.
    """
    rng = generator(seed, "drift", "calibration")
    atoms = make_atoms(frame, _drawn_rows(rows, rng))
    found = np.empty((len(SIZES), n_draws, len(STATISTICS)))
    for start in range(0, n_draws, CHUNK):
        n = min(CHUNK, n_draws - start)
        training = drawn_sums(frame, atoms, float(n_samples), n, rng)
        for i, size in enumerate(SIZES):
            batch = drawn_sums(frame, atoms, size, n, rng)
            found[i, start : start + n] = statistics(training, batch, frame)
    thresholds = np.stack([_thresholds(draws) for draws in found])
    dependence = np.array([_dependence(draws) for draws in found])
    return Calibration(np.array(LEVELS), np.array(SIZES), thresholds, dependence)


def _drawn_rows(rows: Placed, rng: np.random.Generator) -> Placed:
    n = len(rows.labels)
    return rows if n <= MOST_ATOMS else rows.part(np.sort(rng.choice(n, MOST_ATOMS, replace=False)))


def make_atoms(frame: Frame, rows: Placed) -> Atoms:
    """Score each row by itself."""
    K, d = frame.n_clusters, frame.n_features
    labels = np.where(rows.labels == NOISE, K, rows.labels)
    order = np.argsort(labels, kind="stable")
    rows, labels = rows.part(order), labels[order]
    ends = np.searchsorted(labels, np.arange(K + 2))
    z = np.zeros((len(labels), d))
    for k in range(K):
        z[ends[k] : ends[k + 1]] = z_units(frame, rows.X[ends[k] : ends[k + 1]], k) / GRID
    told = distances(frame, rows)
    r = held(told)
    hot = (bins_of(frame, rows.X)[..., None] == np.arange(N_BINS)).transpose(1, 0, 2).reshape(len(labels), -1)
    outward = np.stack([r, np.square(r), told > frame.far[0]], axis=1)
    products = z[:, frame.pairs[0]] * z[:, frame.pairs[1]]
    return Atoms(
        ends.astype(np.int64),
        np.hstack([z, np.abs(z), np.square(z)]),
        np.hstack([hot.astype(np.float64), outward, products]),
    )


def drawn_sums(frame: Frame, atoms: Atoms, size: float, n_draws: int, rng: np.random.Generator) -> Sums:
    """Return the sums of tables of ``size`` rows drawn with replacement; of an infinite one, the atoms' own."""
    w = _multiplicities(len(atoms.own), size, n_draws, rng)
    times = ENDLESS if math.isinf(size) else 1.0
    K, d = frame.n_clusters, frame.n_features
    parts = [slice(atoms.ends[k], atoms.ends[k + 1]) for k in range(K + 1)]
    counts = np.stack([w[:, part].sum(axis=1) for part in parts], axis=1) * times
    own = np.stack([w[:, part] @ atoms.own[part] for part in parts[:K]], axis=1) * times
    shared = (w @ atoms.shared) * times
    bins, outward, products = np.split(shared, [N_BINS * d, N_BINS * d + 3], axis=1)
    z, absolute, squared = np.split(own, 3, axis=2)
    return Sums(counts, z, absolute, squared, bins.reshape(len(w), d, N_BINS), outward, products)


def _multiplicities(n_atoms: int, size: float, n_draws: int, rng: np.random.Generator) -> FloatMatrix:
    """Return how often each atom is in each drawn table, shape (n_draws, n_atoms).

    Of a larger table than there are atoms, numbers of the same mean and variance that add up to its size;
    on a grid of 2⁻¹⁰, so that sums stay exact (see ``scoring``).
    """
    if math.isinf(size):
        return np.ones((1, n_atoms))
    if size <= MOST_ATOMS:
        drawn = rng.integers(n_atoms, size=(n_draws, int(size))) + n_atoms * np.arange(n_draws)[:, None]
        return np.bincount(drawn.ravel(), minlength=n_draws * n_atoms).reshape(n_draws, -1).astype(np.float64)
    noise = rng.standard_normal((n_draws, n_atoms))
    noise -= noise.mean(axis=1, keepdims=True)
    mean = size / n_atoms
    return np.asarray(np.rint((mean + math.sqrt(mean) * noise) * GRID) / GRID)


def _thresholds(draws: FloatMatrix) -> FloatMatrix:
    """Return what each statistic exceeds with each probability, shape (n_statistics, n_levels)."""
    return np.asarray(np.quantile(draws, 1.0 - np.array(LEVELS), axis=0).T)


def _dependence(draws: FloatMatrix) -> float:
    """Return γ: P(combined evidence > y) = 1 − exp(−γ e^{−y}), one half judged by the other's thresholds."""
    halves = np.array_split(draws, 2)
    y = np.concatenate(
        [evidence(log_tails(judged, _thresholds(by))).max(axis=1) for judged, by in (halves, halves[::-1])]
    )
    gammas = [-math.log1p(-q) * math.exp(float(np.quantile(y, 1.0 - q))) for q in TAIL]
    return float(np.mean(gammas))


def evidence(log_p: FloatMatrix) -> FloatMatrix:
    """Return −log p + log w of each statistic: how much it says, less the price of watching several."""
    return np.log(weights()) - log_p


def thresholds_at(calibration: Calibration, n_rows: float) -> FloatMatrix:
    """Return the thresholds for a batch of ``n_rows``, shape (n_statistics, n_levels).

    Between two sizes a threshold is linear in log m; between the largest and infinity in 1/√m.
    """
    at, share = _between(calibration.sizes, n_rows)
    low, high = calibration.thresholds[at], calibration.thresholds[at + 1]
    return np.asarray((1.0 - share) * low + share * high)


def dependence_at(calibration: Calibration, n_rows: float) -> float:
    """Return γ for a batch of ``n_rows``."""
    at, share = _between(calibration.sizes, n_rows)
    return float((1.0 - share) * calibration.dependence[at] + share * calibration.dependence[at + 1])


def _between(sizes: FloatVector, n_rows: float) -> tuple[int, float]:
    """Return the size below, and how far from it to the next one, 0 … 1."""
    m = max(n_rows, sizes[0])
    at = min(int(np.searchsorted(sizes, m, side="right")) - 1, len(sizes) - 2)
    if math.isinf(sizes[at + 1]):
        return at, 1.0 - math.sqrt(sizes[at] / m)
    return at, math.log(m / sizes[at]) / math.log(sizes[at + 1] / sizes[at])


def log_tails(values: FloatMatrix, thresholds: FloatMatrix) -> FloatMatrix:
    """Return log P(statistic > value) by chance.

    log p is linear in the statistic between levels; beyond the last one the mean of what the tail is when
    it goes on in T and in T².

    Parameters
    ----------
    values
        Shape (n, n_statistics).
    thresholds
        Shape (n_statistics, n_levels).
    """
    return np.stack(
        [_log_tail(column, own) for column, own in zip(values.T, thresholds, strict=True)], axis=1
    )


def _log_tail(values: FloatVector, thresholds: FloatVector) -> FloatVector:
    log_levels = np.log(LEVELS)
    known = np.maximum.accumulate(thresholds + 1e-9 * np.arange(len(thresholds)))
    inside = np.interp(values, np.append(known[0] - 1.0, known), np.append(0.0, log_levels))
    return np.where(values > known[-1], _beyond(values, known), inside)


def _beyond(values: FloatVector, known: FloatVector) -> FloatVector:
    """Go on from the last level with the slope that the last levels have."""
    anchor = LEVELS.index(0.05)
    last, drop = known[-1], math.log(LEVELS[-1] / LEVELS[anchor])
    linear = drop * (values - last) / max(last - known[anchor], LEAST_WIDTH)
    square = drop * (np.square(values) - last**2) / max(last**2 - known[anchor] ** 2, LEAST_WIDTH)
    return np.asarray(math.log(LEVELS[-1]) + 0.5 * (linear + square))
