"""Moving the alias that production reads, and moving it back."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from segmint.errors import NotFoundError
from segmint.track.imported import MlflowClient, MlflowException
from segmint.track.registry import (
    CHALLENGER,
    CHAMPION,
    HASH_TAG,
    all_versions,
    find_version,
    registered_model,
    set_alias,
)
from segmint.track.server import asking

MOVED_TAG: Final = "segmint.moved."
"""A tag of the registered model for each promotion, ``VERSION<VERSION BEFORE``: two that are written at
once, from two machines, are two tags, where one list would lose one of them. They are numbered from the
highest that is there on: no machine's clock has a say in which came last."""
_MOST_KEPT: Final = 100
_NUMBER: Final = re.compile(re.escape(MOVED_TAG) + r"(?P<number>[0-9]{1,30})\.[0-9a-f]{8}")
_MOVE: Final = re.compile(r"(?P<to>[0-9]{1,9})<(?P<before>[0-9]{1,9})")


@dataclass(frozen=True)
class Moved:
    """What a promotion did.

    Attributes
    ----------
    name
        The registered model.
    before, version
        The champion before (``None`` for the first) and now; the same where nothing moved.
    content_hash
        Of the bundle that is champion now.
    """

    name: str
    before: int | None
    version: int
    content_hash: str


def promote(name: str, *, uri: str, version: int | None = None) -> Moved:
    """Make a version the champion: the challenger, unless another is named.

    The alias moves in one step; who asks for it gets the old champion or the new one.

    Raises
    ------
    NotFoundError
        If there is no such model or version.
    TrackingError
        If the server does not answer or refuses something.
    """
    with asking(uri) as client:
        wanted = find_version(
            client, name, CHALLENGER if version is None else None, None if version is None else str(version)
        )
        return _move(client, name, wanted)


def rollback(name: str, *, uri: str) -> Moved:
    """Make the champion before the champion again.

    Raises
    ------
    NotFoundError
        If there is no such model, or no champion before that is still there.
    TrackingError
        If the server does not answer or refuses something.
    """
    with asking(uri) as client:
        model = registered_model(client, name)
        moves, now = _moves(model), _champion(model)
        known = {int(each.version) for each in all_versions(client, name)}
        place, before = len(moves), now
        while before is not None and (before == now or before not in known):
            place = max((i for i in range(place) if moves[i].to == before), default=-1)
            before = moves[place].came_from if place >= 0 else None
        if before is None:
            raise NotFoundError("track.nothing_before", name=name)
        wanted = find_version(client, name, None, str(before))
        set_alias(client, name, CHAMPION, before)
        _forget(client, name, moves[place:])
        return Moved(name, now, before, wanted.tags.get(HASH_TAG, ""))


def _move(client: MlflowClient, name: str, wanted: Any) -> Moved:
    """Move the alias; what was champion is written down first, so that a kill in between loses nothing."""
    model = registered_model(client, name)
    now, version = _champion(model), int(wanted.version)
    if version != now:
        if now is not None:
            moves = _moves(model)
            number = moves[-1].number + 1 if moves else 1
            tag = f"{MOVED_TAG}{number:020d}.{secrets.token_hex(4)}"  # two at once: the random end decides
            client.set_registered_model_tag(name, tag, f"{version}<{now}")
            _forget(client, name, moves[: -_MOST_KEPT + 1])
        set_alias(client, name, CHAMPION, version)
    return Moved(name, now, version, wanted.tags.get(HASH_TAG, ""))


@dataclass(frozen=True)
class _Move:
    """A promotion as it is written down."""

    number: int
    tag: str
    to: int
    came_from: int


def _moves(model: Any) -> list[_Move]:
    """Return what was promoted, the latest last."""
    found = [(_NUMBER.fullmatch(tag), _MOVE.fullmatch(told)) for tag, told in model.tags.items()]
    moves = [
        _Move(int(place["number"]), place.string, int(move["to"]), int(move["before"]))
        for place, move in found
        if place and move
    ]
    return sorted(moves, key=lambda move: (move.number, move.tag))


def _champion(model: Any) -> int | None:
    now = model.aliases.get(CHAMPION)
    return None if now is None else int(now)


def _forget(client: MlflowClient, name: str, moves: Sequence[_Move]) -> None:
    for move in moves:
        with contextlib.suppress(MlflowException):  # somebody else forgot it first
            client.delete_registered_model_tag(name, move.tag)
