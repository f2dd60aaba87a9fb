"""Which trials may be chosen at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmint.choosing.trial import Trial
from segmint.choosing.valleys import smallest_group
from segmint.families.fit import Fit
from segmint.labels import NOISE

MOST_NOISE = 0.3
"""A labeling that leaves more of the rows without a cluster is no segmentation."""
LARGEST_SHARE = 0.985


@dataclass(frozen=True)
class Candidate:
    """A trial that may be chosen.

    Attributes
    ----------
    trial, fit
        The trial; its fit.
    n_tiny
        Clusters with fewer rows than make a group (see :func:`segmint.choosing.valleys.smallest_group`).
    """

    trial: Trial
    fit: Fit
    n_tiny: int

    @property
    def id(self) -> str:
        """The configuration's id."""
        return self.fit.configuration.id

    @property
    def family(self) -> str:
        """The family's name."""
        return self.fit.configuration.family

    @property
    def n_clusters(self) -> int:
        """The number of clusters, noise left out."""
        return self.fit.n_clusters


def find_candidates(trials: Sequence[Trial]) -> tuple[Candidate, ...]:
    """Return the trials that may be chosen, in their order.

    At least two clusters that are large enough to be groups, at most 30 % of the rows without a cluster,
    and no cluster of nearly all rows.

    Parameters
    ----------
    trials
        A sweep's trials.
    """
    found = []
    for trial in trials:
        fit = trial.fit
        if fit is None or fit.n_clusters < 2 or fit.noise_share > MOST_NOISE:
            continue
        sizes = np.bincount(fit.labels[fit.labels != NOISE], minlength=fit.n_clusters)
        tiny = sizes < smallest_group(len(fit.labels))
        if np.count_nonzero(~tiny) >= 2 and sizes.max() <= LARGEST_SHARE * len(fit.labels):
            found.append(Candidate(trial, fit, int(np.count_nonzero(tiny))))
    return tuple(found)
