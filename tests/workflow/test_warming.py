from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
from segmint.workflow.warming import warm
steps = []
print(warm(lambda *step: steps.append(step)), steps)
"""


@pytest.mark.slow
def test_loops_are_compiled_once_for_all_processes(tmp_path: Path) -> None:
    def warmed() -> str:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        command = [sys.executable, "-c", _SCRIPT]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert warmed() == "True [('compiled', 0, 1), ('compiled', 1, 1)]\n"
    assert warmed() == "False []\n"
