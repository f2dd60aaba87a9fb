"""``segmint neighbors``: the nearest rows of each row, and which index finds them fastest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from segmint.cli import options
from segmint.cli.progress import Steps
from segmint.cli.reading import Columns, Source, read_options
from segmint.cli.run import SCALES
from segmint.cli.spread import spread
from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.prepare.options import Scale
    from segmint.workflow.neighbors import NeighborOptions, Ready


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("neighbors", epilog=say("help.neighbors_examples"), help=say("help.neighbors"))(
        spread(neighbors)
    )


@dataclass(frozen=True)
class Asking:
    """What is near, and how it is looked for."""

    k: Annotated[int, typer.Option("--k", min=1, help=say("help.n_neighbors"))] = 10
    metric: Annotated[str, typer.Option("--metric", help=say("help.metric"))] = "euclidean"
    index: Annotated[str, typer.Option("--index", help=say("help.index"))] = "exact"
    scale: Annotated[str, typer.Option("--scale", help=say("help.scale"))] = "standard"
    seed: options.Seed = 0

    def options(self) -> NeighborOptions:
        """Make the options of the journey."""
        from segmint.prepare.options import PreparationOptions
        from segmint.workflow.neighbors import NeighborOptions

        options.one_of("--scale", self.scale, SCALES)
        preparation = PreparationOptions(scale=cast("Scale", self.scale))
        return NeighborOptions(
            k=self.k, metric=self.metric, index=self.index, preparation=preparation, seed=self.seed
        )


@dataclass(frozen=True)
class Measuring:
    """Whether indexes are measured, and where the picture goes."""

    bench: Annotated[bool, typer.Option("--bench", help=say("help.bench"))] = False
    figure: Annotated[Path | None, typer.Option("--figure", help=say("help.bench_figure"))] = None


def neighbors(
    data: options.Data,
    columns: Columns,
    asking: Asking,
    measuring: Measuring,
    source: Source,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help.neighbors_output"))] = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the nearest rows of each row, or measure every index on them."""
    from segmint.data import check_target, spare_inputs
    from segmint.workflow.neighbors import checked_metric

    asked, reading = asking.options(), read_options(source, columns)
    checked_metric(asked)
    _refuse_mixture(asking, measuring, output)
    if output is not None:
        check_target(output)
    for target in (output, measuring.figure):
        spare_inputs(target, data, columns.schema)
    with Steps(quiet=quiet) as steps:
        made = _ready(data, reading, asked, steps)
        if measuring.bench:
            _bench(made, measuring.figure, steps, as_json=json)
        else:
            _find(made, output, steps, as_json=json)


def _refuse_mixture(asking: Asking, measuring: Measuring, output: Path | None) -> None:
    if measuring.bench and output is not None:
        raise UsageError("cli.bench_writes_no_rows")
    if measuring.bench and asking.index != "exact":
        raise UsageError("cli.bench_measures_all", index=asking.index)
    if measuring.figure is not None and not measuring.bench:
        raise UsageError("cli.figure_without_bench")


def _ready(data: str, reading: ReadOptions, asked: NeighborOptions, steps: Steps) -> Ready:
    from segmint.data import read
    from segmint.workflow.neighbors import ready

    steps("read", 0, 1)
    dataset = read(data, reading)
    steps("read", dataset.n_rows, dataset.n_rows)
    steps("prepared", 0, 1)
    made = ready(dataset, asked)
    steps("prepared", made.n_features, made.n_features)
    return made


def _bench(made: Ready, figure: Path | None, steps: Steps, *, as_json: bool) -> None:
    from segmint.cli.neighbors_answer import write_bench, write_bench_json
    from segmint.workflow.neighbors import bench, draw_bench

    speeds, advice = bench(made, steps)
    drawn = None if figure is None else draw_bench(figure, made, speeds, advice)
    (write_bench_json if as_json else write_bench)(made, speeds, advice, drawn)


def _find(made: Ready, output: Path | None, steps: Steps, *, as_json: bool) -> None:
    from segmint.cli.neighbors_answer import write_found, write_found_json
    from segmint.workflow.neighbors import choose, write_neighbors

    chosen = choose(made)
    n_pairs = None if output is None else write_neighbors(output, made, chosen, steps)
    (write_found_json if as_json else write_found)(made, chosen, output, n_pairs)
