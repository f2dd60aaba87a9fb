"""Values as groups of options: a command takes one frozen value, the command line its fields."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_type_hints


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the fields of its dataclasses one by one, as typer declares options.

    Parameters
    ----------
    command
        Every parameter whose type is a dataclass becomes that dataclass's fields, in its place and order:
        their ``Annotated`` types and defaults are what typer reads. Two options of one name are an error.

    Returns
    -------
    Callable
        The command for typer: it makes the values again and calls ``command`` with them.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Size:
    ...     width: int = 1
    ...     height: int = 2
    >>> def draw(color: str, size: Size) -> None:
    ...     print(color, size)
    >>> spread(draw)(color="red", width=3, height=4)
    red Size(width=3, height=4)
    >>> list(inspect.signature(spread(draw)).parameters)
    ['color', 'width', 'height']
    """
    parameters = inspect.signature(command, eval_str=True).parameters
    groups = {name: found.annotation for name, found in parameters.items() if is_dataclass(found.annotation)}

    @functools.wraps(command)
    def flat(**given: Any) -> None:
        values = {name: _taken(group, given) for name, group in groups.items()}
        command(**values, **given)

    spelled = [
        option
        for name, found in parameters.items()
        for option in (_options(groups[name]) if name in groups else [_keyword(found)])
    ]
    flat.__signature__ = inspect.Signature(spelled)  # type: ignore[attr-defined]
    flat.__annotations__ = {option.name: option.annotation for option in spelled}
    return flat


def _taken(group: Any, given: dict[str, Any]) -> Any:
    """Make a group's value of its fields, and take them out of what was given."""
    return group(**{field.name: given.pop(field.name) for field in fields(group)})


def _options(group: Any) -> list[inspect.Parameter]:
    types = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=_default(field), annotation=types[field.name]
        )
        for field in fields(group)
    ]


def _default(field: Field[Any]) -> Any:
    """Return a field's default in the terms of a signature: without one the option must be given."""
    return inspect.Parameter.empty if field.default is MISSING else field.default


def _keyword(parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
