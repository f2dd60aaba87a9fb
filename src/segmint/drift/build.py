"""What the drift test keeps of training, made once, when the model is fitted."""

from __future__ import annotations

from segmint.drift.ageing import expect
from segmint.drift.calibration import N_DRAWS, calibrate
from segmint.drift.columns import describe_columns
from segmint.drift.folds import Fresh, Refit, as_far_as_new, place_out_of_fold
from segmint.drift.framing import make_frame
from segmint.drift.scoring import place_rows, score
from segmint.model.drift_reference import DriftReference
from segmint.model.placement import Assigner
from segmint.model.schema import Schema
from segmint.types import FloatMatrix, RawColumns


def build_drift_reference(
    X: FloatMatrix,
    assigner: Assigner,
    refit: Refit,
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
    X
        The training rows, prepared; shape (n_samples, n_features).
    assigner
        The model's rule.
    refit
        ``refit(rows) -> Assigner``: the rule of some of the training rows, one step from the model's, with
        the same numbers of clusters (``families.folding.step_on``). Called five times.
    columns
        The same rows in original units.
    schema
        What the columns are; those that cluster are watched for their quality.
    fresh
        ``fresh(rows, seed) -> Assigner``: a quick fit (``families.quick.quick_fit``). Without one nothing can
        be said of ageing, and on a continuum without groups novelty alarms too often.
    seed
        The same seed gives the same bytes.
    n_draws
        Pairs of tables a size of a batch that thresholds are read off.

    Returns
    -------
    DriftReference
        Some 30 to 100 KB, whatever the number of rows; no row is in it.
    """
    K = assigner.n_clusters
    rows = place_out_of_fold(X, assigner, refit, seed=seed)
    rows = as_far_as_new(rows, assigner, fresh, seed=seed)
    frame = make_frame(rows, K, seed=seed)
    scores = score(frame, rows)
    return DriftReference(
        frame,
        scores.sums,
        scores.profile,
        calibrate(frame, rows, n_samples=len(X), seed=seed, n_draws=n_draws),
        expect(frame, place_rows(assigner, X), fresh, seed=seed),
        describe_columns(columns, schema),
    )
