"""Why a customer belongs to a segment: what each field does for it, beside the segment that is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmint.labels import NOISE
from segmint.model.assignment import Assignment, assign
from segmint.model.preparation import Preparation
from segmint.model.segment_model import SegmentModel
from segmint.types import FloatVector, RawColumns


@dataclass(frozen=True)
class Contribution:
    """What one field does.

    Attributes
    ----------
    field
        The column.
    value
        The customer's own, in original units; ``None`` where it was missing and filled.
    usual, usual_next
        Mean of the segment's training rows, and of the next segment's; ``None`` where it is not told.
    share
        Part of the whole margin between the two segments that the field accounts for; negative where it speaks
        for the next one. With ``Explanation.rest`` all shares add up to 1.
    """

    field: str
    value: float | str | None
    usual: float | None
    usual_next: float | None
    share: float


@dataclass(frozen=True)
class Explanation:
    """Why a customer belongs where it does.

    Attributes
    ----------
    assignment
        Of the one row.
    nearest, next
        Ids of the nearest segment and of the one it is compared with; ``None`` where there is only one.
    contributions
        The strongest first; empty where there is only one segment.
    rest
        Share of the margin that no field accounts for: of mixtures, how large and how wide the segments are.
    """

    assignment: Assignment
    nearest: str
    next: str | None
    contributions: tuple[Contribution, ...]
    rest: float


def explain(model: SegmentModel, columns: RawColumns) -> Explanation:
    """Explain the place of one customer.

    The rule compares distances that are sums over the fields: squared differences from the center or from
    the nearest kept point, of mixtures the squared Mahalanobis distance, (x − μ)ⱼ (Σ⁻¹(x − μ))ⱼ for field j.
    The difference between the next segment's sum and the own one is the margin, and what each field adds to
    it is its contribution. A row of no segment is explained by the segment that is nearest.

    Parameters
    ----------
    model
        The segmentation.
    columns
        One row, as for :func:`segmint.model.assignment.assign`.

    Raises
    ------
    SchemaError, ValueRuleError
        As ``assign``.
    """
    found = assign(model, columns, np.array([None], dtype=object))
    x = model.preparation.forward(columns)[0]
    terms, base = model.assigner.apart(x)
    order = np.argsort(terms.sum(axis=1) + base, kind="stable")
    ids = model.by_label[0]
    if len(order) == 1:
        return Explanation(found, ids[order[0]], None, (), 0.0)
    own, other = int(order[0]), int(order[1])
    if found.labels[0] != NOISE and found.labels[0] != own:  # a tie, which the rule decides by its own order
        own, other = int(found.labels[0]), own
    return _between(
        model, columns, found, own, other, terms[other] - terms[own], float(base[other] - base[own])
    )


def _between(
    model: SegmentModel,
    columns: RawColumns,
    found: Assignment,
    own: int,
    other: int,
    gains: FloatVector,
    rest: float,
) -> Explanation:
    total = float(gains.sum()) + rest
    total = total if total > 0 else 1.0
    mine, theirs = (next(card for card in model.cards if card.label == label) for label in (own, other))
    contributions = [
        Contribution(
            field, _value(columns, field), mine.center.get(field), theirs.center.get(field), gain / total
        )
        for field, gain in zip(model.preparation.columns, _by_column(model.preparation, gains), strict=True)
    ]
    contributions.sort(key=lambda one: -abs(one.share))
    return Explanation(found, mine.id, theirs.id, tuple(contributions), rest / total)


def _by_column(preparation: Preparation, gains: FloatVector) -> Sequence[float]:
    return [float(gains[place].sum()) for place in preparation.places()]


def _value(columns: RawColumns, field: str) -> float | str | None:
    value = columns[field].tolist()[0]
    return None if isinstance(value, float) and np.isnan(value) else value
