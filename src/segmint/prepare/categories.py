"""Fitting the one-hot encoding of a flag or category that was asked to cluster."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from segmint.labels import FEWEST_TOLD
from segmint.model.preparation import LevelStep
from segmint.model.schema import Feature, Kind
from segmint.types import RawColumn
from segmint.words import Sentence, sentence


@dataclass(frozen=True)
class FittedLevels:
    """A column's step (``None`` where the column is left out), what was done, and what to beware of."""

    step: LevelStep | None
    notes: tuple[Sentence, ...]
    warnings: tuple[Sentence, ...] = ()


def fit_levels(feature: Feature, column: RawColumn, *, max_levels: int, variance: float) -> FittedLevels:
    """Fit the one-hot encoding of one column, so that the whole block weighs as much as one number.

    With shares p_j of the levels the block's variances add up to weight² Σ p_j (1 − p_j); the weight
    makes that ``variance``. A category's level that fewer than five rows hold could be a customer's own
    (an e-mail address), and the step is kept and shared: it counts as ``other``.

    Parameters
    ----------
    feature
        The column's name and kind.
    column
        Texts of the kept rows, shape (n_samples,); ``None`` where missing (it counts as ``other``).
    max_levels
        The commonest levels that get a column of their own; ties in the order of their names.
    variance
        The variance of one prepared number, > 0.

    Returns
    -------
    FittedLevels
        No step for a column with no value, with one value in all rows, or without a level of five rows.

    Examples
    --------
    >>> from segmint.model.schema import Kind, Role
    >>> feature = Feature("Region", Kind.CATEGORY, Role.CLUSTER)
    >>> column = np.array(["south"] * 9 + ["north"] * 6 + ["anna@example.org", None], dtype=object)
    >>> fit_levels(feature, column, max_levels=50, variance=1.0).step.levels
    ('south', 'north')
    """
    counts = Counter(value for value in column if value is not None)
    n_missing = len(column) - counts.total()
    if not counts:
        return FittedLevels(None, (sentence("prepare.left_out.empty", column=feature.name),))
    if len(counts) == 1 and not n_missing:
        return FittedLevels(None, (sentence("prepare.left_out.constant", column=feature.name),))
    ordered = sorted(counts, key=lambda level: (-counts[level], level))
    fewest = 1 if feature.kind is Kind.FLAG else FEWEST_TOLD
    levels = tuple(level for level in ordered[:max_levels] if counts[level] >= fewest)
    if not levels:
        return FittedLevels(None, (sentence("prepare.left_out.rare", column=feature.name, n=FEWEST_TOLD),))
    shares = _shares([counts[level] for level in levels], len(column))
    spread = float(np.sum(shares * (1 - shares)))
    weight = float(np.sqrt(variance / spread)) if spread > 0 else 1.0
    step = LevelStep(feature.name, levels, tuple((weight * shares).tolist()), weight)
    return FittedLevels(step, _notes(len(levels), len(ordered) - len(levels), n_missing))


def _shares(counts: list[int], n_rows: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Shares of the levels, that of ``other`` last."""
    return np.asarray([*counts, n_rows - sum(counts)], dtype=np.float64) / n_rows


def _notes(n_levels: int, n_rare: int, n_missing: int) -> tuple[Sentence, ...]:
    filled = (sentence("prepare.note.filled_other", n=n_missing),) if n_missing else ()
    if n_rare:
        return (*filled, sentence("prepare.note.levels_capped", n=n_levels, rest=n_rare))
    return (*filled, sentence("prepare.note.levels", n=n_levels))
