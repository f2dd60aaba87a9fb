"""One SELECT over rows in memory, answered by DuckDB."""

from __future__ import annotations

from typing import Any

import numpy as np

from segmint.data.engine import engine
from segmint.data.target_tables import arrow_table
from segmint.types import RawColumns


def select_rows(columns: RawColumns, table: str, statement: str) -> dict[str, np.ndarray[Any, Any]]:
    """Run a SELECT over one table that holds these columns, and nothing else.

    Parameters
    ----------
    columns
        By name, all of one length; NaN and ``None`` become NULL.
    table
        What the statement calls the table.
    statement
        One SELECT.

    Returns
    -------
    dict
        The columns of the answer: floats with NaN for NULL, others as objects with ``None``.

    Examples
    --------
    >>> select_rows({"a": np.array([1.0, 2.0])}, "t", "SELECT 2 * a AS b FROM t ORDER BY a")["b"].tolist()
    [2.0, 4.0]
    """
    rows = arrow_table(columns)
    with engine() as connection:
        connection.register(table, rows)
        answer = connection.sql(statement).to_arrow_table()
    return {name: answer.column(name).to_numpy() for name in answer.column_names}
