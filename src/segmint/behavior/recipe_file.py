"""The recipe beside a table of features: what `segmint run --from-features` reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from segmint.behavior.features import computable, schema_of
from segmint.behavior.journeys import JOURNEYS
from segmint.behavior.purposes import check_recipe
from segmint.behavior.scores import OPTION, score_names
from segmint.data.replacing import refusals, replacing
from segmint.errors import BundleError, SourceError, UsageError
from segmint.model.canonical import loads
from segmint.model.recipe import RECIPE, Recipe
from segmint.model.schema import Schema
from segmint.model.shapes import conform

VERSION: Final = 1
_MOST_BYTES: Final = 65_536
_ENDING: Final = re.compile(r"(?<=.)(\.[A-Za-z0-9]{1,8})(\.(gz|zip|zst|bz2|xz))?$", re.IGNORECASE)


def recipe_path(table: str | Path) -> Path:
    """Return where the recipe of a table lies: beside it, under its whole name.

    Examples
    --------
    >>> recipe_path("out/rfm.csv.gz").name, recipe_path("out/rfm.2026-01.csv").name
    ('rfm.csv.gz.recipe.json', 'rfm.2026-01.csv.recipe.json')
    """
    path = Path(table)
    return path.with_name(f"{path.name}.recipe.json")


def name_of(path: Path) -> str:
    """Return a file's name without the endings that say how it is written."""
    return _ENDING.sub("", path.name)


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
    if not path.is_file():  # a pipe would never end
        raise SourceError("behavior.no_recipe", where=Path(table).name, file=path.name)
    try:
        with path.open("rb") as stream:
            return _recipe_of(stream.read(_MOST_BYTES))
    except OSError:
        raise SourceError("behavior.no_recipe", where=Path(table).name, file=path.name) from None
    except (BundleError, UsageError):
        raise SourceError("behavior.not_a_recipe", where=path.name) from None


def find_recipe(table: Any) -> Recipe | None:
    """Return the recipe beside a table of which nobody said that it has one; ``None`` where none can be read.

    Examples
    --------
    >>> find_recipe("a table of customers.csv") is None
    True
    """
    if not isinstance(table, (str, Path)) or str(table) == "-" or "://" in str(table):
        return None
    try:
        return read_recipe(table)
    except (SourceError, OSError, ValueError):  # such as a name that is too long, or none
        return None


def _recipe_of(data: bytes) -> Recipe:
    stored: Any = loads(data)
    conform(stored, {"version": int, **RECIPE}, "recipe")
    if stored["version"] != VERSION:
        raise BundleError("bundle.structure", place="recipe.version")
    recipe = Recipe.from_json(stored)
    check_recipe(recipe)
    return recipe


def schema_of_recipe(recipe: Recipe) -> Schema:
    """Return what the columns of a recipe's table are."""
    made, _ = computable(JOURNEYS[recipe.journey].features, recipe)
    scores = score_names(made) if recipe.settings.get(OPTION) else ()
    return schema_of((*made, *scores), recipe)
