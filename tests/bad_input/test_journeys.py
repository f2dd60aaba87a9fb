"""Dates, amounts, texts and keys of the journeys beside segmentation: features, neighbors, lookalikes, topics."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_input_doors import (
    BEFORE,
    SECRET,
    SECRET_DIGITS,
    contents,
    groups,
    hides_values,
    raised,
    same_refusal,
    squeezed,
)
from bad_input_runs import FORMULAS

import segmint
from segmint import ReadOptions
from segmint.model.recipe import Recipe
from segmint.workflow.features import write_features
from segmint.workflow.neighbors import NeighborOptions, neighbors
from segmint.workflow.texts import TextColumns, read_texts

HEAD = "id,day,paid\n"
GOOD = "a,2026-01-03,1.50\nb,2026-01-09,2.50\n"
COLUMNS = {"key": "id", "date": "day", "amount": "paid"}
NAMED = ("--key", "id", "--date", "day", "--amount", "paid")
KEYS = ("000651", "1E5", "9007199254740993", "651", "1e5", *FORMULAS)


def refuse(
    both: Any, work: Callable[[], object], arguments: tuple[object, ...], code: str, where: str = ""
) -> None:
    """Both doors refuse with the same error; what was there before is untouched."""
    before = contents(both.folder)
    done_by_library = raised(work)
    done = both.command(*arguments, cwd=both.folder)
    same_refusal(done_by_library, done, code, where, 3)
    assert contents(both.folder) == before


def exported(path: Path, column: str = "id") -> list[str]:
    with path.open(newline="", encoding="utf-8") as stream:
        return [row[column] for row in csv.DictReader(stream)]


def quoted(key: str) -> str:
    return f'"{key}"'


# ------------------------------------------------------------------------------------------ features

EVENTS = {
    "a day or a month first": (HEAD + "a,01/02/2026,1\nb,03/04/2026,2\n", "data.ambiguous_date", "events.csv"),
    "a day that there is not": (HEAD + GOOD + "a,2026-02-30,1\n", "data.unfit", "line 4, column “day”"),
    "a word for a date": (HEAD + GOOD + f"a,{SECRET},1\n", "data.unfit", "line 4, column “day”"),
    "another form of date": (HEAD + GOOD + "a,31/12/2025,1\n", "data.unfit", "line 4, column “day”"),
    "numbers for dates": (HEAD + f"a,{SECRET_DIGITS},1\n", "data.unfit", "line 2, column “day”"),
    "the end of the calendar": (HEAD + GOOD + "a,9999-12-31,1\n", "behavior.far_day", "events.csv"),
    "a currency's sign": (HEAD + GOOD + f"a,2026-01-09,£{SECRET_DIGITS}\n", "data.unfit", "line 4, column “paid”"),
    "only currencies": (HEAD + "a,2026-01-09,1 USD\nb,2026-01-09,2 EUR\n", "data.unfit", "line 2, column “paid”"),
    "brackets for minus": (HEAD + GOOD + "a,2026-01-09,(1.5)\n", "data.unfit", "line 4, column “paid”"),
    "a comma among points": (HEAD + GOOD + 'a,2026-01-09,"1,5"\n', "data.unfit", "line 4, column “paid”"),
    "an underscore": (HEAD + GOOD + "a,2026-01-09,1_000\n", "data.unfit", "line 4, column “paid”"),
    "an infinity": (HEAD + GOOD + "a,2026-01-09,1e999\n", "data.infinite", "line 4, column “paid”"),
    "beyond exact sums": (HEAD + GOOD + f"a,2026-01-09,{SECRET_DIGITS}0000000\n", "behavior.too_large", "line 4, column “paid”"),
    "nobody's events": (HEAD + ",2026-01-09,1\n,2026-01-10,1\n", "behavior.no_events", "events.csv"),
    "a line of totals": (HEAD + GOOD + "Total,,4\n", "data.totals", "line 4"),
    "a column that is not there": ("id,when,paid\n" + GOOD, "data.unknown_columns", "events.csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
def test_events_that_can_not_be_read_are_refused_with_their_place(both: Any, name: str) -> None:
    content, code, where = EVENTS[name]
    events, out = both.write(content, "events.csv"), both.write(BEFORE, "rfm.csv")
    command = ("features", "rfm", events, *NAMED, "-o", out)
    if code == "data.unfit":
        refuse_cells(both, lambda: write_features(events, Recipe("rfm", COLUMNS), out), command, where)
        return
    refuse(both, lambda: write_features(events, Recipe("rfm", COLUMNS), out), command, code, where)


def refuse_cells(both: Any, work: Callable[[], object], command: tuple[object, ...], where: str) -> None:
    """Both doors refuse the same cell; the command advises only options that it has."""
    before, error = contents(both.folder), raised(work)
    done = both.command(*command, cwd=both.folder)
    said = squeezed(done.stderr)
    assert (error.code, error.exit_code, done.returncode) == ("data.unfit", 3, 3)
    assert where in error.where
    for part in (error.where, "--amount" if "paid" in where else "--date", "--lenient"):
        assert squeezed(part) in said
    assert "--kind" not in said
    assert "--missing-value" not in said
    for told in (error.text(), done.stderr):
        hides_values(told)
    assert contents(both.folder) == before


def test_what_is_missing_in_events_is_counted_by_column(both: Any) -> None:
    lines = "a,2026-01-03,NA\n-,2026-01-03,1\nnull,?,2\n,2026-01-04,3\nb,2026-01-05,-\nb,#N/A,-\n"
    events, out = both.write(HEAD + GOOD + lines, "events.csv"), both.folder / "rfm.csv"
    done = both.command("features", "rfm", events, *NAMED, "-o", out, "--json")
    assert done.returncode == 0, done.stderr
    notices = json.loads(done.stdout)["notices"]
    assert {"1 event without a key left out", "2 events without a date left out", "2 missing in “paid”"} <= {
        *notices
    }
    assert exported(out) == ["'-", "a", "b"]  # null's only event has no date; a dash is a key like any other


def test_keys_of_events_are_texts_and_neutral_where_they_are_exported(both: Any) -> None:
    events, out = both.folder / "events.csv", both.folder / "rfm.csv"
    events.write_text(HEAD + "".join(f"{quoted(key)},2026-01-03,1\n" for key in KEYS), newline="")
    done = both.command("features", "rfm", events, *NAMED, "-o", out)
    assert done.returncode == 0, done.stderr
    assert sorted(exported(out)) == sorted(FORMULAS.get(key, key) for key in KEYS)


def test_decimal_commas_and_moments_with_zones_are_read_exactly(both: Any) -> None:
    lines = "id;day;paid\na;2026-01-03T23:30:00-02:00;1,5\na;2026-01-03T10:00:00Z;12,25\n"
    events, out = both.write(lines, "events.csv"), both.folder / "rfm.csv"
    done = both.command("features", "rfm", events, *NAMED, "-o", out)
    assert done.returncode == 0, done.stderr
    assert exported(out, "monetary") == ["13.75"]
    assert exported(out, "last_purchase") == ["2026-01-04"]


# ------------------------------------------------------------------------------------------ neighbors

TABLES = {
    "a repeated key": ("a3,1,1\n", "data.repeated_keys", "line 22, column “id”"),
    "a missing key": (",1,1\n", "data.missing_keys", "line 22, column “id”"),
    "a currency's sign": (f"z,£{SECRET_DIGITS},1\n", "data.unfit", "line 22, column “spend”"),
    "an infinity": ("z,inf,1\n", "data.infinite", "line 22, column “spend”"),
}  # fmt: skip


def table_of(last: str = "") -> str:
    return "id,spend,visits\n" + "".join(f"a{n},{n * 1.5},{n * n % 7}\n" for n in range(20)) + last


@pytest.mark.parametrize("name", TABLES)
def test_tables_that_can_not_be_compared_are_refused_with_their_place(both: Any, name: str) -> None:
    last, code, where = TABLES[name]
    table, out = both.write(table_of(last)), both.write(BEFORE, "near.csv")
    work = lambda: neighbors(segmint.read(table, ReadOptions(key="id")), NeighborOptions(k=2))  # noqa: E731
    refuse(both, work, ("neighbors", table, "--key", "id", "--k", 2, "-o", out), code, where)


def test_a_table_of_texts_and_dates_has_nothing_to_compare(both: Any) -> None:
    table = both.write(
        "id,said,day\n" + "".join(f"a{n},{SECRET} wrote number {n},2026-01-{n + 10}\n" for n in range(20))
    )
    work = lambda: neighbors(segmint.read(table, ReadOptions(key="id")), NeighborOptions(k=2))  # noqa: E731
    refuse(both, work, ("neighbors", table, "--key", "id", "--k", 2), "prepare.no_feature")


def test_keys_of_neighbors_are_texts_and_neutral_where_they_are_exported(both: Any) -> None:
    table, out = both.folder / "table.csv", both.folder / "near.csv"
    table.write_text(
        "id,spend\n" + "".join(f"{quoted(key)},{n}.5\n" for n, key in enumerate(KEYS)), newline=""
    )
    done = both.command("neighbors", table, "--key", "id", "--k", 1, "-o", out)
    assert done.returncode == 0, done.stderr
    told = [FORMULAS.get(key, key) for key in KEYS]
    assert exported(out, "key") == told
    assert {*exported(out, "neighbor")} <= {*told}


def test_words_for_missing_are_counted_where_rows_are_compared(both: Any) -> None:
    done = both.command("neighbors", both.write(table_of("z,NA,?\n")), "--key", "id", "--k", 1, "--json")
    notices = json.loads(done.stdout)["notices"]
    assert [notice.split(" were")[0] for notice in notices] == [
        "1 of the 1 missing in “spend”",
        "1 of the 1 missing in “visits”",
    ]


# ------------------------------------------------------------------------------------------ lookalikes


@pytest.fixture(scope="module")
def trained(segmint: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model of a table in three groups, with keys that are formulas and numbers."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "table.csv").write_text(customers(), newline="")
    done = segmint(
        "run", folder / "table.csv", "--key", "id", "--families", "kmeans", "--k", 3, "--resamples", 0, "--no-track",
        "--name", "shop", "--workspace", folder / "ws", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["model"])


def customers(last: str = "") -> str:
    lines = groups(n=90).splitlines()
    for at, key in enumerate(KEYS, start=1):
        lines[at] = f"{quoted(key)},{lines[at].split(',', 1)[1]}"
    return "\n".join(lines) + "\n" + last


ROWS = {
    "a missing key": (",10,200\n", "data.no_key_here", "line 92, column “id”"),
    "a currency's sign": (f"z,£{SECRET_DIGITS},200\n", "data.unfit", "line 92, column “hours”"),
    "an infinity": ("z,inf,200\n", "data.infinite", "line 92, column “hours”"),
}  # fmt: skip
SEEDS = "".join(f"{SECRET}-{row}\n" for row in range(30, 60, 3))


@pytest.mark.parametrize("name", ROWS)
def test_customers_that_can_not_be_ranked_are_refused_with_their_place(
    both: Any, trained: Path, name: str
) -> None:
    last, code, where = ROWS[name]
    table, out = both.folder / "table.csv", both.write(BEFORE, "audience.csv")
    table.write_text(customers(last).replace("\r", ""), newline="")
    seeds, model = both.write(SEEDS, "seeds.txt"), segmint.load_model(trained)
    work = lambda: segmint.lookalike(model, table, seeds)  # noqa: E731
    refuse(both, work, ("lookalike", trained, table, "--seeds", seeds, "-o", out), code, where)


def test_keys_of_an_audience_are_texts_and_neutral_where_they_are_exported(both: Any, trained: Path) -> None:
    table, out = both.folder / "table.csv", both.folder / "audience.csv"
    table.write_text(customers(), newline="")
    seeds = both.write(SEEDS, "seeds.txt")
    done = both.command("lookalike", trained, table, "--seeds", seeds, "--reach", "100%", "-o", out)
    assert done.returncode == 0, done.stderr
    hides_values(done.stdout + done.stderr)
    assert {FORMULAS.get(key, key) for key in KEYS} <= {*exported(out)}


def test_seeds_that_are_numbers_and_formulas_are_found(both: Any, trained: Path) -> None:
    table, plain = both.folder / "table.csv", [key for key in KEYS if key.isprintable()]
    table.write_text(customers(), newline="")
    seeds = both.write("\ufeff" + "\r\n".join(plain) + "\r\n", "seeds.txt")
    done = both.command("lookalike", trained, table, "--seeds", seeds, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["n_seeds"] == len(plain)


def test_rows_that_repeat_a_key_are_counted(both: Any, trained: Path) -> None:
    table, seeds = both.folder / "table.csv", both.write(SEEDS, "seeds.txt")
    table.write_text(customers(f"{SECRET}-40,10,200\n{SECRET}-41,10,200\n"), newline="")
    done = both.command("lookalike", trained, table, "--seeds", seeds, "--json")
    assert done.returncode == 0, done.stderr
    assert (
        "2 rows repeat the key of another: the first row of a key counts"
        in json.loads(done.stdout)["notices"]
    )


# ------------------------------------------------------------------------------------------ topics

SAID = (
    "my parcel is late",
    "where is my parcel it is late",
    "I want a refund of my money",
    "refund my money now",
)
TEXTS = {
    "a column that is not there": ("id,text\na,b\n", "data.unknown_columns", "table.csv"),
    "a ragged line": ("id,said\na,b,c\n", "data.ragged", "line 2"),
    "no rows": ("id,said\n", "data.no_data", "table.csv"),
    "dates in two ways": (
        "id,said,day\n" + "".join(f"a{n},{SAID[n % 4]},0{n % 9 + 1}/0{n % 7 + 1}/2026\n" for n in range(40)),
        "data.ambiguous_date", "table.csv",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_can_not_be_read_are_refused_with_their_place(both: Any, name: str) -> None:
    content, code, where = TEXTS[name]
    table, out = both.write(content), both.write(BEFORE, "shares.csv")
    work = lambda: read_texts(table, TextColumns(text="said", key="id"), ReadOptions())  # noqa: E731
    place = ("--workspace", both.folder / "workspace")
    refuse(
        both,
        work,
        ("topics", table, "--text", "said", "--key", "id", "--as-features", out, *place),
        code,
        where,
    )


@pytest.mark.slow
def test_keys_of_texts_are_texts_missing_ones_are_counted_and_pages_hold_no_script(both: Any) -> None:
    table, out = both.folder / "table.csv", both.folder / "shares.csv"
    keys = [*KEYS, *(f"c{n}" for n in range(30))]
    lines = [
        f"{quoted(key)},{SAID[n % 4]} <script>alert({SECRET_DIGITS})</script>\n" for n, key in enumerate(keys)
    ]
    table.write_text("id,said\n" + "".join(lines) + f",{SAID[0]}\nempty,\n", newline="")
    done = both.command(
        "topics", table, "--text", "said", "--key", "id", "--k", 2, "--samples", 2, "--seeds", 2, "--as-features", out,
        "--workspace", both.folder / "workspace", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 row has no key and is left out" in json.loads(done.stdout)["notices"]
    assert {FORMULAS.get(key, key) for key in KEYS} <= {*exported(out)}
    for page in both.folder.rglob("*.html"):
        assert "<script>alert" not in page.read_text(encoding="utf-8")
