"""A batch compared with training: from scored rows to the report."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from segmint.drift import statistics as st
from segmint.drift.ageing import Agreement, judge_ageing
from segmint.drift.causes import Split, new_share, split
from segmint.drift.changes import segment_changes
from segmint.drift.combination import Combined, combine
from segmint.drift.distances import Distances, measure_stored
from segmint.drift.effects import THRESHOLDS, effects
from segmint.drift.folds import Fresh
from segmint.drift.naming import Names
from segmint.drift.newcomers import Newcomers, describe_newcomers
from segmint.drift.quality import Finding, check_quality
from segmint.drift.report import DriftReport, Part, Statistic
from segmint.drift.scoring import Placed, Scores, score
from segmint.drift.verdict import Cause, Verdict, alpha_of_one, judge, name_cause
from segmint.errors import UsageError
from segmint.model.drift_reference import DriftReference
from segmint.types import RawColumns

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
    findings = () if columns is None else check_quality(reference.columns, columns)
    scores = score(reference.frame, rows)
    agreement = None
    if fresh is not None and not findings:
        priced = not reference.sums.counts[-1]
        agreement = judge_ageing(reference.frame, reference.ageing, rows, fresh, priced=priced, seed=seed)
    return report_on(
        reference,
        scores,
        findings=findings,
        agreement=agreement,
        distances=_distances(reference, columns),
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
    findings: tuple[Finding, ...] = (),
    agreement: Agreement | None = None,
    distances: Mapping[str, Distances] | None = None,
    newcomers: Newcomers | None = None,
    alpha: float = ALPHA,
    looks: int = 1,
    names: Names = NUMBERED,
    seed: int = 0,
) -> DriftReport:
    """Report on a batch that was scored already, in as many parts as it came in (``Scores`` add up).

    Parameters and errors are those of :func:`compare`.
    """
    check_options(alpha, looks)
    known = {} if distances is None else distances
    if findings:
        return broken_report(reference, current, findings=findings, columns=known, alpha=alpha, looks=looks)
    one = alpha_of_one(alpha, looks)
    combined = combine(reference, current.sums)
    sizes = effects(reference.sums, current.sums, reference.frame)
    n_rows = int(current.sums.n_rows)
    verdict = judge(combined, sizes, n_rows, alpha=one)
    parts = split(reference, current, seed=seed)
    return DriftReport(
        verdict=verdict,
        cause=_cause(verdict, parts, reference, current, agreement),
        p=combined.p if n_rows else 1.0,
        alpha=alpha,
        looks=looks,
        n_reference=reference.n_samples,
        n_rows=n_rows,
        statistics=_statistics(combined, sizes),
        divergence=parts.total,
        parts=_parts(parts),
        segments=segment_changes(reference, current, parts, names),
        new_before=new_share(reference.profile),
        new_now=new_share(current.profile),
        unassigned_before=float(st.shares(reference.sums.counts)[-1]),
        unassigned_now=float(st.shares(current.sums.counts)[-1]),
        confidence_before=_confidence(Scores(reference.sums, reference.profile)),
        confidence_now=_confidence(current),
        agreement=agreement,
        findings=findings,
        columns=known,
        newcomers=newcomers,
    )


def broken_report(
    reference: DriftReference,
    current: Scores,
    *,
    findings: tuple[Finding, ...],
    columns: Mapping[str, Distances],
    alpha: float,
    looks: int,
) -> DriftReport:
    """Report on a batch whose data came in broken: what they say of customers is not said."""
    unknown = math.nan
    broken = {finding.column for finding in findings}
    return DriftReport(
        verdict=Verdict.BROKEN,
        cause=Cause.BROKEN,
        p=unknown,
        alpha=alpha,
        looks=looks,
        n_reference=reference.n_samples,
        n_rows=int(current.sums.n_rows),
        statistics=(),
        divergence=unknown,
        parts=(),
        segments=(),
        new_before=new_share(reference.profile),
        new_now=unknown,
        unassigned_before=float(st.shares(reference.sums.counts)[-1]),
        unassigned_now=unknown,
        confidence_before=_confidence(Scores(reference.sums, reference.profile)),
        confidence_now=unknown,
        agreement=None,
        findings=findings,
        columns={name: found for name, found in columns.items() if name not in broken},
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


def _cause(
    verdict: Verdict, parts: Split, reference: DriftReference, current: Scores, agreement: Agreement | None
) -> Cause | None:
    if verdict is not Verdict.DRIFT:
        return None
    return name_cause(parts, reference.profile, current.profile, agreement)


def _confidence(scores: Scores) -> float:
    return float(scores.profile.confidence[0] / max(1.0, float(scores.sums.counts[:-1].sum())))


def _distances(reference: DriftReference, columns: RawColumns | None) -> dict[str, Distances]:
    found = {}
    for name, column in reference.columns.items():
        if columns is None or name not in columns or not column.numeric:
            continue
        values = np.asarray(columns[name], dtype=np.float64)
        measured = measure_stored(column, values[~np.isnan(values)])
        if measured is not None:
            found[name] = measured
    return found


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
