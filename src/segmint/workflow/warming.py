"""Compiling the loops once, as a step of its own, so that a first run's times are its own times."""

from __future__ import annotations

import numpy as np

from segmint.choosing.decide import decide
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.families.fit import Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.kernels.em import expectation_maximization
from segmint.kernels.jit import on_disk
from segmint.kernels.lloyd import best_start
from segmint.kernels.spanning import hierarchy
from segmint.kernels.valleys import border_gaps
from segmint.types import Progress, silent

_EVERY_RUN = (best_start, expectation_maximization, hierarchy, border_gaps)
_ROWS = 600  # more than numpy is left to do (``measure.silhouette``), so that those loops are compiled too


def warm(progress: Progress = silent) -> bool:
    """Compile the loops where their machine code is not on disk, by a sweep over a small made-up table.

    Later processes read the machine code from the disk (see :func:`segmint.kernels.jit.compiled`).

    Parameters
    ----------
    progress
        Step ``compiled``, where there is something to do.

    Returns
    -------
    bool
        Whether there was something to do.
    """
    if all(on_disk(loop) for loop in _EVERY_RUN):
        return False
    progress("compiled", 0, 1)
    rng = np.random.default_rng(0)
    geometry = Geometry(rng.normal(size=(_ROWS, 3)) + 6 * rng.integers(0, 2, (_ROWS, 1)))
    trials = run_sweep(geometry, plan(geometry, list(FAMILIES), Request(ks=(1, 2, 3))), seed=0)
    if any(trial.interrupted for trial in trials):
        raise KeyboardInterrupt  # the sweep keeps what is finished; here nothing is worth keeping
    decide(geometry, trials, seed=0, n_resamples=1)
    progress("compiled", 1, 1)
    return True
