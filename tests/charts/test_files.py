from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from segmint.charts import CHARTS, write_charts
from segmint.errors import UsageError


@pytest.mark.parametrize(("format", "head"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("json", b"{")])
def test_every_chart_is_written_under_its_name(tmp_path: Path, blobs: Any, format: str, head: bytes) -> None:
    written = write_charts(blobs, tmp_path / "new", format=format)
    assert [path.stem for path in written] == list(CHARTS)
    assert all(path.read_bytes().startswith(head) for path in written)


def test_json_is_vega_lite_in_the_theme_asked_for(tmp_path: Path, blobs: Any) -> None:
    write_charts(blobs, tmp_path, format="json", theme="dark")
    elbow = json.loads((tmp_path / "elbow.json").read_text())
    assert "vega-lite" in elbow["$schema"]
    assert elbow["background"] == "#1A1C1F"


def test_a_format_that_is_not_there_is_refused_before_writing(tmp_path: Path, blobs: Any) -> None:
    with pytest.raises(UsageError, match="pdf"):
        write_charts(blobs, tmp_path / "new", format="pdf")
    assert not (tmp_path / "new").exists()
