"""``segmint monitor``: does a batch still look like what the model was trained on?"""

from __future__ import annotations

import hashlib
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from segmint.cli import options
from segmint.cli.progress import Steps
from segmint.cli.reading import Source, read_options
from segmint.cli.registry import share_of
from segmint.cli.settings import read_settings
from segmint.cli.spread import spread
from segmint.cli.workspaces import writable_workspace
from segmint.errors import SegmintError, UsageError
from segmint.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmint.charts.looks import Look
    from segmint.data import ReadOptions
    from segmint.drift.report import DriftReport
    from segmint.model.segment_model import SegmentModel
    from segmint.workflow.monitor import Batch, By, MonitorOptions

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
    date_format: Annotated[str | None, typer.Option("--date-format", help=say("help.batch_dates"))] = None


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
    source: Source,
    batch: Annotated[str | None, typer.Argument(metavar="BATCH", help=say("help.batch"))] = None,
    history: Annotated[bool, typer.Option("--history", help=say("help.look_history"))] = False,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare a batch with what the model was trained on: one verdict, with its cause."""
    from segmint.workflow.library import open_model

    if history == (batch is not None):
        raise UsageError("cli.batch_or_history")
    then = _words(telling.then)
    place, uri = writable_workspace(workspace), read_settings().tracking_uri
    loaded, _ = open_model(model, place, tracking_uri=uri)
    if history:
        _write_history(loaded, place, as_json=json)
        return
    reading, asked = read_options(source), judging.options()
    with Steps(quiet=quiet) as steps:
        judged = _judged(loaded, str(batch), reading, asked, cutting, telling, steps)
        looks, places = _kept(loaded, judged, place, telling, steps)
    if json:
        _write_json(looks, places)
    else:
        _write_looks(looks, places)
    worst = next((look for look in reversed(looks) if look["report"]["verdict"] == "drift"), None)
    if worst is not None and then:
        _run(then, worst)
    if any(report.drifted for _, report in judged):
        raise typer.Exit(DRIFTED)


def _judged(
    model: SegmentModel,
    source: str,
    reading: ReadOptions,
    asked: MonitorOptions,
    cutting: Cutting,
    telling: Telling,
    steps: Steps,
) -> list[tuple[Batch, DriftReport]]:
    from segmint.workflow.monitor import judge, judge_batches, read_batch, read_batches

    steps("read", 0, 1)
    if cutting.by is None and cutting.since is None:
        if cutting.date is not None:
            raise UsageError("cli.date_without_by")
        found = read_batch(model, source, reading, name=telling.batch_name or _stem(source))
        steps("read", found.n_rows, found.n_rows)
        return [(found, judge(model, found, asked))]
    if cutting.date is None:
        raise UsageError("cli.by_without_date")
    by = options.one_of("--by", cutting.by, _PERIODS)
    batches = read_batches(
        model,
        source,
        date=cutting.date,
        by=cast("By | None", by),
        since=cutting.since,
        date_format=cutting.date_format,
        reading=reading,
    )
    n = sum(one.n_rows for one in batches)
    steps("read", n, n)
    judged = []
    for number, item in enumerate(judge_batches(model, batches, asked)):
        judged.append(item)
        steps("judged", number + 1, len(batches))
    return judged


def _stem(source: str) -> str:
    if "://" in source or source == "-":
        return say("cli.a_batch")
    return re.sub(
        r"(\.(csv|tsv|txt|parquet|jsonl|json|xlsx))?(\.gz)?$", "", Path(source).name, flags=re.IGNORECASE
    )


def _kept(
    model: SegmentModel,
    judged: Sequence[tuple[Batch, DriftReport]],
    place: Path,
    telling: Telling,
    steps: Steps,
) -> tuple[list[Look], dict[str, Any]]:
    """Keep the looks, write pages and files, and tell MLflow; return the looks and where everything lies."""
    from segmint.workflow.textfile import write_textfile
    from segmint.workflow.watching import keep_look, read_looks, write_pages

    steps("saved", 0, 1)
    kept = [keep_look(model, batch.name, report, place) for batch, report in judged]
    records, looks = [record for record, _ in kept], [look for _, look in kept]
    page, pictures = write_pages(model, read_looks(model.manifest.name, place), place)
    if telling.prometheus is not None:
        write_textfile(looks[-1], telling.prometheus)
    steps("saved", 1, 1)
    experiment, failed = (None, None)
    if telling.track:
        experiment, failed = _track(looks, records, place, steps)
    return looks, {
        "records": records, "page": page, "pictures": pictures, "experiment": experiment, "failed": failed,
        "prometheus": telling.prometheus,
    }  # fmt: skip


def _track(
    looks: Sequence[Look], records: Sequence[Path], place: Path, steps: Steps
) -> tuple[str | None, SegmintError | None]:
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


def _write_json(looks: Sequence[Look], places: dict[str, Any]) -> None:
    from segmint.cli.output import write_json

    write_json(
        {
            **looks[-1],
            "looks": [dict(look) for look in looks],
            "record": str(places["records"][-1].resolve()),
            "page": str(places["page"].resolve()),
            "pictures": [str(path.resolve()) for path in places["pictures"]],
            "experiment": places["experiment"],
            "prometheus": places["prometheus"] and str(places["prometheus"].resolve()),
        }
    )


def _write_looks(looks: Sequence[Look], places: dict[str, Any]) -> None:
    from segmint.cli.looks import write_look, write_table
    from segmint.cli.output import results, steps, write_command, write_labeled
    from segmint.cli.typed import command, shown_path

    alarms = [look for look in looks if look["report"]["verdict"] in ("drift", "broken data")]
    write_look((alarms or looks)[-1])
    if len(looks) > 1:
        write_table(looks)
    console = results()
    console.print()
    for label, text in (
        (say("cli.report"), shown_path(places["page"])),
        (say("cli.figure"), ", ".join(shown_path(path) for path in places["pictures"])),
        (say("cli.mlflow"), places["experiment"] and say("cli.look_tracked", name=places["experiment"])),
        (say("cli.metrics"), places["prometheus"] and shown_path(places["prometheus"])),
    ):
        if text:
            write_labeled(console, label, [text])
    console.print()
    name = looks[-1]["model"]
    write_command(console, say("cli.next"), command("monitor", name, "--history"))
    if places["failed"] is not None:
        write_labeled(steps(), say("cli.warning"), [places["failed"].text()], style="yellow")


def _write_history(model: SegmentModel, place: Path, *, as_json: bool) -> None:
    from segmint.cli.looks import write_table
    from segmint.cli.output import results, write_json, write_labeled
    from segmint.cli.typed import shown_path
    from segmint.workflow.watching import read_looks, write_pages

    name = model.manifest.name
    looks = read_looks(name, place)
    page, pictures = write_pages(model, looks, place)
    if as_json:
        write_json(
            {
                "name": name,
                "looks": [dict(look) for look in looks],
                "page": str(page.resolve()),
                "pictures": [str(path.resolve()) for path in pictures],
            }
        )
        return
    write_table(looks)
    results().print()
    write_labeled(results(), say("cli.report"), [shown_path(page)])
    write_labeled(results(), say("cli.figure"), [", ".join(shown_path(path) for path in pictures)])


def _words(then: str | None) -> list[str]:
    """Return the command of ``--then`` as a program with its arguments.

    Raises
    ------
    UsageError
        If it is none: known before anything is judged.
    """
    if then is None:
        return []
    try:
        words = shlex.split(then)
    except ValueError as error:
        raise UsageError("cli.then_failed", command=then, reason=str(error)) from None
    if not words:
        raise UsageError("cli.then_failed", command=then, reason=say("cli.nothing_to_run"))
    return words


def _run(then: list[str], look: Look) -> None:
    """Run what is to happen after drift; it learns the verdict from its environment, and speaks on standard error."""
    import os
    import sys

    from segmint.cli.output import steps, write_error

    told = {
        "SEGMINT_VERDICT": look["report"]["verdict"],
        "SEGMINT_CAUSE": look["report"]["cause"] or "",
        "SEGMINT_MODEL": look["model"],
        "SEGMINT_BATCH": look["batch"],
    }
    sys.stdout.flush()
    try:
        ended = subprocess.run(then, env={**os.environ, **told}, check=False, stdout=sys.stderr)
    except OSError as error:  # the verdict was told and keeps its exit code
        reason = error.strerror or str(error)
        write_error(UsageError("cli.then_failed", command=shlex.join(then), reason=reason))
        return
    steps().print(f" {say('cli.then_ended', code=ended.returncode)}")
