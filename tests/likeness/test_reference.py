"""The exact index beside the nearest neighbors that came with the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segmint.likeness.exact import ExactIndex
from segmint.likeness.index import Points
from segmint.likeness.metrics import METRICS

QUERIES = 500
"""The file's queries are the first rows, and its numbers count the others from 0."""


@pytest.mark.reference
def test_exact_finds_the_neighbors_of_sift(reference_data: Path) -> None:
    folder = reference_data / "vectors"
    X = np.loadtxt(folder / "sift_5k_128.tsv.gz", delimiter="\t")[:, :128]
    theirs = np.load(folder / "sift_5k_exact_knn.npz")
    found = ExactIndex(Points.of(METRICS["euclidean"], X[QUERIES:])).query(X[:QUERIES], 100)
    np.testing.assert_allclose(found.distances, theirs["dist"], rtol=1e-6)
    assert (found.distances <= theirs["dist"][:, -1:] * (1 + 1e-6)).mean() == 1
