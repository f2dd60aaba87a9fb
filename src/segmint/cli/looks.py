"""Looks at batches on the terminal: the verdict first, the reasons below, all looks as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from segmint.cli.output import results, wrapped, write_labeled
from segmint.words import numbers, say
from segmint.words.sentences import closed
from segmint.words.visible import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmint.charts.looks import Look

_STYLES: Final = {"stable": "dim", "watch": "yellow", "insufficient data": "dim"}
"""The others are red: somebody must act."""


def _mark(look: Look) -> str:
    """Return the sign of a verdict: color is never the only one."""
    return say(f"report.drift.mark.{look['report']['verdict'].replace(' ', '_')}")


def write_look(look: Look) -> None:
    """Write one look: the verdict, why, what it consists of, and what to do."""
    from rich.text import Text

    console, report = results(), look["report"]
    mark, style = _mark(look), _STYLES.get(report["verdict"], "red")
    sentences = [closed(said) for said in report["sentences"]]
    console.print()
    word = say(f"report.drift.verdict.{report['verdict'].replace(' ', '_')}")
    for place, line in enumerate(wrapped(f"{word}. {sentences[0]}", indent=3)):
        text = Text(line)
        if place == 0:
            text = Text(" ").append(f"{mark} ", style=style).append(line.strip())
        text.stylize("bold")
        console.print(text)
    console.print()
    write_labeled(console, say("cli.batch"), [_facts(look)])
    write_labeled(console, say("cli.why"), [*sentences[1:-1], *_parts(report)])
    write_labeled(console, say("cli.do"), [sentences[-1]])


def _facts(look: Look) -> str:
    report = look["report"]
    return say(
        "cli.look_facts" if report["p"] is not None else "cli.look_facts_untested",
        batch=safe(look["batch"]),
        n=report["n_rows"],
        reference=report["n_reference"],
        p=numbers.probability(report["p"]),
        alpha=report["alpha"],
        looks=report["looks"],
    )


def _parts(report: Any) -> list[str]:
    """Say what the difference consists of where there is one."""
    if report["verdict"] not in ("watch", "drift") or not report["divergence"]:
        return []
    parts = [f"{numbers.percent(part['part'])} {part['cause']}" for part in report["parts"]]
    return [say("cli.look_parts", parts=", ".join(parts))]


def write_table(looks: Sequence[Look]) -> None:
    """Write looks as a table, the earliest first."""
    from segmint.cli.tables import plain_table

    console = results()
    console.print()
    heads = [say(f"cli.head.{head}") for head in ("batch", "when", "rows", "chance", "verdict", "cause")]
    rows = [
        (
            look["batch"],
            look["when"][:16].replace("T", " "),
            numbers.count(look["report"]["n_rows"]),
            numbers.probability(look["report"]["p"]),
            f"{_mark(look)} {look['report']['verdict']}",
            look["report"]["cause"] or "",
        )
        for look in looks
    ]
    plain_table(console, heads, rows, right=frozenset({2, 3}))
