"""Blocks of rows whose product with some points one thread does alone."""

from __future__ import annotations

from collections.abc import Iterator

MOST_PRODUCTS = 200_000
FEWEST_ROWS = 2
"""One row alone would be a product of a matrix and a vector, which is shared much sooner."""


def alone(n_rows: int, n_points: int, n_features: int) -> Iterator[slice]:
    """Yield slices of rows so small that BLAS does not share a product of matrices among threads.

    OpenBLAS begins to share at 262,144 multiplications. On a busy machine its threads wait for each other: a million
    rows took 36 s in place of 12. And what one thread does alone has the same bits whatever the number of threads.

    Parameters
    ----------
    n_rows
        How many there are.
    n_points, n_features
        The other matrix of the product.

    Examples
    --------
    >>> list(alone(100, 200, 16))
    [slice(0, 62, None), slice(62, 124, None)]
    """
    rows = max(FEWEST_ROWS, MOST_PRODUCTS // max(1, n_points * n_features))
    for first in range(0, n_rows, rows):
        yield slice(first, first + rows)
