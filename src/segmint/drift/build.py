"""What the drift test keeps of training, made once, when the model is fitted."""

from __future__ import annotations

from segmint.drift.ageing import expect
from segmint.drift.calibration import N_DRAWS, calibrate
from segmint.drift.columns import describe_columns
from segmint.drift.folds import Fresh
from segmint.drift.framing import make_frame
from segmint.drift.scoring import Placed, place_rows, score
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
    seed
        The same seed gives the same bytes.
    n_draws
        Pairs of tables for each size of a batch that thresholds are read off.

    Returns
    -------
    DriftReference
        Some 30 to 100 KB, whatever the number of rows; no row is in it.
    """
    frame = make_frame(rows, assigner.n_clusters, seed=seed)
    scores = score(frame, rows)
    return DriftReference(
        frame,
        scores.sums,
        scores.profile,
        calibrate(frame, rows, n_samples=len(rows.labels), seed=seed, n_draws=n_draws),
        expect(frame, place_rows(assigner, rows.X), fresh, seed=seed),
        describe_columns(columns, schema),
    )
