"""The audience that is most like some customers, and how well it can be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from segmint.data import ReadOptions, open_writer
from segmint.data.key_lists import listed_keys, read_keys
from segmint.errors import UsageError
from segmint.likeness.audience import candidates, first_rows
from segmint.likeness.crowd import crowd_of
from segmint.likeness.lookalikes import Asked, Chosen, Everyone, Lookalike, find_lookalikes, refuse_lists
from segmint.likeness.reach import read_reach
from segmint.likeness.scoring import DEFAULT_RULE
from segmint.model.segment_model import SegmentModel
from segmint.types import Progress, TextVector, silent
from segmint.words import Sentence, sentence
from segmint.workflow.customers import Customers, read_customers
from segmint.workflow.room import refuse_if_too_large

Keys = str | Path | Iterable[Any]
_DECIMALS: Final = re.compile(r"(?<=[0-9])\.0+$")
"""What a spreadsheet adds to a whole number."""
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
    memory
        Bytes that may be used; ``None`` for what the machine has.
    """

    reach: str = "5%"
    rule: str = DEFAULT_RULE
    seed: int = 0
    memory: float | None = None


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
    ResourceError
        If the rows would not fit into memory, before they are ranked.
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
    asked = Asked(read_reach(options.reach), options.rule, options.seed)
    key = key_of(model, reading)
    seed_keys, barred = _listed(seeds, key), _listed(exclude, key)
    progress("read_customers", 0, 1)
    customers = read_customers(model, data, replace(reading or ReadOptions(), key=key), memory=options.memory)
    progress("read_customers", len(customers.keys), len(customers.keys))
    chosen, told = _place(customers.keys, seed_keys, barred)
    n_taken = asked.reach.of(int(chosen.free.sum()))
    n_rows, n_features = customers.X.shape
    refuse_if_too_large(n_rows, n_features, n_taken, memory=options.memory)
    found = find_lookalikes(model, _everyone(customers, options.seed), chosen, asked, progress)
    return replace(found, notices=(*customers.notices, *told, *found.notices))


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


def _everyone(customers: Customers, seed: int) -> Everyone:
    return Everyone(
        keys=customers.keys,
        X=customers.X,
        labels=customers.labels,
        originals=lambda rows: {name: column[rows] for name, column in customers.columns.items()},
        crowd=crowd_of(customers.X, seed),
    )


def _place(
    keys: TextVector, seeds: tuple[str, ...], barred: tuple[str, ...]
) -> tuple[Chosen, tuple[Sentence, ...]]:
    """Find the rows of the lists; keys that are not there are counted, never told."""
    firsts = first_rows(keys)
    free = candidates(firsts, len(keys), (*seeds, *barred))
    rows = np.array(sorted(firsts[key] for key in seeds if key in firsts), dtype=np.int64)
    decimal = sum(key not in firsts and _DECIMALS.sub("", key) in firsts for key in seeds)
    refuse_lists(len(rows), len(seeds), int(free.sum()), len(firsts), n_decimal=decimal)
    counts = {
        "unknown_seeds": len(seeds) - len(rows),
        "unknown_excluded": sum(key not in firsts for key in barred),
        "excluded": len({key for key in barred if key in firsts} - set(seeds)),
        "repeated_keys": len(keys) - len(firsts),
    }
    told = tuple(sentence(f"likeness.notice.{what}", n=n) for what, n in counts.items() if n)
    return Chosen(rows, free), told


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
