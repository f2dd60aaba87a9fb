from __future__ import annotations

from typing import Any

import pytest

from segmint.errors import UsageError
from segmint.prepare.options import PreparationOptions


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": "zscore"},
        {"tail_limit": 0.5},
        {"tail_limit": float("nan")},
        {"max_levels": 0},
        {"max_levels": 1001},
    ],
)
def test_options_out_of_range_are_refused_with_a_way_out(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        PreparationOptions(**wrong)
    assert refused.value.exit_code == 2
    assert refused.value.remedy
