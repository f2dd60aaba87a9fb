"""The recipe beside a table of features: what `segmint run --from-features` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from segmint.behavior.features import computable, schema_of
from segmint.behavior.journeys import JOURNEYS
from segmint.behavior.scores import OPTION, score_names
from segmint.data.replacing import refusals, replacing
from segmint.errors import BundleError, SourceError
from segmint.model.recipe import RECIPE, Recipe
from segmint.model.schema import Schema
from segmint.model.shapes import conform

VERSION: Final = 1
_MOST_BYTES: Final = 65_536


def recipe_path(table: str | Path) -> Path:
    """Return where the recipe of a table lies: beside it.

    Examples
    --------
    >>> recipe_path("out/rfm.csv.gz").name
    'rfm.recipe.json'
    """
    path = Path(table)
    return path.with_name(f"{path.name.split('.')[0]}.recipe.json")


def write_recipe(recipe: Recipe, table: str | Path) -> Path:
    """Write the recipe of a table beside it; the file appears whole or not at all."""
    path = recipe_path(table)
    text = json.dumps({"version": VERSION, **recipe.to_json()}, ensure_ascii=False, indent=2)
    with replacing(path) as temporary, refusals(path.name):
        temporary.write_text(text + "\n", encoding="utf-8")
    return path


def read_recipe(table: str | Path) -> Recipe:
    """Read the recipe of a table.

    Raises
    ------
    SourceError
        If there is none beside it, or the file is not what :func:`write_recipe` wrote.
    """
    path = recipe_path(table)
    try:
        with path.open("rb") as stream:
            stored = json.loads(stream.read(_MOST_BYTES).decode("utf-8"))
    except OSError:
        raise SourceError("behavior.no_recipe", where=Path(table).name, file=path.name) from None
    except ValueError:
        raise SourceError("behavior.not_a_recipe", where=path.name) from None
    try:
        conform(stored, {"version": int, **RECIPE}, "recipe")
    except BundleError:
        raise SourceError("behavior.not_a_recipe", where=path.name) from None
    return Recipe.from_json(stored)


def schema_of_recipe(recipe: Recipe) -> Schema:
    """Return what the columns of a recipe's table are."""
    made, _ = computable(JOURNEYS[recipe.journey].features, recipe)
    scores = score_names(made) if recipe.settings.get(OPTION) else ()
    return schema_of((*made, *scores), recipe)
