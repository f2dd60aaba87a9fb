"""Ward's tree beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import ward

from segmint.kernels.ward import ward_tree


@pytest.mark.parametrize(("n", "d"), [(2, 1), (3, 2), (200, 2), (700, 5)])
def test_heights_are_scipys(n: int, d: int) -> None:
    X = np.random.default_rng(n).normal(size=(n, d))
    _, _, heights = ward_tree(np.array(X.T, order="C"))
    np.testing.assert_allclose(np.sort(heights), ward(X)[:, 2], rtol=1e-9)


def test_each_joint_joins_two_sides() -> None:
    X = np.random.default_rng(0).integers(0, 4, (60, 2)).astype(float)  # with ties and equal rows
    one, other, heights = ward_tree(np.array(X.T, order="C"))
    side = np.arange(60)
    for a, b in zip(one, other, strict=True):
        assert side[a] != side[b]
        side[side == side[b]] = side[a]
    assert len(set(side)) == 1
    assert np.isfinite(heights).all()
