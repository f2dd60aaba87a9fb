"""Seeds derived from content, so that adding one piece of work never changes another."""

from __future__ import annotations

import hashlib

import numpy as np

_BITS = 63  # a seed fits a signed 64-bit integer, hence every file format and database


def derive(root: int, *parts: str | int) -> int:
    """Return the seed of one piece of work: a hash of the root seed and of what the work is.

    Parameters
    ----------
    root
        The seed that the user gave, any integer.
    parts
        Names or numbers that identify the work, in a fixed order.

    Returns
    -------
    int
        0 ≤ seed < 2**63, equal on every machine.

    Examples
    --------
    >>> derive(0, "kmeans", 3) == derive(0, "kmeans", 3)
    True
    >>> derive(0, "kmeans", 3) == derive(1, "kmeans", 3)
    False
    """
    text = "\x1f".join([str(root), *(f"{type(part).__name__}:{part}" for part in parts)])
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _BITS)


def generator(root: int, *parts: str | int) -> np.random.Generator:
    """Return a random generator of its own for one piece of work (see :func:`derive`)."""
    return np.random.default_rng(derive(root, *parts))


def random_state(root: int, *parts: str | int) -> int:
    """Return a seed that fits scikit-learn's ``random_state`` (32 bits)."""
    return derive(root, *parts) >> 31
