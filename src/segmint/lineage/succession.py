"""A new version takes over the identities of the version before: ids, numbers and names, and the story of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from segmint.labels import UNASSIGNED
from segmint.lineage.customers import Earlier, Labels, churn_of, label_customers
from segmint.lineage.landmarks import drawn_landmarks
from segmint.lineage.matching import Match, Rows, match, shape_of_training, steadiness_of
from segmint.lineage.raw import raw_rows
from segmint.lineage.reading import Found
from segmint.model.cards import SegmentCard
from segmint.model.landmarks import Landmarks
from segmint.model.lineage import Event, Kind, Lineage
from segmint.model.segment_model import SegmentModel
from segmint.types import BoolVector, FloatVector, RawColumns, TextVector

_FAMILY_TIES = (Kind.SPLIT, Kind.MERGED)


def succeed(
    parent: SegmentModel,
    content: str,
    child: SegmentModel,
    *,
    keys: TextVector,
    columns: RawColumns,
    earlier: Earlier | None = None,
) -> SegmentModel:
    """Return a new version whose segments carry on those of the version before.

    Parameters
    ----------
    parent
        The version before, with the names that people gave.
    content
        Its content hash.
    child
        The new version as trained, with ids of its own.
    keys, columns
        The rows it was trained on, in original units.
    earlier
        The customers as the version before knew them.

    Returns
    -------
    SegmentModel
        Matched segments have the id, number and name of their predecessor; the others keep the ids that they
        were born with and get numbers that were never given.
    """
    labels = label_customers(parent, child, keys, columns, earlier)
    found = _matched(parent, child, columns, labels, earlier)
    heirs = found.heirs if found.same else {}
    cards = _cards(parent, child, heirs)
    return replace(child, cards=cards, lineage=_lineage(parent, content, cards, child, found, heirs, labels))


def landmarks_of(model: SegmentModel) -> Landmarks:
    """Return a model's landmarks; of a bundle of form 1 draws from its moments, and what its cards say of stability."""
    if model.landmarks is not None:
        return model.landmarks
    cards = sorted(model.cards, key=lambda card: card.label)
    known = np.array([0.0 if card.stability is None else card.stability for card in cards])
    return drawn_landmarks(model.reference, known)


def _matched(
    parent: SegmentModel, child: SegmentModel, columns: RawColumns, labels: Labels, earlier: Earlier | None
) -> Match:
    old, new = landmarks_of(parent), landmarks_of(child)
    shape = (parent.assigner.n_clusters, child.assigner.n_clusters)
    if earlier is not None and earlier.columns is not None:
        rows, old_labels, weights = earlier.columns, earlier.labels, None
    else:
        rows = raw_rows(old.points, parent.preparation, child.preparation, child.schema)
        old_labels, weights = old.labels, old.counts.astype(np.float64)
    return match(
        parent.assigner,
        child.assigner,
        old=Rows(parent.preparation.forward(rows), child.preparation.forward(rows), weights),
        old_labels=old_labels,
        new=Rows(parent.preparation.forward(columns), child.preparation.forward(columns)),
        shape=shape_of_training(parent.reference),
        steadiness=steadiness_of(old, new),
        panel=labels.panel(shape),
    )


def _cards(parent: SegmentModel, child: SegmentModel, heirs: dict[int, int]) -> tuple[SegmentCard, ...]:
    """Return the child's cards by number: inherited identities first come by, new ones numbered after all others."""
    inherited = {card.label: card for card in parent.cards}
    taken = {_spoken(inherited[old].name) for old in heirs.values()}
    number = _highest(parent)
    cards = []
    for card in sorted(child.cards, key=lambda card: card.label):
        if card.label in heirs:
            was = inherited[heirs[card.label]]
            cards.append(
                replace(card, id=was.id, number=was.number, name=was.name, name_given=was.name_given)
            )
            continue
        number += 1
        name = _unlike(card.name, taken)
        taken.add(_spoken(name))
        cards.append(replace(card, number=number, name=name))
    return tuple(sorted(cards, key=lambda card: card.number))


def _highest(model: SegmentModel) -> int:
    """Return the highest display number given so far."""
    told = 0 if model.lineage is None else model.lineage.highest
    return max(told, *(card.number for card in model.cards))


def _unlike(name: str, taken: Iterable[str]) -> str:
    """Return a name that no other segment has: the same, or with a number behind it."""
    names = (name, *(f"{name} ({number})" for number in range(2, 2_000)))
    return next(one for one in names if _spoken(one) not in taken)


def _spoken(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold()).strip()


def _lineage(
    parent: SegmentModel,
    content: str,
    cards: tuple[SegmentCard, ...],
    child: SegmentModel,
    found: Match,
    heirs: dict[int, int],
    labels: Labels,
) -> Lineage:
    before = [card.id for card in sorted(parent.cards, key=lambda card: card.label)]
    after = [card.id for card in sorted(cards, key=lambda card: card.label)]
    shape = (len(before), len(after))
    along = _along(found, shape) if found.same else np.zeros(shape, dtype=np.bool_)
    return Lineage(
        parent=content,
        generation=1 if parent.lineage is None else parent.lineage.generation + 1,
        same=found.same,
        supported=found.supported,
        events=_events(parent, child, found, before, after),
        highest=max(_highest(parent), *(card.number for card in cards)),
        before=(*before, UNASSIGNED),
        after=(*after, UNASSIGNED),
        flow=labels.flow(shape),
        churn=churn_of(labels, heirs, *shape, along=along, usual=landmarks_of(parent).churn),
    )


def _events(
    parent: SegmentModel, child: SegmentModel, found: Match, before: list[str], after: list[str]
) -> tuple[Event, ...]:
    """Return the events between ids, by the number of the first old segment; the born last, by theirs."""
    shares = [_shares(model) for model in (parent, child)]
    numbers = {card.label: card.number for card in parent.cards}
    first = sorted(found.events, key=lambda event: min((numbers[i] for i in event.before), default=2**31))
    return tuple(_event(event, found.same, before, after, *shares) for event in first)


def _event(
    event: Found, same: bool, before: list[str], after: list[str], then: FloatVector, now: FloatVector
) -> Event:
    return Event(
        kinds=event.kinds,
        before=tuple(before[label] for label in event.before),
        after=tuple(after[label] for label in event.after),
        share_before=float(then[list(event.before)].sum()),
        share_after=float(now[list(event.after)].sum()),
        distance=event.distance if event.distance is not None and np.isfinite(event.distance) else None,
        overlap=event.overlap,
        steadiness=event.steadiness,
        stated=event.stated and same,
    )


def _shares(model: SegmentModel) -> FloatVector:
    return np.array([card.share for card in sorted(model.cards, key=lambda card: card.label)])


def _along(found: Match, shape: tuple[int, int]) -> BoolVector:
    """Return the pairs of clusters that a stated split or merger connects."""
    along = np.zeros(shape, dtype=np.bool_)
    for event in found.events:
        if event.stated and event.kinds[0] in _FAMILY_TIES:
            along[np.ix_(event.before, event.after)] = True
    return along
