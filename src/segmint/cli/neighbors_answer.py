"""Near rows and measured indexes on the terminal, or as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from segmint.cli.output import results, wrapped, write_json, write_labeled
from segmint.cli.tables import plain_table
from segmint.cli.typed import shown_path
from segmint.words import numbers, say
from segmint.words.sentences import closed

if TYPE_CHECKING:
    from segmint.geometry.recommending import Recommendation
    from segmint.geometry.speeds import Speed
    from segmint.workflow.neighbors import Chosen, Ready

SHOWN: Final = 5
"""Rows whose neighbors are shown where no file is asked for."""


def write_bench(made: Ready, speeds: Sequence[Speed], advice: Recommendation, figure: Path | None) -> None:
    """Write the recommendation, its reasons, and every setting that was measured."""
    from rich.text import Text

    from segmint.charts.recall import setting_text

    console = results()
    console.print()
    for line in wrapped(closed(str(advice.headline)), indent=1):
        console.print(Text(line, style="bold"))
    console.print()
    write_labeled(console, say("cli.why"), [closed(str(reason)) for reason in advice.reasons])
    write_labeled(console, say("cli.notice"), [str(notice) for notice in made.notices])
    console.print()
    rows = [
        [
            ("→ " if one is advice.chosen else "  ") + one.kind,
            setting_text(one.setting),
            numbers.score(one.recall),
            numbers.unit(one.per_second),
            numbers.brief(one.built),
        ]
        for one in speeds
    ]
    heads = [say(f"cli.head.{name}") for name in ("index", "setting", "recall", "per_second", "built")]
    plain_table(console, heads, rows, right=frozenset((2, 3, 4)), fold=1)
    console.print()
    if figure is not None:
        write_labeled(console, say("cli.figure"), [shown_path(figure)])


def write_bench_json(
    made: Ready, speeds: Sequence[Speed], advice: Recommendation, figure: Path | None
) -> None:
    """Write the same as one JSON object."""
    write_json(
        {
            **_asked(made),
            "headline": str(advice.headline),
            "reasons": [str(reason) for reason in advice.reasons],
            "recommended": _speed_json(advice.chosen),
            "times_exact": advice.times,
            "indexes": [_speed_json(one) for one in speeds],
            "figure": None if figure is None else str(figure),
        }
    )


def write_found(made: Ready, chosen: Chosen, output: Path | None, n_pairs: int | None) -> None:
    """Write where the neighbors lie, or those of the first rows."""
    console = results()
    console.print()
    told = say(
        "cli.neighbors_of",
        n=made.points.n_samples,
        k=made.options.k,
        metric=made.metric.name,
        kind=chosen.kind,
    )
    console.print(f" {told}", style="bold")
    console.print()
    write_labeled(console, say("cli.recall"), _measured(chosen))
    write_labeled(console, say("cli.notice"), [str(notice) for notice in made.notices])
    if output is not None:
        told = say("cli.neighbors_written", path=shown_path(output), n=n_pairs)
        write_labeled(console, say("cli.near_rows"), [told])
        return
    heads = [say(f"cli.head.{name}") for name in ("row", "neighbor", "distance", "rank")]
    rows = [
        [pair["key"], pair["neighbor"], numbers.unit(pair["distance"]), numbers.count(pair["rank"])]
        for pair in _pairs(made, chosen, SHOWN)
    ]
    plain_table(console, heads, rows, right=frozenset((2, 3)))
    console.print()
    if made.points.n_samples > SHOWN:
        write_labeled(console, say("cli.next"), [say("cli.neighbors_more", n=SHOWN)])


def write_found_json(made: Ready, chosen: Chosen, output: Path | None, n_pairs: int | None) -> None:
    """Write the same as one JSON object: all neighbors where no file holds them."""
    content: dict[str, Any] = {
        **_asked(made),
        "index": chosen.kind,
        "setting": chosen.setting,
        "recall": chosen.recall,
        "recall_measured_on": chosen.n_measured,
        "output": None if output is None else str(output),
        "n_neighbors": n_pairs,
    }
    if output is None:
        pairs = _pairs(made, chosen, made.points.n_samples)
        content |= {"n_neighbors": len(pairs), "neighbors": pairs}
    write_json(content)


def _pairs(made: Ready, chosen: Chosen, n_rows: int) -> list[dict[str, Any]]:
    """Return the neighbors of the first rows, one entry a pair."""
    import numpy as np

    from segmint.likeness.selves import neighbors_of_rows

    keys = made.prepared.keys
    rows = np.arange(min(n_rows, made.points.n_samples))
    found = neighbors_of_rows(chosen.index, made.X, rows, made.options.k)
    return [
        {"key": keys[row], "neighbor": keys[near], "distance": float(distance), "rank": rank}
        for row, own, distances in zip(rows, found.rows, found.distances, strict=True)
        for rank, (near, distance) in enumerate(zip(own, distances, strict=True), 1)
        if near >= 0
    ]


def _asked(made: Ready) -> dict[str, Any]:
    return {
        "source": made.dataset.source,
        "n_rows": made.points.n_samples,
        "n_features": made.n_features,
        "metric": made.metric.name,
        "k": made.options.k,
        "notices": [str(notice) for notice in made.notices],
    }


def _speed_json(one: Speed) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(one), "setting": dict(one.setting)}


def _measured(chosen: Chosen) -> list[str]:
    if not chosen.n_measured:
        return []
    figures = {"recall": chosen.recall, "n": chosen.n_measured}
    return [say("cli.recall_measured", **figures)]
