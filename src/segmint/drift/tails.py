"""Tail probabilities of the distributions that drift is judged by: numpy and the standard library only."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

_SERIES = 100


def chi_square_as_normal(
    chi_square: npt.NDArray[np.float64], freedom: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the normal deviate that a χ² value is as unlikely as: up to 3 within .05.

    z = ((χ²/ν)^⅓ − (1 − 2/9ν)) / √(2/9ν); where ν is 0 there is nothing to judge, and z is 0.

    Parameters
    ----------
    chi_square
        Values, ≥ 0, of any shape.
    freedom
        Degrees of freedom ν, broadcast with the values.

    References
    ----------
    Wilson and Hilferty (1931), The distribution of chi-square, doi:10.1073/pnas.17.12.684.

    Examples
    --------
    >>> chi_square_as_normal(np.array([18.307]), np.array([10.0])).round(2).tolist()
    [1.65]
    """
    known = freedom > 0
    nu = np.where(known, freedom, 1.0)
    spread = 2.0 / (9.0 * nu)
    z = (np.cbrt(chi_square / nu) - (1.0 - spread)) / np.sqrt(spread)
    return np.where(known, z, 0.0)


def kolmogorov_tail(statistic: float, n: int, m: int) -> float:
    """Return P(D > statistic) of the two-sample Kolmogorov–Smirnov distance, 0 … 1, for large samples.

    2 Σⱼ (−1)^{j−1} exp(−2 j² λ²) with λ = D (√e + .12 + .11/√e), e = n m / (n + m).

    References
    ----------
    Stephens (1970), Use of the Kolmogorov–Smirnov, Cramér–von Mises and Related Statistics Without
    Extensive Tables, doi:10.1111/j.2517-6161.1970.tb00821.x.

    Examples
    --------
    >>> round(kolmogorov_tail(0.1, 500, 400), 3)
    0.022
    """
    root = math.sqrt(n * m / (n + m))
    scaled = statistic * (root + 0.12 + 0.11 / root)
    if scaled < 0.2:  # the series needs many terms, and is 1 to twelve digits
        return 1.0
    terms = ((-1) ** (j - 1) * math.exp(-2.0 * (j * scaled) ** 2) for j in range(1, _SERIES))
    return min(1.0, max(0.0, 2.0 * math.fsum(terms)))
