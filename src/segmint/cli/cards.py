"""One segment card at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from segmint.cli.output import wrapped, write_labeled
from segmint.cli.tables import segment_color
from segmint.profile.titles import readable_name
from segmint.words import numbers, say
from segmint.words.visible import safe

if TYPE_CHECKING:
    from rich.console import Console

    from segmint.model.cards import Condition, SegmentCard
    from segmint.model.reference import NumericReference
    from segmint.model.segment_model import SegmentModel

TRACK = 40
MOST_FEATURES = 5
DETAIL_INDENT = 19


def write_card(console: Console, model: SegmentModel, card: SegmentCard) -> None:
    """Write a whole card: size, centers on their range, what sets it apart, its rule of thumb."""
    line = Text(" ")
    line.append("● ", style=segment_color(card.number))
    line.append(f"{card.short}  {safe(card.name)}", style="bold")
    console.print()
    console.print(line)
    console.print(f"   {say('common.rows', n=card.size)}, {numbers.share(card.share)}   {card.id}")
    console.print()
    tracks = _strongest(model, card)
    for name in tracks:
        _write_track(console, model, card, name)
    if tracks:  # none of fewer than five rows
        console.print(Text(f"   {'':<22}{say('cli.track_legend')}", style="dim"))
        console.print()
    for text in wrapped(str(card.summary), first="", indent=3):
        console.print(text)
    _write_details(console, model, card)


def _strongest(model: SegmentModel, card: SegmentCard) -> list[str]:
    names = [effect.feature for effect in card.effects if effect.used and effect.level is None]
    names += [feature.name for feature in model.schema.clustering if feature.numeric]
    told = [name for name in dict.fromkeys(names) if name in model.reference.numbers and name in card.center]
    return told[:MOST_FEATURES]


def _write_track(console: Console, model: SegmentModel, card: SegmentCard, name: str) -> None:
    reference = model.reference.numbers[name]
    low, high = _range(model, reference, name)
    p10, *_, p90 = card.spread(name)
    line = Text(f"   {safe(readable_name(name))[:21]:<22}")
    color = segment_color(card.number)
    center, average = (_cell(value, low, high) for value in (card.center[name], reference.mean))
    first, last = _cell(p10, low, high), _cell(p90, low, high)
    for place in range(TRACK):
        if place == center:
            line.append("●", style=color)
        elif place == average:
            line.append("┊", style="bold")
        elif first <= place <= last:
            line.append("━", style=color)
        else:
            line.append("─", style="dim")
    unit = model.schema.feature(name).unit
    line.append(f" {numbers.unit(card.center[name]):>8}", style="bold")
    line.append(f" {unit}" if unit else "")
    console.print(line)


def _range(model: SegmentModel, reference: NumericReference, name: str) -> tuple[float, float]:
    """Return the range of the track: from the lowest to the highest tenth of any segment, and the average."""
    values = [reference.mean]
    for card in (card for card in model.cards if name in card.center):
        values += [*card.spread(name), card.center[name]]
    return min(values), max(values)


def _cell(value: float, low: float, high: float) -> int:
    if high <= low:
        return TRACK // 2
    return min(TRACK - 1, max(0, int((value - low) / (high - low) * TRACK)))


def _write_details(console: Console, model: SegmentModel, card: SegmentCard) -> None:
    console.print()
    if card.rule is not None:
        conditions = say("cli.and").join(condition_text(condition) for condition in card.rule.conditions)
        fidelity = say(
            "cli.fidelity", right=card.rule.precision, found=card.rule.recall, n=card.rule.n_held_out
        )
        write_labeled(console, f"  {say('cli.rule_of_thumb')}", [conditions, fidelity], indent=DETAIL_INDENT)
    if card.stability is not None:
        write_labeled(
            console,
            f"  {say('cli.found_again')}",
            [say("cli.found_again_told", stability=card.stability)],
            indent=DETAIL_INDENT,
        )
    described = [
        say("cli.described", name=readable_name(name), value=card.center[name])
        for name in card.center
        if name not in {feature.name for feature in model.schema.clustering}
    ]
    described += [
        say("cli.described_level", name=readable_name(name), level=commonest, share=levels[commonest])
        for name, levels in card.levels.items()
        for commonest in [max(levels, key=lambda level: levels[level])]
    ]
    if described:
        write_labeled(console, f"  {say('cli.described_by')}", [", ".join(described)], indent=DETAIL_INDENT)
    if model.manifest.verdict == "slices":
        console.print()
        for text in wrapped(say("cli.slices"), first="", indent=3):
            console.print(text)


def condition_text(condition: Condition) -> str:
    """Write one comparison of a rule: ``annual income ≥ 70``.

    Examples
    --------
    >>> from segmint.model.cards import Condition
    >>> condition_text(Condition("Annual Income (k$)", lower=70.0))
    'annual income ≥ 70'
    """
    name = readable_name(condition.feature)
    if condition.level is not None:
        return say("cli.level_not" if condition.negated else "cli.level_is", name=name, level=condition.level)
    lower, upper = condition.lower, condition.upper
    if lower is not None and upper is not None:
        return say("cli.between", name=name, lower=_threshold(lower), upper=_threshold(upper))
    if lower is not None:
        return say("cli.at_least", name=name, lower=_threshold(lower))
    return say("cli.below", name=name, upper=_threshold(upper or 0.0))


def _threshold(value: float) -> str:
    text = f"{value:,.6g}" if abs(value) < 1e15 else f"{value:.3e}"
    return text.replace("-", "−")
