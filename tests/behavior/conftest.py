"""Events as hypothesis draws them, and what the twins of the features are compared by."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from segmint.behavior.compute import behavior
from segmint.errors import DataError
from segmint.model.recipe import Journey, Recipe

Row = Mapping[str, Any]
Found = dict[str, dict[str, Any]]
EPOCH = dt.datetime(1970, 1, 1)
NUMBERS = ("quantity", "price", "amount", "level", "duration")
NOBODY = ("behavior.no_events", "behavior.all_later", "behavior.nobody")


@dataclass(frozen=True)
class Drawn:
    """Events with the recipe that is computed of them; a row holds ``None`` for a missing cell.

    Attributes
    ----------
    rows
        Cells by purpose; ``date`` is a moment.
    settings
        As in a recipe.
    at
        The day that counts as today, in days since 1970-01-01; ``None`` for the day after the last event.
    """

    journey: Journey
    purposes: tuple[str, ...]
    rows: tuple[Row, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    at: int | None = None

    @property
    def recipe(self) -> Recipe:
        """Return the recipe: each column is called like its purpose, with an ending."""
        return Recipe(self.journey, {name: f"{name}_" for name in self.purposes}, None, self.settings)

    def table(self) -> pa.Table:
        """Return the events as a table with types."""
        return pa.table(
            {f"{name}_": pa.array([row[name] for row in self.rows], _type(name)) for name in self.purposes}
        )

    def counting(self) -> list[Row]:
        """Return the rows of somebody on some day, not after today, each with its ``day``."""
        kept = [row for row in self.rows if row["key"] is not None]
        if "date" in self.purposes:
            kept = [{**row, "day": (row["date"] - EPOCH).days} for row in kept if row["date"] is not None]
            today = self.today(kept)
            kept = [row for row in kept if row["day"] <= today]
        return kept

    def today(self, dated: Sequence[Row]) -> int:
        """Return the day that counts as today, given the rows of somebody on some day."""
        if self.at is not None:
            return self.at
        return max((row["day"] for row in dated), default=0) + 1


def _type(purpose: str) -> pa.DataType:
    if purpose == "date":
        return pa.timestamp("us")
    return pa.float64() if purpose in NUMBERS else pa.string()


def _or_missing(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 9).flatmap(lambda n: cells if n else st.none())


_KEYS = _or_missing(st.sampled_from(["000651", "000651", "1E5", "a'b"]))
_ORDERS = _or_missing(st.sampled_from(["1", "2", "3", "4", "C1", "c2"]))
_CELLS: Mapping[str, st.SearchStrategy[Any]] = {
    "key": _KEYS,
    "order": _ORDERS,
    "quantity": _or_missing(st.integers(-1, 6).map(float)),
    "price": _or_missing(st.sampled_from([0.5, 1.15, 2.99, 1234.56, 0.0, -1.0])),
    "amount": _or_missing(st.integers(-200, 90_000).map(lambda cents: cents / 100)),
    "category": _or_missing(st.sampled_from(["x", "y", "z"])),
    "game": _or_missing(st.sampled_from(["chess", "go", "tag", "uno"])),
    "level": _or_missing(st.integers(1, 9).map(float)),
    "duration": _or_missing(st.sampled_from([0.0, 0.5, 1.5, 40.0, -1.0])),
}
_MOMENTS = st.sampled_from(
    [0, 60, 1_799, 1_800, 3_600, 21_599, 21_600, 43_199, 43_200, 64_799, 64_800, 86_399]
)
_STARTS = st.sampled_from([dt.datetime(2026, 1, 1), dt.datetime(1969, 12, 10), dt.datetime(2024, 2, 1)])


def _dates(last: int, moments: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    """Draw moments of some days, near each other in a day and at its edges."""
    days = st.one_of(st.integers(0, last), st.integers(0, 3))
    return st.builds(lambda day, second: dt.timedelta(days=day, seconds=second), days, moments)


@st.composite
def _drawn(
    draw: Any,
    journey: Journey,
    shapes: Sequence[tuple[str, ...]],
    last: int,
    settings: Callable[[tuple[str, ...]], st.SearchStrategy[dict[str, Any]]],
) -> Drawn:
    purposes = ("key", *draw(st.sampled_from(shapes)))
    start = draw(_STARTS)
    cells = {name: _CELLS[name] for name in purposes if name != "date"}
    if "date" in purposes:
        moments = draw(st.sampled_from([_MOMENTS, _MOMENTS, st.just(0)]))  # the last: days without times
        cells["date"] = _or_missing(_dates(last, moments).map(lambda after: start + after))
    rows = draw(st.lists(st.fixed_dictionaries(cells), min_size=draw(st.sampled_from([1, 15])), max_size=30))
    first = (start - EPOCH).days
    at = draw(st.none() | st.integers(first - 1, first + last + 40)) if "date" in purposes else None
    return Drawn(journey, purposes, tuple(rows), draw(settings(purposes)), at)


@pytest.fixture(scope="session")
def purchases() -> st.SearchStrategy[Drawn]:
    """Give what draws purchases: with and without orders, sizes and categories; returned, cancelled, missing."""
    sizes = [(), ("quantity",), ("amount",), ("quantity", "price"), ("quantity", "amount")]
    shapes = [
        ("date", *order, *size, *category)
        for order in ((), ("order",))
        for size in sizes
        for category in ((), ("category",))
    ]

    def settings(purposes: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
        rules = {"returns": st.sampled_from(["apart", "net"]), "buy_till_you_die": st.just(True)}
        cancelled = {"cancelled": st.sampled_from(["C", "c"])} if "order" in purposes else {}
        return st.fixed_dictionaries(rules, optional=cancelled)

    return _drawn("rfm", shapes, 400, settings)


@pytest.fixture(scope="session")
def play() -> st.SearchStrategy[Drawn]:
    """Give what draws play: with and without dates, games, hours, levels and payments."""
    rest = [
        (),
        ("game",),
        ("game", "duration"),
        ("level",),
        ("amount",),
        ("game", "duration", "level", "amount"),
    ]
    shapes = [("date", *some) for some in rest] + [("duration",), ("game", "duration")]
    gaps = st.sampled_from([{}, {"gap_minutes": 30}, {"gap_minutes": 0.5}, {"gap_minutes": 1440}])
    return _drawn("players", shapes, 40, lambda _: gaps)


@pytest.fixture(scope="session")
def computed() -> Callable[[Drawn], Found]:
    """Give what computes features: by key and name, ``None`` for missing; nobody where nobody counts."""

    def compute(drawn: Drawn) -> Found:
        at = None if drawn.at is None else (EPOCH + dt.timedelta(days=drawn.at)).date().isoformat()
        try:
            with behavior(drawn.table(), drawn.recipe, at=at) as found:
                columns: dict[str, list[Any]] = {}
                for batch in found.batches:
                    for name, values in batch.items():
                        columns.setdefault(name, []).extend(values.tolist())
        except DataError as error:
            assert error.code in NOBODY
            return {}
        keys = columns.pop("key_")
        assert keys == sorted(keys, key=lambda key: key.encode())
        return {
            key: {name: _plain(values[row]) for name, values in columns.items()}
            for row, key in enumerate(keys)
        }

    return compute


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


@pytest.fixture(scope="session")
def alike() -> Callable[[Found, Found], None]:
    """Give what compares features with their twin's: whole numbers and texts exactly, others but for rounding."""

    def compare(found: Found, expected: Found) -> None:
        assert found.keys() == expected.keys()
        for key, features in expected.items():
            assert found[key].keys() == features.keys()
            for name, value in features.items():
                close = pytest.approx(value, rel=1e-9, abs=1e-7) if isinstance(value, float) else value
                assert found[key][name] == close, (key, name)

    return compare
