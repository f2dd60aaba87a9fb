"""The examples of docstrings run, and show what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import segmint

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(segmint.__path__, "segmint.")
    if not module.ispkg and module.name != "segmint.__main__"
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings_run(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
