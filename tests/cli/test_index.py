"""``segmint index`` as people have it: from the table to a service that is asked."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("segmint")


def asked(address: str, path: str, body: Any) -> Any:
    request = urllib.request.Request(
        address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def test_from_a_table_to_an_audience_over_http(
    segmint: Any, made: dict[str, Any], table: Path, tmp_path: Path
) -> None:
    target = tmp_path / "near.segmint"
    done = segmint("index", made["name"], table, "-o", target, "--workspace", made["workspace"])
    assert done.returncode == 0, done.stderr
    assert "personal data" in done.stdout.lower()
    assert "p00" not in done.stdout + done.stderr
    (private,) = (Path(made["workspace"]) / "members").glob("*.pseudonyms.csv")
    with private.open() as file:
        known = {row["player_id"]: row["pseudonym"] for row in csv.DictReader(file)}
    command = [str(COMMAND), "serve", str(target), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().rsplit(" ", 1)[1].strip()
        seeds = [known[f"p{number:04d}"] for number in range(60, 80)]
        told = asked(address, "/lookalike", {"seeds": seeds, "reach": 20})
        near = asked(address, "/neighbors", {"pseudonyms": seeds[:1], "k": 2})
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    keys = {pseudonym: key for key, pseudonym in known.items()}
    assert {keys[one["pseudonym"]] for one in told["audience"]} <= {f"p{n:04d}" for n in range(50, 100)}
    assert len(near["answers"][0]["neighbors"]) == 2


def test_it_is_said_of_a_model_that_it_carries_an_index(
    segmint: Any, made: dict[str, Any], table: Path, tmp_path: Path
) -> None:
    target = tmp_path / "near.segmint"
    done = segmint(
        "index", made["name"], table, "-o", target, "--workspace", made["workspace"], "--json", "-q"
    )
    told = json.loads(done.stdout)
    assert told["bundle"] == str(target)
    shown = segmint("show", target)
    assert f"index of {told['n_customers']}" in " ".join(shown.stdout.split())
    assert json.loads(segmint("show", target, "--json").stdout)["n_indexed"] == told["n_customers"]
    assert (
        json.loads(segmint("show", made["name"], "--workspace", made["workspace"], "--json").stdout)[
            "n_indexed"
        ]
        == 0
    )


def test_a_table_without_the_key_is_refused(segmint: Any, made: dict[str, Any], tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    table.write_text("hours,points\n1,2\n3,4\n")
    target = tmp_path / "near.segmint"
    done = segmint("index", made["name"], table, "-o", target, "--workspace", made["workspace"])
    assert done.returncode == 3
    assert not target.exists()
