"""What a retrained version does to segments and customers: as text for a person, as JSON for a script."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmint.cli.output import results, wrapped, write_command, write_labeled
from segmint.cli.tables import plain_table, segment_color
from segmint.cli.typed import command, given_workspace, shown_path
from segmint.words import numbers, say
from segmint.words.visible import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmint.model.cards import SegmentCard
    from segmint.model.lineage import Churn, Lineage
    from segmint.model.segment_model import SegmentModel
    from segmint.words import Sentence
    from segmint.workflow.challenge import Challenge
    from segmint.workflow.history import Change, Entry
    from segmint.workflow.migration import Migration
    from segmint.workflow.promotion import Promoted

_MOST_MOVES = 8


def challenge_json(
    made: Challenge, promoted: Promoted | None, *, warnings: Sequence[Sentence] = ()
) -> dict[str, Any]:
    """Return the whole answer as plain data (see ``docs/cli.md`` for its fields)."""
    from segmint.lineage.telling import headline

    lineage = _lineage(made.model)
    manifest = made.model.manifest
    return {
        "name": manifest.name,
        "model": str(made.path.resolve()),
        "version": made.tracked.version,
        "study": made.study_id,
        "report": str(made.report.resolve()),
        "migration_report": str(made.migration_report.resolve()),
        "moves": made.moves,
        "family": manifest.family,
        "parent": manifest.parent,
        "same_segmentation": lineage.same,
        "supported": lineage.supported,
        "headline": str(headline(lineage)),
        "events": _events_json(made.before, made.model),
        "segments": [
            {"id": card.id, "number": card.short, "name": card.name, "size": card.size, "share": card.share}
            for card in made.model.cards
        ],
        "flow": {"before": lineage.before, "after": lineage.after, "customers": lineage.flow},
        "churn": asdict(lineage.churn),
        "migration": migration_json(made.migration),
        "warnings": [str(said) for said in warnings],
        "notices": [str(notice) for notice in made.study.notices],
        "promoted": promoted is not None,
    }


def migration_json(migration: Migration) -> dict[str, Any]:
    """Return what a promotion does, as plain data."""
    return {**asdict(migration), "allowed": migration.allowed}


def _events_json(before: SegmentModel, after: SegmentModel) -> list[dict[str, Any]]:
    from segmint.lineage.telling import tell

    return [
        {
            **asdict(event),
            "kinds": [kind.value for kind in event.kinds],
            "text": str(tell(event, before, after)),
        }
        for event in _lineage(after).events
    ]


def _lineage(model: SegmentModel) -> Lineage:
    assert model.lineage is not None, "a retrained model has a lineage"
    return model.lineage


def write_challenge(made: Challenge, *, promoting: bool = False) -> None:
    """Write what became of the segments and who would move; and what to do next where it isn't being promoted."""
    from segmint.lineage.telling import headline

    console, lineage = results(), _lineage(made.model)
    console.print()
    for line in wrapped(safe(str(headline(lineage))), indent=1):
        console.print(line, style="bold")
    console.print()
    broken = [notice for notice in made.study.notices if notice.key == "workflow.notice.broken"]
    if broken:
        write_labeled(console, say("cli.warning"), [str(notice) for notice in broken], style="yellow")
        console.print()
    _write_events(made.before, made.model)
    console.print()
    write_labeled(console, say("cli.choice"), _chosen_anew(made.before, made.model))
    write_labeled(console, say("cli.today"), _today(made, lineage.churn))
    write_labeled(console, say("cli.moves"), _moves(made, lineage))
    write_labeled(
        console, say("cli.notice"), [str(notice) for notice in made.study.notices if notice not in broken]
    )
    console.print()
    for label, text in (
        (say("cli.model"), shown_path(made.path)),
        (say("cli.report"), shown_path(made.migration_report)),
        (say("cli.study"), made.study_id),
        (say("cli.mlflow"), str(made.tracked)),
        (say("cli.written"), made.moves),
    ):
        if text:
            write_labeled(console, label, [text])
    if promoting:
        return
    console.print()
    told = command("promote", made.model.manifest.name, *given_workspace())
    more = "" if made.migration.allowed else ' --accept-migration "…"'
    write_command(console, say("cli.next"), told + more)


def _chosen_anew(before: SegmentModel, after: SegmentModel) -> list[str]:
    """Say which family and number of segments it is, where they are others than before."""
    (was, n_before), (now, n) = ((model.manifest.family, len(model.cards)) for model in (before, after))
    if (was, n_before) == (now, n):
        return []
    families = {"before": say(f"cli.family.{was}"), "after": say(f"cli.family.{now}")}
    return [say("cli.chosen_anew", n_before=n_before, n=n, **families)]


def _write_events(before: SegmentModel, after: SegmentModel) -> None:
    from rich.text import Text

    from segmint.lineage.telling import tell

    cards = {card.id: card for card in (*before.cards, *after.cards)}
    for event in _lineage(after).events:
        kinds = event.kinds if event.stated else ("unstated",)
        word = ", ".join(say(f"lineage.kind.{kind}") for kind in kinds)
        first: SegmentCard = cards[(event.after or event.before)[0]]
        for place, line in enumerate(wrapped(str(tell(event, before, after)), indent=19)):
            text = Text(line)
            if place == 0:
                text = Text(" ").append("● ", style=segment_color(first.number))
                text.append(f"{word:<15.15}", style="dim" if word == say("lineage.kind.kept") else "bold")
                text.append(line.strip())
            results().print(text)


def _today(made: Challenge, churn: Churn) -> list[str]:
    migration = made.migration
    figures = {"today": churn.today, "n": churn.n_present, "limit": migration.limit, "model": migration.churn}
    told = [say("cli.today_told", **figures)]
    if churn.model is not None:
        told.append(
            say(
                "cli.churn_whole", n=churn.n_known, total=churn.total, own=churn.own, model=churn.model,
                interaction=churn.interaction,
            )
        )  # fmt: skip
    elif churn.total is not None:
        told.append(say("cli.churn_known", n=churn.n_known, total=churn.total, own=churn.own))
    if migration.usual is not None:
        told.append(say("cli.churn_usual", usual=migration.usual))
    key = "allowed" if migration.allowed else "retires" if migration.retired else "above"
    return [*told, say(f"cli.migration_{key}", retired=", ".join(migration.retired), **figures)]


def _moves(made: Challenge, lineage: Lineage) -> list[str]:
    from segmint.lineage.audiences import moves

    names = {card.id: card.short for card in (*made.before.cards, *made.model.cards)}
    nowhere = say("cli.without_segment")
    return [
        say(
            "cli.move",
            old=names.get(old, nowhere),
            new=names.get(new, nowhere),
            n=n,
            share=n / max(lineage.churn.n_present, 1),
        )
        for old, new, n in moves(lineage)[:_MOST_MOVES]
    ]


def write_promotion(promoted: Promoted) -> None:
    """Write that a version was promoted."""
    moved = promoted.moved
    same = moved.before == moved.version
    key = "cli.champion_stays" if same else "cli.champion_first" if moved.before is None else "cli.champion"
    results().print(f" {say(key, name=moved.name, version=moved.version, before=moved.before or 0)}")
    if promoted.migration is not None:
        results().print(
            f" {say('cli.migrated' if promoted.migration.measured else 'cli.migrated_estimated', churn=promoted.migration.churn)}"
        )
    results().print()
    write_command(results(), say("cli.next"), command("history", moved.name, *given_workspace()))


def history_json(entries: Sequence[Entry], moved: Sequence[Change]) -> dict[str, Any]:
    """Return the versions, and how the champion changed, as plain data."""
    return {
        "versions": [_version_json(entry) for entry in entries],
        "champions": [asdict(one) for one in moved],
    }


def _version_json(entry: Entry) -> dict[str, Any]:
    return {
        "version": entry.recorded.version,
        "created": entry.recorded.created,
        "aliases": entry.recorded.aliases,
        "content": entry.recorded.content_hash,
        "parent": entry.parent,
        "family": entry.model.manifest.family,
        "n_rows": entry.model.reference.n_samples,
        "segments": [
            {"id": card.id, "number": card.short, "name": card.name, "share": card.share}
            for card in entry.model.cards
        ],
        "events": entry.events(),
        "same_segmentation": None if entry.model.lineage is None else entry.model.lineage.same,
        "churn": None if entry.model.lineage is None else asdict(entry.model.lineage.churn),
        "migration": entry.recorded.migration,
    }


def write_history(name: str, entries: Sequence[Entry], moved: Sequence[Change], drawn: Path | None) -> None:
    """Write the versions as a table, how the champion changed below, and where the picture lies."""
    console = results()
    console.print()
    console.print(f" {say('cli.history_head', name=name, n=len(entries))}", style="bold")
    console.print()
    heads = ("version", "when", "alias", "rows", "segments", "moved")
    plain_table(
        console,
        [say(f"cli.head.{head}") for head in heads],
        [_history_row(entry) for entry in entries],
        right=frozenset({0, 3, 5}),
        fold=4,
    )
    told = [*_accepted_elsewhere(entries, moved), *(_change(one) for one in moved)]
    if told or drawn is not None:
        console.print()
    write_labeled(console, say("cli.champions"), told)
    if drawn is not None:
        write_labeled(console, say("cli.figure"), [shown_path(drawn)])


def _accepted_elsewhere(entries: Sequence[Entry], moved: Sequence[Change]) -> list[str]:
    """Return the reasons that the registry keeps of promotions from other workspaces."""
    here = {one.version for one in moved if one.what == "promote"}
    return [
        say(
            "cli.accepted",
            version=entry.recorded.version,
            because=safe(str(entry.recorded.migration["accepted"])),
        )
        for entry in entries
        if entry.recorded.migration
        and entry.recorded.migration.get("accepted")
        and entry.recorded.version not in here
    ]


def _change(one: Change) -> str:
    """Say when the champion changed, from which version, and why."""
    why = [safe(reason) for reason in (one.because, one.accepted) if reason]
    key = "rolled_back" if one.what == "rollback" else "promoted" if one.before else "promoted_first"
    told = say(f"cli.{key}", when=one.when[:16].replace("T", " "), version=one.version, before=one.before)
    return ": ".join([told, "; ".join(why)]) if why else told


def _history_row(entry: Entry) -> tuple[str, ...]:
    lineage, recorded = entry.model.lineage, entry.recorded
    if lineage is None:
        told, moved = say("cli.first_version"), numbers.MISSING
    else:
        parts = [f"{n} {say(f'lineage.kind.{kind}')}" for kind, n in entry.events().items()]
        since = "" if entry.parent is None else say("cli.since", n=entry.parent)
        told, moved = f"{', '.join(parts)}{since}", numbers.percent(lineage.churn.by_the_model)
    return (
        str(recorded.version),
        recorded.created[:10],
        ", ".join(recorded.aliases),
        numbers.count(entry.model.reference.n_samples),
        f"{numbers.count(len(entry.model.cards))}: {told}",
        moved,
    )
