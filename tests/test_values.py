"""Frozen values that hold arrays are compared by identity: ``==`` of arrays is no answer, and cannot be hashed."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re

import pytest

import segmint
from segmint.choosing.study import FigureData, MapData

ROOMS = (
    "charts", "choosing", "data", "drift", "families", "geometry", "measure", "model", "prepare", "profile",
    "report", "serve", "track", "workflow",
)  # fmt: skip
ARRAY = re.compile(r"\b((Float|Int|Bool|Text)(Matrix|Vector)|RawColumns?|NDArray)\b")


def _values_with_arrays() -> list[type]:
    found: dict[str, type] = {}
    for room in ROOMS:
        for module in pkgutil.walk_packages([f"{segmint.__path__[0]}/{room}"], f"segmint.{room}."):
            for held in vars(importlib.import_module(module.name)).values():
                if (
                    isinstance(held, type)
                    and dataclasses.is_dataclass(held)
                    and held.__module__ == module.name
                ):
                    kinds = [str(field.type) for field in dataclasses.fields(held)]
                    if any(ARRAY.search(kind) and "Callable" not in kind for kind in kinds):
                        found[f"{held.__module__}.{held.__name__}"] = held
    return list(found.values())


def test_values_with_arrays_are_found() -> None:
    names = {held.__name__ for held in _values_with_arrays()}
    assert {"Placement", "Assignment", "NumericReference", "Axis", "Contrast", "CentersAssigner"} <= names


@pytest.mark.parametrize(
    "held", [*_values_with_arrays(), MapData, FigureData], ids=lambda held: held.__name__
)
def test_a_value_with_arrays_is_compared_by_identity(held: type) -> None:
    assert held.__eq__ is object.__eq__
    assert held.__hash__ is object.__hash__
