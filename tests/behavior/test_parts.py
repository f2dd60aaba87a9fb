"""Customers part by part give the sums of all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmint.behavior.journeys import JOURNEYS
from segmint.behavior.parts import make_sums
from segmint.behavior.staging import staged
from segmint.model.recipe import Recipe
from segmint.types import silent

RECIPES = {
    "rfm": Recipe(
        "rfm", {"key": "id", "date": "day", "order": "order", "amount": "paid", "category": "game"},
        settings={"cancelled": "C"},
    ),
    "players": Recipe("players", {"key": "id", "date": "day", "game": "game", "amount": "paid"}),
}  # fmt: skip


def events(n: int = 3_000) -> pa.Table:
    rng = np.random.default_rng(4)
    seconds = rng.integers(0, 90 * 86_400, n).astype("timedelta64[s]")
    order = np.array(
        [
            f"{'C' if cut else ''}{at}"
            for cut, at in zip(rng.random(n) < 0.05, rng.integers(0, 900, n), strict=True)
        ],
        dtype=object,
    )
    order[rng.random(n) < 0.1] = None
    return pa.table(
        {
            "id": [f"c{at}" for at in rng.integers(0, 200, n)],
            "day": np.datetime64("2026-01-01T00:00:00") + seconds,
            "order": pa.array(order, pa.string()),
            "paid": np.round(rng.normal(20, 15, n), 2),
            "game": rng.choice(["chess", "go", "poker"], n),
        }
    )


def sums(recipe: Recipe, most: int) -> tuple[list[Any], list[Any], list[str]]:
    with staged(events(), recipe) as found:
        make_sums(found, JOURNEYS[recipe.journey], recipe, 20_600, silent, most=most)
        rows = found.connection.execute("SELECT * FROM sums ORDER BY key").fetchall()
        told = [str(notice) for notice in JOURNEYS[recipe.journey].notices(found.connection, recipe)]
        left = [
            row[0] for row in found.connection.execute("SELECT schema_name FROM duckdb_schemas()").fetchall()
        ]
    return rows, told, left


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("most", [10_000, 1_500, 100])
def test_parts_change_nothing(recipe: Recipe, most: int) -> None:
    rows, told, left = sums(recipe, most)
    whole, said, _ = sums(recipe, 3_000)
    assert len(rows) > 150
    assert rows == whole
    assert told == said
    assert "part" not in left
