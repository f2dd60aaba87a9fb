"""From events to segments in real processes: features, run, assign, monitor; and no customer where none belongs."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

MARK = "@example.org"
PLAIN = Path(__file__).parents[1] / "model" / "formats" / "2" / "kmeans.segmint"
COLUMNS = ("--key", "mail", "--date", "day", "--order", "no", "--amount", "paid")
AT = "2026-06-30"


def sales(path: Path, *, shift: int = 0, spoiled: bool = False) -> Path:
    """Write a year of three kinds of customers, known by their mails; a cancelled order and rows of nobody."""
    rng, last = np.random.default_rng(7), dt.date(2026, 6, 30)
    lines = ["mail,day,no,paid"]
    for number in range(120):
        orders, before, paid = ((20, 5, 80), (6, 60, 30), (1, 250, 10))[number % 3]
        for order in range(orders):
            day = last - dt.timedelta(days=int(before + rng.integers(0, 15) + order * 7))
            lines.append(
                f"key{number}{MARK},{day:%d/%m/%Y},{number}-{order},{paid * rng.uniform(0.8, 1.2) + shift:.2f}"
            )
    lines += [f"key0{MARK},{last:%d/%m/%Y},C1,25.00", f",{last:%d/%m/%Y},x,5.00"]
    lines += [f"key1{MARK},{last:%d/%m/%Y},99,£4711{MARK}"] if spoiled else []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def journey(segmint: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give all that a journey printed and wrote, by step: features, run, assign, monitor."""
    folder = tmp_path_factory.mktemp("journey")
    events, table, workspace = sales(folder / "sales.csv"), folder / "rfm.csv", folder / "ws"
    common = ("--workspace", workspace)
    steps: dict[str, tuple[Any, ...]] = {
        "features": ("rfm", events, *COLUMNS, "--cancelled", "C", "--currency", "£", "--at", AT, "--scores", "-o", table, "--json"),
        "run": (table, "--from-features", "--k", 3, "--families", "kmeans", "--resamples", 5, "--name", "shop", "-o", folder / "trained.csv", "--json", *common),
        "assign": ("shop", events, "--from-events", "--at", AT, "-o", folder / "assigned.csv", "--json", *common),
        "monitor": ("shop", events, "--from-events", "--at", AT, "--json", *common),
    }  # fmt: skip
    done = {name: segmint(name, *arguments) for name, arguments in steps.items()}
    for name, one in done.items():
        assert one.returncode == 0, (name, one.stderr)
    return {"folder": folder, **done}


def test_features_tell_scripts_what_was_made(journey: dict[str, Any]) -> None:
    told = json.loads(journey["features"].stdout)
    assert told["n_rows"] == len(rows_of(Path(told["output"]))) == 120
    assert told["at"] == AT
    assert told["recipe"] == {
        "journey": "rfm",
        "columns": {"key": "mail", "date": "day", "order": "no", "amount": "paid"},
        "date_format": "%d/%m/%Y",
        "settings": {
            "cancelled": "C",
            "returns": "apart",
            "scores": True,
            "currency": "£",
            "days": told["recipe"]["settings"]["days"],
            "days_after": 0,
        },
    }
    stored = json.loads(Path(told["recipe_file"]).read_text())
    assert stored == {"version": 1, **told["recipe"]}
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["monetary"] == {"name": "monetary", "kind": "number", "role": "cluster", "unit": "£"}
    assert list(columns) == list(rows_of(Path(told["output"]))[0])
    assert set(told["means"]) == {"recency", "frequency", "monetary"}
    assert any("without a key" in notice for notice in told["notices"])


def test_the_run_clusters_what_the_recipe_names(journey: dict[str, Any]) -> None:
    made = json.loads(journey["run"].stdout)
    assert made["decision"]["n_clusters"] == 3
    assert {*made["segments"][0]["center"]} >= {"recency", "frequency", "monetary"}
    assert sorted(segment["size"] for segment in made["segments"]) == [40, 40, 40]


def test_events_of_the_same_day_get_the_segments_of_the_training(journey: dict[str, Any]) -> None:
    trained, assigned = (rows_of(journey["folder"] / f"{name}.csv") for name in ("trained", "assigned"))
    assert len(trained) == 120
    assert trained == assigned


def test_the_same_events_are_no_drift(journey: dict[str, Any]) -> None:
    told = json.loads(journey["monitor"].stdout)
    assert told["report"]["verdict"] == "stable"
    assert told["batch"] == f"sales, as of {AT}"
    assert any("returned or cancelled" in notice for notice in told["notices"])


def test_events_of_another_span_are_said_not_to_compare_before_the_verdict(
    segmint: Any, journey: dict[str, Any]
) -> None:
    folder, head = journey["folder"], "mail,day,no,paid"
    common = ("--workspace", folder / "ws", "--from-events")
    lines = (folder / "sales.csv").read_text().splitlines()[1:]
    week = folder / "week.csv"
    week.write_text(
        "\n".join([head, *(line for line in lines if line.split(",")[1][3:] == "06/2026")]) + "\n"
    )
    shown = segmint("monitor", "shop", week, "--at", AT, *common)
    said = " ".join(shown.stdout.split())
    assert "those of the training" in said, shown.stderr
    assert said.index("those of the training") < said.index("Batch")
    told = json.loads(segmint("monitor", "shop", week, "--at", AT, "--json", *common).stdout)
    assert "those of the training" in told["warnings"][0]
    page = Path(told["page"]).read_text()
    assert page.index("those of the training") < page.index('class="verdict')
    late = json.loads(
        segmint("monitor", "shop", folder / "sales.csv", "--at", "2026-07-30", "--json", *common).stdout
    )
    assert ["30 days before" in warning for warning in late["warnings"]] == [True]
    assigned = segmint(
        "assign", "shop", week, "--at", AT, "-o", folder / "week-assigned.csv", "--json", *common
    )
    assert json.loads(assigned.stdout)["warnings"] == told["warnings"]
    assert json.loads(journey["monitor"].stdout)["warnings"] == []
    (folder / "week.csv").unlink()
    (folder / "week-assigned.csv").unlink()


def redated(events: Path, target: Path, form: str) -> Path:
    """Write the same events with their dates in another form."""
    lines = [line.split(",") for line in events.read_text(encoding="utf-8").splitlines()]
    for line in lines[1:]:
        line[1] = dt.datetime.strptime(line[1], "%d/%m/%Y").strftime(form)
    target.write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")
    return target


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y%m%d"])
def test_events_whose_dates_are_written_in_another_way_are_read_as_it_is_said(
    segmint: Any, journey: dict[str, Any], tmp_path: Path, form: str
) -> None:
    events = redated(journey["folder"] / "sales.csv", tmp_path / "again.csv", form)
    common = ("--from-events", "--at", AT, "--workspace", journey["folder"] / "ws")
    out = tmp_path / "rows.csv"
    refused(segmint("assign", "shop", events, "-o", out, *common), 3, f"--date-format {form}")
    for given in (form, f"day={form}"):
        done = segmint("assign", "shop", events, "-o", out, "--date-format", given, *common)
        assert done.returncode == 0, done.stderr
        assert rows_of(out) == rows_of(journey["folder"] / "trained.csv")
    refused(segmint("monitor", "shop", events, *common), 3, f"--date-format {form}")
    told = segmint("monitor", "shop", events, "--no-refit", "--date-format", form, "--json", *common)
    assert json.loads(told.stdout)["report"]["verdict"] == "stable", told.stderr


def test_a_form_of_dates_without_events_is_refused(
    segmint: Any, journey: dict[str, Any], tmp_path: Path
) -> None:
    table, common = (
        journey["folder"] / "rfm.csv",
        ("--date-format", "%Y", "--workspace", journey["folder"] / "ws"),
    )
    for command in (("assign", "shop", table, "-o", tmp_path / "rows.csv"), ("monitor", "shop", table)):
        refused(segmint(*command, *common), 2, "--from-events")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_numbers_that_stand_for_dates_are_told_apart(segmint: Any, tmp_path: Path, ending: str) -> None:
    events, out = tmp_path / f"sales.{ending}", tmp_path / "rfm.csv"
    days, write = [20260103, 20260109, None], pq.write_table if ending == "parquet" else pacsv.write_csv
    write(pa.table({"id": ["a", "a", "b"], "day": days}), events)
    for named in ((), ("--date", "day")):
        said = refused(segmint("features", "rfm", events, *named, "-o", out), 3, "--date-format %Y%m%d")
        assert "2026010" not in said
    done = segmint("features", "rfm", events, "--date-format", "%Y%m%d", "-o", out)
    assert done.returncode == 0, done.stderr
    assert rows_of(out)[0]["last_purchase"] == "2026-01-09"
    for unit in (1, 1000):
        write(pa.table({"id": ["a", "b"], "day": [1767398400 * unit, 1767916800 * unit]}), events)
        said = refused(
            segmint("features", "rfm", events, "-o", out), 3, "Unix timestamps are not read", "Convert"
        )
        assert "--lenient" not in said


def test_no_customer_is_named_but_where_the_rows_are(journey: dict[str, Any]) -> None:
    for step in ("features", "run", "assign", "monitor"):
        assert MARK not in journey[step].stdout + journey[step].stderr
    folder = journey["folder"]
    telling = {path for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()}
    rows = {folder / f"{name}.csv" for name in ("sales", "rfm", "trained", "assigned")}
    assert rows <= telling
    assert {path.parent.name for path in telling - rows} <= {"members"}
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert {".segmint", ".json", ".db"} <= kinds  # bundle, recipe and tracking were looked into


def refused(done: Any, code: int, *parts: str) -> str:
    said = " ".join(done.stderr.split())
    assert done.returncode == code, said
    assert done.stdout == ""
    assert "Traceback" not in said
    assert MARK not in said
    for part in parts:
        assert part in said
    return str(said)


def test_bad_events_are_refused_with_a_place_and_leave_nothing(segmint: Any, tmp_path: Path) -> None:
    spoiled, out = sales(tmp_path / "sales.csv", spoiled=True), tmp_path / "rfm.csv"
    said = refused(segmint("features", "rfm", spoiled, *COLUMNS, "-o", out), 3, "line", "“paid”")
    assert "4711" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["sales.csv"]
    lenient = segmint(
        "features", "rfm", spoiled, *COLUMNS, "-o", out, "--lenient", "--quarantine", tmp_path / "aside.csv"
    )
    assert lenient.returncode == 0, lenient.stderr
    assert MARK not in lenient.stdout + lenient.stderr
    assert len(rows_of(tmp_path / "aside.csv")) == 1
    assert "segmint run" in lenient.stdout


def test_a_format_is_asked_for_and_taken_as_it_was_asked_for(segmint: Any, tmp_path: Path) -> None:
    events = tmp_path / "sales.csv"
    events.write_text("id,day\na,01/02/2026\nb,03/04/2026\n")
    common = ("features", "rfm", events, "--key", "id", "--date", "day", "-o", tmp_path / "rfm.csv")
    refused(segmint(*common), 3, "--date-format", "day=%d/%m/%Y")
    for form in ("day=%d/%m/%Y", "%d/%m/%Y"):
        done = segmint(*common, "--date-format", form)
        assert done.returncode == 0, done.stderr
        assert [row["first_purchase"] for row in rows_of(tmp_path / "rfm.csv")] == [
            "2026-02-01",
            "2026-04-03",
        ]


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("rfm", "EVENTS", "--key", "mail", "--date", "dya"), 3, "day"),
        (("rfm", "EVENTS", "--key", "mail", "--date", "day", "--at", "30.06.2026"), 2, "2011-12-10"),
        (("rfm", "EVENTS", "--date", "day"), 2, "--key"),
        (("players", "EVENTS", "--key", "mail", "--date", "day", "--gap", "inf"), 2, "--gap"),
        (("players", "EVENTS", "--key", "mail", "--date=", "--game", "no", "--date-format", "%Q"), 2, "without dates"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_an_exit_code(
    segmint: Any, tmp_path: Path, arguments: tuple[str, ...], code: int, part: str
) -> None:
    events = sales(tmp_path / "sales.csv")
    given = (str(events) if one == "EVENTS" else one for one in arguments)
    refused(segmint("features", *given, "-o", tmp_path / "out.csv"), code, part)
    assert [path.name for path in tmp_path.iterdir()] == ["sales.csv"]


def test_a_model_without_a_recipe_and_a_day_without_events(segmint: Any, table: Path, tmp_path: Path) -> None:
    common = ("assign", PLAIN, table, "-o", tmp_path / "rows.csv", "--workspace", tmp_path / "ws")
    refused(segmint(*common, "--from-events"), 2, "segmint features")
    refused(segmint(*common, "--at", AT), 2, "--from-events")


LINES = """InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID
1,x,2,2026-01-03,5.00,a
1,y,1,2026-01-03,1.00,a
C2,x,-2,2026-01-04,5.00,a
3,x,1,2026-01-05,4.00,b
"""


def test_what_is_not_named_is_told_from_the_names_and_said(segmint: Any, tmp_path: Path) -> None:
    events, out = tmp_path / "sales.csv", tmp_path / "rfm.csv"
    events.write_text(LINES)
    done = segmint("features", "rfm", events, "--key", "CustomerID", "--date", "InvoiceDate", "-o", out)
    assert done.returncode == 0, done.stderr
    first = rows_of(out)[0]
    assert (first["frequency"], first["monetary"], first["return_share"]) == (
        "1",
        "11.0",
        "0.9090909090909091",
    )
    said = " ".join(done.stdout.split())
    assert "Read as order InvoiceNo, quantity Quantity, price UnitPrice: told from the names" in said
    assert segmint("features", "rfm", events, "--order=", "-o", out).returncode == 0
    assert rows_of(out)[0]["frequency"] == "2"


def test_standard_input_is_read_where_columns_are_told_from_the_names(segmint: Any, tmp_path: Path) -> None:
    done = segmint("features", "rfm", "-", "-o", tmp_path / "rfm.csv", stdin=LINES)
    assert done.returncode == 0, done.stderr
    assert [row["monetary"] for row in rows_of(tmp_path / "rfm.csv")] == ["11.0", "4.0"]


def test_a_name_that_is_not_there_is_said_with_the_nearest(segmint: Any, tmp_path: Path) -> None:
    events = tmp_path / "sales.csv"
    events.write_text(LINES)
    for option, wrong, right in (("--key", "Customer", "CustomerID"), ("--price", "UnitPrise", "UnitPrice")):
        done = segmint("features", "rfm", events, option, wrong, "-o", tmp_path / "rfm.csv")
        refused(done, 3, f"not there: {wrong}", f"+ {right}", "is this the one?")


def test_each_format_that_is_advised_can_be_pasted(segmint: Any, tmp_path: Path) -> None:
    events, out = tmp_path / "sales.csv", tmp_path / "rfm.csv"
    events.write_text("id,day\na,01/02/2026 10:15\nb,03/04/2026 11:45\n")
    said = refused(segmint("features", "rfm", events, "-o", out), 3)
    advised = re.findall('--date-format "([^"]+)"', said)
    assert advised == ["day=%d/%m/%Y %H:%M", "day=%m/%d/%Y %H:%M"]
    for form, first in zip(advised, ("2026-02-01", "2026-01-02"), strict=True):
        done = segmint("features", "rfm", events, "--date-format", form, "-o", out)
        assert done.returncode == 0, done.stderr
        assert rows_of(out)[0]["first_purchase"] == first


def test_a_guess_that_does_not_fit_is_said_to_be_one(segmint: Any, tmp_path: Path) -> None:
    events, out = tmp_path / "sales.csv", tmp_path / "rfm.csv"
    events.write_text("id,day,paid\na,2026-01-01,x4\nb,2026-01-02,5\nc,2026-01-02,6\n")
    guess = refused(segmint("features", "rfm", events, "-o", out), 3, "by its name alone", "--amount=")
    named = refused(segmint("features", "rfm", events, "--amount", "paid", "-o", out), 3, "--amount takes")
    assert not any(option in guess + named for option in ("--missing-", "--kind", "x4"))
    assert segmint("features", "rfm", events, "--amount=", "-o", out).returncode == 0


def test_features_are_not_made_of_features(segmint: Any, tmp_path: Path) -> None:
    events, table, out = tmp_path / "sales.csv", tmp_path / "rfm.csv", tmp_path / "again.csv"
    events.write_text(LINES)
    assert segmint("features", "rfm", events, "-o", table).returncode == 0
    again = ("features", "rfm", table, "--key", "CustomerID", "--date", "last_purchase", "-o", out)
    refused(segmint(*again), 2, "segmint run rfm.csv --from-features")
    assert not out.exists()
    Path(f"{table}.recipe.json").rename(
        f"{events}.recipe.json"
    )  # the recipe of a table that is none of these
    assert segmint("features", "rfm", events, "-o", out).returncode == 0
    assert segmint(*again).returncode == 0


def test_a_table_of_one_row_a_player_is_sent_to_run(segmint: Any, tmp_path: Path) -> None:
    table, out = tmp_path / "players.csv", tmp_path / "features.csv"
    table.write_text("player,game,hours\na,x,3\nb,y,4\nc,x,5\n")
    hint = "One row a player already"
    told = segmint("features", "players", table, "-o", out).stdout
    assert hint in told and "--from-features" not in told
    assert "segmint run" in told.splitlines()[-1] + told.splitlines()[-2]
    table.write_text(table.read_text() + "a,y,1\n")
    told = segmint("features", "players", table, "-o", out).stdout
    assert hint not in told and "--from-features" in told


def test_a_case_study_reads_standard_input(segmint: Any, tmp_path: Path) -> None:
    events = "player_id,game,hours\na,x,3\nb,y,4\nc,x,5\n"
    done = segmint("lab", "games", "--data", "-", "--workspace", tmp_path / "ws", stdin=events)
    assert done.returncode == 3 and "3 rows, and none of the players has two" in done.stderr


def test_players_of_one_event_so_far_are_no_table_of_one_row_each(segmint: Any, tmp_path: Path) -> None:
    table, out = tmp_path / "players.csv", tmp_path / "features.csv"
    table.write_text("player,day,game\na,2026-01-01,x\nb,2026-01-02,y\na,2026-02-01,x\n")
    told = segmint("features", "players", table, "--at", "2026-01-03", "-o", out).stdout
    assert "2 players with one event only" in told and "One row a player" not in told
    assert "--from-features" in told
