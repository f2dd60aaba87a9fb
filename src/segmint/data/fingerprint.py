"""One number for a table's content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmint.model.schema import Schema

if TYPE_CHECKING:
    from hashlib import _Hash


def fingerprint(table: pa.Table, schema: Schema) -> str:
    """Return the SHA-256 of a table's names, kinds and values, in the order of columns and rows.

    Equal tables have equal fingerprints whatever kind of file they came in; −0 is 0.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from segmint.model.schema import Feature, Kind, Role
    >>> schema = Schema((Feature("Age", Kind.COUNT, Role.CLUSTER),))
    >>> fingerprint(pa.table({"Age": [19.0, None]}), schema)[:8] == fingerprint(pa.table({"Age": [19.0, 0.0]}), schema)[:8]
    False
    """
    digest = hashlib.sha256()
    for feature in schema:
        _take_text(digest, f"{feature.name}\0{feature.kind.value}\0{table.num_rows}\0")
        column = table.column(feature.name).combine_chunks()
        _take_bits(digest, column)
        if pa.types.is_floating(column.type):
            values = np.ascontiguousarray(pc.fill_null(column, 0.0).to_numpy(), dtype="<f8") + 0.0
            digest.update(values.tobytes())
        else:
            _take_strings(digest, column)
    return digest.hexdigest()


def _take_text(digest: _Hash, text: str) -> None:
    digest.update(text.encode("utf-8", "surrogatepass"))


def _take_bits(digest: _Hash, column: pa.Array) -> None:
    """Add which values are missing."""
    digest.update(np.packbits(column.is_null().to_numpy(zero_copy_only=False)).tobytes())


def _take_strings(digest: _Hash, column: pa.Array) -> None:
    """Add the lengths of the texts, then the texts."""
    texts = pc.fill_null(column, "").cast(pa.large_string())
    digest.update(pc.binary_length(texts).cast(pa.int64()).to_numpy().astype("<i8").tobytes())
    digest.update("".join(texts.to_pylist()).encode("utf-8", "surrogatepass"))
