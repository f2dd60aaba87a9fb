"""``segmint serve``: the command becomes the serving process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("segmint")


def test_the_command_becomes_the_service(made: dict[str, Any]) -> None:
    command = [str(COMMAND), "serve", made["name"], "--workspace", made["workspace"], "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().rsplit(" ", 1)[1].strip()
        if sys.platform == "linux":
            running = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
            assert b"segmint.serve" in running  # the same process, another program
        with urllib.request.urlopen(f"{address}/segments") as answer:
            told = json.loads(answer.read())
        assert [one["id"] for one in told["segments"]] == [one["id"] for one in made["segments"]]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0


def test_what_cannot_be_served_is_an_error_of_the_command_line(segmint: Any, made: dict[str, Any]) -> None:
    assert segmint("serve", "none", "--workspace", made["workspace"]).returncode == 1
    done = segmint("serve", made["name"], "--workspace", made["workspace"], "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "only with API keys" in done.stderr
    assert os.environ.get("SEGMINT_API_KEYS") is None
