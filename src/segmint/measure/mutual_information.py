"""How much one labeling tells about another."""

from __future__ import annotations

import numpy as np

from segmint.labels import contingency
from segmint.types import FloatVector, IntVector


def normalized_mutual_information(reference: IntVector, other: IntVector) -> float:
    """Return 2 I(U; V) / (H(U) + H(V)), the mutual information over the mean entropy.

    Range 0 … 1, higher is better; not corrected for chance: with many clusters it rises by itself. Rows that
    are noise in either are left out. Vinh, Epps, Bailey (2010), jmlr.org/papers/v11/vinh10a.

    Parameters
    ----------
    reference, other
        Shape (n_samples,), numbered 0 … n_clusters − 1, ``labels.NOISE`` for noise.

    Examples
    --------
    >>> normalized_mutual_information(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    shared = contingency(reference, other).astype(np.float64)
    n = shared.sum()
    first, second = shared.sum(axis=1), shared.sum(axis=0)
    entropies = _entropy(first / n) + _entropy(second / n) if n else 0.0
    if not entropies:
        return 1.0
    both = shared > 0
    told = shared[both] / n
    mutual = float((told * np.log(told / (np.outer(first, second)[both] / n / n))).sum())
    return min(1.0, max(0.0, 2.0 * mutual / entropies))


def _entropy(shares: FloatVector) -> float:
    held = shares[shares > 0]
    return float(-(held * np.log(held)).sum())
