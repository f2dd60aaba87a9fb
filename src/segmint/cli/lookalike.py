"""``segmint lookalike``: who is most like some customers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.cli.events import FromEvents, Joined, Table, table_of
from segmint.cli.models import Model, load
from segmint.cli.progress import Steps
from segmint.cli.reading import Source, read_options
from segmint.cli.spread import spread
from segmint.words import say

if TYPE_CHECKING:
    from rich.console import Console

    from segmint.likeness.holdout import HoldOut
    from segmint.likeness.lookalikes import Group, Lookalike
    from segmint.model.segment_model import SegmentModel
    from segmint.workflow.lookalike import LookalikeOptions

RULES = ("density", "center", "seed")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lookalike", epilog=say("help.lookalike_examples"), help=say("help.lookalike"))(
        spread(lookalike)
    )


@dataclass(frozen=True)
class Lists:
    """Who the seeds are, and who is left out."""

    seeds: Annotated[Path, typer.Option("--seeds", metavar="IDS", help=say("help.seeds"), show_default=False)]
    without: Annotated[
        Path | None, typer.Option("--exclude", metavar="IDS", help=say("help.exclude_ids"))
    ] = None
    key: Annotated[str | None, typer.Option("--key", help=say("help.lookalike_key"))] = None


def lookalike(
    model: Model,
    data: options.Data,
    lists: Lists,
    events: FromEvents,
    joined: Joined,
    source: Source,
    reach: Annotated[str, typer.Option("--reach", help=say("help.reach"))] = "5%",
    rule: Annotated[str, typer.Option("--rule", help=say("help.likeness_rule"))] = RULES[0],
    output: Annotated[str | None, typer.Option("--output", "-o", help=say("help.lookalike_output"))] = None,
    seed: options.Seed = 0,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Rank the customers that are most like some, with reasons and a measured lift."""
    from segmint.cli.output import write_json
    from segmint.data import check_target, spare_inputs
    from segmint.likeness.reach import read_reach
    from segmint.workflow.lookalike import LookalikeOptions

    options.one_of("--rule", rule, RULES)
    read_reach(reach)
    if output is not None:
        check_target(output)
    loaded, path = load(model, workspace)
    spare_inputs(output, data, *joined.tables(), lists.seeds, lists.without, path)
    asked = LookalikeOptions(reach, rule, seed)
    with (
        Steps(quiet=quiet) as steps,
        table_of(data, read_options(source), events, joined, loaded, steps, key=lists.key) as table,
    ):
        found = _find(loaded, table, lists, asked, output, steps)
    notices = [str(notice) for notice in (*table.notices, *found.notices)]
    if json:
        write_json(
            {"output": output, "rule": asked.rule, **found.to_json()}
            | {"warnings": [str(said) for said in table.warnings], "notices": notices}
        )
        return
    table.warn()
    _write(found, output, notices)


def _find(
    model: SegmentModel, table: Table, lists: Lists, asked: LookalikeOptions, output: str | None, steps: Steps
) -> Lookalike:
    """Find the audience, and write it where a file is asked for."""
    from segmint.workflow.lookalike import key_of, write_audience
    from segmint.workflow.lookalike import lookalike as find

    found = find(
        model,
        table.data,
        lists.seeds,
        exclude=lists.without or (),
        options=asked,
        reading=table.reading,
        progress=steps,
    )
    if output is not None:
        write_audience(found, key_of(model, table.reading), output)
    return found


def _write(found: Lookalike, output: str | None, notices: list[str]) -> None:
    from segmint.cli.output import results, wrapped, write_labeled

    console, audience, measured = results(), found.audience, found.hold_out
    head = say(
        f"cli.lookalike.{measured.verdict}",
        found=measured.found.value, reach=measured.reach, lift=measured.lift.value,
        low=measured.lift.low, high=measured.lift.high,
    )  # fmt: skip
    console.print()
    for line in wrapped(head, indent=1):
        console.print(line, style="bold")
    console.print()
    write_labeled(console, say("cli.lookalike.doubt"), _doubts(measured))
    taken = say(
        "cli.lookalike.taken", n=len(audience.rows), candidates=audience.n_candidates, seeds=found.n_seeds
    )
    write_labeled(console, say("cli.lookalike.audience"), [taken])
    console.print()
    _write_groups(console, found.groups)
    write_labeled(console, say("cli.notice"), notices)
    written = say("cli.lookalike.unwritten") if output is None else output
    write_labeled(console, say("cli.written"), [written])


def _doubts(measured: HoldOut) -> list[str]:
    against = say(
        f"cli.lookalike.against_segments_{measured.beside_segments}",
        lift=measured.lift_of_segments, gain=100 * measured.gain.value,
        low=100 * measured.gain.low, high=100 * measured.gain.high,
    )  # fmt: skip
    hidden = say(
        "cli.lookalike.hidden", n=measured.n_hidden, low=measured.found.low, high=measured.found.high
    )
    return [hidden, against, say("cli.lookalike.not_proof")]


def _write_groups(console: Console, groups: tuple[Group, ...]) -> None:
    from segmint.cli.tables import plain_table
    from segmint.words import numbers

    rows = [
        (
            str(number),
            numbers.count(group.n_seeds),
            numbers.count(group.n_taken),
            "; ".join(str(reason.told()) for reason in group.reasons) or _without_reason(group),
        )
        for number, group in enumerate(groups, 1)
    ]
    heads = [say(f"cli.lookalike.head.{name}") for name in ("group", "seeds", "taken", "reasons")]
    plain_table(console, heads, rows, right=frozenset({1, 2}), fold=3)
    console.print()


def _without_reason(group: Group) -> str:
    """Say why a group has no reasons: nobody was taken for it, or nothing is unlike everybody."""
    return say("cli.lookalike.no_reason" if group.n_taken else "cli.lookalike.nobody_near")
