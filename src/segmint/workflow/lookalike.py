"""The audience that is most like some customers, and how well it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from segmint.data import ReadOptions, open_writer
from segmint.data.dataset import Dataset
from segmint.data.key_lists import listed_keys, read_keys
from segmint.errors import DataError, UsageError
from segmint.labels import FEWEST_TOLD
from segmint.likeness.audience import Audience, audience_of, candidates, first_rows
from segmint.likeness.crowd import crowd_of
from segmint.likeness.holdout import HoldOut, Trial, hold_out
from segmint.likeness.reach import Reach, read_reach
from segmint.likeness.reasons import Usual, Yardstick, group_reasons, reason_texts
from segmint.likeness.scoring import DEFAULT_RULE, RULES
from segmint.likeness.seed_groups import find_groups
from segmint.model.segment_model import SegmentModel
from segmint.types import BoolVector, FloatMatrix, IntVector, Progress, RawColumns, TextVector, silent
from segmint.words import Sentence, sentence
from segmint.workflow.assign import own_chunks, own_columns

Keys = str | Path | Iterable[Any]
COLUMNS = ("rank", "score", "segment", "group", "reason")
"""The columns of a written audience beside the key."""


@dataclass(frozen=True)
class LookalikeOptions:
    """What is asked for.

    Attributes
    ----------
    reach
        A share of the candidates (``"5%"``) or a count (``"500"``).
    rule
        How likeness is scored: a name of :data:`segmint.likeness.scoring.RULES`.
    seed
        Draws samples and hidden seeds.
    """

    reach: str = "5%"
    rule: str = DEFAULT_RULE
    seed: int = 0


@dataclass(frozen=True)
class Group:
    """One kind of seeds: how many, how many of the audience are nearest to it, and what is usual for them."""

    n_seeds: int
    n_taken: int
    reasons: tuple[Usual, ...]


@dataclass(frozen=True, eq=False)
class Lookalike:
    """An audience with its reasons, and how well the same way finds seeds that it does not know.

    Attributes
    ----------
    audience
        Who, in which order.
    segments, reasons
        The segment's name and the reasons of each; shape (n_taken,).
    groups
        The kinds of seeds, the largest first.
    hold_out
        How many of hidden seeds are found.
    n_seeds
        Seeds among the customers.
    notices
        What was counted, left out or repaired.
    """

    audience: Audience
    segments: TextVector
    reasons: TextVector
    groups: tuple[Group, ...]
    hold_out: HoldOut
    n_seeds: int
    notices: tuple[Sentence, ...]


@dataclass(frozen=True, eq=False)
class Customers:
    """All rows: keys, original and prepared columns, labels."""

    keys: TextVector
    columns: RawColumns
    X: FloatMatrix
    labels: IntVector
    notices: tuple[Sentence, ...]


@dataclass(frozen=True, eq=False)
class _Lists:
    """Who is a seed and who may be taken, by row, and what is to be said about the lists."""

    seeds: IntVector
    free: BoolVector
    notices: tuple[Sentence, ...]


def lookalike(
    model: SegmentModel,
    data: Any,
    seeds: Keys,
    *,
    exclude: Keys = (),
    options: LookalikeOptions | None = None,
    reading: ReadOptions | None = None,
    progress: Progress = silent,
) -> Lookalike:
    """Find the customers who are most like some.

    Parameters
    ----------
    model
        The segmentation: its schema reads the data, its preparation makes them comparable.
    data
        All customers, seeds among them: whatever :func:`segmint.read` takes, or a :class:`Dataset`.
    seeds
        Keys, or a file of keys: one a line, or a table with the key's column.
    exclude
        Who is to be left out, in the same form; seeds are never in the audience.
    options
        Reach, rule, seed.
    reading
        How the data are written; ``key`` names the key's column where the model has none.
    progress
        Told what is done.

    Returns
    -------
    Lookalike
        The audience is never empty.

    Raises
    ------
    UsageError
        If the reach is none, the rule is not known, or no column is the key.
    DataError
        If fewer than five seeds are among the customers, nobody is left to be taken, or all rows are equal.
    SourceError, SchemaError, ValueRuleError
        As :func:`segmint.read` does.

    Examples
    --------
    >>> import pandas as pd, segmint
    >>> table = pd.read_csv(segmint.example_table("wholesale_customers"))
    >>> table.insert(0, "client_id", [f"c{n}" for n in range(len(table))])
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> model = segmint.study(segmint.read(table), options).model
    >>> seeds = table.nlargest(40, "Fresh").client_id
    >>> found = segmint.lookalike(model, table, seeds)
    >>> len(found.audience.keys), found.hold_out.lift.value > 5
    (20, True)
    """
    options = options or LookalikeOptions()
    if options.rule not in RULES:
        raise UsageError("workflow.no_such_rule", wanted=options.rule, known=list(RULES))
    reach = read_reach(options.reach)
    key = key_of(model, reading)
    seed_keys, barred = _listed(seeds, key), _listed(exclude, key)
    progress("read_customers", 0, 1)
    everyone = _customers(model, data, replace(reading or ReadOptions(), key=key))
    progress("read_customers", len(everyone.keys), len(everyone.keys))
    lists = _place(everyone.keys, seed_keys, barred)
    return _found(model, everyone, lists, reach, options, progress)


def key_of(model: SegmentModel, reading: ReadOptions | None = None) -> str:
    """Return the name of the key's column: the one that was given, or the model's.

    Raises
    ------
    UsageError
        If there is neither, or it is called like a column of the audience.
    """
    given = None if reading is None else reading.key
    key = given or (None if model.schema.key is None else model.schema.key.name)
    if key is None:
        raise UsageError("workflow.no_key")
    if key in COLUMNS:
        raise UsageError("workflow.key_taken", key=key, columns=list(COLUMNS))
    return key


def _listed(keys: Keys, name: str) -> tuple[str, ...]:
    found = read_keys(keys, name) if isinstance(keys, (str, Path)) else listed_keys(keys)
    return tuple(dict.fromkeys(found))


def _customers(model: SegmentModel, data: Any, reading: ReadOptions) -> Customers:
    if isinstance(data, Dataset):
        return _prepared(model, own_columns(model, data), data.keys, ())
    parts = [
        _prepared(model, chunk.columns, chunk.keys, chunk.notices)
        for chunk in own_chunks(model, data, reading)
    ]
    return Customers(
        np.concatenate([part.keys for part in parts]),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in model.preparation.columns},
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.labels for part in parts]),
        parts[-1].notices,
    )


def _prepared(
    model: SegmentModel, columns: RawColumns, keys: TextVector, notices: tuple[Sentence, ...]
) -> Customers:
    own = {name: columns[name] for name in model.preparation.columns}
    X = model.preparation.forward(own)
    return Customers(keys, own, X, model.assigner.place(X).labels, notices)


def _place(keys: TextVector, seeds: tuple[str, ...], barred: tuple[str, ...]) -> _Lists:
    """Find the rows of the lists; keys that are not there are counted, never told."""
    firsts = first_rows(keys)
    free = candidates(firsts, len(keys), (*seeds, *barred))
    rows = np.array(sorted(firsts[key] for key in seeds if key in firsts), dtype=np.int64)
    if len(rows) < FEWEST_TOLD:
        raise DataError("workflow.few_seeds", n=len(rows), listed=len(seeds), fewest=FEWEST_TOLD)
    if not free.any():
        raise DataError("workflow.nobody_left", n=len(firsts))
    counts = {
        "unknown_seeds": len(seeds) - len(rows),
        "unknown_excluded": sum(key not in firsts for key in barred),
        "excluded": len({key for key in barred if key in firsts} - set(seeds)),
        "repeated_keys": len(keys) - len(firsts),
    }
    told = tuple(sentence(f"workflow.notice.{what}", n=n) for what, n in counts.items() if n)
    return _Lists(rows, free, told)


def _found(
    model: SegmentModel,
    everyone: Customers,
    lists: _Lists,
    reach: Reach,
    options: LookalikeOptions,
    progress: Progress,
) -> Lookalike:
    """Rank, measure, and say why."""
    rule = RULES[options.rule]
    progress("ranked", 0, 1)
    crowd = crowd_of(everyone.X, options.seed)
    Z = crowd.standard(everyone.X)
    groups = find_groups(Z[lists.seeds])
    scores = rule(Z[lists.seeds], crowd.landmarks)(Z)
    audience = audience_of(scores, lists.free, everyone.keys, Z, reach)
    audience = replace(audience, group=groups.nearest(Z[audience.rows]))
    progress("ranked", audience.n_candidates, audience.n_candidates)
    progress("hidden_seeds", 0, len(lists.seeds))
    trial = Trial(Z, everyone.labels, lists.seeds, np.flatnonzero(lists.free), crowd)
    measured = hold_out(rule, trial, audience.share, options.seed)
    progress("hidden_seeds", measured.n_hidden, measured.n_hidden)
    measure = Yardstick(model.preparation, crowd, groups)
    return _explained(model, everyone, lists, measure, audience, measured)


def _explained(
    model: SegmentModel,
    everyone: Customers,
    lists: _Lists,
    measure: Yardstick,
    audience: Audience,
    measured: HoldOut,
) -> Lookalike:
    """Put segments and reasons beside an audience."""
    Z = measure.crowd.standard(everyone.X[audience.rows])
    own = {name: column[audience.rows] for name, column in everyone.columns.items()}
    return Lookalike(
        audience=audience,
        segments=model.by_label[1][everyone.labels[audience.rows]],
        reasons=reason_texts(measure, Z, audience.group, own),
        groups=_groups(measure, Z, audience),
        hold_out=measured,
        n_seeds=len(lists.seeds),
        notices=(*everyone.notices, *lists.notices, *_ties(audience)),
    )


def _groups(measure: Yardstick, Z: FloatMatrix, audience: Audience) -> tuple[Group, ...]:
    told = []
    for number, n_seeds in enumerate(measure.groups.sizes.tolist()):
        own = Z[audience.group == number]
        reasons = group_reasons(measure, own, number) if len(own) else ()
        told.append(Group(n_seeds, len(own), reasons))
    return tuple(told)


def _ties(audience: Audience) -> tuple[Sentence, ...]:
    counts = {"identical_rows": audience.n_identical, "tied": audience.n_tied}
    return tuple(sentence(f"workflow.notice.{what}", n=n) for what, n in counts.items() if n)


def audience_columns(found: Lookalike, key: str) -> dict[str, np.ndarray[Any, Any]]:
    """Return the columns of the written audience: the key under its own name, then :data:`COLUMNS`."""
    audience = found.audience
    values = (audience.rank, audience.score, found.segments, audience.group + 1, found.reasons)
    return {key: audience.keys, **dict(zip(COLUMNS, values, strict=True))}


def write_audience(found: Lookalike, key: str, target: str | Path) -> None:
    """Write an audience, the most alike first; whole or not at all.

    Raises
    ------
    UsageError
        If the kind of target is not known.
    """
    with open_writer(target) as writer:
        writer.write(audience_columns(found, key))
