"""What the registry keeps of each version beside its bundle: when it came, and with what reason it was promoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from segmint.errors import BundleError
from segmint.model.canonical import dumps, loads
from segmint.track.imported import MlflowException
from segmint.track.registry import CHAMPION, HASH_TAG, all_versions, find_version, registered_model
from segmint.track.server import asking

MIGRATION_TAG: Final = "segmint.migration"


@dataclass(frozen=True)
class Recorded:
    """A registered version as the registry tells it.

    Attributes
    ----------
    version
        Its number.
    created
        When it was registered, ISO 8601, UTC.
    aliases
        Its aliases now.
    content_hash
        Of its bundle.
    migration
        What was recorded when it was promoted: the churn, the limit, and the reason where one was needed;
        ``None`` where it was not promoted over another version.
    """

    version: int
    created: str
    aliases: tuple[str, ...]
    content_hash: str
    migration: Mapping[str, Any] | None


def recorded(name: str, *, uri: str) -> tuple[Recorded, ...]:
    """Return the versions of a registered model, the first one first.

    Raises
    ------
    NotFoundError
        If there is no such model.
    TrackingError
        If the server does not answer.
    """
    with asking(uri) as client:
        model = registered_model(client, name)
        found = all_versions(client, name)
    named: dict[int, list[str]] = {}
    for alias, number in model.aliases.items():
        named.setdefault(int(number), []).append(alias)
    return tuple(
        Recorded(
            version=int(each.version),
            created=_moment(each.creation_timestamp),
            aliases=tuple(sorted(named.get(int(each.version), ()))),
            content_hash=each.tags.get(HASH_TAG, ""),
            migration=_migration(each.tags.get(MIGRATION_TAG)),
        )
        for each in found
    )


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _migration(told: str | None) -> Mapping[str, Any] | None:
    if told is None:
        return None
    try:
        found = loads(told.encode())
    except BundleError:  # a person may write tags, too
        return None
    return found if isinstance(found, dict) else None


def champion_of(name: str, *, uri: str) -> int | None:
    """Return the number of the champion; ``None`` where there is no such model, or no champion.

    Raises
    ------
    TrackingError
        If the server does not answer.
    """
    with asking(uri) as client:
        try:
            found = client.get_registered_model(name).aliases.get(CHAMPION)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None
        return None if found is None else int(found)


def record_migration(name: str, version: int, facts: Mapping[str, Any], *, uri: str) -> None:
    """Keep with a version what its promotion does to customers.

    Raises
    ------
    NotFoundError
        If there is no such version.
    TrackingError
        If the server does not take it.
    """
    with asking(uri) as client:
        found = find_version(client, name, None, str(version))
        client.set_model_version_tag(name, found.version, MIGRATION_TAG, dumps(dict(facts)).decode())
