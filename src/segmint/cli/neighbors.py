"""``segmint neighbors``: the nearest rows of each row, or which index finds them fastest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmint.cli import options
from segmint.cli.progress import Steps
from segmint.cli.reading import Columns, Source, read_options
from segmint.cli.run import SCALES, preparation_of_scale
from segmint.cli.spread import spread
from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.charts.picture import Picture
    from segmint.workflow.neighbors import Bench, Timing


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("neighbors", epilog=say("help.neighbors_examples"), help=say("help.neighbors"))(
        spread(neighbors)
    )


def neighbors(
    data: options.Data,
    columns: Columns,
    source: Source,
    k: Annotated[int, typer.Option("--k", min=1, help=say("help.neighbors_k"))] = 10,
    metric: Annotated[str, typer.Option("--metric", help=say("help.metric"))] = "euclidean",
    scale: Annotated[str, typer.Option("--scale", help=say("help.scale"))] = SCALES[0],
    bench: Annotated[bool, typer.Option("--bench", help=say("help.bench"))] = False,
    output: Annotated[str | None, typer.Option("--output", "-o", help=say("help.neighbors_output"))] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help=say("help.bench_figure"))] = None,
    seed: options.Seed = 0,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Write each row's nearest rows; with ``--bench`` measure every index on the table."""
    from segmint.cli.output import write_json
    from segmint.data import check_target, read
    from segmint.workflow.neighbors import NeighborOptions, bench_neighbors, metric_names, write_neighbors

    if bench == (output is not None):
        raise UsageError("cli.neighbors_or_bench")
    options.one_of("--metric", metric, metric_names())
    if output is not None:
        check_target(output)
    asked = NeighborOptions(k, metric, preparation_of_scale(scale), seed)
    with Steps(quiet=quiet) as steps:
        steps("read", 0, 1)
        dataset = read(data, read_options(source, columns))
        steps("read", dataset.n_rows, dataset.n_rows)
        if output is not None:
            n_rows = write_neighbors(dataset, output, asked, steps)
            _write_done(output, n_rows, k, as_json=json)
            return
        found = bench_neighbors(dataset, asked, steps)
    drawn = _drawn(found, figure)
    if json:
        write_json(_told(found, drawn))
    else:
        _write(found, drawn)


def _write_done(output: str, n_rows: int, k: int, *, as_json: bool) -> None:
    from segmint.cli.output import results, write_json

    if as_json:
        write_json({"output": output, "n_rows": n_rows, "k": k})
        return
    results().print(f" {say('cli.neighbors_written', n=n_rows, k=k, target=output)}", style="bold")


def _drawn(found: Bench, figure: Path | None) -> Path | None:
    if figure is None:
        return None
    figure.parent.mkdir(parents=True, exist_ok=True)
    figure.write_bytes(_picture(found).png())
    return figure


def _picture(found: Bench) -> Picture:
    from segmint.charts.recall import recall_picture
    from segmint.workflow.neighbors import ENOUGH

    rows = [
        {
            "kind": one.kind,
            "setting": _setting(one),
            "recall": one.recall,
            "speed": one.queries_a_second,
            "chosen": one is found.chosen,
        }
        for one in found.timings
    ]
    return recall_picture(rows, k=found.k, n_queries=found.n_queries, enough=ENOUGH)


def _setting(one: Timing) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in one.setting.items())


def _told(found: Bench, drawn: Path | None) -> dict[str, Any]:
    return {
        "n_rows": found.n_rows,
        "n_features": found.n_features,
        "n_queries": found.n_queries,
        "k": found.k,
        "metric": found.metric,
        "recommended": _plain(found.chosen),
        "indexes": [_plain(one) for one in found.timings],
        "figure": None if drawn is None else str(drawn),
    }


def _plain(one: Timing) -> dict[str, Any]:
    return {
        "index": one.kind,
        "setting": dict(one.setting),
        "recall": one.recall,
        "queries_a_second": one.queries_a_second,
        "build_seconds": one.build_seconds,
    }


def _write(found: Bench, drawn: Path | None) -> None:
    from segmint.cli.output import results, write_labeled
    from segmint.cli.tables import plain_table
    from segmint.cli.typed import shown_path
    from segmint.words import numbers

    console = results()
    console.print()
    for line in _answer(found):
        console.print(f" {line}", style="bold")
    console.print()
    rows = [
        (
            one.kind,
            _setting(one),
            numbers.score(one.recall),
            numbers.count(one.queries_a_second),
            f"{one.queries_a_second / found.exact.queries_a_second:.1f}",
            numbers.seconds(one.build_seconds),
        )
        for one in found.timings
    ]
    heads = [say(f"cli.head.{name}") for name in ("index", "setting", "recall", "speed", "faster", "build")]
    plain_table(console, heads, rows, right=frozenset({2, 3, 4, 5}), fold=1)
    console.print()
    write_labeled(console, say("cli.notice"), [*_losses(found), say("cli.bench_how", n=found.n_queries)])
    if drawn is not None:
        write_labeled(console, say("cli.lab_picture"), [shown_path(drawn)])


def _answer(found: Bench) -> list[str]:
    from segmint.cli.output import wrapped

    chosen, exact = found.chosen, found.exact
    faster = chosen.queries_a_second / exact.queries_a_second
    key = "exact" if chosen is exact else "other"
    text = say(
        f"cli.bench_{key}", kind=chosen.kind, faster=faster, recall=chosen.recall, k=found.k, n=found.n_rows
    )
    return [line.strip() for line in wrapped(text, first="", indent=1)]


def _losses(found: Bench) -> list[str]:
    """Say where plain hashing loses to looking at every row."""
    from segmint.workflow.neighbors import ENOUGH, kinds_of

    told = []
    for kind in kinds_of(found):
        best = found.best(kind)
        if kind not in ("lsh", "minhash") or best is None:
            continue
        faster = best.queries_a_second / found.exact.queries_a_second
        if best.recall < ENOUGH:
            told.append(say("cli.hashing_misses", kind=kind, recall=best.recall, enough=ENOUGH))
        elif faster < 1:
            told.append(say("cli.hashing_loses", kind=kind, recall=best.recall, faster=faster))
    return told
