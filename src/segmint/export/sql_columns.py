"""From a table's column to prepared features, as SQL: fill, hold, log, scale, encode.

Each function returns expressions; the operations and their order are those of ``model.preparation``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from segmint.errors import UsageError
from segmint.export.quoting import identifier, number, text
from segmint.model.parsing import BLANKS, FLAG_WORDS, flag_text, parse_number
from segmint.model.preparation import BOUND, LevelStep, NumericStep, Step
from segmint.model.schema import Feature, Kind

_LARGEST = 1e300  # a logarithm's argument is held below: PostgreSQL refuses what overflows
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FIRST_GROUP = r"\1"
_NAN = "CAST('NaN' AS DOUBLE PRECISION)"


def given(step: Step, feature: Feature) -> str:
    """Return the column as it comes: a float, or a level's text as the reader writes it.

    Raises
    ------
    UsageError
        If the column holds dates: databases keep them in too many ways.
    """
    if feature.kind is Kind.DATE:
        raise UsageError("export.date", column=feature.name)
    column = identifier(feature.name)
    if isinstance(step, NumericStep):
        return f"CAST({column} AS DOUBLE PRECISION)"
    level = _level_text(f"CAST({column} AS TEXT)", step.levels)
    return _flag_text(level) if feature.kind is Kind.FLAG else level


def _level_text(column: str, levels: tuple[str, ...]) -> str:
    """Return a level without blanks around it; where levels are whole numbers, ``2.0`` becomes ``2``."""
    blanks = " || ".join(text(mark) if mark == " " else f"CHR({ord(mark)})" for mark in BLANKS)
    trimmed = f"TRIM({column}, {blanks})"
    if not any(_WHOLE.fullmatch(level) for level in levels):
        return trimmed
    return f"REGEXP_REPLACE({trimmed}, {text('^(-?(0|[1-9][0-9]*))[.]0$')}, {text(_FIRST_GROUP)})"


def _flag_text(level: str) -> str:
    """Return ``true`` or ``false`` for the words of a flag, and NULL for what is none."""
    branches = " ".join(
        f"WHEN LOWER({level}) IN ({_texts(word for word, means in FLAG_WORDS.items() if means is value)}) "
        f"THEN {text(flag_text(value))}"
        for value in (True, False)
    )
    return f"CASE {branches} END"


def _texts(words: Iterable[str]) -> str:
    return ", ".join(map(text, words))


def held(step: Step, feature: Feature, column: str) -> str:
    """Return a number filled and clipped, and where it is logged counted from its origin; levels as they are.

    Both bounds are always there: with ±1e100 deviations where nothing is clipped, infinities among them.
    """
    if isinstance(step, LevelStep):
        return column
    if step.huge:
        raise UsageError("export.huge", column=step.name)
    low, high = _bounds(step)
    inside = f"LEAST(GREATEST({_filled(step, feature, column)}, {number(low)}), {number(high)})"
    if step.log_offset is None or (step.log_offset, step.log_unit) == (0.0, 1.0):
        return inside
    return f"({inside} - {number(step.log_offset)}) / {number(step.log_unit)}"


def _filled(step: NumericStep, feature: Feature, column: str) -> str:
    declared = [value for value in map(parse_number, feature.missing_values) if value is not None]
    missing = ", ".join([_NAN, *map(number, declared)])
    return f"CASE WHEN {column} IS NULL OR {column} IN ({missing}) THEN {number(step.fill)} ELSE {column} END"


def _bounds(step: NumericStep) -> tuple[float, float]:
    if step.log_offset is not None:
        return step.lower, min(step.upper, step.log_offset + _LARGEST * min(step.log_unit, 1.0))
    reach = BOUND * min(step.scale, _LARGEST / BOUND)
    return max(step.lower, step.center - reach), min(step.upper, step.center + reach)


def features(step: Step, column: str) -> list[str]:
    """Return the prepared features of a column that :func:`held` made."""
    if isinstance(step, LevelStep):
        return _one_hot(step, column)
    if step.log_offset is None:
        return [f"({column} - {number(step.center)}) / {number(step.scale)}"]
    return [f"({_log1p(column)} - {number(step.center)}) / {number(step.scale)}"]


def _log1p(x: str) -> str:
    """Return log(1 + x), right to the last bits for small x too (Kahan): neither engine has it."""
    larger = f"(1e0 + {x})"
    return f"CASE WHEN {larger} = 1e0 THEN {x} ELSE LN({larger}) * ({x} / ({larger} - 1e0)) END"


def _one_hot(step: LevelStep, column: str) -> list[str]:
    *own, other = [(number(step.weight - center), number(-center)) for center in step.centers]
    known = [
        f"CASE WHEN {column} = {text(level)} THEN {hot} ELSE {cold} END"
        for level, (hot, cold) in zip(step.levels, own, strict=True)
    ]
    rest = other[0]
    if step.levels:
        rest = f"CASE WHEN {column} IN ({_texts(step.levels)}) THEN {other[1]} ELSE {other[0]} END"
    # PostgreSQL takes numbers that stand alone for decimals
    return [f"CAST({term} AS DOUBLE PRECISION)" for term in (*known, rest)]
