"""Vega beside the product: the same drawings, and drawings also where its process has ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from segmint.charts import vega, vega_process

CHART = json.dumps(
    {
        "data": {"values": [{"a": 1, "b": 2}, {"a": 2, "b": 3}]},
        "mark": "bar",
        "encoding": {"x": {"field": "a", "type": "ordinal"}, "y": {"field": "b", "type": "quantitative"}},
    }
)
SCRIPT = Path(vega_process.__file__)
WORDS = "Größe » \u2028 \n"


def _titled(title: str) -> str:
    return json.dumps({**json.loads(CHART), "title": title})


def test_drawings_come_in_the_order_of_the_calls() -> None:
    begun = [vega.draw(_titled(f"number {place}"), "svg") for place in range(5)]
    for place, drawing in enumerate(begun):
        assert f"number {place}<" in drawing.result().decode()


def test_scale_gives_more_picture_elements() -> None:
    one, two = (vega.draw(CHART, "png", scale=scale).result() for scale in (1, 2))
    width = [int.from_bytes(picture[16:20], "big") for picture in (one, two)]
    assert width[1] == 2 * width[0]


def test_any_words_come_through() -> None:
    assert "Größe »" in vega.draw(_titled(WORDS), "svg").result().decode()


def test_a_chart_that_vega_refuses_is_an_error_and_the_next_one_is_drawn() -> None:
    with pytest.raises(ValueError, match=r"."):
        vega.draw(json.dumps({"mark": "no such mark"}), "svg").result()
    assert vega.draw(CHART, "svg").result().startswith(b"<svg")


def test_drawings_are_made_here_where_the_process_was_killed() -> None:
    script = (
        "import os, signal\n"
        "from segmint.charts import vega\n"
        f"chart = {CHART!r}\n"
        "before = vega.draw(chart, 'svg').result()\n"
        "os.kill(vega._process().pid, signal.SIGKILL)\n"
        "assert vega.draw(chart, 'svg').result() == before\n"
        "print('drawn')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr, done.returncode) == ("drawn\n", "", 0)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_the_process_outlives_ctrl_c_and_ends_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-P", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        request = json.dumps({"chart": CHART, "format": "svg", "scale": 1}).encode() + b"\n"
        process.stdin.write(request)
        process.stdin.flush()
        length = int(process.stdout.readline().split()[1])
        assert process.stdout.read(length).startswith(b"<svg")
        process.send_signal(signal.SIGINT)
        process.stdin.write(request)
        process.stdin.flush()
        assert process.stdout.readline() == b"ok %d\n" % length
        process.stdout.read(length)
        process.stdin.close()
        assert process.wait(timeout=20) == 0
