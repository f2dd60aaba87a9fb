from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_PATH = Path(__file__).parents[1] / "charts" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("segmint_test_charts_conftest", _PATH)
assert _SPEC is not None and _SPEC.loader is not None
_SHARED = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = _SHARED
_SPEC.loader.exec_module(_SHARED)

blobs, build, moons = _SHARED.blobs, _SHARED.build, _SHARED.moons
nothing, slices, wide = _SHARED.nothing, _SHARED.slices, _SHARED.wide
