"""What others do with the same batches: tests and distances a feature, with their usual rules and calibrated alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.stats import ks_2samp

from segmint.drift.distances import psi
from segmint.types import FloatMatrix


def smallest_ks(reference: FloatMatrix, current: FloatMatrix) -> float:
    """Return −log10 of the smallest Kolmogorov–Smirnov probability of a feature, times the number of features."""
    tests = [ks_2samp(a, b, method="asymp") for a, b in zip(reference.T, current.T, strict=True)]
    smallest = min(float(test.pvalue) for test in tests)
    return float(-np.log10(max(smallest * len(tests), 1e-300)))


def largest_psi(reference: FloatMatrix, current: FloatMatrix) -> float:
    """Return the largest population stability index of a feature."""
    return max(psi(a, b) for a, b in zip(reference.T, current.T, strict=True))


PEERS: Mapping[str, Callable[[FloatMatrix, FloatMatrix], float]] = {"ks": smallest_ks, "psi": largest_psi}


def calibrated(lines: list[Mapping[str, Any]], alpha: float) -> list[str]:
    """Return the power of the peers: KS with Bonferroni, both at the same false-alarm rate, and PSI by its rules."""
    moved, unmoved = (
        {peer: np.concatenate([line[peer][kind] for line in lines]) for peer in PEERS}
        for kind in ("moved", "unmoved")
    )
    limits = {peer: float(np.quantile(values, 1.0 - alpha)) for peer, values in unmoved.items()}

    def rate(peer: str, limit: float, *, alarms: bool) -> str:
        found = f"{100 * np.mean(moved[peer] > limit):.1f}"
        return f"{found} (alarms {100 * np.mean(unmoved[peer] > limit):.1f})" if alarms else found

    return [
        rate("ks", -np.log10(alpha), alarms=True),
        rate("ks", limits["ks"], alarms=False),
        rate("psi", limits["psi"], alarms=False),
        rate("psi", 0.1, alarms=True),
        rate("psi", 0.25, alarms=True),
    ]
