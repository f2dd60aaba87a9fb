from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def model(made: dict[str, Any], tmp_path: Path) -> Path:
    """Return a copy of the model that a test may change."""
    return Path(shutil.copy(made["model"], tmp_path / "players.segmint"))


def test_show_writes_every_card(segmint, model) -> None:
    done = segmint("show", model)
    assert done.returncode == 0
    for number in ("S1", "S2", "S3"):
        assert number in done.stdout
    assert "Rule of thumb" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    last = " ".join(done.stdout.split()).rpartition("A customer belongs to ")[2]
    assert re.fullmatch(r"[^.]+\. The rule agrees with the fit on 100\.0 % of the training rows\.", last)


def test_show_json_has_the_cards(segmint, model, made) -> None:
    shown = json.loads(segmint("show", model, "--json").stdout)
    assert [card["id"] for card in shown["segments"]] == [segment["id"] for segment in made["segments"]]
    assert shown["verdict"] == "groups"


def test_a_model_by_its_name_in_the_workspace(segmint, made) -> None:
    done = segmint("show", made["name"], "S1", "--workspace", made["workspace"])
    assert done.returncode == 0, done.stderr
    assert made["segments"][0]["id"] in done.stdout
    assert made["segments"][1]["id"] not in done.stdout


def test_a_registered_model_by_its_alias(segmint, made) -> None:
    done = segmint("show", f"models:/{made['name']}@champion", "--json", "--workspace", made["workspace"])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["name"] == made["name"]


def test_assign_says_which_rows_were_set_aside(segmint, model, table, tmp_path) -> None:
    new = tmp_path / "new.csv"
    new.write_text(f"{table.read_text()}p9001,Jones,900,pc,eu\np9002,12\n")
    aside = tmp_path / "aside.csv"
    done = segmint("assign", model, new, "-o", tmp_path / "o.csv", "--lenient", "--quarantine", aside)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert "2 rows set aside: line 152 (“hours” does not hold number), line 153 (" in told
    assert "Jones" not in told
    assert "p9001,Jones,900,pc,eu" in aside.read_text()


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_assign_gives_training_rows_their_own_segment(segmint, model, table, made, tmp_path, ending) -> None:
    out = tmp_path / f"out{ending}"
    done = segmint("assign", model, table, "-o", out, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["n_rows"] == 150
    assert answer["sizes"] == {segment["id"]: segment["size"] for segment in made["segments"]}
    assert out.is_file()


def test_assign_writes_what_run_wrote(segmint, model, table, made, tmp_path) -> None:
    out = tmp_path / "again.csv"
    assert segmint("assign", model, table, "-o", out).returncode == 0
    assert out.read_text() == made["rows"].read_text()


def test_assign_to_a_database(segmint, model, table, tmp_path) -> None:
    path = tmp_path / "shop.db"
    done = segmint("assign", model, table, "--to", f"sqlite:///{path}", "--table", "segments")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(path) as connection:
        assert connection.execute("select count(*), count(distinct segment_id) from segments").fetchall() == [
            (150, 3)
        ]


def test_order_of_columns_does_not_matter_and_extra_ones_are_counted(segmint, model, tmp_path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("color,points,hours,player_id\nred,200,10,x1\nblue,900,40,x2\n")
    done = segmint("assign", model, path, "-o", tmp_path / "o.csv", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["n_rows"] == 2
    assert any("1 column" in notice for notice in answer["notices"])


def test_missing_columns_are_shown_as_a_difference(segmint, model, tmp_path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("player_id,hour,points\nx1,10,200\nx2,40,900\n")
    out = tmp_path / "o.csv"
    done = segmint("assign", model, path, "-o", out)
    assert done.returncode == 3
    assert "− hours" in done.stderr
    assert "+ hour" in done.stderr
    assert not out.exists()
    renamed = segmint("assign", model, path, "-o", out, "--rename", "hour=hours")
    assert renamed.returncode == 0, renamed.stderr


def test_a_failed_assignment_leaves_the_old_file(segmint, model, tmp_path) -> None:
    path, out = tmp_path / "bad.csv", tmp_path / "o.csv"
    path.write_text("player_id,hours,points\nx1,10,200\nx2,many,900\n")
    out.write_text("what was there")
    assert segmint("assign", model, path, "-o", out).returncode == 3
    assert out.read_text() == "what was there"


def test_rename_is_a_new_revision(segmint, model) -> None:
    before = model.read_bytes()
    done = segmint("rename", model, "S2", "Night owls", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["revision"], told["was_signed"]) == (1, False)
    assert model.read_bytes() != before
    assert "Night owls" in segmint("show", model).stdout


def test_blanks_around_a_new_name_are_left_away(segmint, model) -> None:
    done = segmint("rename", model, "S3", " Hawks ", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["name"] == "Hawks"


def test_a_registered_version_is_not_renamed_in_place(segmint, made) -> None:
    registered = f"models:/{made['name']}@champion"
    done = segmint("rename", registered, "S3", "Hawks", "--workspace", made["workspace"])
    assert done.returncode == 2
    assert segmint("show", registered, "--workspace", made["workspace"]).returncode == 0


@pytest.mark.parametrize("name", ["Hawks", " hAWKS", "s3"])
def test_a_name_of_another_segment_is_refused(segmint, model, name) -> None:
    assert segmint("rename", model, "S3", "Hawks").returncode == 0
    before = model.read_bytes()
    done = segmint("rename", model, "S2", name)
    assert done.returncode == 2
    assert "S3 is called so already" in " ".join(done.stderr.split())
    assert model.read_bytes() == before


@pytest.mark.parametrize("name", ["", "a\u202eb", "x" * 81])
def test_a_name_that_cannot_be_shown_is_refused(segmint, model, name) -> None:
    before = model.read_bytes()
    assert segmint("rename", model, "S2", name).returncode == 2
    assert model.read_bytes() == before


@pytest.mark.parametrize("damage", ["truncated", "altered", "empty", "text"])
def test_a_damaged_model_is_refused(segmint, model, damage) -> None:
    content = model.read_bytes()
    model.write_bytes(
        {
            "truncated": content[:-7],
            "altered": content[:-1] + bytes([content[-1] ^ 1]),
            "empty": b"",
            "text": b"not a model",
        }[damage]
    )
    done = segmint("show", model)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_table_that_is_there_is_not_overwritten_unless_asked(segmint, model, table, tmp_path) -> None:
    path = tmp_path / "shop.db"
    target = ("assign", model, table, "--to", f"sqlite:///{path}", "--to-table", "segments")

    def rows() -> int:
        with closing(sqlite3.connect(path)) as connection:
            return int(connection.execute("select count(*) from segments").fetchone()[0])

    assert (segmint(*target).returncode, rows()) == (0, 150)
    refused = segmint(*target)
    assert (refused.returncode, rows()) == (2, 150)
    assert "that is there already" in refused.stderr
    assert (segmint(*target, "--if-exists", "replace").returncode, rows()) == (0, 150)
    assert (segmint(*target, "--if-exists", "append").returncode, rows()) == (0, 300)
