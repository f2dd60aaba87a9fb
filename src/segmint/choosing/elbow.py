"""Where the inertia curve bends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmint.choosing.decision import Elbow

FEWEST_POINTS = 3


def find_elbow(ks: Sequence[int], inertias: Sequence[float]) -> Elbow | None:
    """Find the K whose point lies farthest below the chord from the first to the last point.

    Both axes are scaled to 0 … 1 first. The rule sees only the K that were tried: more K at the right end
    pull the elbow to the right. Satopää et al. (2011), Kneedle, doi:10.1109/ICDCSW.2011.20.

    Parameters
    ----------
    ks
        Numbers of clusters, any order.
    inertias
        Their inertias, ≥ 0.

    Returns
    -------
    Elbow or None
        ``None`` with fewer than three K, or where inertia does not fall, or falls in a straight line.

    Examples
    --------
    >>> find_elbow([1, 2, 3, 4, 5], [100.0, 40.0, 10.0, 8.0, 7.0]).n_clusters
    3
    """
    order = np.argsort(ks)
    k = np.asarray(ks, dtype=np.float64)[order]
    inertia = np.asarray(inertias, dtype=np.float64)[order]
    if len(k) < FEWEST_POINTS or inertia[0] <= inertia[-1]:
        return None
    along = (k - k[0]) / (k[-1] - k[0])
    height = (inertia - inertia[-1]) / (inertia[0] - inertia[-1])
    below = 1.0 - along - height
    bend = int(np.argmax(below))
    if below[bend] <= 1e-9:
        return None
    drops = -np.diff(inertia) / inertia[0]
    return Elbow(int(k[bend]), float(below[bend]), tuple(float(drop) for drop in drops))
