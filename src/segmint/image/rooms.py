"""The part of the product that the serving process needs, found by following its imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

_PRODUCT: Final = "segmint"
_FIRST: Final = "serve"
_SKIPPED: Final = "__pycache__"
_FOLDER: Final = re.compile(r"[A-Za-z_]\w*")
_FILE: Final = re.compile(
    r"[A-Za-z_]\w*\.(py|toml)|py\.typed"
)  # code and words; never an editor's backup, or .env


def serving_files() -> Mapping[str, bytes]:
    """Return the files of the serving process by their paths, ``segmint/…``; every other room is left out.

    A room is taken whole, its code and its words, where any room that was taken imports from it. Imports for type checkers do not
    count; nor does the lazy table of the package's own ``__init__``, which imports by name when asked.
    """
    product = resources.files(_PRODUCT)
    rooms = _reached(product)
    found = {f"{_PRODUCT}/__init__.py": product.joinpath("__init__.py").read_bytes()}
    for room in sorted(rooms):
        found |= _files(product, room)
    return dict(sorted(found.items()))


def _reached(product: Traversable) -> set[str]:
    reached: set[str] = set()
    waiting = {_FIRST}
    while waiting:
        room = waiting.pop()
        reached.add(room)
        for path, content in _files(product, room).items():
            if path.endswith(".py"):
                waiting |= {name for name in imported(content) if _is_room(product, name)}
        waiting -= reached
    return reached


def imported(source: bytes) -> set[str]:
    """Return the rooms that a file imports from, at its head or inside a function.

    Examples
    --------
    >>> imported(b"from segmint.model.bundle import load_bundle")
    {'model'}
    """
    found: set[str] = set()
    for node in _nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {_room(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == _PRODUCT:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(_room(node.module or ""))
    return found - {""}


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, past what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _nodes(node)


def _room(module: str) -> str:
    product, _, rest = module.partition(".")
    return rest.partition(".")[0] if product == _PRODUCT else ""


def _is_room(product: Traversable, name: str) -> bool:
    return product.joinpath(name).is_dir() or product.joinpath(f"{name}.py").is_file()


def _files(product: Traversable, room: str) -> dict[str, bytes]:
    alone = product.joinpath(f"{room}.py")
    if alone.is_file():
        return {f"{_PRODUCT}/{room}.py": alone.read_bytes()}
    return dict(_below(product.joinpath(room), f"{_PRODUCT}/{room}"))


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if _FOLDER.fullmatch(entry.name) and entry.name != _SKIPPED:
                yield from _below(entry, f"{path}/{entry.name}")
        elif _FILE.fullmatch(entry.name):
            yield f"{path}/{entry.name}", entry.read_bytes()
