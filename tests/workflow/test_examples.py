"""The examples in the docstrings of the journeys run and give what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOMS = ("assign", "planning", "studies")


@pytest.mark.parametrize("room", ROOMS)
def test_the_examples_of_a_room(room: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(import_module(f"segmint.workflow.{room}"), optionflags=doctest.ELLIPSIS)
    assert done.attempted
    assert not done.failed
