from __future__ import annotations

import pytest

from segmint import errors


def test_an_error_says_what_was_received_the_rule_and_the_way_out() -> None:
    error = errors.SchemaError("model.no_such_column", where="table.csv", column="Incom", columns=["Income"])
    assert str(error) == (
        "table.csv: the column “Incom” was named. only columns of the data can be named; there are: Income. "
        "Use one of these names, exactly as written."
    )
    assert error.to_json()["code"] == "model.no_such_column"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.SegmintError, 1),
        (errors.UsageError, 2),
        (errors.SourceError, 3),
        (errors.SchemaError, 3),
        (errors.ValueRuleError, 3),
        (errors.BundleError, 3),
        (errors.NotFoundError, 1),
        (errors.ResourceError, 1),
        (errors.TrackingError, 1),
        (errors.PromotionRefused, 5),
    ],
)
def test_exit_codes(kind: type[errors.SegmintError], code: int) -> None:
    assert kind.exit_code == code
    assert issubclass(kind, errors.SegmintError)
