"""A customer who is alone in a segment: the segment is counted, and nothing of the row is shown or kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.model.bundle import load_bundle
from segmint.model.description import describe

pytestmark = pytest.mark.slow  # whole journeys in several processes each

LONE = re.compile(r"777\.7|8,?888\.2|spectrum|5,?437")


@pytest.fixture(scope="module")
def chosen(segmint: Any, table: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Choose four clusters by hand for three groups and one customer far away."""
    folder = tmp_path_factory.mktemp("lone")
    head, *rows = table.read_text().splitlines()
    levels = np.random.default_rng(0).integers(1, 60, len(rows))
    told = [f"{row},{level}" for row, level in zip(rows, levels, strict=True)]
    path = folder / "lone.csv"
    path.write_text("\n".join([f"{head},level", *told, "p9999,777.75,8888.25,spectrum,eu,5437"]) + "\n")
    asked = [
        "run",
        path,
        "--workspace",
        folder / "ws",
        "--families",
        "kmeans",
        "--k",
        "2..5",
        "--scale",
        "none",
    ]
    asked += ["--describe", "level,platform", "--resamples", "3"]
    first = json.loads(segmint(*asked, "--json").stdout)
    (four,) = [c["id"] for c in first["configurations"] if c["parameters"]["n_clusters"] == 4]
    done = segmint(*asked, "--choose", four, "--because", "it is known")
    assert done.returncode == 0, done.stderr
    return {"said": done.stdout, "workspace": folder / "ws"}


def test_the_segment_is_counted_and_not_told(segmint: Any, chosen: dict[str, Any]) -> None:
    shown = segmint("show", "lone", "S4", "--workspace", chosen["workspace"])
    assert shown.returncode == 0, shown.stderr
    assert "1 row, 0.7 %" in shown.stdout
    assert "fewer than five rows" in shown.stdout
    whole = segmint("show", "lone", "--workspace", chosen["workspace"])
    as_json = segmint("show", "lone", "--json", "--workspace", chosen["workspace"])
    *others, card = json.loads(as_json.stdout)["segments"]
    assert (card["size"], card["center"], card["quantiles"], card["effects"]) == (1, {}, {}, [])
    assert all(set(other["center"]) == {"hours", "points", "level"} for other in others)
    for said in (chosen["said"], shown.stdout, whole.stdout, as_json.stdout):
        assert not LONE.search(said)


def test_nothing_of_the_row_is_kept_but_the_center_that_is_the_rule(chosen: dict[str, Any]) -> None:
    texts = [
        path
        for path in chosen["workspace"].rglob("*")
        if path.suffix in (".json", ".csv", ".html", ".segmint")
    ]
    assert {path.suffix for path in texts} == {".json", ".csv", ".html", ".segmint"}
    for path in texts:
        found = re.search(rb"\b777\.75|\b8888\.25|spectrum|\b5437\b", path.read_bytes())
        assert found is None, path


def test_no_number_of_the_row_is_in_what_is_kept_beside_the_rule(chosen: dict[str, Any]) -> None:
    bundles = list(chosen["workspace"].rglob("*.segmint"))
    assert bundles
    for path in bundles:
        _, arrays = describe(load_bundle(path))
        for name, array in arrays.items():
            if not name.startswith("assigner."):
                assert not np.isin(array, [777.75, 8888.25, 5437.0]).any(), (path, name)
