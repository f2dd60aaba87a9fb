"""One probability from eight: how likely it is that any of them says as much by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from segmint.drift.calibration import dependence_at, evidence, log_tails, thresholds_at
from segmint.drift.statistics import statistics
from segmint.model.drift_reference import DriftReference, Sums
from segmint.types import FloatVector


@dataclass(frozen=True, eq=False)
class Combined:
    """What the test says of a batch.

    Attributes
    ----------
    statistics
        Shape (8,), in the order of ``statistics.STATISTICS``: see there.
    log_p
        Shape (8,): log P(a statistic as large) by chance, each by itself.
    adjusted
        Shape (8,), 0 … 1: the same paid for by watching all eight; the smallest is ``p``.
    p
        0 … 1: the probability of a batch that differs as much by chance, over all statistics together.
    """

    statistics: FloatVector
    log_p: FloatVector
    adjusted: FloatVector
    p: float


def combine(reference: DriftReference, current: Sums) -> Combined:
    """Judge a batch's sums.

    y = max_g (log w_g − log p_g), p = 1 − exp(−γ e^{−y}), with γ from training (see ``calibration``).

    References
    ----------
    Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure (weights), doi:10.2307/4615733.
    Westfall and Young, Resampling-Based Multiple Testing (1993), ch. 2 (the dependence).
    """
    m = float(current.n_rows)
    found = statistics(reference.sums, current, reference.frame)
    log_p = log_tails(found[None], thresholds_at(reference.calibration, m))[0]
    gamma = dependence_at(reference.calibration, m)
    adjusted = np.array([-math.expm1(-gamma * math.exp(-y)) for y in evidence(log_p)])
    return Combined(found, log_p, adjusted, float(adjusted.min()))
