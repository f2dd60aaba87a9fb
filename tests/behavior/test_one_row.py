"""Whether events have one row a key."""

from __future__ import annotations

import pyarrow as pa
import pytest

from segmint.behavior.compute import behavior
from segmint.model.recipe import Recipe

MANY = 100_001


@pytest.mark.parametrize(
    ("keys", "lone"),
    [
        (["a", "b", None, None], True),
        (["a", "b", "a"], False),
        ([*map(str, range(MANY))], True),
        ([*map(str, range(MANY)), str(MANY - 1)], False),
    ],
    ids=["nobody counts for nothing", "one comes again", "many", "one comes again at the end"],
)
def test_one_row_means_that_no_key_comes_again(keys: list[str | None], lone: bool) -> None:
    events = pa.table({"id": keys, "day": ["2026-01-01"] * len(keys)})
    with behavior(events, Recipe("rfm", {"key": "id", "date": "day"})) as found:
        assert found.one_row is lone
        assert found.n_without_key == keys.count(None)
