"""``segmint show``, ``assign`` and ``rename``: what is done with a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from segmint.cli import options
from segmint.cli.events import FromEvents, Joined, table_of
from segmint.cli.progress import Steps
from segmint.cli.reading import Source, read_options
from segmint.cli.spread import spread
from segmint.words import say

if TYPE_CHECKING:
    from rich.console import Console

    from segmint.data.target_tables import IfExists
    from segmint.model.segment_model import SegmentModel
    from segmint.workflow.assign import Assigned

Model = Annotated[str, typer.Argument(metavar="MODEL", help=say("help.model"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("show", epilog=say("help.show_examples"), help=say("help.show"))(show)
    app.command("assign", epilog=say("help.assign_examples"), help=say("help.assign"))(spread(assign))
    app.command("rename", epilog=say("help.rename_examples"), help=say("help.rename_command"))(rename)


def show(
    model: Model,
    segment: Annotated[str | None, typer.Argument(help=say("help.segment"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Show the segment cards of a model, or one of them."""
    from segmint.cli.cards import write_card
    from segmint.cli.output import results, write_json

    loaded, path = load(model, workspace)
    cards = loaded.cards if segment is None else (loaded.card(segment),)
    if json:
        told = [card.to_json() | {"summary": str(card.summary)} for card in cards]
        write_json({**_model_json(loaded, path), "segments": told})
        return
    console = results()
    console.print()
    if segment is None:
        _write_head(console, loaded)
    for card in cards:
        write_card(console, loaded, card)
    if segment is None:
        _write_rule(console, loaded)


def _write_head(console: Console, model: SegmentModel) -> None:
    from segmint.cli.answer import unassigned_share
    from segmint.cli.tables import segment_table
    from segmint.words.visible import safe

    manifest = model.manifest
    head = say(
        "cli.model_head",
        name=safe(manifest.name),
        family=say(f"cli.family.{manifest.family}"),
        n=len(model.cards),
        rows=model.reference.n_samples,
        verdict=manifest.verdict,
    )
    console.print(f" {head}", style="bold")
    console.print()
    segment_table(console, model)
    if unassigned_share(model):
        console.print()


def _write_rule(console: Console, model: SegmentModel) -> None:
    from segmint.cli.output import wrapped
    from segmint.words.sentences import closed

    agreement = say("cli.agreement", agreement=model.manifest.agreement)
    console.print()
    for line in wrapped(f"{closed(str(model.assigner.rule()))} {agreement}", indent=1):
        console.print(line)
    if model.index is not None:
        for line in wrapped(say("cli.carries_index", n=model.index.n_customers), indent=1):
            console.print(line)


def _model_json(model: SegmentModel, path: Path) -> dict[str, Any]:
    manifest, topics = model.manifest, model.topics
    return {
        "model": str(path.resolve()),
        "name": manifest.name,
        "family": manifest.family,
        "parameters": dict(manifest.parameters),
        "verdict": manifest.verdict,
        "revision": manifest.revision,
        "parent": manifest.parent,
        "generation": 0 if model.lineage is None else model.lineage.generation,
        "fingerprint": manifest.fingerprint,
        "agreement": manifest.agreement,
        "agreement_held_out": manifest.agreement_held_out,
        "rule": str(model.assigner.rule()),
        "n_rows": model.reference.n_samples,
        "n_indexed": 0 if model.index is None else model.index.n_customers,
        "columns": [feature.to_json() | {"reason": str(feature.reason)} for feature in model.schema],
        "text": None if topics is None else {"name": topics.text, "instead_of": list(topics.names)},
    }


def assign(
    model: Model,
    data: options.Data,
    events: FromEvents,
    joined: Joined,
    source: Source,
    output: Annotated[str | None, typer.Option("--output", "-o", help=say("help.assign_output"))] = None,
    to: Annotated[str | None, typer.Option("--to", help=say("help.to"))] = None,
    to_table: Annotated[str | None, typer.Option(help=say("help.to_table"))] = None,
    if_exists: Annotated[str, typer.Option("--if-exists", help=say("help.if_exists"))] = "error",
    as_of: Annotated[int | None, typer.Option("--as-of", min=1, help=say("help.as_of"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Give new rows their segment: file in, file out, in a stream."""
    from segmint.cli.output import write_json
    from segmint.data import spare_inputs
    from segmint.errors import UsageError
    from segmint.workflow.assign import assign_source

    if (output is None) == (to is None):
        raise UsageError("cli.one_target")
    options.one_of("--if-exists", if_exists, ["error", "replace", "append"])
    existing = cast("IfExists", if_exists)
    loaded, path = load(model if as_of is None else _version(model, as_of), workspace)
    spare_inputs(output, data, *joined.tables(), path)
    target, written_to = (output, to_table) if to is None else (to, to_table or source.table)
    if to is not None and not to_table:  # then --table names the target
        source = replace(source, table=None)
    with (
        Steps(quiet=quiet) as steps,
        table_of(data, read_options(source), events, joined, loaded, steps) as table,
    ):
        done = assign_source(
            loaded, table.data, str(target), options=table.reading, table=written_to, if_exists=existing,
            progress=steps,
        )  # fmt: skip
    notices = [str(notice) for notice in (*table.notices, *done.notices)]
    if json:
        write_json(
            {
                "output": output or written_to,
                "n_rows": done.n_rows,
                "n_rejected": done.n_rejected,
                "sizes": dict(done.sizes),
                "warnings": [str(said) for said in table.warnings],
                "notices": notices,
            }
        )
        return
    table.warn()
    _write_assigned(loaded, done, output or say("cli.a_table", table=written_to), notices)


def _write_assigned(model: SegmentModel, done: Assigned, target: str, notices: list[str]) -> None:
    from segmint.cli.output import results, write_labeled
    from segmint.cli.tables import plain_table
    from segmint.labels import UNASSIGNED
    from segmint.words import numbers

    console = results()
    console.print()
    console.print(f" {say('cli.assigned', n=done.n_rows, target=target)}", style="bold")
    console.print()
    named = {card.id: f"{card.short} {card.name}" for card in model.cards} | {
        UNASSIGNED: say("cli.without_segment")
    }
    rows = [
        (
            name,
            numbers.count(done.sizes.get(segment, 0)),
            numbers.share(done.sizes.get(segment, 0) / max(1, done.n_rows)),
        )
        for segment, name in named.items()
        if segment != UNASSIGNED or segment in done.sizes
    ]
    plain_table(
        console, [say("cli.segment"), say("cli.customers"), say("cli.share")], rows, right=frozenset({1, 2})
    )
    console.print()
    write_labeled(console, say("cli.notice"), notices)


def rename(
    model: Model,
    segment: Annotated[str, typer.Argument(help=say("help.segment"))],
    name: Annotated[str, typer.Argument(help=say("help.new_name"))],
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Give a segment a name of your own; the model's next revision replaces the file."""
    from segmint.cli.output import results, steps, write_json
    from segmint.workflow.library import refuse_registered, rename_segment

    refuse_registered(model)
    loaded, path = load(model, workspace)
    wanted = loaded.card(segment).id
    done = rename_segment(path, wanted, name)
    if done.was_signed:
        steps().print(f" {say('cli.signature_gone')}")
    card, revision = done.model.card(wanted), done.model.manifest.revision
    if json:
        write_json(
            {
                "model": str(path.resolve()),
                "segment": card.id,
                "name": card.name,
                "revision": revision,
                "was_signed": done.was_signed,
            }
        )
        return
    results().print(f" {say('cli.renamed', number=card.short, name=card.name, revision=revision)}")


def _version(model: str, number: int) -> str:
    """Return the address of a registered version; the model may be named by its file or any of its addresses."""
    from segmint.model.bundle import load_bundle

    if Path(model).is_file():
        return f"models:/{load_bundle(model).manifest.name}/{number}"
    name = model.removeprefix("models:/").partition("@")[0].partition("/")[0]
    return f"models:/{name}/{number}"


def load(model: str, workspace: Path | None) -> tuple[SegmentModel, Path]:
    """Open a model by what people call it, and say which file it came from."""
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.workflow.library import open_model

    return open_model(model, workspace_of(workspace), tracking_uri=read_settings().tracking_uri)
