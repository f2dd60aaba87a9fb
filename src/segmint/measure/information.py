"""Likelihood against its price in parameters: lower is better, as scikit-learn has it."""

from __future__ import annotations

import math


def bic(log_likelihood: float, n_parameters: int, n_samples: int) -> float:
    """Return the Bayesian information criterion −2 log L + p log n.

    Range −∞ … ∞, lower is better. Schwarz (1978), doi:10.1214/aos/1176344136.

    Parameters
    ----------
    log_likelihood
        Total over the rows, in nats.
    n_parameters
        Free parameters of the model.
    n_samples
        Rows.

    Examples
    --------
    >>> bic(-100.0, 5, 100)
    223.02585092994047
    """
    return -2.0 * log_likelihood + n_parameters * math.log(n_samples)


def aic(log_likelihood: float, n_parameters: int) -> float:
    """Return Akaike's information criterion −2 log L + 2 p.

    Range −∞ … ∞, lower is better. Akaike (1974), doi:10.1109/TAC.1974.1100705.

    Parameters
    ----------
    log_likelihood
        Total over the rows, in nats.
    n_parameters
        Free parameters of the model.

    Examples
    --------
    >>> aic(-100.0, 5)
    210.0
    """
    return -2.0 * log_likelihood + 2.0 * n_parameters


def icl(log_likelihood: float, n_parameters: int, n_samples: int, entropy: float) -> float:
    """Return the integrated completed likelihood: BIC + 2 × the entropy of the responsibilities.

    It charges a mixture for components that overlap. Range −∞ … ∞, lower is better.
    Biernacki, Celeux, Govaert (2000), doi:10.1109/34.865189.

    Parameters
    ----------
    log_likelihood
        Total over the rows, in nats.
    n_parameters
        Free parameters of the model.
    n_samples
        Rows.
    entropy
        −Σ r log r over all rows and components, in nats.

    Examples
    --------
    >>> icl(-100.0, 5, 100, 2.0) - bic(-100.0, 5, 100)
    4.0
    """
    return bic(log_likelihood, n_parameters, n_samples) + 2.0 * entropy
