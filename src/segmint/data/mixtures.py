"""Columns that hold numbers in some rows and text in others: read as text, and said so."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmint.data import hints
from segmint.data.cells import NumberStyle, blank_or, is_text
from segmint.data.rows import Rows
from segmint.model import parsing
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.words import Sentence, sentence

_NOTED = 0.5
"""Share of numbers from which a column of text is worth a word; below, it is text."""


def mixture_notices(
    columns: Mapping[str, pa.Array], schema: Schema, rows: Rows, style: NumberStyle
) -> list[Sentence]:
    """Name the columns whose kind changes on the way, with the first row that is no number."""
    if not rows.textual:
        return []
    found = (_mixture(columns[feature.name], feature, rows, style) for feature in schema)
    return [notice for notice in found if notice is not None]


def _mixture(column: pa.Array, feature: Feature, rows: Rows, style: NumberStyle) -> Sentence | None:
    judged = feature.kind in (Kind.TEXT, Kind.CATEGORY) and feature.role is not Role.KEY and not feature.given
    if not judged or not is_text(column.type) or hints.names_identifier(feature.name):
        return None
    present = pc.invert(blank_or(column, parsing.ABSENT | frozenset(feature.missing_values)))
    pattern = parsing.number_pattern(style.decimal, grouped=style.grouped)
    number = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    n_numbers, n = pc.sum(pc.and_(number, present)).as_py() or 0, pc.sum(present).as_py() or 0
    if not _NOTED * n <= n_numbers < n:
        return None
    other = pc.and_(present, pc.invert(number)).to_numpy(zero_copy_only=False)
    line = rows.line(int(np.argmax(other)))
    return sentence(
        "data.notice.mixture", column=feature.name, n=n_numbers, total=n, unit=rows.unit, line=line
    )
