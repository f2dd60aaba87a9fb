"""Tables in eighty columns: the segments, one card, lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from segmint.cli.output import WIDTH
from segmint.profile.titles import capitalized, short_names, unit_of
from segmint.words import numbers, say
from segmint.words.visible import safe

if TYPE_CHECKING:
    from rich.console import Console

    from segmint.model.cards import SegmentCard
    from segmint.model.segment_model import SegmentModel

# the twelve colors of segments on a dark ground; a color goes with an id and never stands alone
SEGMENT_COLORS = (
    "#6A86FF", "#F09A4E", "#3FB8AC", "#D9508A", "#8ECFFB", "#D0D79B",
    "#A29DD4", "#FC7B9B", "#69872F", "#AB6E64", "#CAD9EB", "#A96CAF",
)  # fmt: skip
MOST_FEATURES = 3
LONGEST_HEAD = 12
GAP = "   "
NAME_ROOM = 20
"""Characters that a segment's name gets at least; features give way to it."""


def segment_color(number: int) -> str:
    """Return the color of a segment by its display number; gray above twelve."""
    return SEGMENT_COLORS[number - 1] if number <= len(SEGMENT_COLORS) else "bright_black"


def shown_features(model: SegmentModel, most: int = MOST_FEATURES) -> list[str]:
    """Return the numeric features that set the segments apart most, in the schema's order."""
    strength: dict[str, float] = {}
    for card in model.cards:
        for effect in card.effects:
            if effect.level is None and effect.used:
                strength[effect.feature] = strength.get(effect.feature, 0.0) + abs(effect.size) * card.share
    chosen = set(sorted(strength, key=lambda name: -strength[name])[:most])
    return [feature.name for feature in model.schema.clustering if feature.name in chosen]


def segment_table(console: Console, model: SegmentModel) -> None:
    """Write one line a segment: id, name, size, share, centers in original units, stability."""
    stable = any(card.stability is not None for card in model.cards)
    longest = 1 + max(len(say("cli.without_segment")), *(len(safe(card.name)) for card in model.cards))
    for most in range(MOST_FEATURES, 0, -1):
        features = shown_features(model, most)
        heads = _heads(model, features)
        widths = [max(len(head), 8) for head in heads]
        left = WIDTH - 24 - sum(width + 2 for width in widths) - (7 if stable else 0)
        if left >= min(longest, NAME_ROOM):
            break
    room = min(longest, left)
    head = f"   {say('cli.segment'):<{room + 4}}{say('cli.customers'):>8}{say('cli.share'):>9}"
    head += "".join(f"{text:>{width + 2}}" for text, width in zip(heads, widths, strict=True))
    head += f"{say('cli.again'):>7}" if stable else ""
    console.print(Text(head, style="dim"))
    console.print(Text(" " + "─" * (len(head) - 1), style="dim"))
    for card in model.cards:
        console.print(_segment_line(card, features, widths, room, stable))
    _write_unassigned(console, model, room)


def _heads(model: SegmentModel, features: Sequence[str]) -> list[str]:
    short = short_names([feature.name for feature in model.schema.clustering])
    return [_head(model, name, short[name]) for name in features]


def _head(model: SegmentModel, name: str, short: str) -> str:
    unit = unit_of(model.schema.feature(name))
    text = capitalized(short)
    text = text if len(text) <= LONGEST_HEAD else f"{text[: LONGEST_HEAD - 1]}…"
    return f"{text}{unit}" if len(unit) <= 4 else text


def _segment_line(
    card: SegmentCard, features: Sequence[str], widths: Sequence[int], room: int, stable: bool
) -> Text:
    line = Text(" ")
    line.append("● ", style=segment_color(card.number))
    line.append(f"{card.short:<4}", style="bold")
    name = safe(card.name)
    line.append(f"{name if len(name) <= room else name[: room - 1] + '…':<{room}}")
    line.append(f"{numbers.count(card.size):>8}{numbers.share(card.share):>9}")
    for feature, width in zip(features, widths, strict=True):
        center = card.center.get(feature)  # none of fewer than five rows
        line.append(f"{numbers.MISSING if center is None else numbers.unit(center):>{width + 2}}")
    if stable:
        line.append(f"{numbers.MISSING if card.stability is None else numbers.agreement(card.stability):>7}")
    return line


def _write_unassigned(console: Console, model: SegmentModel, room: int) -> None:
    size = int(model.reference.counts[-1])
    if size:
        share = size / model.reference.n_samples
        text = f" ×     {say('cli.without_segment'):<{room}}{numbers.count(size):>8}{numbers.share(share):>9}"
        console.print(Text(text, style="dim"))


def plain_table(
    console: Console,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: frozenset[int] = frozenset(),
    fold: int | None = None,
) -> None:
    """Write a table whose columns are as wide as their widest cell; figures to the right.

    A column that folds gives way to the others where the line would be longer than eighty characters.
    """
    cells = [[safe(cell) for cell in row] for row in rows]
    widths = [max([len(head), *(len(row[i]) for row in cells)]) for i, head in enumerate(heads)]
    if fold is not None:
        others = sum(widths) - widths[fold] + len(GAP) * (len(widths) - 1) + 1
        widths[fold] = max(min(widths[fold], WIDTH - others), len(heads[fold]))

    def line(row: Sequence[str]) -> str:
        aligned = (
            f"{cell:>{width}}" if i in right else f"{cell:<{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return f" {GAP.join(aligned).rstrip()}"

    console.print(Text(line(heads), style="dim"))
    console.print(Text(" " + "─" * (sum(widths) + len(GAP) * (len(widths) - 1)), style="dim"))
    for row in cells:
        for folded in _folded(row, widths, fold):
            console.print(line(folded))


def _folded(row: Sequence[str], widths: Sequence[int], fold: int | None) -> list[list[str]]:
    """Return the lines of a row: the first whole, below it what is left of the cell that folds."""
    import textwrap

    if fold is None or len(row[fold]) <= widths[fold]:
        return [list(row)]
    first, *rest = textwrap.wrap(row[fold], widths[fold]) or [""]
    below = [["" if i != fold else part for i in range(len(row))] for part in rest]
    return [[*row[:fold], first, *row[fold + 1 :]], *below]
