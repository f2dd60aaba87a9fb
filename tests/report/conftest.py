from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segmint.report import summarize

_PATH = Path(__file__).parents[1] / "charts" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("segmint_test_charts_conftest", _PATH)
assert _SPEC is not None and _SPEC.loader is not None
_SHARED = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = _SHARED
_SPEC.loader.exec_module(_SHARED)

blobs, build, moons = _SHARED.blobs, _SHARED.build, _SHARED.moons
lone, nothing = _SHARED.lone, _SHARED.nothing
slices, wide = _SHARED.slices, _SHARED.wide


@pytest.fixture(scope="session")
def summary(request: pytest.FixtureRequest) -> Callable[[str], dict[str, Any]]:
    """The summary of a study by the name of its fixture, made once: its drawings take a second or two."""
    made: dict[str, dict[str, Any]] = {}

    def of(which: str) -> dict[str, Any]:
        if which not in made:
            made[which] = summarize(request.getfixturevalue(which))
        return made[which]

    return of
