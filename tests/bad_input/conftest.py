"""Bad input, row by row, through both doors.

The rule: accept exactly; or accept with a counted, named repair; or refuse with a clear error. Never guess
in silence. Each case is made once and goes through the library (``segmint.read``, ``segmint.run``,
``segmint.assign``, ``segmint.load_model``) and through a real process of the command line (``segmint inspect``,
``run``, ``assign``, ``show``). Both must give the same error, or the same rows with the same repairs; a
refusal writes nothing on standard output, shows no value of a customer (:data:`doors.SECRET` stands in every
table), is no traceback, and leaves untouched what was there before.

=====================  ===========================================================================
File                   Rows
=====================  ===========================================================================
``test_files.py``      encodings; separators and decimals; quotes, ragged rows, long fields,
                       ``--lenient``; titles and totals; empty files; content that does not match;
                       folders, FIFOs and devices
``test_hostile.py``    files that change while they are read; bombs and forged counts
``test_columns.py``    blank and repeated names; names with HTML or hidden characters; constant,
                       empty, identifier-like and collinear columns; too many columns and levels
``test_values.py``     keys; words for missing; changing types; dates and Excel's errors; NaN,
                       infinities, extremes; formulas
``test_journeys.py``   dates, amounts, texts and keys of features, neighbors, lookalikes, topics
``test_models.py``     too many clusters; equal rows; names of models; memory; rows for a model:
                       unseen levels, missing, extra and reordered columns
``test_bundles.py``    damaged and hostile bundles; targets that are no files
``test_stops.py``      Ctrl-C, a kill, a full disk
=====================  ===========================================================================

What a row means in every detail stands in the rooms' own tests (``tests/data``, ``tests/model``,
``tests/prepare``); here is the matrix of rows and doors.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _beside(name: str, path: Path) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


_HERE = Path(__file__).parent
segmint = _beside("segmint_test_cli_conftest", _HERE.parent / "cli" / "conftest.py").segmint
_DOORS = _beside("bad_input_doors", _HERE / "doors.py")
_RUNS = _beside("bad_input_runs", _HERE / "runs.py")


@pytest.fixture(scope="session")
def hostile(segmint: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a run of a table whose names are scripts and hidden characters, and whose keys are formulas."""
    return _RUNS.hostile(_DOORS.Both(segmint, tmp_path_factory.mktemp("hostile")))


@pytest.fixture(scope="session")
def wide(segmint: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a run of a table with more columns than rows, and with more clusters than rows."""
    return _RUNS.wide(_DOORS.Both(segmint, tmp_path_factory.mktemp("wide")))


@pytest.fixture
def both(segmint: Any, tmp_path: Path) -> Any:
    """Give both doors, in a folder of their own."""
    return _DOORS.Both(segmint, tmp_path)
