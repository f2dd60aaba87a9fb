"""Events on disk: what is left out is counted, keys are texts, order and threads change no byte, memory is bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from segmint.behavior.compute import behavior
from segmint.behavior.staging import staged
from segmint.data import ReadOptions, engine
from segmint.errors import DataError, UsageError, ValueRuleError
from segmint.model.recipe import Journey, Recipe
from segmint.workflow.features import write_features

SALES = Recipe("rfm", {"key": "id", "date": "on", "order": "no", "amount": "paid", "category": "what"}, None, {"scores": True})  # fmt: skip
PLAY = Recipe("players", {"key": "id", "date": "on", "game": "what", "amount": "paid"})
JOURNEYS: dict[Journey, Recipe] = {"rfm": SALES, "players": PLAY}


def events(n: int = 4_000, seed: int = 1) -> pa.Table:
    """Return events of amounts that no float64 adds exactly in every order."""
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "id": [f"{key:05d}" for key in rng.integers(0, 150, n)],
            "on": np.datetime64("2025-01-01T00:00:00")
            + rng.integers(0, 300 * 86_400, n).astype("timedelta64[s]"),
            "no": [str(number) for number in rng.integers(0, 2_000, n)],
            "paid": np.round(rng.lognormal(3, 4, n), 2),
            "what": [f"w{number}" for number in rng.integers(0, 9, n)],
        }
    )


def made(source: pa.Table | Path, recipe: Recipe, target: Path) -> bytes:
    write_features(source, recipe, target)
    return target.read_bytes()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_order_of_events_and_their_batches_change_no_byte(
    tmp_path: Path, journey: Journey, ending: str
) -> None:
    recipe, table = JOURNEYS[journey], events()
    first = made(table, recipe, tmp_path / f"first.{ending}")
    shuffled = table.take(pa.array(np.random.default_rng(5).permutation(table.num_rows)))
    assert made(shuffled, recipe, tmp_path / f"shuffled.{ending}") == first
    pieces = pa.concat_tables([table.slice(begin, 37) for begin in range(0, table.num_rows, 37)])
    assert pieces.column("id").num_chunks > 100
    assert made(pieces, recipe, tmp_path / f"pieces.{ending}") == first


def test_a_csv_and_a_parquet_of_small_row_groups_give_the_same_bytes_as_the_frame(tmp_path: Path) -> None:
    table = events()
    first = made(table, SALES, tmp_path / "first.csv")
    pq.write_table(table, tmp_path / "events.parquet", row_group_size=100)
    assert made(tmp_path / "events.parquet", SALES, tmp_path / "second.csv") == first
    pa.csv.write_csv(table, tmp_path / "events.csv")
    assert made(tmp_path / "events.csv", SALES, tmp_path / "third.csv") == first


@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_number_of_threads_changes_no_byte(
    tmp_path: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, found = events(), set()
    for threads in ("1", "3", "8"):
        monkeypatch.setitem(engine._CONFIG, "threads", threads)
        with staged(table, JOURNEYS[journey]) as there:
            assert there.connection.execute("SELECT current_setting('threads')").fetchall() == [
                (int(threads),)
            ]
        found.add(made(table, JOURNEYS[journey], tmp_path / f"{threads}.parquet"))
    assert len(found) == 1


def test_rows_without_a_key_or_a_date_are_left_out_and_counted() -> None:
    table = pa.table(
        {
            "id": ["a", None, "", "  ", "a", "b", None],
            "on": ["2026-01-01", "2026-01-02", "2026-01-02", None, None, "2026-01-09", None],
        }
    )
    recipe = Recipe("rfm", {"key": "id", "date": "on"})
    with staged(table, recipe) as there:
        assert (there.n_events, there.n_without_key, there.n_without_date) == (7, 4, 1)
        assert there.connection.execute("SELECT key, count(*) FROM events GROUP BY key ORDER BY key").fetchall() == [
            ("a", 1), ("b", 1),
        ]  # fmt: skip
    with behavior(table, recipe, at="2026-01-05") as found:
        told = {
            notice.key.split(".")[-1]: notice.figures["n"]
            for notice in found.notices
            if "n" in notice.figures
        }
    assert told == {"without_key": 4, "without_date": 1, "later": 1, "bought_nothing": 1}


def test_keys_are_texts_as_they_stand(tmp_path: Path) -> None:
    keys = [
        "000651",
        "1E5",
        "1e5",
        "651",
        "9007199254740993",
        "9007199254740992",
        "NA",
        "null",
        "-",
        "0x10",
        "1.0",
    ]
    path = tmp_path / "events.csv"
    path.write_text("id,on\n" + "".join(f"{key},2026-01-0{1 + n % 9}\n" for n, key in enumerate(keys)))
    with behavior(path, Recipe("rfm", {"key": "id", "date": "on"})) as found:
        (batch,) = found.batches
    assert batch["id"].tolist() == sorted(keys)


def test_whole_numbers_as_keys_are_texts_to_the_last_digit() -> None:
    numbers = [2**53 + 1, 2**53, 7, 7]
    days = ["2026-01-01"] * 4
    with behavior(pa.table({"id": numbers, "on": days}), Recipe("rfm", {"key": "id", "date": "on"})) as found:
        (batch,) = found.batches
    assert batch["id"].tolist() == ["7", "9007199254740992", "9007199254740993"]
    assert batch["frequency"].tolist() == [2, 1, 1]


@pytest.mark.parametrize("number", [1e15, -1e15, 1.5e300, 123456789012345678.0])
def test_an_amount_that_can_not_be_added_exactly_is_refused_and_not_shown(number: float) -> None:
    table = pa.table({"id": [None, "a", "a"], "on": ["2026-01-01"] * 3, "paid": [1.0, 1.0, number]})
    with (
        pytest.raises(ValueRuleError) as refused,
        behavior(table, Recipe("rfm", {"key": "id", "date": "on", "amount": "paid"})),
    ):
        pass
    assert refused.value.code == "behavior.too_large"
    assert refused.value.where.endswith("row 3, column “paid”")
    assert not any(str(shown) in refused.value.text() for shown in (number, int(number), repr(number)))


def test_an_amount_that_is_too_large_is_found_by_its_line_behind_lines_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("id,on,paid\na,2026-01-01,x\n,2026-01-01,1\na,,1\na,2026-01-01,1\na,2026-01-02,1e16\n")
    recipe = Recipe("rfm", {"key": "id", "date": "on", "amount": "paid"})
    with pytest.raises(ValueRuleError) as refused, behavior(path, recipe, options=ReadOptions(lenient=True)):
        pass
    assert refused.value.where == "events.csv, line 6, column “paid”"


def test_a_product_that_can_not_be_added_exactly_is_refused_and_one_below_is_not() -> None:
    recipe = Recipe("rfm", {"key": "id", "date": "on", "quantity": "n", "price": "each"})
    table = {"id": ["a"], "on": ["2026-01-01"], "n": [1e8]}
    with pytest.raises(ValueRuleError), behavior(pa.table(table | {"each": [1e7]}), recipe):
        pass
    with behavior(pa.table(table | {"each": [9.9e6]}), recipe) as found:
        (batch,) = found.batches
    assert batch["monetary"].tolist() == [9.9e14]


def test_events_of_nobody_on_no_day_are_refused() -> None:
    recipe = Recipe("rfm", {"key": "id", "date": "on"})
    nobody = pa.table({"id": pa.array([None, " "], pa.string()), "on": ["2026-01-01", "2026-01-02"]})
    never = pa.table({"id": ["a"], "on": pa.array([None], pa.string())})
    for table in (nobody, never):
        with pytest.raises(DataError) as refused, behavior(table, recipe):
            pass
        assert refused.value.code == "behavior.no_events"


def test_all_events_are_later_and_no_day_at_all() -> None:
    table, recipe = pa.table({"id": ["a"], "on": ["2026-01-10"]}), Recipe("rfm", {"key": "id", "date": "on"})
    with pytest.raises(DataError) as later, behavior(table, recipe, at="2026-01-09"):
        pass
    assert later.value.code == "behavior.all_later"
    for text in ("10.01.2026", "2026-13-01", "2026-02-30", "", "today"):
        with pytest.raises(UsageError) as refused, behavior(table, recipe, at=text):
            pass
        assert refused.value.code == "behavior.bad_day"


def test_after_the_last_day_of_the_calendar_a_day_must_be_named() -> None:
    table, recipe = pa.table({"id": ["a", "a"], "on": ["2026-01-09", "9999-12-31"]}), Recipe("rfm", {"key": "id", "date": "on"})  # fmt: skip
    with pytest.raises(DataError) as refused, behavior(table, recipe):
        pass
    assert refused.value.code == "behavior.far_day"
    with behavior(table, recipe, at="2026-01-10") as found:
        (batch,) = found.batches
    assert (batch["frequency"].tolist(), batch["recency"].tolist()) == ([1], [1])


MEASURED = """
import sys
from pathlib import Path
from segmint.behavior.compute import behavior
from segmint.model.recipe import Recipe
columns = {"key": "id", "date": "on", "order": "no", "amount": "paid"}
with behavior(sys.argv[1], Recipe("rfm", columns)) as found:
    n = sum(len(part["id"]) for part in found.batches)
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
print(n, found.n_events, int(peak.split()[1]) * 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_events(tmp_path: Path) -> None:
    path, million = tmp_path / "events.parquet", 1_000_000
    rng = np.random.default_rng(1)
    writer = None
    for _ in range(20):
        part = pa.table(
            {
                "id": rng.integers(0, 200_000, million),
                "on": np.datetime64("2025-01-01") + rng.integers(0, 365, million).astype("timedelta64[D]"),
                "no": rng.integers(0, 5_000_000, million),
                "paid": np.round(rng.lognormal(3, 1, million), 2),
            }
        )
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    assert writer is not None
    writer.close()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], check=True, capture_output=True, text=True
    )
    n_customers, n_events, peak = map(int, done.stdout.split())
    assert (n_customers, n_events) == (200_000, 20 * million)
    assert peak < 2e9
