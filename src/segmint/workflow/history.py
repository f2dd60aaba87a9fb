"""The versions of a registered model: what each did to its segments, and why it was promoted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from segmint.charts.versions import history_picture
from segmint.errors import UsageError
from segmint.model.bundle import load_bundle
from segmint.model.files import write_file
from segmint.model.lineage import Kind
from segmint.model.segment_model import SegmentModel
from segmint.track.migrations import Recorded, recorded
from segmint.workflow.auditing import read_lines
from segmint.workflow.library import REGISTERED
from segmint.workflow.registered import pull, ready_registry

FORMATS = ("png", "svg")


@dataclass(frozen=True)
class Entry:
    """One registered version.

    Attributes
    ----------
    recorded
        What the registry tells of it.
    model
        Its bundle.
    parent
        The number of the version that it carries on; ``None`` for a first version, or where that one is gone.
    """

    recorded: Recorded
    model: SegmentModel
    parent: int | None

    def events(self) -> dict[str, int]:
        """Return how many segments were kept, moved, … ; ``unstated`` are those before of which nothing is claimed.

        Splits, mergers and reorganizations are counted as events, all others by segments: of an event of which
        nothing is claimed those after it are ``born``, since they have ids of their own.
        """
        counts: Counter[str] = Counter()
        for event in () if self.model.lineage is None else self.model.lineage.events:
            if event.stated:
                several = {Kind.RETIRED: len(event.before), Kind.BORN: len(event.after)}
                counts.update({kind.value: several.get(kind, 1) for kind in event.kinds})
            else:
                counts.update({"unstated": len(event.before), Kind.BORN.value: len(event.after)})
        return {name: n for name, n in counts.items() if n}


def history(name: str, workspace: str | Path, *, tracking_uri: str | None = None) -> tuple[Entry, ...]:
    """Return the versions of a registered model, the first one first.

    Raises
    ------
    NotFoundError
        If there is no such model.
    BundleError
        If the bundle of a version is not the one that was registered.
    """
    place = Path(workspace)
    found = recorded(name, uri=ready_registry(place, tracking_uri))
    by_content = {each.content_hash: each.version for each in reversed(found)}
    entries = []
    for each in found:
        model = load_bundle(pull(f"{REGISTERED}{name}/{each.version}", place, tracking_uri=tracking_uri))
        parent = None if model.lineage is None else by_content.get(model.lineage.parent)
        entries.append(Entry(each, model, parent))
    return tuple(entries)


@dataclass(frozen=True)
class Change:
    """A change of the champion, as this workspace's audit has it.

    Attributes
    ----------
    when
        ISO 8601, UTC.
    what
        ``promote`` or ``rollback``.
    before, version
        The champion before, ``None`` where there was none, and after.
    because, accepted
        Why it was done, and why a migration above the limit was right; ``None`` where nothing was said.
    """

    when: str
    what: str
    before: int | None
    version: int
    because: str | None
    accepted: str | None


def changes(name: str, workspace: str | Path) -> tuple[Change, ...]:
    """Return how the champion changed, the first time first: what was done from this workspace."""
    lines = read_lines(Path(workspace), ("promote", "rollback"), name)
    return tuple(
        Change(
            str(line.get("when", "")),
            str(line["what"]),
            line.get("from"),
            line["to"],
            line.get("because"),
            line.get("accepted"),
        )
        for line in lines
        if isinstance(line.get("to"), int) and line.get("from") != line["to"]
    )


def line_of(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the versions that lead to the newest champion or, without one that has a parent, to the last version."""
    by_number = {entry.recorded.version: entry for entry in entries}
    champions = [entry for entry in entries if "champion" in entry.recorded.aliases and entry.parent]
    entry: Entry | None = (champions or list(entries))[-1]
    line = []
    while entry is not None:
        line.append(entry)
        entry = None if entry.parent is None else by_number.get(entry.parent)
    return tuple(reversed(line))


def write_picture(name: str, entries: tuple[Entry, ...], path: str | Path) -> Path | None:
    """Draw the segments of the versions that lead to the champion; ``None`` where there is one version only.

    Raises
    ------
    UsageError
        If the file's name ends in none of the forms that there are.
    """
    target = Path(path)
    form = target.suffix.removeprefix(".")
    if form not in FORMATS:
        raise UsageError("charts.no_such_format", format=form, formats=list(FORMATS))
    line = line_of(entries)
    if len(line) < 2:
        return None
    drawn = history_picture(name, [(entry.recorded.version, entry.model) for entry in line], form)
    write_file(target, [drawn], refusal="workflow.unwritable_figure")
    return target
