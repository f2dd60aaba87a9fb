"""Why, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

ROW = {"customer": "C1", "spend": 120.5, "visits": 4, "region": "south"}


def test_why_and_what_would_move_a_customer(service: Any) -> None:
    status, _, told = service.ask("POST", "/explain", {"customer": ROW, "allow": ["spend", "visits"]})
    assert status == 200, told
    assert told["segment_id"] == service.ask("POST", "/assign", ROW)[2]["segment_id"]
    assert sum(one["share"] for one in told["why"]) + told["rest"] == pytest.approx(1.0)
    assert {one["field"] for one in told["why"]} == {"spend", "visits", "region"}
    change = told["change"]
    assert set(change["values"]) <= {"spend", "visits"}
    moved = service.ask("POST", "/assign", ROW | change["values"])[2]
    assert moved["segment_id"] == change["segment_id"] != told["segment_id"]


def test_towards_a_segment_that_is_wanted(service: Any) -> None:
    own = service.ask("POST", "/assign", ROW)[2]["segment_id"]
    for short in ("S1", "S2", "S3"):
        wanted = service.ask("GET", f"/segments/{short}")[2]["id"]
        if wanted != own:
            told = service.ask("POST", "/explain", {"customer": ROW, "to": short})[2]
            assert told["change"]["segment_id"] == wanted


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([], 422, "explain"), (ROW, 422, "explain"), ({"customer": [ROW]}, 422, "explain"),
        ({"customer": ROW, "other": 1}, 422, "explain"), ({"customer": ROW, "allow": "spend"}, 422, "allow"),
        ({"customer": ROW, "allow": ["nothing"]}, 422, "allow"), ({"customer": ROW, "to": "S9"}, 404, "no_segment"),
        ({"customer": ROW, "to": 7}, 404, "no_segment"), ({"customer": {"spend": 1}}, 422, "no_field"),
        ({"customer": {**ROW, "spend": True}}, 422, "value"),
    ],
)  # fmt: skip
def test_other_questions_are_refused(service: Any, body: Any, status: int, code: str) -> None:
    found, _, told = service.ask("POST", "/explain", body)
    assert (found, told["type"]) == (status, f"urn:segmint:problem:serve.{code}")
