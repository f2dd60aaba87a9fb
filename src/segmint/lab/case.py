"""A case study: features up to a day, segments of them, and what each segment did afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from segmint.data import ReadOptions, raw_columns, read
from segmint.data.dataset import Dataset
from segmint.data.files import open_again
from segmint.errors import DataError, UsageError
from segmint.intervals import wilson
from segmint.lab.chance import RARE, by_chance
from segmint.lab.columns import recipe_of
from segmint.lab.lesson import Assignment
from segmint.model.cards import SegmentCard
from segmint.model.recipe import Journey
from segmint.model.schema import Role
from segmint.types import FloatVector, IntVector
from segmint.words import say
from segmint.workflow.deliver import deliver
from segmint.workflow.features import Featured, with_recipe, write_features
from segmint.workflow.planning import RunOptions
from segmint.workflow.run import Made, make

RESAMPLES: Final = 30
KS: Final = tuple(range(3, 9))
"""Numbers of segments that are compared: a team can serve no more, and two say no more than active or not."""


@dataclass(frozen=True)
class Rules:
    """What a case asks of its journey.

    Attributes
    ----------
    journey
        ``rfm`` or ``players``.
    horizon
        Days that are kept back, in which it is seen what each segment did.
    counted
        The feature that grows when somebody comes back.
    worth
        The features that tell what somebody is worth, the first that is there.
    """

    journey: Journey
    horizon: int
    counted: str
    worth: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outcome:
    """One segment, and what became of it.

    Attributes
    ----------
    card
        The segment.
    n_customers, share
        How many of the customers it has.
    worth_share
        Its share of all that was worth something by the day; ``None`` where nothing was.
    back
        How many came back in the days kept back; ``None`` where events have no dates.
    interval
        95 % of the share that came back (Wilson's score interval).
    worth_after
        Its share of what was worth something in the days kept back.
    medians
        The median of each numeric feature.
    """

    card: SegmentCard
    n_customers: int
    share: float
    worth_share: float | None
    back: int | None
    interval: tuple[float, float] | None
    worth_after: float | None
    medians: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Case:
    """A case study that was carried out.

    Attributes
    ----------
    made
        The study of the features.
    features
        How the features were made; its ``at`` is the day of the segments.
    horizon
        Days that were kept back; 0 where events have no dates.
    worth
        The feature that tells what somebody is worth; ``None`` where there is none.
    back
        The share of all that came back.
    chance
        How often chance alone would make the segments differ so much in who came back; ``None`` where events have no
        dates.
    outcomes
        The segments, largest first as the cards are.
    report
        The page of the study.
    labels
        The segment of each customer, shape (n_customers,).
    """

    made: Made
    features: Featured
    horizon: int
    worth: str | None
    back: float | None
    chance: float | None
    outcomes: tuple[Outcome, ...]
    report: Path | None
    labels: IntVector

    @property
    def alike(self) -> bool:
        """Whether the segments were followed, and do not differ in who came back beyond chance."""
        return self.chance is not None and self.chance >= RARE

    @property
    def clustered(self) -> list[str]:
        """The features that the segments were made of."""
        return [one.name for one in self.made.dataset.schema.with_role(Role.CLUSTER)]


def carry_out(assignment: Assignment, rules: Rules, events: Any, name: str) -> Case:
    """Make features of the events up to a day, segment them, and look at what followed.

    Parameters
    ----------
    assignment
        Seed, workspace, and how one's own events are written.
    rules
        What the journey is asked.
    events
        The events; which column is what the options say, else the names.
    name
        The model's name, and the folder's.

    Raises
    ------
    UsageError
        If an option can't be honored, no column is called like a customer's key, or there is nothing to segment.
    DataError
        If the events can't be read, or have one row a customer.
    """
    options = assignment.options or ReadOptions()
    with (
        tempfile.TemporaryDirectory(prefix="segmint-") as folder,  # the tables hold keys: none of them stays
        open_again(events, options) as (source, how),
    ):
        return _carried_out(replace(assignment, options=how), rules, source, name, Path(folder))


def _carried_out(assignment: Assignment, rules: Rules, events: Any, name: str, folder: Path) -> Case:
    options = assignment.options
    recipe = recipe_of(events, rules.journey, options)
    whole = write_features(
        events, recipe, folder / "now.parquet", options=options, progress=assignment.progress
    )
    if whole.one_row:
        raise DataError("lab.one_row", n=whole.n_events, who=say(f"lab.{name}.who"))
    now, horizon = _read(whole), 0
    features, before = whole, now
    if whole.at is not None:
        horizon = _horizon(now, rules)
        day = date.fromisoformat(whole.at) - timedelta(days=horizon + 1)
        features = write_features(
            events, recipe, folder / f"{name} until {day}.parquet", at=day.isoformat(), options=options,
            progress=assignment.progress,
        )  # fmt: skip
        before = _read(features)
    made = make(before, _running(assignment, name), assignment.progress)
    if made.study.model is None:
        raise UsageError("lab.nothing_to_tell")
    delivered = deliver(made, assignment.workspace, track=False, progress=assignment.progress)
    worth = next((one for one in rules.worth if one in before.schema.names), None)
    labels = made.fits[0].labels
    came = _came_back(before, now, rules) if horizon else None
    gained = _gained(before, now, worth) if horizon and worth else None
    outcomes = _outcomes(made, before, labels, worth, came, gained)
    return Case(
        made=made,
        features=features,
        horizon=horizon,
        worth=worth,
        back=None if came is None else float(came.mean()),
        chance=None if came is None else _chance(outcomes),
        outcomes=outcomes,
        report=delivered.report,
        labels=labels,
    )


def _read(made: Featured) -> Dataset:
    return read(made.table, with_recipe(made.table, ReadOptions()))


def _horizon(now: Dataset, rules: Rules) -> int:
    """Return how many days are kept back: no more than a third of what there is."""
    span = float(np.nanmax(raw_columns(now)["tenure"]))
    return max(1, min(rules.horizon, int(span // 3)))


def _running(assignment: Assignment, name: str) -> RunOptions:
    return RunOptions(
        seed=assignment.seed, ks=KS, name=f"lab-{name}", n_resamples=RESAMPLES, command=f"segmint lab {name}"
    )


def _came_back(before: Dataset, now: Dataset, rules: Rules) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(_gained(before, now, rules.counted) > 0)


def _gained(before: Dataset, now: Dataset, feature: str) -> FloatVector:
    """Return by how much a sum of each customer grew in the days kept back."""
    later = dict(zip(now.keys.tolist(), raw_columns(now)[feature].tolist(), strict=True))
    then = raw_columns(before)[feature].astype(np.float64)
    return np.array([later[key] for key in before.keys.tolist()], dtype=np.float64) - then


def _outcomes(
    made: Made, before: Dataset, labels: IntVector, worth: str | None, came: Any, gained: FloatVector | None
) -> tuple[Outcome, ...]:
    columns = raw_columns(before)
    numeric = [feature.name for feature in before.schema if feature.numeric]
    assert made.study.model is not None  # refused before
    found = []
    for card in made.study.model.cards:
        own = labels == card.label
        back = None if came is None else int(came[own].sum())
        found.append(
            Outcome(
                card=card,
                n_customers=int(own.sum()),
                share=float(own.mean()),
                worth_share=None if worth is None else _part(columns[worth].astype(np.float64), own),
                back=back,
                interval=None if back is None else wilson(back / int(own.sum()), int(own.sum())),
                worth_after=None if gained is None else _part(gained, own),
                medians={name: _median(columns[name][own]) for name in numeric},
            )
        )
    return tuple(found)


def _chance(outcomes: tuple[Outcome, ...]) -> float:
    return by_chance([one.back or 0 for one in outcomes], [one.n_customers for one in outcomes])


def _part(values: FloatVector, own: Any) -> float | None:
    total = float(np.nansum(values))
    return float(np.nansum(values[own])) / total if total > 0 else None


def _median(values: Any) -> float:
    there = values[~np.isnan(values)]
    return float(np.median(there)) if there.size else float("nan")
