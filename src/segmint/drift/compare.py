"""A batch compared with training: from scored rows to the report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import replace

import numpy as np

from segmint.drift import statistics as st
from segmint.drift.ageing import Agreement, judge_ageing
from segmint.drift.causes import Split, new_share, split
from segmint.drift.changes import segment_changes
from segmint.drift.combination import Combined, combine
from segmint.drift.distances import Distances, measure_levels, measure_stored
from segmint.drift.effects import THRESHOLDS, effects
from segmint.drift.folds import Fresh
from segmint.drift.naming import Names
from segmint.drift.newcomers import Newcomers, describe_newcomers
from segmint.drift.quality import check_quality
from segmint.drift.report import DriftReport, Part, Statistic
from segmint.drift.scoring import Placed, Scores, score
from segmint.drift.verdict import FEWEST_ROWS, Cause, Verdict, alpha_of_one, judge, name_cause, significant
from segmint.errors import UsageError
from segmint.model.column_reference import ColumnReference
from segmint.model.drift_reference import DriftReference
from segmint.types import RawColumn, RawColumns

ALPHA = 0.01
NUMBERED = Names()


def compare(
    reference: DriftReference,
    rows: Placed,
    *,
    columns: RawColumns | None = None,
    alpha: float = ALPHA,
    looks: int = 1,
    fresh: Fresh | None = None,
    names: Names = NUMBERED,
    seed: int = 0,
) -> DriftReport:
    """Compare a batch with training.

    Parameters
    ----------
    reference
        What training looked like (see ``build.build_drift_reference``).
    rows
        The batch, prepared and placed by the model's rule (``scoring.place_rows``).
    columns
        The same rows in original units; without them their quality isn't looked at.
    alpha
        The false-alarm rate over all looks together, above 0 and below 1.
    looks
        How many batches will be judged against this reference.
    fresh
        A quick fit; without one nothing is said of ageing.
    names
        What segments and features are called, and their original units.
    seed
        Seed of intervals and fresh fits: the same seed, the same report.

    Raises
    ------
    UsageError
        If ``alpha`` or ``looks`` is out of its range.
    """
    check_options(alpha, looks)
    findings = () if columns is None else check_quality(reference.columns, columns)
    distances = _distances(reference, columns, broken={finding.column for finding in findings})
    if findings:  # what broken data say of customers is not said
        untested = _untested(reference, len(rows.labels), distances, alpha=alpha, looks=looks)
        return replace(untested, verdict=Verdict.BROKEN, cause=Cause.BROKEN, findings=findings)
    agreement = None
    if fresh is not None and len(rows.labels) >= FEWEST_ROWS:
        priced = not reference.sums.counts[-1]
        agreement = judge_ageing(reference.frame, reference.ageing, rows, fresh, priced=priced, seed=seed)
    return report_on(
        reference,
        score(reference.frame, rows),
        agreement=agreement,
        distances=distances,
        newcomers=describe_newcomers(reference, rows, names),
        alpha=alpha,
        looks=looks,
        names=names,
        seed=seed,
    )


def report_on(
    reference: DriftReference,
    current: Scores,
    *,
    agreement: Agreement | None = None,
    distances: Mapping[str, Distances] | None = None,
    newcomers: Newcomers | None = None,
    alpha: float = ALPHA,
    looks: int = 1,
    names: Names = NUMBERED,
    seed: int = 0,
) -> DriftReport:
    """Report on a sound batch that was scored already, in as many parts as it came in (``Scores`` add up).

    Parameters and errors are those of :func:`compare`.
    """
    check_options(alpha, looks)
    one, n_rows = alpha_of_one(alpha, looks), int(current.sums.n_rows)
    seen = replace(
        _untested(reference, n_rows, distances or {}, alpha=alpha, looks=looks),
        new_now=new_share(current.profile),
        unassigned_now=_unassigned(current),
        confidence_now=_confidence(current),
    )
    combined = combine(reference, current.sums)
    sizes = effects(reference.sums, current.sums, reference.frame)
    verdict = judge(combined, sizes, n_rows, alpha=one)
    if verdict is Verdict.INSUFFICIENT:
        return seen
    parts = split(reference, current, seed=seed)
    cause = None
    if verdict is Verdict.DRIFT:
        alarmed = significant(combined, one)
        cause = name_cause(parts, reference.profile, current.profile, agreement, alarmed)
    return replace(
        seen,
        verdict=verdict,
        cause=cause,
        p=combined.p,
        statistics=_statistics(combined, sizes),
        divergence=parts.total,
        parts=_parts(parts),
        segments=segment_changes(reference, current, parts, names),
        agreement=agreement,
        newcomers=newcomers,
    )


def _untested(
    reference: DriftReference, n_rows: int, distances: Mapping[str, Distances], *, alpha: float, looks: int
) -> DriftReport:
    """Return what is known of a batch before anything is tested, or looked at: what training was like."""
    unknown, training = math.nan, Scores(reference.sums, reference.profile)
    return DriftReport(
        verdict=Verdict.INSUFFICIENT,
        cause=None,
        p=unknown,
        alpha=alpha,
        looks=looks,
        n_reference=reference.n_samples,
        n_rows=n_rows,
        statistics=(),
        divergence=unknown,
        parts=(),
        segments=(),
        new_before=new_share(reference.profile),
        new_now=unknown,
        unassigned_before=_unassigned(training),
        unassigned_now=unknown,
        confidence_before=_confidence(training),
        confidence_now=unknown,
        agreement=None,
        findings=(),
        columns=distances,
    )


def check_options(alpha: float, looks: int) -> None:
    """Refuse a false-alarm rate or a number of looks out of range.

    Raises
    ------
    UsageError
        If they are.
    """
    if not 0.0 < alpha < 1.0:
        raise UsageError("drift.alpha", alpha=alpha)
    if looks < 1:
        raise UsageError("drift.looks", looks=looks)


def _unassigned(scores: Scores) -> float:
    return float(st.shares(scores.sums.counts)[-1])


def _confidence(scores: Scores) -> float:
    return float(scores.profile.confidence[0] / max(1.0, float(scores.sums.counts[:-1].sum())))


def _distances(
    reference: DriftReference, columns: RawColumns | None, broken: Set[str]
) -> dict[str, Distances]:
    """Return the distances of the columns that came in sound."""
    given = {} if columns is None else {name: columns[name] for name in columns if name not in broken}
    found = {
        name: _distance(known, given[name]) for name, known in reference.columns.items() if name in given
    }
    return {name: measured for name, measured in found.items() if measured is not None}


def _distance(reference: ColumnReference, column: RawColumn) -> Distances | None:
    if not reference.numeric:
        return measure_levels(reference, [value for value in column if value is not None])
    values = np.asarray(column, dtype=np.float64)
    return measure_stored(reference, values[~np.isnan(values)])


def _statistics(combined: Combined, sizes: Mapping[str, float]) -> tuple[Statistic, ...]:
    return tuple(
        Statistic(name, float(value), math.exp(log_p), float(adjusted), sizes[name], THRESHOLDS[name])
        for name, value, log_p, adjusted in zip(
            st.STATISTICS, combined.statistics, combined.log_p, combined.adjusted, strict=True
        )
    )


def _parts(parts: Split) -> tuple[Part, ...]:
    causes = (Cause.NEW, Cause.MIX, Cause.BEHAVIOR)
    return tuple(
        Part(cause, float(part), float(low), float(high))
        for cause, part, (low, high) in zip(causes, parts.parts.values(), parts.intervals, strict=True)
    )
