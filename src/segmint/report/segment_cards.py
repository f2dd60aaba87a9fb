"""The cards of the segments, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmint.charts.matching import color_token, shape
from segmint.charts.naming import cards
from segmint.charts.profiles import snapped
from segmint.choosing.decision import Verdict
from segmint.choosing.study import Study
from segmint.model.cards import Condition, Effect, Rule, SegmentCard
from segmint.report.titles import Titles, column_titles
from segmint.words import say
from segmint.words.numbers import agreement, percent, share, unit
from segmint.words.sentences import closed

_TRACKS = 5
_DESCRIBED = 3

Range = tuple[float, float]


def segment_cards(study: Study) -> list[dict[str, Any]]:
    """Return one plain card a segment, by display number; none without a model."""
    found = cards(study)
    titles, ranges = column_titles(study.schema), _ranges(found)
    return [_card(study, card, len(found), titles, ranges) for card in found]


def _card(
    study: Study, card: SegmentCard, n: int, titles: Titles, ranges: Mapping[str, Range]
) -> dict[str, Any]:
    used = [effect for effect in card.effects if effect.used]
    described = [effect for effect in card.effects if not effect.used]
    shown, rest = used[:_TRACKS], [*used[_TRACKS:], *described[_DESCRIBED:]]
    return {
        "id": card.id,
        "short": card.short,
        "color": color_token(card.number, n),
        "shape": shape(card.number, n),
        "name": card.name,
        "named": card.name_given,
        "size": say("common.customers", n=card.size),
        "share": share(card.share),
        "share_of_100": round(100 * card.share, 2),
        "summary": closed(str(card.summary)),
        "features": [_feature(card, effect, titles, ranges) for effect in shown],
        "rule": None if card.rule is None else rule_text(card.rule, titles),
        "fidelity": None if card.rule is None else _fidelity(card.rule),
        "found_again": None if card.stability is None else agreement(card.stability),
        "convention": study.decision.verdict is Verdict.SLICES,
        "described": [
            [titles.feature(effect), titles.value(effect, effect.inside)] for effect in described[:_DESCRIBED]
        ],
        "rest": [
            [
                titles.feature(effect),
                titles.value(effect, effect.inside),
                titles.value(effect, effect.overall),
            ]
            for effect in rest
        ],
    }


def _fidelity(rule: Rule) -> str:
    return say("report.cards.fidelity_text", precision=percent(rule.precision), recall=percent(rule.recall))


# Tracks ------------------------------------------------------------------------------------------------------


def _ranges(found: tuple[SegmentCard, ...]) -> dict[str, Range]:
    """Return, for each numeric feature, the span of all segments' middle 80 % and means: the track's ends."""
    ranges: dict[str, Range] = {}
    for card in found:
        for effect in card.effects:
            if effect.level is None and effect.feature in card.center:
                marks = (*card.spread(effect.feature), effect.inside, effect.overall)
                low, high = ranges.get(effect.feature, (min(marks), max(marks)))
                ranges[effect.feature] = (min(low, *marks), max(high, *marks))
    return ranges


def _feature(
    card: SegmentCard, effect: Effect, titles: Titles, ranges: Mapping[str, Range]
) -> dict[str, Any]:
    """Return name, center and track of a feature: all places in percent of the track's width."""
    given = titles.unit(effect.feature)
    if effect.level is not None:
        low, high, span = 0.0, effect.inside, (0.0, 1.0)
        value, given = share(effect.inside), ""
    else:
        low, *_, high = card.spread(effect.feature)
        span = ranges[effect.feature]
        value = unit(snapped(effect.inside, effect))
    return {
        "name": titles.feature(effect),
        "value": value,
        "unit": given,
        "tint": [_place(low, span), _place(high, span)],
        "center": _place(effect.inside, span),
        "average": _place(effect.overall, span),
        "label": say(
            f"report.cards.track{'_level' if effect.level is not None else '' if effect.feature in card.quantiles else '_few'}",
            low=unit(low), high=unit(high), center=titles.value(effect, effect.inside), overall=titles.value(effect, effect.overall),
        ),
    }  # fmt: skip


def _place(value: float, span: Range) -> float:
    low, high = span
    return round(3 + 94 * (value - low) / (high - low), 2) if high > low else 50.0


# Rules -------------------------------------------------------------------------------------------------------


def rule_text(rule: Rule, titles: Titles) -> str:
    """Return a rule in words: ``Income ≥ 70 k$ and score < 51``."""
    return say("report.rule.and").join(_condition(condition, titles) for condition in rule.conditions)


def _condition(condition: Condition, titles: Titles) -> str:
    feature = titles.name(condition.feature)
    if condition.level is not None:
        key = "is_not" if condition.negated else "is"
        return say(f"report.rule.{key}", feature=feature, level=condition.level)
    low, high = _bound(condition.lower), _bound(condition.upper)
    if low and high:
        return say(
            "report.rule.between", feature=feature, low=low, high=titles.with_unit(condition.feature, high)
        )
    key, bound = ("least", low) if low else ("below", high)
    return say(f"report.rule.{key}", feature=feature, bound=titles.with_unit(condition.feature, bound))


def _bound(value: float | None) -> str:
    """Write a bound; those of rules are round numbers."""
    return "" if value is None else unit(value).removesuffix(".0")
