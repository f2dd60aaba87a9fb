"""What each number of topics scores on each sample; where it was not fitted, its own mean stands in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmint.topics.methods import METHODS
from segmint.topics.sketches import Tried
from segmint.types import FloatMatrix


def score_table(tried: Sequence[Tried], ks: Sequence[int], n_samples: int) -> FloatMatrix:
    """Return the score of each K on each sample, shape (n_ks, n_samples), 0 … 1, higher is better.

    The mean, over both methods, of coherence (brought to 0 … 1 between the worst and the best K of the method)
    and stability (a share already). A method that was not fitted at a K on a sample counts with its mean over
    the samples on which it was.

    Examples
    --------
    >>> tried = [Tried(name, k, s, k / 10, 0.5, 0.8, None) for name in METHODS for k in (2, 3) for s in (0, 1)]
    >>> score_table(tried[:-1], (2, 3), 2).round(2).tolist()
    [[0.4, 0.4], [0.9, 0.9]]
    """
    return np.mean([_of_method(tried, name, ks, n_samples) for name in METHODS], axis=0)


def _of_method(tried: Sequence[Tried], method: str, ks: Sequence[int], n_samples: int) -> FloatMatrix:
    coherence = np.full((len(ks), n_samples), np.nan)
    again = coherence.copy()
    places = {k: place for place, k in enumerate(ks)}
    for one in tried:
        if one.method == method:
            coherence[places[one.n_topics], one.sample] = one.coherence
            again[places[one.n_topics], one.sample] = np.nan_to_num(one.stability)
    means = np.nanmean(coherence, axis=1)
    low, high = means.min(), means.max()
    scaled = np.clip((coherence - low) / (high - low), 0.0, 1.0) if high > low else coherence * 0.0 + 1.0
    scores = (scaled + again) / 2
    return np.where(np.isnan(scores), np.nanmean(scores, axis=1, keepdims=True), scores)
