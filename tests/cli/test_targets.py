"""No command writes over what it reads: exit code 2, and every file as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # a process each

MODEL = Path(__file__).parents[1] / "model" / "formats" / "2" / "kmeans.segmint"
COMMANDS = [
    ("features", "rfm", "DATA", "-o", "DATA"),
    ("features", "players", "DATA", "-o", "LINK"),
    ("run", "DATA", "-o", "DATA"),
    ("run", "OTHER", "--beside", "DATA", "-o", "DATA"),
    ("inspect", "DATA", "-o", "DATA"),
    ("assign", "MODEL", "DATA", "-o", "DATA"),
    ("assign", "MODEL", "OTHER", "--beside", "DATA", "-o", "DATA"),
    ("assign", "MODEL", "OTHER", "--texts", "DATA", "-o", "LINK"),
    ("lookalike", "MODEL", "OTHER", "--seeds", "DATA", "-o", "DATA"),
    ("lookalike", "MODEL", "OTHER", "--seeds", "OTHER", "--exclude", "DATA", "-o", "DATA"),
    ("index", "MODEL", "DATA", "-o", "DATA"),
    ("index", "MODEL", "DATA", "-o", "MODEL"),
    ("export", "MODEL", "--format", "sql", "--table", "t", "-o", "MODEL"),
    ("export", "MODEL", "--format", "sklearn", "--check", "DATA", "-o", "DATA"),
    ("neighbors", "DATA", "-o", "DATA"),
    ("topics", "DATA", "--text", "day", "--as-features", "DATA"),
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_target_that_is_read_is_refused(segmint: Any, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    files = {"DATA": tmp_path / "sales.csv", "OTHER": tmp_path / "o.csv", "MODEL": tmp_path / "m.segmint"}
    for name in ("DATA", "OTHER"):
        files[name].write_text("id,day,paid\n" + "".join(f"a{n},2026-01-0{n},{n}\n" for n in range(1, 9)))
    files["MODEL"].write_bytes(MODEL.read_bytes())
    (tmp_path / "link.csv").symlink_to(files["DATA"])
    before = {path: path.read_bytes() for path in files.values()}
    given = [str(({**files, "LINK": tmp_path / "link.csv"}).get(one, one)) for one in arguments]
    done = segmint(*given, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "as the target, which is also read here" in " ".join(done.stderr.split())
    assert {path: path.read_bytes() for path in files.values()} == before
