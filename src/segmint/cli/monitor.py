"""``segmint monitor``: does a batch still look like what the model was trained on?"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast

import typer

from segmint.cli import options
from segmint.cli.events import FromEvents, Joined, Table, table_of
from segmint.cli.progress import Steps
from segmint.cli.reading import Source, read_options
from segmint.cli.registry import share_of
from segmint.cli.settings import read_settings
from segmint.cli.spread import spread
from segmint.cli.workspaces import workspace_of, writable_workspace
from segmint.errors import SegmintError, UsageError
from segmint.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmint.charts.looks import Look
    from segmint.drift.report import DriftReport
    from segmint.model.segment_model import SegmentModel
    from segmint.words import Sentence
    from segmint.workflow.batches import Batch, By, Cut
    from segmint.workflow.monitor import MonitorOptions

DRIFTED: Final = 4
"""The exit code of drift and of broken data."""
_PERIODS: Final = ("day", "week", "month")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("monitor", epilog=say("help.monitor_examples"), help=say("help.monitor"))(spread(monitor))


@dataclass(frozen=True)
class Judging:
    """How batches are judged."""

    alpha: Annotated[str, typer.Option("--alpha", help=say("help.alpha"))] = "1%"
    looks: Annotated[int, typer.Option("--looks", min=1, max=100_000, help=say("help.looks"))] = 1
    refit: Annotated[bool, typer.Option("--refit/--no-refit", help=say("help.refit"))] = True
    seed: options.Seed = 0

    def options(self) -> MonitorOptions:
        """Make the options of the journey."""
        from segmint.workflow.monitor import MonitorOptions

        return MonitorOptions(share_of("--alpha", self.alpha), self.looks, self.refit, self.seed)


@dataclass(frozen=True)
class Cutting:
    """How a table with dates is cut into batches."""

    date: Annotated[str | None, typer.Option("--date", help=say("help.date"))] = None
    by: Annotated[str | None, typer.Option("--by", help=say("help.by"))] = None
    since: Annotated[str | None, typer.Option("--since", help=say("help.since"))] = None

    def format_of(self, given: str | None) -> str | None:
        """Return how its dates are written, which may be given as ``COLUMN=FORMAT``."""
        return given and given.removeprefix(f"{self.date}=")


@dataclass(frozen=True)
class Telling:
    """Where a look goes, beside the workspace."""

    batch_name: Annotated[str | None, typer.Option("--batch-name", help=say("help.batch_name"))] = None
    prometheus: Annotated[Path | None, typer.Option("--prometheus", help=say("help.prometheus"))] = None
    then: Annotated[str | None, typer.Option("--then", help=say("help.then"))] = None
    track: Annotated[bool, typer.Option("--track/--no-track", help=say("help.track_look"))] = True


def monitor(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=say("help.model"))],
    judging: Judging,
    cutting: Cutting,
    telling: Telling,
    events: FromEvents,
    joined: Joined,
    source: Source,
    batch: Annotated[str | None, typer.Argument(metavar="BATCH", help=say("help.batch"))] = None,
    history: Annotated[bool, typer.Option("--history", help=say("help.look_history"))] = False,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare a batch with what the model was trained on: one verdict, with its cause."""
    from segmint.cli.afterwards import run_afterwards, words_of
    from segmint.workflow.library import open_model

    if history == (batch is not None):
        raise UsageError("cli.batch_or_history")
    if cutting.by is not None and telling.batch_name is not None:
        raise UsageError("cli.name_of_several")
    then, uri = words_of(telling.then), read_settings().tracking_uri
    if history:
        place = workspace_of(workspace)
        _write_history(open_model(model, place, tracking_uri=uri)[0], place, as_json=json)
        return
    if telling.prometheus is not None and not telling.prometheus.absolute().parent.is_dir():
        raise UsageError("cli.no_folder", name=telling.prometheus.name)
    place = writable_workspace(workspace)
    loaded, _ = open_model(model, place, tracking_uri=uri)
    reading, asked = read_options(source), judging.options()
    if events.from_events and (cutting.by or cutting.since):
        raise UsageError("cli.by_with_events")
    dates = cutting.format_of(events.date_format)
    if cutting.date is not None and not events.from_events:  # then it says how those are written
        events = replace(events, date_format=None)
    with Steps(quiet=quiet) as steps, table_of(str(batch), reading, events, joined, loaded, steps) as table:
        cut = _cut(loaded, table, cutting, dates, telling.batch_name or _called(table), steps)
        kept = _kept(loaded, _judged(loaded, cut.batches, asked, steps), cut, table, place, telling, steps)
    if json:
        _write_json(kept)
    else:
        table.warn()
        _write_looks(kept)
    drifted = [look for look in kept.looks if look["report"]["verdict"] == "drift"]
    if drifted and then:
        run_afterwards(then, drifted[-1])
    if kept.alarms:
        raise typer.Exit(DRIFTED)


def _cut(
    model: SegmentModel, table: Table, cutting: Cutting, date_format: str | None, name: str, steps: Steps
) -> Cut:
    """Read the table: one batch, or several where it is cut by its dates."""
    from segmint.workflow.batches import Cut, read_batch, read_batches

    steps("read", 0, 1)
    if cutting.by is None and cutting.since is None:
        if cutting.date is not None:
            raise UsageError("cli.date_without_by")
        batch = read_batch(model, table.data, table.reading, name=name)
        cut = Cut((batch,), notices=batch.notices)
    elif cutting.date is None:
        raise UsageError("cli.by_without_date")
    else:
        cut = read_batches(
            model,
            table.data,
            date=cutting.date,
            by=cast("By | None", options.one_of("--by", cutting.by, _PERIODS)),
            since=cutting.since,
            date_format=date_format,
            name=name,
            reading=table.reading,
        )
    n = sum(one.n_rows for one in cut.batches)
    steps("read", n, n)
    return cut


def _judged(
    model: SegmentModel, batches: Sequence[Batch], asked: MonitorOptions, steps: Steps
) -> list[tuple[Batch, DriftReport]]:
    from segmint.workflow.monitor import judge_batches

    judged = []
    for number, item in enumerate(judge_batches(model, batches, asked)):
        judged.append(item)
        if len(batches) > 1:
            steps("judged", number + 1, len(batches))
    return judged


def _called(table: Table) -> str:
    """Return what a batch is called where nobody says it: of events by their day, too."""
    stem = _stem(table.data)
    return stem if table.at is None else say("cli.batch_at", name=stem, at=table.at)


def _stem(source: str) -> str:
    if "://" in source or source == "-":
        return say("cli.a_batch")
    return re.sub(
        r"(\.(csv|tsv|txt|parquet|jsonl|json|xlsx))?(\.gz)?$", "", Path(source).name, flags=re.IGNORECASE
    )


@dataclass(frozen=True)
class Kept:
    """Looks of one call, and where everything about them lies."""

    looks: Sequence[Look]
    records: Sequence[Path]
    page: Path
    pictures: Sequence[Path]
    prometheus: Path | None
    refused: SegmintError | None
    experiment: str | None
    failed: SegmintError | None
    n_undated: int
    n_earlier: int
    notices: Sequence[Sentence]

    @property
    def alarms(self) -> list[Look]:
        """The looks that somebody must act on."""
        from segmint.drift.verdict import ALARMS

        return [look for look in self.looks if look["report"]["verdict"] in ALARMS]

    @property
    def told(self) -> Look:
        """The look that is told first: the last alarm, or the last look."""
        return (self.alarms or self.looks)[-1]


def _kept(
    model: SegmentModel,
    judged: Sequence[tuple[Batch, DriftReport]],
    cut: Cut,
    table: Table,
    place: Path,
    telling: Telling,
    steps: Steps,
) -> Kept:
    """Keep the looks, write pages and files, and tell MLflow."""
    from segmint.workflow.batches import fingerprint_of
    from segmint.workflow.textfile import write_textfile
    from segmint.workflow.watching import keep_look, read_looks, write_pages

    steps("saved", 0, 1)
    kept = [
        keep_look(
            model,
            batch.name,
            report,
            place,
            fingerprint=fingerprint_of(model, batch),
            warnings=table.warnings,
        )
        for batch, report in judged
    ]
    records, looks = [record for record, _ in kept], [look for _, look in kept]
    page, pictures = write_pages(model, read_looks(model.manifest.name, place), place)
    prometheus, refused = telling.prometheus, None
    try:
        if prometheus is not None:
            write_textfile(looks[-1], prometheus)
    except SegmintError as error:  # the verdict is told all the same
        prometheus, refused = None, error
    steps("saved", 1, 1)
    experiment, failed = _track(looks, records, place, steps) if telling.track else (None, None)
    notices = (*table.notices, *cut.notices)
    return Kept(
        looks, records, page, pictures, prometheus, refused, experiment, failed, cut.n_undated, cut.n_earlier,
        notices,
    )  # fmt: skip


def _track(
    looks: Sequence[Look], records: Sequence[Path], place: Path, steps: Steps
) -> tuple[str | None, SegmintError | None]:
    import hashlib

    from segmint.workflow.tracking import track_look

    uri, experiment = read_settings().tracking_uri, None
    steps("tracked", 0, len(looks))
    for number, (look, record) in enumerate(zip(looks, records, strict=True)):
        try:
            key = f"look-{hashlib.sha256(record.read_bytes()).hexdigest()[:32]}"
            experiment = track_look(look, key, place, tracking_uri=uri)
        except SegmintError as error:
            return None, error
        steps("tracked", number + 1, len(looks))
    return experiment, None


def _write_json(kept: Kept) -> None:
    from segmint.cli.output import write_json

    record = kept.records[kept.looks.index(kept.told)]
    write_json(
        {
            **kept.told,
            "looks": [dict(look) for look in kept.looks],
            "record": str(record.resolve()),
            "page": str(kept.page.resolve()),
            "pictures": [str(path.resolve()) for path in kept.pictures],
            "experiment": kept.experiment,
            "tracking_failed": kept.failed and kept.failed.text(),
            "prometheus": kept.prometheus and str(kept.prometheus.resolve()),
            "prometheus_failed": kept.refused and kept.refused.text(),
            "left_out": {"undated": kept.n_undated, "earlier": kept.n_earlier},
            "notices": [str(notice) for notice in kept.notices],
        }
    )


def _write_looks(kept: Kept) -> None:
    from segmint.cli.looks import write_look, write_table
    from segmint.cli.output import results, steps, write_command, write_labeled
    from segmint.cli.typed import command, given_workspace, shown_path

    write_look(kept.told)
    console = results()
    told = [str(notice) for notice in kept.notices]
    if kept.n_undated or kept.n_earlier:
        told.append(say("cli.in_no_batch", undated=kept.n_undated, earlier=kept.n_earlier))
    write_labeled(console, say("cli.notice"), told)
    if len(kept.looks) > 1:
        write_table(kept.looks)
    console.print()
    for label, text in (
        (say("cli.report"), shown_path(kept.page)),
        (say("cli.figure"), ", ".join(shown_path(path) for path in kept.pictures)),
        (say("cli.mlflow"), kept.experiment and say("cli.look_tracked", name=kept.experiment)),
        (say("cli.metrics"), kept.prometheus and shown_path(kept.prometheus)),
    ):
        if text:
            write_labeled(console, label, [text])
    console.print()
    write_command(
        console, say("cli.next"), command("monitor", kept.told["model"], "--history", *given_workspace())
    )
    for failed in (kept.refused, kept.failed):
        if failed is not None:
            write_labeled(steps(), say("cli.warning"), [failed.text()], style="yellow")


def _write_history(model: SegmentModel, place: Path, *, as_json: bool) -> None:
    from segmint.cli.looks import write_table
    from segmint.cli.output import results, write_json, write_labeled
    from segmint.cli.typed import shown_path
    from segmint.workflow.watching import read_looks, write_pages

    name = model.manifest.name
    looks = read_looks(name, place)
    page: Path | None = None
    pictures: tuple[Path, ...] = ()
    with suppress(SegmintError):  # a workspace that can only be read is read all the same
        page, pictures = write_pages(model, looks, place)
    if as_json:
        write_json(
            {
                "name": name,
                "looks": [dict(look) for look in looks],
                "page": page and str(page.resolve()),
                "pictures": [str(path.resolve()) for path in pictures],
            }
        )
        return
    write_table(looks)
    if page is not None:
        results().print()
        write_labeled(results(), say("cli.report"), [shown_path(page)])
        write_labeled(results(), say("cli.figure"), [", ".join(shown_path(path) for path in pictures)])
