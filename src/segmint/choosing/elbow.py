"""Where the inertia curve bends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmint.choosing.decision import Elbow

_STRAIGHT = 1e-9  # of the fall: nearer to the chord than this is rounding


def find_elbow(ks: Sequence[int], inertias: Sequence[float]) -> Elbow | None:
    """Find the K whose point lies farthest below the chord from the first to the last.

    Both axes are scaled to 0 … 1; the distance is measured straight down, so that it reads as a share of
    the whole fall of inertia. Satopää et al. (2011), Kneedle, doi:10.1109/ICDCSW.2011.20.

    Parameters
    ----------
    ks
        Numbers of clusters, ascending, all different.
    inertias
        Sum of squared distances to the centers for each, ≥ 0.

    Returns
    -------
    Elbow or None
        ``None`` with fewer than three K, or where the curve does not fall or never lies below the chord.

    Examples
    --------
    >>> find_elbow([1, 2, 3, 4, 5], [100.0, 60.0, 20.0, 15.0, 12.0]).n_clusters
    3
    """
    if len(ks) < 3:
        return None
    numbers, curve = np.asarray(ks, dtype=np.float64), np.asarray(inertias, dtype=np.float64)
    fall = curve[0] - curve[-1]
    if not fall > 0:
        return None
    below = (curve[0] - curve) / fall - (numbers - numbers[0]) / (numbers[-1] - numbers[0])
    best = int(np.argmax(below))
    if not below[best] > _STRAIGHT:
        return None
    drops = (curve[:-1] - curve[1:]) / curve[0]
    return Elbow(int(ks[best]), float(below[best]), tuple(float(drop) for drop in drops))
