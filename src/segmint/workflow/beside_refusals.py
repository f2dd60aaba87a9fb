"""Why a table beside the customers' can't be joined, with advice that the command has: before a model, and of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from segmint.data import ReadOptions, read
from segmint.data.dataset import Dataset
from segmint.data.hints import names_identifier
from segmint.errors import DataError, SchemaError
from segmint.model.schema import Kind, Role
from segmint.model.segment_model import SegmentModel

_SENTENCE: Final = r"\S\s+\S+\s+\S"
_MOSTLY: Final = 0.5


def keyless(dataset: Dataset, model: SegmentModel | None) -> DataError:
    """Return the error of a table in which no column names each customer once; one of texts is told what it is for."""
    refused = _of_texts(dataset, text_column(dataset), model)
    if refused is not None:
        return refused
    if model is None or model.schema.key is None:
        return SchemaError("workflow.beside_keyless", where=dataset.source)
    return SchemaError("workflow.beside_unkeyed", where=dataset.source, key=model.schema.key.name)


def repeated(table: Any, options: ReadOptions, error: DataError, model: SegmentModel | None) -> DataError:
    """Return the error of a table in which keys repeat, which was not read for that."""
    dataset = read(table, replace(options, on_duplicate="last"))
    refused = _of_texts(dataset, text_column(dataset), model)
    if refused is not None:
        return refused
    code = "workflow.beside_repeated" if model is None else "workflow.beside_repeats"
    return DataError(code, where=error.where, key=options.key, **error.figures)


def without_numbers(dataset: Dataset, model: SegmentModel | None) -> DataError:
    """Return the error of a table without numbers: one of texts is told how they become some."""
    texts = [one.name for one in dataset.schema if one.kind is Kind.TEXT and one.role is not Role.KEY]
    text = text_column(dataset) or next(iter(texts), None)
    refused = _of_texts(dataset, text, model, first="workflow.beside_texts")
    return refused or SchemaError("workflow.beside_empty", where=dataset.source)


def _of_texts(
    dataset: Dataset, text: str | None, model: SegmentModel | None, *, first: str = "workflow.beside_said"
) -> DataError | None:
    """Return what is said of texts, ``first`` before there is a model; ``None`` of a model that takes none."""
    if text is None or (model is not None and model.topics is None):
        return None
    code = first if model is None else "workflow.beside_as_texts"
    return SchemaError(code, where=dataset.source, file=dataset.source, column=text)


def text_column(dataset: Dataset) -> str | None:
    """Return the first column of which most cells are sentences, of three words or more; ``None`` for none.

    Examples
    --------
    >>> table = pa.table({"customer": ["a", "a"], "said": ["my parcel is late", "I want a refund"], "stars": [1, 2]})
    >>> text_column(read(table))
    'said'
    """
    for one in dataset.schema:
        free = one.kind in (Kind.TEXT, Kind.CATEGORY) and one.role is not Role.KEY
        if free and not names_identifier(one.name) and _says_sentences(dataset.table.column(one.name)):
            return one.name
    return None


def _says_sentences(column: pa.ChunkedArray) -> bool:
    share = pc.mean(pc.cast(pc.match_substring_regex(column, _SENTENCE), pa.float64())).as_py()
    return share is not None and share >= _MOSTLY
