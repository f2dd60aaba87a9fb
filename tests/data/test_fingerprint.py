from __future__ import annotations

import pyarrow as pa
import pytest

from segmint.data.fingerprint import fingerprint
from segmint.model.schema import Feature, Kind, Role, Schema

SCHEMA = Schema((Feature("x", Kind.NUMBER, Role.CLUSTER), Feature("t", Kind.CATEGORY, Role.DESCRIBE)))
TABLE = {"x": [1.0, 0.0, None], "t": ["ab", "c", None]}


def of(**changes: list[object]) -> str:
    table = {**TABLE, **changes}
    return fingerprint(
        pa.table({"x": pa.array(table["x"], pa.float64()), "t": pa.array(table["t"], pa.string())}), SCHEMA
    )


def test_it_is_known_and_does_not_depend_on_chunks() -> None:
    table = pa.table({"x": pa.array(TABLE["x"]), "t": pa.array(TABLE["t"])})
    halves = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    assert fingerprint(halves, SCHEMA) == fingerprint(table, SCHEMA) == of()
    assert len(of()) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"x": [1.0, 0.0, 0.0]},
        {"x": [0.0, 1.0, None]},
        {"t": ["a", "bc", None]},
        {"t": ["ab", "c", ""]},
        {"t": ["c", "ab", None]},
    ],
)
def test_other_content_has_another(changes: dict[str, list[object]]) -> None:
    assert of(**changes) != of()


def test_names_and_kinds_count_roles_and_reasons_do_not() -> None:
    table = pa.table({"x": pa.array(TABLE["x"]), "t": pa.array(TABLE["t"])})
    assert fingerprint(table, SCHEMA.replacing("x", kind=Kind.COUNT)) != of()
    assert fingerprint(table, SCHEMA.replacing("x", role=Role.DESCRIBE)) == of()


def test_minus_zero_is_zero() -> None:
    assert of(x=[1.0, -0.0, None]) == of()
