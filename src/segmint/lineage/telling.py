"""Events in words: what happened to a segment, in original units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from segmint.lineage.reading import MOVED, SURE
from segmint.model.cards import SegmentCard
from segmint.model.lineage import Event, Kind, Lineage
from segmint.model.segment_model import SegmentModel
from segmint.words import Sentence, sentence


def tell(event: Event, before: SegmentModel, after: SegmentModel) -> Sentence:
    """Return an event as one sentence.

    Parameters
    ----------
    event
        Of the newer version's lineage.
    before, after
        The two versions.
    """
    old, new = _cards(event.before, before), _cards(event.after, after)
    figures = {
        "old": _listed(old),
        "new": _listed(new),
        "n": len(new),
        "share_before": event.share_before,
        "share_after": event.share_after,
        "steadiness": event.steadiness,
    }
    if not event.stated:
        key = "gone" if not new else "new" if not old else "both"
        # steady by itself: it is the whole that is not the same segmentation
        return sentence(f"lineage.unstated.{key}{'_steady' if event.steadiness >= SURE else ''}", **figures)
    kind = event.kinds[0]
    if kind is Kind.MOVED:
        return _moved(event, old[0], new[0], before, figures)
    unsure = kind is Kind.KEPT and event.steadiness < SURE and (event.distance or 0.0) ** 2 >= MOVED
    return sentence(f"lineage.event.{kind.value}{'_unsure' if unsure else ''}", **figures)


def _moved(
    event: Event, old: SegmentCard, new: SegmentCard, before: SegmentModel, figures: Mapping[str, Any]
) -> Sentence:
    """Say that a segment moved, and in which feature most where one can be told."""
    key = f"lineage.event.moved{'_resized' if len(event.kinds) > 1 else ''}"
    change, distance = _largest_change(old, new, before), event.distance or 0.0
    if change is None:
        return sentence(f"{key}_somehow", **figures, distance=distance)
    return sentence(key, **figures, distance=distance, **change)


def _cards(ids: Sequence[str], model: SegmentModel) -> list[SegmentCard]:
    by_id = {card.id: card for card in model.cards}
    return sorted((by_id[name] for name in ids), key=lambda card: card.number)


def _listed(cards: Sequence[SegmentCard]) -> list[str]:
    return [f"{card.short} {card.name}" for card in cards]


def _largest_change(old: SegmentCard, new: SegmentCard, model: SegmentModel) -> dict[str, str | float] | None:
    """Return the feature whose mean in the segment changed most, in deviations of all rows, and both means.

    ``None`` where none can be told: a category that changed more than every number has no mean.
    """
    found: tuple[float, str] = (0.0, "")
    for feature in model.schema.clustering:
        numbers = model.reference.numbers.get(feature.name)
        change = new.center.get(feature.name, math.nan) - old.center.get(feature.name, math.nan)
        if numbers is not None and numbers.deviation > 0 and not math.isnan(change):
            found = max(found, (abs(change) / numbers.deviation, feature.name))
    if not found[1] or _largest_shift(old, new, model) > found[0]:
        return None
    feature = model.schema.feature(found[1])
    unit = f" {feature.unit}" if feature.unit else ""
    name = feature.name
    return {"feature": name, "from": old.center[name], "to": new.center[name], "unit": unit}


def _largest_shift(old: SegmentCard, new: SegmentCard, model: SegmentModel) -> float:
    """Return the largest change of a level's share (Cohen's h) among the categories that cluster, of levels that both tell.

    Infinite where only one of them tells a category at all: how much it changed is not known.
    """
    shifts = [0.0]
    for feature in model.schema.clustering:
        before, after = old.levels.get(feature.name, {}), new.levels.get(feature.name, {})
        if bool(before) != bool(after):
            return math.inf
        shifts += [_h(before[level], after[level]) for level in before.keys() & after.keys()]
    return max(shifts)


def _h(before: float, after: float) -> float:
    return abs(2 * math.asin(math.sqrt(before)) - 2 * math.asin(math.sqrt(after)))


def headline(lineage: Lineage) -> Sentence:
    """Return what became of the segments, in one sentence."""
    if not lineage.same:
        return sentence("lineage.headline.other", supported=lineage.supported)
    kept = len(set(lineage.before[:-1]) & set(lineage.after[:-1]))
    every = len(lineage.before) - 1
    fresh, lost = len(lineage.after) - 1 - kept, _lost(lineage)
    retired = every - kept - lost
    key = {1: "one", 2: "both"}.get(every, "all") if kept == every else "some"
    parts = (("_retired", retired), ("_lost", lost)) if key == "some" else ()
    key += "".join(name for name, n in (*parts, ("_fresh", fresh)) if n)
    return sentence(f"lineage.headline.{key}", kept=kept, n=every, fresh=fresh, retired=retired, lost=lost)


def _lost(lineage: Lineage) -> int:
    """Return of how many segments that are not carried on no continuity is claimed: they are not said to be retired."""
    gone = set(lineage.before[:-1]) - set(lineage.after[:-1])
    unstated = {one for event in lineage.events if not event.stated for one in event.before}
    return len(gone & unstated)
