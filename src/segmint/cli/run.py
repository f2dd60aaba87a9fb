"""``segmint run``: the main job."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from segmint.cli import options
from segmint.cli.commands import command_line
from segmint.cli.progress import Steps
from segmint.cli.reading import Columns, Source, read_options
from segmint.cli.settings import read_settings
from segmint.cli.spread import spread
from segmint.cli.workspaces import writable_workspace
from segmint.errors import SegmintError, UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.data.dataset import Dataset
    from segmint.families.fit import Cost
    from segmint.prepare.options import PreparationOptions, Scale
    from segmint.workflow.deliver import Delivered
    from segmint.workflow.planning import RunOptions
    from segmint.workflow.run import Made

FAMILIES = ("kmeans", "gaussian_mixture", "dbscan", "hdbscan", "ward")
SCALES = ("standard", "robust", "minmax", "none")
INITS = ("k-means++", "random")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", epilog=say("help.run_examples"), help=say("help.run"))(spread(run))


@dataclass(frozen=True)
class Making:
    """How the study is made."""

    families: Annotated[str, typer.Option("--families", help=say("help.families"))] = ",".join(FAMILIES)
    k: Annotated[str | None, typer.Option("--k", help=say("help.k"))] = None
    init: Annotated[str, typer.Option("--init", help=say("help.init"))] = "k-means++"
    scale: Annotated[str, typer.Option("--scale", help=say("help.scale"))] = "standard"
    choose: Annotated[str | None, typer.Option("--choose", help=say("help.choose"))] = None
    because: Annotated[str | None, typer.Option("--because", help=say("help.because"))] = None
    name: Annotated[str | None, typer.Option("--name", help=say("help.name"))] = None
    seed: options.Seed = 0
    resamples: options.Resamples = 100
    jobs: options.Jobs = None
    exact_rows: Annotated[bool, typer.Option("--exact-rows", help=say("help.exact_rows"))] = False

    def run_options(self) -> RunOptions:
        """Make the options of the journey."""
        from segmint.workflow.planning import RunOptions

        return RunOptions(
            families=_families(self.families),
            ks=options.numbers_of_clusters(self.k) or tuple(range(1, 11)),
            init=options.one_of("--init", self.init, INITS) or "k-means++",
            preparation=preparation_of_scale(self.scale),
            seed=self.seed,
            name=self.name,
            n_resamples=self.resamples,
            choose=self.choose,
            because=self.because,
            jobs=self.jobs,
            exact_rows=self.exact_rows,
            command=command_line(sys.argv),
        )


@dataclass(frozen=True)
class Delivering:
    """Where the results go, beside the workspace."""

    output: Annotated[str | None, typer.Option("--output", "-o", help=say("help.run_output"))] = None
    to_table: Annotated[str | None, typer.Option("--to-table", help=say("help.to_table"))] = None
    track: Annotated[bool, typer.Option("--track/--no-track", help=say("help.track_switch"))] = True


def run(
    data: options.Data,
    columns: Columns,
    making: Making,
    delivering: Delivering,
    source: Source,
    beside: Annotated[str | None, typer.Option("--beside", help=say("help.beside"))] = None,
    from_features: Annotated[bool, typer.Option("--from-features", help=say("help.from_features"))] = False,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Prepare, sweep, measure, decide, profile, track, package, report."""
    from segmint.charts import vega
    from segmint.choosing.forecast import memory_used
    from segmint.cli.answer import Spent, run_json, write_answer
    from segmint.cli.output import INTERRUPTED, write_interrupted, write_json
    from segmint.data import check_target, spare_inputs
    from segmint.workflow.features import hinting, with_recipe

    reading, running = read_options(source, columns), making.run_options()
    if from_features:
        reading = with_recipe(data, reading)
    if delivering.output is not None:
        check_target(delivering.output, delivering.to_table)
    spare_inputs(delivering.output, data, beside, columns.schema)
    place, started = writable_workspace(workspace), time.perf_counter()
    with Steps(quiet=quiet) as steps:
        dataset = _read(data, reading, beside, steps)
        dataset = dataset if from_features else hinting(dataset, data)
        made, expected = _make(dataset, running, steps, track=delivering.track)
        delivered = _deliver(made, place, delivering, steps)
    compiling = steps.seconds.get("compiled", 0.0)
    memory = memory_used(helper=vega.process_number())
    spent = Spent(time.perf_counter() - started - compiling, compiling, memory, expected)
    if json:
        write_json(run_json(delivered, spent))
    else:
        write_answer(delivered, spent)
    if made.interrupted:
        write_interrupted(kept=True)
        sys.exit(INTERRUPTED)  # typer's own exit would say that nothing is left behind


def _read(data: str, reading: ReadOptions, beside: str | None, steps: Steps) -> Dataset:
    """Read the table with the numbers beside it, and with the topics that made some of them."""
    from segmint.data import read
    from segmint.workflow.beside import read_with_topics, with_beside

    steps("read", 0, 1)
    dataset = read_with_topics(data, reading) if beside is None else read(data, with_beside(reading, beside))
    steps("read", dataset.n_rows, dataset.n_rows)
    return dataset


def _make(dataset: Dataset, running: RunOptions, steps: Steps, *, track: bool) -> tuple[Made, Cost]:
    """Plan, say what it will cost, compile where nothing is compiled yet, and make the study."""
    from segmint.workflow.planning import plan_run, whole_run
    from segmint.workflow.run import carry_out
    from segmint.workflow.warming import warm

    planned = plan_run(dataset, running, steps)
    expected = whole_run(planned.forecast, track=track)
    steps.tell("forecast", seconds=expected.seconds, memory=expected.memory)
    warm(steps)
    return carry_out(planned, steps), expected


def _deliver(made: Made, place: Path, delivering: Delivering, steps: Steps) -> Delivered:
    """Keep the study; an error after it was kept says so."""
    from segmint.workflow.deliver import deliver

    uri = read_settings().tracking_uri
    try:
        return deliver(made, place, tracking_uri=uri, progress=steps, **vars(delivering))
    except (SegmintError, OSError) as error:
        if "saved" in steps.ended:
            error.add_note(say("cli.study_kept", workspace=place))
        raise


def _families(text: str) -> tuple[str, ...]:
    chosen = options.names([text])
    for family in chosen:
        options.one_of("--families", family, FAMILIES)
    if not chosen:
        raise UsageError("cli.no_families", allowed=list(FAMILIES))
    return chosen


def preparation_of_scale(scale: str) -> PreparationOptions:
    """Return the options of a scale, checked."""
    from segmint.prepare.options import PreparationOptions

    options.one_of("--scale", scale, SCALES)
    return PreparationOptions(scale=cast("Scale", scale))
