"""What the drift test keeps of training, made once, when the model is fitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmint.drift.ageing import expect
from segmint.drift.calibration import N_DRAWS, calibrate
from segmint.drift.columns import describe_columns
from segmint.drift.folds import Fresh
from segmint.drift.framing import make_frame
from segmint.drift.scoring import Placed, Scores, place_rows, score
from segmint.labels import FEWEST_TOLD
from segmint.model.drift_reference import DriftReference
from segmint.model.placement import Assigner
from segmint.model.schema import Schema
from segmint.types import RawColumns


def build_drift_reference(
    rows: Placed,
    assigner: Assigner,
    *,
    columns: RawColumns,
    schema: Schema,
    fresh: Fresh | None = None,
    density: float = 0.0,
    seed: int = 0,
    n_draws: int = N_DRAWS,
) -> DriftReference:
    """Describe the training rows as new rows would be described, and how far chance goes.

    Parameters
    ----------
    rows
        The training rows placed *as new rows would be* (``families.folding.place_as_new``): placed by the rule
        that they made, they lie too near, and every large batch would differ.
    assigner
        The model's rule.
    columns
        The same rows in original units.
    schema
        What the columns are; those that cluster are watched for their quality.
    fresh
        ``fresh(rows, seed) -> Assigner``: a quick fit (``families.quick.quick_fit``). Without one nothing can
        be said of ageing.
    density
        ``families.quick.density_of`` the training rows: kept for the quick fits of batches.
    seed
        The same seed gives the same bytes.
    n_draws
        Pairs of tables for each size of a batch that thresholds are read off.

    Returns
    -------
    DriftReference
        About 6 KB a column where raw columns are described, whatever the number of rows; no row is in it.
    """
    frame = make_frame(rows, assigner.n_clusters, seed=seed)
    scores = untold(score(frame, rows))
    return DriftReference(
        frame,
        scores.sums,
        scores.profile,
        calibrate(frame, rows, n_samples=len(rows.labels), seed=seed, n_draws=n_draws),
        expect(frame, place_rows(assigner, rows.X), fresh, density=density, seed=seed),
        describe_columns(columns, schema),
    )


def untold(scores: Scores) -> Scores:
    """Return scores without those of segments of fewer than five rows, of which only the number is told."""
    few = scores.sums.counts[:-1] < FEWEST_TOLD
    blank = {
        name: np.where(few[:, None], 0.0, getattr(scores.sums, name)) for name in ("z", "absolute", "squared")
    }
    cells = np.where(few[:, None, None], 0.0, scores.profile.cells)
    return Scores(replace(scores.sums, **blank), replace(scores.profile, cells=cells))
