"""May this version be promoted over the champion? What it would do to customers, and the limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from segmint.errors import PromotionRefused
from segmint.lineage.audiences import estimated_apart, estimated_churn
from segmint.lineage.raw import raw_rows
from segmint.lineage.succession import landmarks_of
from segmint.model.segment_model import SegmentModel

LIMIT: Final = 0.10
"""The share of customers that a model's change may move without a person's word."""


@dataclass(frozen=True)
class Migration:
    """What a promotion does.

    Attributes
    ----------
    churn
        The share of customers that the model's change moves, 0 … 1 (see ``Churn.by_the_model``).
    measured
        Whether it was counted on customers; else it is an estimate from what both bundles keep of their rows.
    retired
        Numbers of the champion's segments that the version does not carry on.
    limit
        What the churn was compared with.
    usual
        What chance alone moves: the 90 % quantile over fits of half of the champion's rows; ``None`` where unknown.
    apart
        The share that would still move if segments were paired by their members, whatever their ids, 0 … 1;
        ``None`` where the churn was counted.
    """

    churn: float
    measured: bool
    retired: tuple[str, ...]
    limit: float
    usual: float | None
    apart: float | None = None

    @property
    def allowed(self) -> bool:
        """Whether it needs no reason."""
        return self.churn <= self.limit and not self.retired

    def facts(self, champion: int, because: str | None) -> Mapping[str, Any]:
        """Return what the registry keeps of it."""
        return {**asdict(self), "retired": list(self.retired), "from": champion, "accepted": because}


def judge(champion: SegmentModel, content: str, version: SegmentModel, *, limit: float = LIMIT) -> Migration:
    """Return what promoting a version over the champion would do.

    Parameters
    ----------
    champion, content
        The champion, and the content hash of its bundle.
    version
        The version that may follow.
    limit
        The share of customers that may change segment by the model's change, 0 … 1.
    """
    lineage = version.lineage
    carried_on = {card.id for card in version.cards}
    retired = tuple(card.short for card in champion.cards if card.id not in carried_on)
    usual = landmarks_of(champion).churn
    own = lineage is not None and lineage.parent == content
    by_chance = float(np.quantile(usual, 0.9)) if usual.size else None
    if lineage is not None and own:
        return Migration(lineage.churn.by_the_model, True, retired, limit, by_chance)
    churn, apart = _estimates(champion, version)
    return Migration(churn, False, retired, limit, by_chance, apart)


def _estimates(champion: SegmentModel, version: SegmentModel) -> tuple[float, float]:
    """Return what moves, by ids and by members, on the landmarks of both: half the old rows', half the new ones'."""
    shares = []
    for model in (champion, version):
        marks = landmarks_of(model)
        rows = raw_rows(marks.points, model.preparation, champion.preparation, champion.schema)
        rows = {**raw_rows(marks.points, model.preparation, version.preparation, version.schema), **rows}
        shares.append(
            [told(champion, version, rows, marks.counts) for told in (estimated_churn, estimated_apart)]
        )
    churn, apart = np.mean(shares, axis=0).tolist()
    return churn, apart


def refuse_unless_accepted(name: str, migration: Migration, accepted: str | None) -> None:
    """Refuse a promotion above the limit, or one that retires a segment, unless a person gives a reason.

    Raises
    ------
    PromotionRefused
        With the figures; nothing has changed.
    """
    if migration.allowed or (accepted is not None and accepted.strip()):
        return
    code = "workflow.migration_retires" if migration.retired else "workflow.migration_above"
    code = code if migration.measured else f"{code}_estimated"
    raise PromotionRefused(
        code,
        name=name,
        churn=migration.churn,
        limit=migration.limit,
        apart=migration.apart or 0.0,
        retired=", ".join(migration.retired),
        n=len(migration.retired),
    )
