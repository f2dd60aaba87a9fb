"""The door of the room: raw columns and labels become segment cards."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from segmint.labels import FEWEST_TOLD, sizes
from segmint.model.cards import Effect, SegmentCard
from segmint.model.preparation import Preparation
from segmint.model.recipe import Recipe
from segmint.model.schema import Schema
from segmint.profile.centers import centers, level_shares
from segmint.profile.effects import find_effects
from segmint.profile.ends import ends_of, topic_words
from segmint.profile.few import told_effects, without_levels
from segmint.profile.names import choose_traits, name_segments
from segmint.profile.rules import write_rules
from segmint.profile.summary import summarize
from segmint.profile.titles import short_names
from segmint.profile.told import told_columns
from segmint.profile.traits import Trait, correlation_of, find_traits
from segmint.types import IntVector, RawColumns
from segmint.words import Sentence, sentence


def build_cards(
    columns: RawColumns,
    schema: Schema,
    preparation: Preparation,
    labels: IntVector,
    *,
    ids: Sequence[str],
    stability: Sequence[float] | None,
    silhouettes: Sequence[float] | None,
    seed: int,
    recipe: Recipe | None = None,
    topics: Collection[str] = (),
) -> tuple[SegmentCard, ...]:
    """Describe each cluster in original units: what sets it apart, by how much, and a rule of thumb.

    Parameters
    ----------
    columns
        Raw values of the rows that were clustered, by name; missing ones are left out of means.
    schema
        What the columns are; those that cluster and those that describe are told.
    preparation
        The fitted preparation: its columns made the clusters.
    labels
        Shape (n_samples,), canonical (largest cluster 0), ``labels.NOISE`` for noise.
    ids
        Lasting ids, one for each cluster.
    stability, silhouettes
        Mean Jaccard overlap over resamples, and mean silhouette, one for each cluster; NaN or ``None``
        where not measured.
    seed
        Decides which rows write the rules and which judge them.
    recipe
        How the columns were made, where they were made of events: their names say more than high and low.
    topics
        Columns that are shares of topics: they are called by the topic's words.

    Returns
    -------
    tuple of SegmentCard
        Numbers 1 … n from the largest cluster to the smallest. A column without any value in a segment
        has no center there, unless it made the clusters: then the center is what missing values became.
        Where fewer than five rows of a segment have a value, it has no center, quantiles, levels or effect.

    Examples
    --------
    >>> import numpy as np
    >>> from segmint.model.preparation import NumericStep
    >>> from segmint.model.schema import Feature, Kind, Role
    >>> schema = Schema((Feature("Age", Kind.COUNT, Role.CLUSTER),))
    >>> steps = (NumericStep("Age", 30.0, -np.inf, np.inf, None, 30.0, 10.0),)
    >>> columns, labels = {"Age": np.repeat([20.0, 22.0, 60.0, 61.0], 3)}, np.repeat([0, 1], 6)
    >>> cards = build_cards(columns, schema, Preparation(steps, {}, "standard"), labels,
    ...     ids=["a", "b"], stability=None, silhouettes=None, seed=0)
    >>> [(card.short, card.name, card.center["Age"]) for card in cards]
    [('S1', 'Low age', 21.0), ('S2', 'High age', 60.5)]
    """
    told = told_columns(schema, preparation, columns)
    effects = find_effects(told, columns, labels, len(ids), frozenset(preparation.columns))
    traits = find_traits(preparation, columns, labels, effects)
    counts = sizes(labels).tolist()
    traits = [row if n >= FEWEST_TOLD else without_levels(row) for row, n in zip(traits, counts, strict=True)]
    chosen = choose_traits(traits, correlation_of(preparation, columns))
    shares = [name for name in preparation.columns if name in topics]
    short = {**short_names(preparation.columns), **topic_words(shares)}
    ends = ends_of(preparation.columns, recipe, shares)
    names = name_segments(traits, chosen, short, ends)
    rules = write_rules(columns, preparation, labels, [_favored(row) for row in traits], seed=seed)
    cards = []
    for label, name in enumerate(names):
        rows = labels == label
        center, spreads = centers(told, columns, rows)
        shown = told_effects(effects[label], columns, rows)
        cards.append(
            SegmentCard(
                id=ids[label],
                number=label + 1,
                label=label,
                name=name,
                name_given=False,
                size=counts[label],
                share=float(rows.mean()),
                center=center,
                quantiles=spreads,
                levels=level_shares(told, columns, rows),
                effects=shown,
                rule=rules[label],
                stability=_measured(stability, label),
                silhouette=_measured(silhouettes, label),
                summary=_summary(chosen[label], effects[label], shown, schema, counts[label]),
            )
        )
    return tuple(cards)


def _summary(
    traits: Sequence[Trait],
    effects: Mapping[str, Effect],
    shown: Sequence[Effect],
    schema: Schema,
    size: int,
) -> Sentence:
    by_column = {effect.feature: effect for effect in shown}
    if effects and not any(trait.feature in by_column for trait in traits):
        return sentence("profile.summary.few")
    return summarize(traits, by_column, schema, size=size)


def _favored(traits: Sequence[Trait]) -> list[str]:
    return [trait.feature for trait in sorted(traits, key=lambda trait: -abs(trait.strength))]


def _measured(values: Sequence[float] | None, label: int) -> float | None:
    if values is None or values[label] is None or math.isnan(values[label]):
        return None
    return float(values[label])
