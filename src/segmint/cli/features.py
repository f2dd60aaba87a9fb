"""``segmint features``: from events to a table of customers or players."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmint.cli import options
from segmint.cli.progress import Steps
from segmint.cli.reading import Source, read_options
from segmint.cli.spread import spread
from segmint.errors import ValueRuleError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.model.recipe import Journey, Recipe
    from segmint.workflow.features import Featured

RETURNS = ("apart", "net")
Events = Annotated[str, typer.Argument(metavar="EVENTS", help=say("help.events"))]
At = Annotated[str | None, typer.Option("--at", metavar="DATE", help=say("help.at"))]
_Name = str | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    features = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    features.command("rfm", epilog=say("help.rfm_examples"), help=say("help.rfm"))(spread(rfm))
    features.command("players", epilog=say("help.players_examples"), help=say("help.players"))(
        spread(players)
    )
    app.add_typer(features, name="features", help=say("help.features_command"))


@dataclass(frozen=True)
class Shared:
    """What both journeys take."""

    key: Annotated[_Name, typer.Option("--key", help=say("help.event_key"))] = None
    date: Annotated[_Name, typer.Option("--date", help=say("help.event_date"))] = None
    amount: Annotated[_Name, typer.Option("--amount", help=say("help.event_amount"))] = None
    date_format: Annotated[_Name, typer.Option("--date-format", help=say("help.event_date_format"))] = None
    currency: Annotated[_Name, typer.Option("--currency", help=say("help.currency"))] = None
    at: At = None


@dataclass(frozen=True)
class Purchases:
    """What purchases have beside that."""

    order: Annotated[_Name, typer.Option("--order", help=say("help.event_order"))] = None
    quantity: Annotated[_Name, typer.Option("--quantity", help=say("help.event_quantity"))] = None
    price: Annotated[_Name, typer.Option("--price", help=say("help.event_price"))] = None
    category: Annotated[_Name, typer.Option("--category", help=say("help.event_category"))] = None
    cancelled: Annotated[_Name, typer.Option("--cancelled", metavar="PREFIX", help=say("help.cancelled"))] = (
        None
    )
    returns: Annotated[str, typer.Option("--returns", help=say("help.returns"))] = "apart"
    scores: Annotated[bool, typer.Option("--scores", help=say("help.scores"))] = False
    buy_till_you_die: Annotated[bool, typer.Option("--buy-till-you-die", help=say("help.bgnbd"))] = False


@dataclass(frozen=True)
class Play:
    """What play has beside that."""

    game: Annotated[_Name, typer.Option("--game", help=say("help.event_game"))] = None
    duration: Annotated[_Name, typer.Option("--duration", help=say("help.event_duration"))] = None
    level: Annotated[_Name, typer.Option("--level", help=say("help.event_level"))] = None
    gap: Annotated[float, typer.Option("--gap", help=say("help.gap"))] = 30.0


Output = Annotated[Path, typer.Option("--output", "-o", help=say("help.features_output"))]


def rfm(
    events: Events,
    shared: Shared,
    purchases: Purchases,
    source: Source,
    output: Output,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Recency, frequency, monetary value and their kin from purchases."""
    options.one_of("--returns", purchases.returns, RETURNS)
    columns = {**_columns(shared), **_named(purchases, ("order", "quantity", "price", "category"))}
    settings = {
        "cancelled": purchases.cancelled,
        "returns": purchases.returns,
        "scores": purchases.scores,
        "buy_till_you_die": purchases.buy_till_you_die,
    }
    _make("rfm", events, shared, columns, settings, read_options(source), output, json=json, quiet=quiet)


def players(
    events: Events,
    shared: Shared,
    play: Play,
    source: Source,
    output: Output,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Sessions, streaks, retention, breadth and their kin from play."""
    columns = {**_columns(shared), **_named(play, ("game", "duration", "level"))}
    settings = {"gap_minutes": play.gap}
    _make("players", events, shared, columns, settings, read_options(source), output, json=json, quiet=quiet)


def _columns(shared: Shared) -> dict[str, str]:
    return _named(shared, ("key", "date", "amount"))


def _named(group: Any, purposes: tuple[str, ...]) -> dict[str, str]:
    """Return the columns that were named; the empty text, ``--order=``, says that there is none."""
    from segmint.data.options import clean_name

    given = {name: getattr(group, name) for name in purposes}
    return {name: clean_name(text) for name, text in given.items() if text is not None}


def _make(
    journey: Journey,
    events: str,
    shared: Shared,
    columns: dict[str, str],
    settings: dict[str, Any],
    reading: ReadOptions,
    output: Path,
    *,
    json: bool,
    quiet: bool,
) -> None:
    from segmint.behavior.naming import guessed
    from segmint.cli.output import write_json
    from segmint.data import check_target, spare_inputs
    from segmint.data.files import open_again
    from segmint.workflow.features import refuse_features, write_features

    check_target(output)
    spare_inputs(output, events)
    refuse_features(events, reading)
    with open_again(events, reading) as (source, how):
        found = guessed(source, journey, how, columns)
        recipe = _recipe(journey, found, settings | {"currency": shared.currency}, shared.date_format)
        with Steps(quiet=quiet) as steps, _said_of_guesses(found, columns):
            made = write_features(source, recipe, output, at=shared.at, options=how, progress=steps)
    if json:
        write_json(_told(made))
    else:
        _write(made, events, named=columns)


@contextmanager
def _said_of_guesses(found: Mapping[str, str], named: Mapping[str, str]) -> Iterator[None]:
    """Say of cells that are not of their column's kind what this command has for them, and whether it was a guess."""
    try:
        yield
    except ValueRuleError as error:
        if error.code != "data.unfit":
            raise
        purpose = next(one for one, name in found.items() if name == error.figures["column"])
        code = numbers_for_dates(error) or ("cli.unfit_named" if purpose in named else "cli.unfit_guess")
        raise ValueRuleError(code, where=error.where, purpose=purpose, **error.figures) from None


def numbers_for_dates(error: ValueRuleError) -> str | None:
    """Return the code of what is said of numbers that stand for dates; ``None`` of other cells."""
    return {"digits": "cli.dates_as_digits", "seconds": "cli.dates_as_seconds"}.get(error.figures["written"])


def _recipe(
    journey: Journey, columns: dict[str, str], settings: dict[str, Any], date_format: str | None
) -> Recipe:
    """Make a recipe of the settings that were given."""
    from segmint.model.recipe import Recipe
    from segmint.workflow.features import dated_as

    given = {name: value for name, value in settings.items() if value}
    return dated_as(Recipe(journey, columns, None, given), date_format)


def _told(made: Featured) -> dict[str, Any]:
    return {
        "output": str(made.table),
        "recipe_file": str(made.recipe_file),
        "recipe": made.recipe.to_json(),
        "at": made.at,
        "n_events": made.n_events,
        "n_rows": made.n_customers,
        "means": dict(made.means),
        "columns": [
            {"name": one.name, "kind": one.kind.value, "role": one.role.value, "unit": one.unit}
            for one in made.schema
        ],
        "notices": [str(notice) for notice in made.notices],
    }


def _write(made: Featured, events: str, *, named: Mapping[str, str]) -> None:
    from segmint.cli.output import results, write_command, write_labeled
    from segmint.cli.tables import plain_table
    from segmint.cli.typed import command, shown_path

    console = results()
    console.print()
    head = "featured" if made.at else "featured_undated"
    told = say(f"cli.{head}_{made.recipe.journey}", n=made.n_customers, events=made.n_events, at=made.at)
    console.print(f" {told}", style="bold")
    console.print()
    heads = [say(f"cli.head.{name}") for name in ("feature", "unit", "role", "mean")]
    plain_table(console, heads, _rows(made), right=frozenset({3}))
    console.print()
    columns = [f"{purpose} {name}" for purpose, name in made.recipe.columns.items() if purpose not in named]
    if columns:
        write_labeled(console, say("cli.read_as"), [say("cli.by_name", columns=columns)])
    write_labeled(console, say("cli.notice"), [str(notice) for notice in made.notices])
    write_labeled(console, say("cli.recipe"), [shown_path(made.recipe_file)])
    if (
        made.one_row and made.recipe.journey == "players"
    ):  # no habit can be counted: the table itself is meant
        following = command("run", events)
    else:
        following = command("run", shown_path(made.table), "--from-features")
    write_command(console, say("cli.next"), following)


def _rows(made: Featured) -> list[tuple[str, str, str, str]]:
    """Return each feature with its unit, its role, and its mean where it clusters."""
    from segmint.words import numbers

    return [
        (
            one.name,
            one.unit or "",
            one.role.value,
            numbers.unit(made.means[one.name]) if one.name in made.means else "",
        )
        for one in made.schema
        if one.role.value != "key"
    ]
