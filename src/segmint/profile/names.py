"""Names made of what sets a segment apart: "High income, low score"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from segmint.profile.ends import worded
from segmint.profile.titles import capitalized
from segmint.profile.traits import Trait
from segmint.words import say

RELATED = 0.7  # of two columns that correlate more, one is enough in a name
ALIKE = 1e-9

Correlations = Mapping[tuple[str, str], float]


def choose_traits(segments: Sequence[Sequence[Trait]], correlations: Correlations) -> list[list[Trait]]:
    """Return, for each segment, the one or two traits that name it, strongest first.

    The two strongest columns, of related ones (|r| > .7) only the first. A second column below .5 is
    named only where there are no others to choose from. A segment that stands out in none is named by
    the columns that set all segments apart most.

    Parameters
    ----------
    segments
        For each segment its traits, one for each column that clusters, in the schema's order.
    correlations
        Correlation of two columns by their names, −1 … 1; a pair that is not there counts as 0.
    """
    overall = _overall(segments)
    chosen = []
    for traits in segments:
        ordered = sorted(traits, key=lambda trait: -abs(trait.strength))
        if not any(trait.apart for trait in traits):
            ordered = sorted(traits, key=lambda trait: -overall[trait.feature])
        picked = ordered[:1]
        for trait in ordered[1:]:
            if not _related(trait, picked[0], correlations):
                picked.append(trait)
                break
        if len(picked) > 1 and len(traits) > 2 and picked[0].apart and not picked[1].apart:
            picked = picked[:1]
        chosen.append(picked)
    return chosen


def name_segments(
    segments: Sequence[Sequence[Trait]],
    chosen: Sequence[Sequence[Trait]],
    short: Mapping[str, str],
    ends: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, ...]:
    """Return a name for each segment, all different.

    Equal names get a third column in which the segments differ, then "very" and its like for the ones
    that stand out more, and at last a number.

    Parameters
    ----------
    segments
        All traits of each segment.
    chosen
        The traits that name it (see :func:`choose_traits`).
    short
        Short names of the columns.
    ends
        Where the words for a column's low and high end stand, for those that have some (see
        :func:`segmint.profile.ends.ends_of`).

    Examples
    --------
    >>> rich, poor = Trait("Income", None, 1.2), Trait("Income", None, -0.9)
    >>> name_segments([[rich], [poor]], [[rich], [poor]], {"Income": "income"})
    ('High income', 'Low income')
    """
    if len(segments) == 1 and not any(trait.strength for trait in segments[0]):
        return (say("profile.name.everyone"),)
    order = {trait.feature: number for number, trait in enumerate(segments[0])}
    called = {name: _Called(name_of, ends.get(name)) for name, name_of in short.items()}
    drafts = [_Draft(sorted(traits, key=lambda trait: order[trait.feature]), {}) for traits in chosen]
    for improve in (_with_third, _with_degrees):
        for group in _equal_groups([draft.text(called) for draft in drafts]):
            improve(drafts, segments, group)
    return _numbered([draft.text(called) for draft in drafts])


@dataclass(frozen=True)
class _Called:
    """How a column is called: its short name, and where the words for its ends stand."""

    short: str
    place: str | None


@dataclass
class _Draft:
    """A name in the making: its traits, and how strongly each is worded."""

    traits: list[Trait]
    degrees: dict[str, str]

    def text(self, called: Mapping[str, _Called]) -> str:
        parts = [
            _worded(trait, self.degrees.get(trait.feature, ""), called[trait.feature])
            for trait in self.traits
        ]
        return capitalized(say("profile.name.joined", parts=parts)) if parts else ""


def _with_third(drafts: list[_Draft], segments: Sequence[Sequence[Trait]], group: list[int]) -> None:
    """Add the column in which the segments of a group differ most, if it words them differently."""
    named = {trait.feature for trait in drafts[group[0]].traits}
    best, widest = None, 0.0
    for number, trait in enumerate(segments[group[0]]):
        members = [segments[label][number] for label in group]
        strengths = [member.strength for member in members]
        words = {(_level(member), member.level) for member in members}
        if trait.feature not in named and len(words) > 1 and max(strengths) - min(strengths) > widest:
            best, widest = number, max(strengths) - min(strengths)
    if best is not None:
        for label in group:
            drafts[label].traits.append(segments[label][best])


def _with_degrees(drafts: list[_Draft], segments: Sequence[Sequence[Trait]], group: list[int]) -> None:
    """Word the column in which the segments of a group differ most more strongly, or less."""
    del segments
    spreads = [
        (max(strengths) - min(strengths), number)
        for number, trait in enumerate(drafts[group[0]].traits)
        if trait.level is None
        for strengths in [[drafts[label].traits[number].strength for label in group]]
    ]
    if not spreads or max(spreads)[0] <= ALIKE:
        return
    number = max(spreads, key=lambda pair: pair[0])[1]
    level = _level(drafts[group[0]].traits[number])
    sign = -1 if level == "low" else 1
    ranked = sorted(group, key=lambda label: -sign * drafts[label].traits[number].strength)
    feature = drafts[group[0]].traits[number].feature
    drafts[ranked[0]].degrees[feature] = "upper" if level == "mid" else "very"
    if level == "mid" or len(ranked) > 2:
        drafts[ranked[-1]].degrees[feature] = "lower" if level == "mid" else "fairly"


def _level(trait: Trait) -> str:
    if not trait.apart:
        return "mid"
    return "high" if trait.strength > 0 else "low"


def _worded(trait: Trait, degree: str, called: _Called) -> str:
    if trait.level is None:
        return worded(called.short, _level(trait), degree, called.place)
    level = trait.level if _speaks_alone(trait.level) else f"{called.short} {trait.level}"
    if not trait.apart:
        return say("profile.name.mixed", name=called.short)
    if trait.strength < 0:
        return say("profile.name.fewer", level=level)
    return say("profile.name.mostly" if trait.inside > 0.5 else "profile.name.more", level=level)


def _speaks_alone(level: str) -> bool:
    """Return whether a level is understood without its column: "Germany" is, "yes" and "3" are not."""
    return len(level) > 2 and level.isalpha() and level.lower() not in say("profile.bare_levels").split()


def _overall(segments: Sequence[Sequence[Trait]]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for traits in segments:
        for trait in traits:
            totals[trait.feature] = totals.get(trait.feature, 0.0) + abs(trait.strength)
    return totals


def _related(trait: Trait, first: Trait, correlations: Correlations) -> bool:
    return abs(correlations.get((trait.feature, first.feature), 0.0)) > RELATED


def _equal_groups(names: Sequence[str]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for label, name in enumerate(names):
        groups.setdefault(name.casefold(), []).append(label)
    return [group for group in groups.values() if len(group) > 1]


def _numbered(names: Sequence[str]) -> tuple[str, ...]:
    """Add a number to names that are still equal, skipping numbers that would make another name."""
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    unique = []
    for name in names:
        number, candidate = 1, name
        while candidate.casefold() in seen or (number > 1 and candidate.casefold() in taken):
            number += 1
            candidate = say("profile.name.numbered", name=name, number=number)
        seen.add(candidate.casefold())
        unique.append(candidate)
    return tuple(unique)
