"""``segmint monitor``: exit codes, what is kept and told, batches by dates, and what runs afterwards."""

from __future__ import annotations

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]])


def write(path: Path, seed: int, *, n: int = 240, moved: float = 0.0, unit: float = 1.0) -> Path:
    """Write new players like those of the shared table, a group moved, or hours in another unit."""
    rng = np.random.default_rng(seed)
    groups = np.arange(n) % 3
    rows = CENTERS[groups] + rng.normal(size=(n, 2)) * [3.0, 30.0]
    rows[groups == 2, 0] += moved
    lines = ["player_id,hours,points,platform,server,day"]
    lines += [
        f"n{i:04d},{hours * unit:.3f},{points:.1f},pc,eu,2026-03-{2 + i % 21:02d}"
        for i, (hours, points) in enumerate(rows)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def workspace(made: dict[str, Any], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made["workspace"], tmp_path / "workspace"))


def test_stable_drift_and_broken_data(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    name, prom = made["name"], tmp_path / "players.prom"
    calm = write(tmp_path / "calm.csv", 1)
    done = segmint("monitor", name, calm, "--workspace", workspace, "--json", "--no-track")
    assert (done.returncode, json.loads(done.stdout)["report"]["verdict"]) in {(0, "stable"), (0, "watch")}

    moved = write(tmp_path / "moved.csv", 2, moved=6.0)
    then = f"{sys.executable} -c \"import os, sys; sys.stderr.write('then ' + os.environ['SEGMINT_CAUSE'])\""
    done = segmint(
        "monitor", name, moved, "--workspace", workspace, "--json", "--prometheus", prom, "--then", then
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["report"]["verdict"], told["report"]["cause"]) == (
        4, "drift", "how they behave",
    )  # fmt: skip
    assert "then how they behave" in done.stderr
    assert told["experiment"] == f"{name}-monitoring"
    assert 'verdict="drift"} 1.0' in prom.read_text()
    assert Path(told["page"]).is_file()
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in told["pictures"])

    broken = write(tmp_path / "broken.csv", 3, unit=1000.0)
    done = segmint("monitor", name, broken, "--workspace", workspace, "--no-track", "--then", then)
    assert done.returncode == 4
    assert "1,000 times" in done.stdout.replace("\n          ", " ")
    assert "then " not in done.stderr, "broken data start nothing"

    done = segmint("monitor", name, "--history", "--workspace", workspace, "--json")
    assert [look["batch"] for look in json.loads(done.stdout)["looks"]] == ["calm", "moved", "broken"]
    shown = segmint("monitor", name, "--history", "--workspace", workspace).stdout
    assert "◆ drift" in shown
    assert "✚ broken data" in shown
    for kept in [*workspace.glob("looks/**/*.json"), *workspace.glob("reports/*drift*.html")]:
        assert "n0001" not in kept.read_text(), "no key is kept"


def test_a_few_rows_are_insufficient(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    few = write(tmp_path / "few.csv", 1, n=9)
    done = segmint("monitor", made["name"], few, "--workspace", workspace, "--no-track")
    assert done.returncode == 0
    assert "Insufficient data" in done.stdout


def test_weeks_are_judged_together(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    dated = write(tmp_path / "dated.csv", 5, n=630)
    done = segmint(
        "monitor", made["name"], dated, "--date", "day", "--by", "week", "--workspace", workspace, "--no-track",
        "--json",
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert [look["batch"] for look in told["looks"]] == ["2026-03-02", "2026-03-09", "2026-03-16"]
    assert {look["report"]["looks"] for look in told["looks"]} == {3}


@pytest.mark.slow
def test_an_alarm_among_weeks_is_told_first_and_rows_in_no_batch_are_counted(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    calm, moved = write(tmp_path / "calm.csv", 5, n=630), write(tmp_path / "moved.csv", 6, n=630, moved=8.0)
    lines = calm.read_text().splitlines()
    second = [
        line for line in moved.read_text().splitlines()[1:] if "2026-03-09" <= line[-10:] < "2026-03-16"
    ]
    kept = [line for line in lines[1:] if not "2026-03-09" <= line[-10:] < "2026-03-16"]
    undated = [line[:-10] for line in kept[:3]]
    earlier = [f"{line[:-10]}2026-02-27" for line in kept[:2]]
    dated = tmp_path / "dated.csv"
    dated.write_text("\n".join([lines[0], *kept, *second, *undated, *earlier]) + "\n")
    prom = tmp_path / "last.prom"
    arguments = (
        "monitor", made["name"], dated, "--date", "day", "--by", "week", "--since", "2026-03-02", "--workspace", workspace,
        "--no-track", "--prometheus", prom,
    )  # fmt: skip
    done = segmint(*arguments, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["batch"], told["report"]["verdict"]) == (4, "2026-03-09", "drift")
    assert told["left_out"] == {"undated": 3, "earlier": 2}
    assert told["record"].endswith("000002.json")
    assert [look["report"]["verdict"] == "drift" for look in told["looks"]] == [False, True, False]
    assert 'verdict="drift"} 0.0' in prom.read_text(), "the collector hears of the last batch"
    shown = " ".join(segmint(*arguments).stdout.split())
    assert f"--history --workspace {workspace}" in shown, "what is to be typed next works as it stands"
    assert "In no batch: 3 rows without a date, 2 before the first day" in shown


@pytest.mark.slow
def test_the_history_is_told_where_no_page_can_be_written(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    segmint("monitor", made["name"], write(tmp_path / "calm.csv", 1), "--workspace", workspace, "--no-track")
    shutil.rmtree(workspace / "reports")
    (workspace / "reports").write_text("no folder: nothing can be written there, by root neither")
    done = segmint("monitor", made["name"], "--history", "--workspace", workspace, "--json")
    assert (done.returncode, json.loads(done.stdout)["page"]) == (0, None)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["x.csv", "--history"], 2),
        ([], 2),
        (["calm.csv", "--alpha", "2"], 2),
        (["calm.csv", "--by", "week"], 2),
        (["calm.csv", "--date", "day"], 2),
        (["calm.csv", "--date", "day", "--by", "year"], 2),
        (["calm.csv", "--date", "day", "--by", "week", "--since", "then"], 2),
        (["calm.csv", "--prometheus", "nowhere/calm.prom"], 2),
        (["calm.csv", "--date", "day", "--by", "week", "--batch-name", "all"], 2),
        (["calm.csv", "--date", "day", "--since", "NaT"], 2),
        (["calm.csv", "--then", "no-such-program --at all"], 2),
        (["calm.csv", "--then", ""], 2),
        (["nowhere.csv"], 3),
        (["other.csv"], 3),
    ],
)
def test_what_is_refused(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path, arguments: list[str], code: int
) -> None:
    write(tmp_path / "calm.csv", 1)
    (tmp_path / "other.csv").write_text("player_id,hour,points\n" + "a,1,2\nb,2,3\nc,3,5\n")
    done = segmint("monitor", made["name"], *arguments, "--workspace", workspace, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert not (workspace / "looks").exists()


@pytest.mark.slow
def test_a_file_that_cannot_be_written_costs_no_verdict(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    moved = write(tmp_path / "moved.csv", 2, moved=6.0)
    (tmp_path / "taken.prom").mkdir()
    done = segmint(
        "monitor", made["name"], moved, "--prometheus", tmp_path / "taken.prom", "--workspace", workspace, "--json",
        "--date", "day", "--since", "2026-03-05",
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert (done.returncode, told["report"]["verdict"], told["prometheus"]) == (4, "drift", None)
    assert "collector" in told["prometheus_failed"] or "taken" in told["prometheus_failed"]
    assert told["experiment"] == f"{made['name']}-monitoring"
    assert told["batch"] == "moved", "one batch of all that counts is called as its file"
    sizes = workspace / "reports" / f"{made['name']}-drift-sizes.png"
    assert sizes.is_file()
    broken = write(tmp_path / "broken.csv", 3, unit=1000.0)
    segmint("monitor", made["name"], broken, "--workspace", workspace, "--no-track")
    assert not sizes.exists(), "what an earlier batch looked like is not left as this one's"


@pytest.mark.slow
def test_two_at_once_keep_both_looks(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    with ThreadPoolExecutor(2) as both:
        ended = [
            both.submit(
                segmint, "monitor", made["name"], write(tmp_path / f"{n}.csv", n), "--workspace", workspace
            )
            for n in (1, 2)
        ]
    assert [one.result().returncode for one in ended] == [0, 0], [one.result().stderr for one in ended]
    told = json.loads(
        segmint("monitor", made["name"], "--history", "--workspace", workspace, "--json").stdout
    )
    assert sorted(look["batch"] for look in told["looks"]) == ["1", "2"]
