"""Vega beside the product: the same drawings, and drawings also where its process has ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from segmint.charts import vega, vega_process
from segmint.choosing.forecast import memory_of

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


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of another process is told on Linux only")
def test_its_memory_is_told() -> None:
    vega.draw(CHART, "svg").result()
    number = vega.process_number()
    assert number is not None
    assert 30e6 < (memory_of(number) or 0.0) < 400e6


def test_any_words_come_through() -> None:
    assert "Größe »" in vega.draw(_titled(WORDS), "svg").result().decode()


def test_a_chart_that_vega_refuses_is_an_error_and_the_next_one_is_drawn() -> None:
    with pytest.raises(ValueError, match=r"."):
        vega.draw(json.dumps({"mark": "no such mark"}), "svg").result()
    assert vega.draw(CHART, "svg").result().startswith(b"<svg")


def _run(script: str) -> tuple[str, str, int]:
    head = f"import os, signal, time\nfrom segmint.charts import vega\nchart = {CHART!r}\n"
    command = [sys.executable, "-c", head + textwrap.dedent(script)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return done.stdout, done.stderr, done.returncode


def test_a_process_that_was_killed_is_started_again() -> None:
    script = """
        before = vega.draw(chart, "svg").result()
        os.kill(vega._process().pid, signal.SIGKILL)
        assert vega.draw(chart, "svg").result() == before
        print("drawn")
    """
    assert _run(script) == ("drawn\n", "", 0)


def test_a_chart_on_which_vega_ends_is_an_error_and_never_drawn_here() -> None:
    script = """
        from segmint.errors import ResourceError
        vega.draw(chart, "svg").result()
        answer = vega._answer
        def dying(process, request):
            process.kill()
            return answer(process, request)
        vega._answer = dying
        try:
            vega.draw(chart, "svg").result()
        except ResourceError as error:
            print(error.code)
    """
    assert _run(script) == ("charts.vega_ended\n", "", 0)


def test_where_no_second_python_starts_drawings_are_made_here() -> None:
    script = """
        import sys
        sys.executable = "/nowhere/python"
        print(vega.draw(chart, "svg").result()[:4].decode())
    """
    assert _run(script) == ("<svg\n", "", 0)


def test_nobody_waits_for_drawings_that_nobody_wants() -> None:
    script = """
        vega.draw(chart, "svg").result()
        os.kill(vega._process().pid, signal.SIGSTOP)
        begun = [vega.draw(chart, "png", scale=4) for _ in range(20)]
        print("away")
    """
    assert _run(script) == ("away\n", "", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system that forks")
def test_a_forked_child_draws_by_itself_and_the_parent_goes_on() -> None:
    script = """
        before = vega.draw(chart, "svg").result()
        child = os.fork()
        if child == 0:
            same = vega.draw(chart, "svg").result() == before
            raise SystemExit(7 if same else 1)
        _, status = os.waitpid(child, 0)
        assert vega.draw(chart, "svg").result() == before
        print(os.waitstatus_to_exitcode(status))
    """
    stdout, _, code = _run(script)  # newer Pythons warn of forks beside threads
    assert (stdout, code) == ("7\n", 0)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_the_process_outlives_ctrl_c_and_ends_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-P", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        request = json.dumps({"chart": CHART, "format": "svg", "scale": 1}).encode() + b"\n"
        assert process.stdout.readline() == b"ready\n"
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
