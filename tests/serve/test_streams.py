"""Bodies of many customers: CSV and JSON lines, in pieces."""

from __future__ import annotations

import csv
import gzip
import http.client
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segmint.model.segment_model import SegmentModel
from segmint.workflow.assign import assign_source

CSV = {"Content-Type": "text/csv"}
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def many(customers: pd.DataFrame) -> pd.DataFrame:
    """Give customers of which some need quotes, in more than one piece of a body."""
    rows = customers.loc[np.tile(np.arange(300), 150)].reset_index(drop=True)
    rows["customer"] = [f"C{number:07d}" for number in range(len(rows))]
    rows.loc[::977, "customer"] = 'a "quoted", name\nof two lines'
    rows.loc[::1000, "spend"] = np.nan
    return rows


def test_csv_is_what_a_file_gets(
    service: Any, model: SegmentModel, many: pd.DataFrame, tmp_path: Path
) -> None:
    body = many.to_csv(index=False).encode()
    assert len(body) > 2**20
    status, headers, told = service.ask("POST", "/assign", body, CSV)
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(body)
    assign_source(model, source, target)
    expected = list(csv.reader(io.StringIO(target.read_text(), newline="")))
    assert list(csv.reader(io.StringIO(told, newline=""))) == expected


def test_json_lines_are_what_a_list_gets(service: Any, many: pd.DataFrame) -> None:
    rows = json.loads(many.head(20_000).to_json(orient="records"))
    body = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    assert len(body) > 2**20
    status, _, told = service.ask("POST", "/assign", body, LINES)
    assert status == 200
    lines = [json.loads(line) for line in told.splitlines()]
    assert lines == service.ask("POST", "/assign", rows)[2]["assignments"]


def test_a_body_in_chunks_of_any_size(service: Any, customers: pd.DataFrame) -> None:
    body = customers.to_csv(index=False).encode()
    whole = service.ask("POST", "/assign", body, CSV)[2]

    def parts() -> Iterator[bytes]:
        yield from (body[start : start + 7] for start in range(0, len(body), 7))

    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.request("POST", "/assign", parts(), CSV)
    assert connection.getresponse().read().decode() == whole
    connection.close()


@pytest.mark.parametrize(
    ("body", "status", "code", "row"),
    [
        (b"", 422, "no_rows", None),
        (b"spend,visits,region\n", 422, "no_rows", None),
        (b"spend,visits\n1,2\n", 422, "no_field", 1),
        (b"spend,visits,region\n1,2\n", 422, "csv", 1),
        (b"spend,visits,region\n1,2,a\n1,2,a,b\n", 422, "csv", 2),
        (b'spend,visits,region\n1,2,"a\n', 422, "csv", 1),
        (b"spend,visits,region\n1,2,a\nsecret,2,a\n", 422, "value", 2),
        (b"spend,visits,region\n1,2,a\ninf,2,a\n", 422, "value", 2),
        (b"spend,spend,visits,region\n1,1,2,a\n", 422, "repeated", None),
        (b"spend,visits,region\n1,2,\xff\n", 400, "no_text", None),
    ],
)
def test_csv_that_is_wrong(service: Any, body: bytes, status: int, code: str, row: int | None) -> None:
    found, _, told = service.ask("POST", "/assign", body, CSV)
    assert (found, told["type"], told.get("row")) == (status, f"urn:segmint:problem:serve.{code}", row)
    assert "secret" not in json.dumps(told)


def test_a_wrong_cell_in_the_last_row_is_an_error_not_half_an_answer(
    service: Any, many: pd.DataFrame
) -> None:
    body = many.to_csv(index=False).encode() + b"C,secret,2,a\n"
    status, _, told = service.ask("POST", "/assign", body, CSV)
    assert (status, told["row"], told["field"]) == (422, len(many) + 1, "spend")


@pytest.mark.parametrize(
    ("body", "status"), [(b"{}\n", 422), (b"[]\n", 422), (b"{\n", 400), (b"", 422), (b"\n\n", 422)]
)
def test_lines_that_are_wrong(service: Any, body: bytes, status: int) -> None:
    assert service.ask("POST", "/assign", body, LINES)[0] == status


def test_a_row_without_end_is_refused(service: Any) -> None:
    body = b'spend,visits,region\n"' + b"x" * 3 * 2**20
    assert service.ask("POST", "/assign", body, CSV)[0] == 422


def test_blanks_a_mark_at_the_beginning_and_other_line_ends(service: Any, customers: pd.DataFrame) -> None:
    body = customers.to_csv(index=False)
    whole = service.ask("POST", "/assign", body.encode(), CSV)[2]
    for other in ("\ufeff" + body, body.replace("\n", "\r\n"), body.rstrip("\n"), body.replace("\n", "\n\n")):
        assert service.ask("POST", "/assign", other.encode(), CSV)[2] == whole


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"\r\n\r\n", b"spend,visits,region", b"spend,visits,region\n\n", b"\xef\xbb\xbf"]
)
def test_csv_without_a_customer_is_422(service: Any, body: bytes) -> None:
    for path in ("/assign", "/invocations"):
        status, _, told = service.ask("POST", path, body, CSV)
        assert status == 422, (path, told)
    assert service.ask("POST", "/assign", b"\n\nspend,visits,region\n210,14,south\n", CSV)[0] == 200


def test_a_compressed_body_is_415(service: Any) -> None:
    sent = gzip.compress(b"spend,visits,region\n210,14,south\n")
    for kind in (CSV, {"Content-Type": "application/json"}):
        status, _, told = service.ask("POST", "/assign", sent, {**kind, "Content-Encoding": "gzip"})
        assert (status, told["type"]) == (415, "urn:segmint:problem:serve.encoding")


@pytest.mark.slow
def test_an_answer_that_the_disk_has_no_room_for_is_503(serving: Any, bundle: Path, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk needs root: mount was refused")
    try:
        service = serving(bundle, TMPDIR=str(place))
        body = b"spend,visits,region\n" + b"210,14,south\n" * 700_000  # the answer is above 32 MiB
        status, headers, told = service.ask("POST", "/assign", body, CSV)
        assert (status, headers["retry-after"]) == (503, "10")
        assert told["type"] == "urn:segmint:problem:serve.no_space"
        service.end()
    finally:
        subprocess.run(["umount", place], check=False)
