"""What a workspace keeps of a customer: the key beside the segment, and no value that one customer holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

MARK = "@example.org"


def write(path: Path, plans: list[str]) -> Path:
    rng = np.random.default_rng(1)
    lines = ["mail,age,spent,plan,contact"]
    for at, plan in enumerate(plans):
        age, spent = rng.normal(20 + 20 * (at % 3), 3), rng.normal(100 + 300 * (at % 3), 20)
        lines.append(f"key{at}{MARK},{age:.2f},{spent:.2f},{plan},person{at}{MARK}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def workspace(segmint: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the workspace of a run, a check and a retrain on mails: as key, as category and in a spoiled column."""
    folder = tmp_path_factory.mktemp("privacy")
    sound = write(folder / "sound.csv", ["abc"[at % 3] for at in range(150)])
    spoiled = write(folder / "spoiled.csv", [f"person{at}{MARK}" for at in range(150)])
    with_mails = ("--kind", "contact=category", "--features", "age,spent,plan,contact")
    common = ("--workspace", folder / "ws")
    quick = ("--k", "3", "--families", "kmeans", "--resamples", "10")
    for arguments, expected in (
        (("run", sound, "--key", "mail", *with_mails, *quick, "--name", "shop"), 0),
        (("monitor", "shop", spoiled), 4),
        (("retrain", "shop", spoiled, "--before", sound), 0),
    ):
        done = segmint(*arguments, *common)
        assert done.returncode == expected, done.stderr
        assert MARK not in done.stdout + done.stderr
    return folder / "ws"


def test_only_the_list_of_members_names_a_customer(workspace: Path) -> None:
    files = [path for path in workspace.rglob("*") if path.is_file()]
    assert {".segmint", ".html", ".db"} <= {path.suffix for path in files}
    telling = [path for path in files if MARK.encode() in path.read_bytes()]
    assert {path.parent.name for path in telling} == {
        "members"
    }  # who was in which segment, for the next retrain


def test_the_list_of_members_holds_keys_and_segments_only(workspace: Path) -> None:
    for path in (workspace / "members").iterdir():
        assert b"person" not in path.read_bytes()
