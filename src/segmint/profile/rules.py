"""A readable rule of thumb for each segment, judged on rows that did not write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from segmint.model.cards import Rule
from segmint.model.preparation import LevelStep, Preparation
from segmint.profile.boxes import Axis, best_box, f_score, level_axis, matching, number_axis
from segmint.seeds import generator
from segmint.types import BoolVector, IntVector, RawColumn, RawColumns

MOST_CONDITIONS = 3
MOST_COLUMNS = 20
MOST_ROWS = 20_000
FEWEST = 6  # a smaller segment leaves too few rows to write a rule and to judge it
HELD_OUT = 1 / 3
USEFUL = 0.5  # a rule with a smaller F1 misleads


def write_rules(
    columns: RawColumns,
    preparation: Preparation,
    labels: IntVector,
    favored: Sequence[Sequence[str]],
    *,
    seed: int,
) -> tuple[Rule | None, ...]:
    """Write a rule of at most three comparisons for each cluster.

    Two thirds of each cluster's rows (of all together at most 20,000) write the rules: the box with the
    best F1, its bounds rounded. The other rows judge them.

    Parameters
    ----------
    columns
        Raw values in original units.
    preparation
        Its columns are the ones that a rule may name.
    labels
        Shape (n_samples,): 0 … n_clusters − 1, or noise.
    favored
        For each cluster the columns in the order in which they set it apart; a rule uses the first 20.
    seed
        Decides which rows write.

    Returns
    -------
    tuple of (Rule or None)
        ``None`` for a single cluster, for a cluster of fewer than six rows, and where the best rule has
        an F1 below .5.

    References
    ----------
    Friedman and Fisher (1999), Bump hunting in high-dimensional data, doi:10.1023/A:1008894516817
    (boxes); here the score is F1, and the best interval of a column is found exactly.
    """
    n_clusters = len(favored)
    if n_clusters < 2:
        return (None,) * n_clusters
    writing, judging = _split(labels, seed)
    written = {name: columns[name][writing] for name in preparation.columns}
    judged = {name: columns[name][judging] for name in preparation.columns}
    axes = {axis.name: axis for axis in _axes(preparation, written)}
    return tuple(
        _rule(
            [axes[name] for name in _in_order(axes, favored[label])],
            written,
            judged,
            labels[writing] == label,
            labels[judging] == label,
        )
        for label in range(n_clusters)
    )


def _rule(
    axes: Sequence[Axis],
    written: Mapping[str, RawColumn],
    judged: Mapping[str, RawColumn],
    wanted: BoolVector,
    wanted_held_out: BoolVector,
) -> Rule | None:
    if wanted.sum() + wanted_held_out.sum() < FEWEST:
        return None
    box = best_box(axes, written, wanted, MOST_CONDITIONS)
    if not box or f_score(matching(box, written), wanted) < USEFUL:
        return None
    matches = matching(box, judged)
    right = int((matches & wanted_held_out).sum())
    if not right:
        return None
    precision, recall = right / int(matches.sum()), right / int(wanted_held_out.sum())
    return Rule(box, precision, recall, int(wanted_held_out.size))


def _in_order(axes: Mapping[str, Axis], favored: Sequence[str]) -> list[str]:
    """Return the favored columns in the schema's order, so that rules read alike."""
    chosen = set([name for name in favored if name in axes][:MOST_COLUMNS])
    return [name for name in axes if name in chosen]


def _axes(preparation: Preparation, columns: Mapping[str, RawColumn]) -> list[Axis]:
    return [
        level_axis(step.name, columns[step.name], step.levels)
        if isinstance(step, LevelStep)
        else number_axis(step.name, columns[step.name])
        for step in preparation.steps
    ]


def _split(labels: IntVector, seed: int) -> tuple[IntVector, IntVector]:
    """Return the numbers of the rows that write, and of those that judge; each cluster is divided alike."""
    rng = generator(seed, "profile", "rules")
    share = min(1.0, MOST_ROWS / max(1.0, labels.size * (1 - HELD_OUT)))
    writing, judging = [], []
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        n_writing = rows.size - max(1, round(rows.size * HELD_OUT))
        kept = max(1, round(n_writing * share)) if n_writing else 0
        writing.append(rows[:kept])
        judging.append(rows[n_writing:])
    return np.sort(np.concatenate(writing)), np.sort(np.concatenate(judging))
