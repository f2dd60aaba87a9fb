"""What all tests share: a real PostgreSQL server, a real browser, and the folder of the reference data sets."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# other work on the machine must not fail a property
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the address of an empty database of a server that lives as long as the session."""
    spec = importlib.util.spec_from_file_location("segmint_tests_postgres", _TESTS / "postgres.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.server() as address:
        yield address


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Give the folder of the reference data sets, or skip."""
    folder = (_TESTS.parent / os.environ.get("SEGMINT_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip("the reference data sets are missing: SEGMINT_DATA names their folder")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a headless Chromium, or skip and say what is missing."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is missing: `make setup` installs it"
    )
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is missing: `make test-deps` installs it")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


_MEASURE = """
import sys, time
from pathlib import Path
from segmint.data import read
from segmint.errors import SegmintError
begun = time.perf_counter()
try:
    read(sys.argv[1])
except SegmintError as error:
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(error.code, time.perf_counter() - begun, int(peak.split()[1]) / 1024)
"""


@pytest.fixture
def refused_cheaply() -> Callable[[Path], str]:
    """Give what reads a source in a process of its own, and returns the error's code.

    It checks that the refusal took less than 2 s and 512 MiB.
    """

    def refuse(path: Path) -> str:
        command = [sys.executable, "-c", _MEASURE, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        code, seconds, mebibytes = done.stdout.split()
        assert float(seconds) < 2
        assert float(mebibytes) < 512
        return code

    return refuse


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write the figures that tests measured, such as the image's size."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "told":
                terminalreporter.write_line(value)
