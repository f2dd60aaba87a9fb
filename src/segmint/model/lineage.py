"""How the segments of one version continue those of the version before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What happened to segments between two versions.

    Spiliopoulou et al. (2006), MONIC, doi:10.1145/1150402.1150491, has most of these transitions.
    """

    KEPT = "kept"
    MOVED = "moved"
    GROWN = "grown"
    SHRUNK = "shrunk"
    SPLIT = "split"
    MERGED = "merged"
    BORN = "born"
    RETIRED = "retired"
    REORGANIZED = "reorganized"


@dataclass(frozen=True)
class Event:
    """One thing that happened, with its figures.

    Attributes
    ----------
    kinds
        Mostly one; a segment may have moved and grown at once.
    before, after
        Ids of the segments concerned, of the version before and of this one.
    share_before, share_after
        Their shares of all rows, then and now, 0 … 1.
    distance
        How far a continued segment's center moved, in standard deviations of the segment, all features
        together; ``None`` for other events.
    overlap
        Of a continued segment the smaller of its Jaccard overlaps on old and on new rows, 0 … 1; else ``None``.
    steadiness
        The smallest overlap that the segments concerned have with themselves in fits of half of the rows, 0 … 1.
    stated
        Whether that is sure enough to say so. If not, no identity is claimed: the segments get new ids.
    """

    kinds: tuple[Kind, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    share_before: float
    share_after: float
    distance: float | None
    overlap: float | None
    steadiness: float
    stated: bool

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Event:
        """Read what ``dataclasses.asdict`` gave."""
        kinds = tuple(Kind(kind) for kind in stored["kinds"])
        return cls(
            **{**stored, "kinds": kinds, "before": tuple(stored["before"]), "after": tuple(stored["after"])}
        )


@dataclass(frozen=True)
class Churn:
    """Shares of customers whose segment is another one, by what caused it; each 0 … 1, lower is calmer.

    With a = old model on old rows, b = old model on new rows, c = new model on old rows and d = new model on
    new rows of the same customers: total is P(a ≠ d), own P(a ≠ b), model P(a ≠ c), and interaction
    the rest: total = own + model + interaction (it may be negative: both changes may cancel).

    Attributes
    ----------
    n_present, today
        All customers of the new data, and the share P(b ≠ d) of them that promotion moves on its day.
    n_known, total, own
        Customers whose segment before is known, and their shares; ``None`` where nobody's is.
    model, interaction
        ``None`` where the old rows were not at hand.
    along
        The part of ``today`` that follows a split or a merger which is stated.
    usual
        The 90 % quantile of what fits of half of the rows moved when the version before was trained: what
        chance alone moves; ``None`` where that is not known.
    """

    n_present: int
    today: float
    n_known: int
    total: float | None
    own: float | None
    model: float | None
    interaction: float | None
    along: float
    usual: float | None

    @property
    def by_the_model(self) -> float:
        """What the limit of a promotion is compared with: P(a ≠ c) where old rows were at hand, else P(b ≠ d)."""
        return self.today if self.model is None else self.model


@dataclass(frozen=True)
class Lineage:
    """Where this version's segments come from.

    Attributes
    ----------
    parent
        Content hash of the version before.
    generation
        How many versions came before this one.
    same
        Whether it is the same segmentation at all: at least half of the old rows lie in segments of which
        something is stated.
    supported
        The share of old rows in such segments, 0 … 1.
    events
        What happened to each segment, in the order of the old ones' numbers; the born last.
    highest
        The highest display number given so far: retired ones are not used again.
    before, after, flow
        Ids of the rows and columns of ``flow``: customers of the new data by their segment under the old
        model and under this one, ``unassigned`` last in both.
    churn
        Who changes segment, and why.
    """

    parent: str
    generation: int
    same: bool
    supported: float
    events: tuple[Event, ...]
    highest: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    flow: tuple[tuple[int, ...], ...]
    churn: Churn

    @property
    def retired(self) -> tuple[str, ...]:
        """Ids of the version before that no segment of this one carries on."""
        return tuple(name for name in self.before[:-1] if name not in self.after)

    def to_json(self) -> dict[str, Any]:
        """Return the lineage as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Lineage:
        """Read what :meth:`to_json` wrote."""
        return cls(
            **{
                **stored,
                "events": tuple(Event.from_json(event) for event in stored["events"]),
                "before": tuple(stored["before"]),
                "after": tuple(stored["after"]),
                "flow": tuple(tuple(row) for row in stored["flow"]),
                "churn": Churn(**stored["churn"]),
            }
        )
