"""``segmint run``: the main job."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from segmint.cli import options
from segmint.cli.progress import Steps
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.data.dataset import Dataset
    from segmint.prepare.options import PreparationOptions, Scale

FAMILIES = ("kmeans", "gaussian_mixture", "dbscan", "hdbscan", "ward")
SCALES = ("standard", "robust", "minmax", "none")
INITS = ("k-means++", "random")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", epilog=say("help.run_examples"), help=say("help.run"))(run)


def run(
    data: options.Data,
    key: options.Key = None,
    features: options.Features = None,
    exclude: options.Exclude = None,
    describe: options.Describe = None,
    kind: options.Kinds = None,
    schema: options.SchemaFile = None,
    families: Annotated[str, typer.Option(help=say("help.families"))] = ",".join(FAMILIES),
    k: Annotated[str | None, typer.Option("--k", help=say("help.k"))] = None,
    init: Annotated[str, typer.Option(help=say("help.init"))] = "k-means++",
    scale: Annotated[str, typer.Option(help=say("help.scale"))] = "standard",
    missing: options.Missing = None,
    on_duplicate: options.OnDuplicate = None,
    lenient: options.Lenient = False,
    quarantine: options.Quarantine = None,
    choose: Annotated[str | None, typer.Option(help=say("help.choose"))] = None,
    because: Annotated[str | None, typer.Option(help=say("help.because"))] = None,
    name: Annotated[str | None, typer.Option(help=say("help.name"))] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help=say("help.run_output"))] = None,
    to_table: Annotated[str | None, typer.Option(help=say("help.to_table"))] = None,
    seed: Annotated[int, typer.Option(help=say("help.seed"))] = 0,
    resamples: Annotated[int, typer.Option(min=0, max=1000, help=say("help.resamples"))] = 100,
    jobs: Annotated[int | None, typer.Option(min=1, help=say("help.jobs"))] = None,
    track: Annotated[bool, typer.Option("--track/--no-track", help=say("help.track_switch"))] = True,
    exact_rows: Annotated[bool, typer.Option("--exact-rows", help=say("help.exact_rows"))] = False,
    table: options.Table = None,
    query: options.Query = None,
    format: options.Format = None,
    sheet: options.Sheet = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    encoding: options.Encoding = None,
    skip_rows: options.SkipRows = 0,
    missing_value: options.MissingValues = None,
    date_format: options.DateFormats = None,
    rename: options.Rename = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Prepare, sweep, measure, decide, profile, track, package, report."""
    from segmint.cli.answer import run_json, write_answer
    from segmint.cli.output import write_json
    from segmint.cli.settings import read_settings
    from segmint.workflow.deliver import deliver
    from segmint.workflow.planning import RunOptions
    from segmint.workflow.run import make

    settings = read_settings()
    reading = options.read_options(
        key=key,
        features=features,
        exclude=exclude,
        describe=describe,
        kinds=kind,
        schema=schema,
        table=table,
        query=query,
        delimiter=delimiter,
        decimal=decimal,
        encoding=encoding,
        skip_rows=skip_rows,
        sheet=sheet,
        format=format,
        missing_values=missing_value,
        missing=missing,
        on_duplicate=on_duplicate,
        lenient=lenient,
        quarantine=quarantine,
        date_formats=date_format,
        rename=rename,
    )
    running = RunOptions(
        families=_families(families),
        ks=options.numbers_of_clusters(k) or tuple(range(1, 11)),
        init=options.one_of("--init", init, INITS) or "k-means++",
        preparation=_preparation(scale),
        seed=seed,
        name=name,
        n_resamples=resamples,
        choose=choose,
        because=because,
        jobs=jobs,
        exact_rows=exact_rows,
        command=command_line(sys.argv),
    )
    steps = Steps(quiet=quiet)
    started = time.perf_counter()
    dataset = _read(data, reading, steps)
    made = make(dataset, running, steps)
    delivered = deliver(
        made,
        workspace or settings.workspace,
        tracking_uri=settings.tracking_uri,
        track=track,
        output=output,
        to_table=to_table,
        progress=steps,
    )
    steps.close()
    if json:
        write_json(run_json(made.study, delivered))
    else:
        write_answer(made.study, delivered, seconds=time.perf_counter() - started)


def _read(data: str, reading: ReadOptions, steps: Steps) -> Dataset:
    from segmint.data import read

    steps("read", 0, 1)
    dataset = read(data, reading)
    steps("read", dataset.n_rows, dataset.n_rows)
    return dataset


def _families(text: str) -> tuple[str, ...]:
    from segmint.errors import UsageError

    chosen = options.names([text])
    for family in chosen:
        options.one_of("--families", family, FAMILIES)
    if not chosen:
        raise UsageError("cli.no_families", allowed=list(FAMILIES))
    return chosen


def _preparation(scale: str) -> PreparationOptions:
    from segmint.prepare.options import PreparationOptions

    options.one_of("--scale", scale, SCALES)
    return PreparationOptions(scale=cast("Scale", scale))


def command_line(arguments: list[str]) -> str:
    """Return the command as it can be repeated, with passwords in URLs and folders of files left out."""
    import re
    import shlex

    shown = ["segmint"]
    for argument in arguments[1:]:
        text = re.sub(r"(://[^:/@\s]+):[^@\s]*@", r"\1:***@", argument)
        shown.append(Path(text).name if "/" in text and "://" not in text and "=" not in text else text)
    return shlex.join(shown)
