from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from segmint.measure.information import aic, bic, icl


def test_equal_scikit_learns():
    X = np.random.default_rng(0).normal(size=(200, 3))
    fitted = GaussianMixture(2, random_state=0).fit(X)
    log_likelihood = float(fitted.score_samples(X).sum())
    n_parameters = 2 * 3 + 2 * 6 + 1
    assert bic(log_likelihood, n_parameters, 200) == pytest.approx(fitted.bic(X))
    assert aic(log_likelihood, n_parameters) == pytest.approx(fitted.aic(X))


def test_icl_charges_for_overlap():
    assert icl(-10.0, 3, 50, 0.0) == bic(-10.0, 3, 50)
    assert icl(-10.0, 3, 50, 4.0) > icl(-10.0, 3, 50, 1.0)
