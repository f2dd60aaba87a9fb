"""What all tests share: a real PostgreSQL server, and the folder of the reference data sets."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

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
