"""Promotion and its way back: one at a time in a workspace, each with a line in its audit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmint.errors import UsageError
from segmint.model.bundle import content_hash, load_bundle, read_bundle, to_bytes, write_bundle
from segmint.track import promotion
from segmint.track.migrations import champion_of, record_migration
from segmint.track.promotion import Moved
from segmint.track.registry import CHALLENGER
from segmint.workflow.auditing import write_line
from segmint.workflow.library import REGISTERED, given_names, put_model
from segmint.workflow.locking import alone
from segmint.workflow.migration import LIMIT, Migration, judge, refuse_unless_accepted
from segmint.workflow.registered import pin, pull, ready_registry
from segmint.workflow.workspace import Workspace, keeping


@dataclass(frozen=True)
class Promoted:
    """What a promotion did: the alias's move, and what it does to customers.

    ``migration`` is ``None`` where there was no champion before, or it stays.
    """

    moved: Moved
    migration: Migration | None


def promote(
    wanted: str,
    workspace: str | Path,
    *,
    because: str | None = None,
    limit: float = LIMIT,
    accepted: str | None = None,
    tracking_uri: str | None = None,
) -> Promoted:
    """Make a registered version the champion, unless it moves too many customers.

    Parameters
    ----------
    wanted
        A model's name (its challenger is promoted) or ``models:/NAME/VERSION``.
    workspace
        Whose registry it is, where the line is written, and whose own model follows the champion.
    because
        Why; kept in the line.
    limit
        The share of customers that the model's change may move, 0 … 1.
    accepted
        Why a migration above the limit, or one that retires a segment, is right; kept in the line and in the
        registry.
    tracking_uri
        Another registry than the workspace's own.

    Raises
    ------
    PromotionRefused
        If the version moves more customers than the limit allows or retires a segment, and nobody accepts that.
    NotFoundError
        If there is no such model or version.
    UsageError
        If the name has another form.
    """
    name, version = read_wanted(wanted)
    place = Path(workspace)
    with keeping(place), alone(place):
        uri = ready_registry(place, tracking_uri)
        number = _number(name, version, place, tracking_uri)
        before = champion_of(name, uri=uri)
        migration = migration_of(name, number, place, limit=limit, tracking_uri=tracking_uri)
        if migration is not None and before is not None:
            refuse_unless_accepted(name, migration, accepted)
            record_migration(name, number, migration.facts(before, accepted), uri=uri)
        moved = promotion.promote(name, uri=uri, version=number)
        write_line(place, "promote", _facts(moved, because) | _told(migration, accepted))
        _follow(moved, place, tracking_uri)
    return Promoted(moved, migration)


def migration_of(
    name: str, version: int | None, workspace: Path, *, limit: float = LIMIT, tracking_uri: str | None = None
) -> Migration | None:
    """Return what promoting a version would do to the champion's customers; ``None`` where there is no champion.

    Parameters
    ----------
    name, version
        The registered model, and the number of its version; ``None`` for the challenger.
    workspace, tracking_uri
        Whose registry it is.
    limit
        What the churn is compared with.

    Raises
    ------
    NotFoundError
        If there is no such model or version.
    """
    uri = ready_registry(workspace, tracking_uri)
    before = champion_of(name, uri=uri)
    champion = f"{REGISTERED}{name}/{before}"
    candidate = f"{REGISTERED}{name}/{_number(name, version, workspace, tracking_uri)}"
    if before is None or champion == candidate:
        return None
    old, new = (load_bundle(pull(one, workspace, tracking_uri=tracking_uri)) for one in (champion, candidate))
    return judge(old, content_hash(old), new, limit=limit)


def _number(name: str, version: int | None, workspace: Path, tracking_uri: str | None) -> int:
    """Return the number of the version that is meant: an alias may mean another one soon."""
    wanted = f"{REGISTERED}{name}@{CHALLENGER}" if version is None else f"{REGISTERED}{name}/{version}"
    return int(pin(wanted, workspace, tracking_uri=tracking_uri).rsplit("/", 1)[1])


def rollback(
    name: str, workspace: str | Path, *, because: str | None = None, tracking_uri: str | None = None
) -> Moved:
    """Make the champion before the champion again.

    Raises
    ------
    NotFoundError
        If there is no such model, or no champion before.
    """
    place = Path(workspace)
    with keeping(place), alone(place):
        moved = promotion.rollback(name, uri=ready_registry(place, tracking_uri))
        write_line(place, "rollback", _facts(moved, because))
        _follow(moved, place, tracking_uri, promoted=False)
    return moved


def read_wanted(wanted: str) -> tuple[str, int | None]:
    """Return the name and, where it is given, the number of a version that is to be promoted."""
    if not wanted.startswith(REGISTERED):
        return wanted, None
    name, _, version = wanted.removeprefix(REGISTERED).partition("/")
    if not name or not version.isascii() or not version.isdigit():
        raise UsageError("workflow.not_to_promote", wanted=wanted)
    return name, int(version)


def _facts(moved: Moved, because: str | None) -> dict[str, Any]:
    return {
        "model": moved.name,
        "from": moved.before,
        "to": moved.version,
        "content": moved.content_hash,
        "because": because,
    }


def _told(migration: Migration | None, accepted: str | None) -> dict[str, Any]:
    """Return what a line tells of a migration."""
    if migration is None:
        return {}
    return {"churn": migration.churn, "retired": list(migration.retired), "accepted": accepted}


def _follow(moved: Moved, workspace: Path, tracking_uri: str | None, *, promoted: bool = True) -> None:
    """Make the champion the workspace's own model of that name, where it has one; its lock is held already.

    Names that people gave to the challenger's segments go with it; a signature does where nothing is renamed.
    """
    place = Workspace(workspace)
    path = place.model(moved.name)
    if not path.is_file():
        return
    registered = pull(f"{REGISTERED}{moved.name}/{moved.version}", workspace, tracking_uri=tracking_uri)
    champion = load_bundle(registered)
    inherited = {card.id: card.name for card in champion.cards}
    given = given_names(place.challenger(moved.name)) if promoted else {}
    newer = {one: name for one, name in given.items() if inherited.get(one, name) != name}
    kept = put_model(champion, path, newer=newer)
    if to_bytes(kept) == to_bytes(champion):
        write_bundle([read_bundle(registered)], path)
