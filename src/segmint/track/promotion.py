"""Moving the alias that production reads, and moving it back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from segmint.errors import NotFoundError
from segmint.track.imported import MlflowClient
from segmint.track.registry import (
    CHALLENGER,
    CHAMPION,
    HASH_TAG,
    all_versions,
    find_version,
    registered_model,
)
from segmint.track.server import asking

BEFORE_TAG: Final = "segmint.champions"
"""Versions that were champion before, the latest last: a tag of the registered model."""
_MOST_BEFORE: Final = 100


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
        return _move(client, name, wanted, remember=True)


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
        now, before = _champions(client, name)
        known = {int(each.version) for each in all_versions(client, name)}
        left = [one for one in before if one in known and one != now]
        if not left:
            raise NotFoundError("track.nothing_before", name=name)
        moved = _move(client, name, find_version(client, name, None, str(left[-1])), remember=False)
        _remember(client, name, left[:-1])
        return moved


def _move(client: MlflowClient, name: str, wanted: Any, *, remember: bool) -> Moved:
    """Move the alias; what was champion is written down first, so that a kill in between loses nothing."""
    now, before = _champions(client, name)
    version = int(wanted.version)
    if version != now:
        if remember and now is not None:
            _remember(client, name, [*before, now])
        client.set_registered_model_alias(name, CHAMPION, str(version))
    return Moved(name, now, version, wanted.tags.get(HASH_TAG, ""))


def _champions(client: MlflowClient, name: str) -> tuple[int | None, list[int]]:
    """Return the champion and those before it, without what a killed move wrote twice."""
    model = registered_model(client, name)
    now = model.aliases.get(CHAMPION)
    before = [int(one) for one in json.loads(model.tags.get(BEFORE_TAG, "[]"))]
    while before and now is not None and before[-1] == int(now):
        before.pop()
    return (None if now is None else int(now)), before


def _remember(client: MlflowClient, name: str, before: list[int]) -> None:
    client.set_registered_model_tag(name, BEFORE_TAG, json.dumps(before[-_MOST_BEFORE:]))
