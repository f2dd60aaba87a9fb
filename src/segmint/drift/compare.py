"""A batch compared with training: from scored rows to the report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from segmint.drift import statistics as st
from segmint.drift.ageing import Agreement, judge_ageing
from segmint.drift.causes import Split, moved_cells, new_share, split
from segmint.drift.combination import Combined, combine
from segmint.drift.distances import Distances, measure_stored
from segmint.drift.effects import THRESHOLDS, effects, moves, widening
from segmint.drift.folds import Fresh
from segmint.drift.newcomers import Newcomers, Units, describe_newcomers
from segmint.drift.quality import Finding, check_quality
from segmint.drift.report import DriftReport, Move, Part, SegmentChange, Statistic
from segmint.drift.scoring import Placed, Scores, score
from segmint.drift.verdict import Cause, Verdict, alpha_of_one, judge, name_cause
from segmint.errors import UsageError
from segmint.model.drift_reference import DriftReference, Sums
from segmint.types import FloatMatrix, RawColumns

ALPHA = 0.01
INTERVAL_90 = 1.6449


def compare(
    reference: DriftReference,
    rows: Placed,
    *,
    columns: RawColumns | None = None,
    alpha: float = ALPHA,
    looks: int = 1,
    fresh: Fresh | None = None,
    segments: Sequence[str] = (),
    features: Sequence[str] = (),
    units: Units | None = None,
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
    segments, features
        Names of the labels and of the prepared features; their numbers where none are given.
    units
        What brings prepared rows back to original units.
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
        newcomers=describe_newcomers(reference, rows, features, units),
        alpha=alpha,
        looks=looks,
        segments=segments,
        features=features,
        units=units,
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
    segments: Sequence[str] = (),
    features: Sequence[str] = (),
    units: Units | None = None,
    seed: int = 0,
) -> DriftReport:
    """Report on a batch that was scored already, in as many parts as it came in (``Scores`` add up).

    Parameters and errors are those of :func:`compare`.
    """
    check_options(alpha, looks)
    one = alpha_of_one(alpha, looks)
    combined = combine(reference, current.sums)
    sizes = effects(reference.sums, current.sums, reference.frame)
    n_rows = int(current.sums.n_rows)
    verdict = Verdict.BROKEN if findings else judge(combined, sizes, n_rows, alpha=one)
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
        segments=_segments(reference, current, parts, segments, features, units),
        new_before=new_share(reference.profile),
        new_now=new_share(current.profile),
        unassigned_before=float(st.shares(reference.sums.counts)[-1]),
        unassigned_now=float(st.shares(current.sums.counts)[-1]),
        confidence_before=_confidence(Scores(reference.sums, reference.profile)),
        confidence_now=_confidence(current),
        agreement=agreement,
        findings=findings,
        columns={} if distances is None else distances,
        newcomers=newcomers,
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
    if verdict is Verdict.BROKEN:
        return Cause.BROKEN
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


def _segments(
    reference: DriftReference,
    current: Scores,
    parts: Split,
    segments: Sequence[str],
    features: Sequence[str],
    units: Units | None,
) -> tuple[SegmentChange, ...]:
    before, now = st.shares(reference.sums.counts), st.shares(current.sums.counts)
    every = _moves(reference, current, parts, features, units)
    return tuple(
        SegmentChange(
            label,
            segments[label] if segments else str(label),
            float(before[label]),
            float(now[label]),
            int(current.sums.counts[label]),
            every[label],
        )
        for label in range(reference.frame.n_clusters)
    )


def _moves(
    reference: DriftReference, current: Scores, parts: Split, features: Sequence[str], units: Units | None
) -> list[tuple[Move, ...]]:
    """Return the moves of each segment, largest part of the whole first."""
    frame = reference.frame
    moved, wider = moves(reference.sums, current.sums), widening(reference.sums, current.sums)
    widths = st.cell_widths(reference.sums, current.sums)[:, 0]
    before, now = (_centers(reference, sums) for sums in (reference.sums, current.sums))
    old, new = (None if units is None else units(centers) for centers in (before, now))
    whole = parts.total or 1.0
    found: list[list[Move]] = [[] for _ in range(frame.n_clusters)]
    for k, f in np.argwhere(moved_cells(reference, current)):
        name = features[f] if features else str(f)
        half = INTERVAL_90 * math.sqrt(widths[k])
        known = old is not None and new is not None and name in old
        found[k].append(
            Move(
                name,
                float(moved[k, f]),
                float(moved[k, f] - half),
                float(moved[k, f] + half),
                float(wider[k, f]),
                float(parts.behavior[k, f] / whole),
                float(before[k, f]),
                float(now[k, f]),
                float(old[name][k]) if known and old is not None else None,
                float(new[name][k]) if known and new is not None else None,
            )
        )
    return [tuple(sorted(own, key=lambda move: -move.part)) for own in found]


def _centers(reference: DriftReference, sums: Sums) -> FloatMatrix:
    """Return each segment's center in prepared features: the mean of values held within three spreads."""
    z = st.means(sums.z, sums.counts)
    return np.asarray(reference.frame.centers + z * reference.frame.scales)
