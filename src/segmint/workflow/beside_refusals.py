"""Why a table beside the customers' can't be joined, with advice that the command has: before a model, and of one."""

from __future__ import annotations

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
    text = text_column(dataset)
    if text is not None:
        return _of_texts(dataset.source, text, model)
    if model is None or model.schema.key is None:
        return SchemaError("workflow.beside_keyless", where=dataset.source)
    return SchemaError("workflow.beside_unkeyed", where=dataset.source, key=model.schema.key.name)


def repeated(table: Any, options: ReadOptions, error: DataError, model: SegmentModel | None) -> DataError:
    """Return the error of a table in which keys repeat, which was not read for that."""
    dataset = read(table, ReadOptions(key=options.key, on_duplicate="last"))
    text = text_column(dataset)
    if text is not None:
        return _of_texts(dataset.source, text, model)
    code = "workflow.beside_repeated" if model is None else "workflow.beside_repeats"
    return DataError(code, where=error.where, key=options.key, **error.figures)


def _of_texts(source: str, text: str, model: SegmentModel | None) -> DataError:
    code = "workflow.beside_said" if model is None or model.topics is None else "workflow.beside_as_texts"
    return SchemaError(code, where=source, file=source, column=text)


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
