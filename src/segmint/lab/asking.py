"""One request to a service that is started for it."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from segmint.errors import SegmintError
from segmint.workflow.serving import can_serve, serving_command

_SECONDS: Final = 30


def asked_once(bundle: Path, customer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Serve a bundle as ``segmint serve`` does, ask for one customer, and end the service.

    Returns
    -------
    dict or None
        The answer of ``POST /assign``; ``None`` where the packages of the service are not installed.
    """
    if not can_serve():
        return None
    command = serving_command(bundle, "--port", "0")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        try:
            return _asked(_address(service), customer)
        finally:
            service.terminate()


def _address(service: subprocess.Popen[str]) -> str:
    """Return where a service says that it listens."""
    assert service.stderr is not None
    said = ""
    for line in service.stderr:
        said += line
        if "http://" in line:
            return f"http://{line.rsplit('http://', 1)[1].strip()}"
    raise SegmintError("lab.no_answer", said=said.strip())


def _asked(address: str, customer: Mapping[str, Any]) -> dict[str, Any]:
    body = json.dumps(dict(customer)).encode()
    request = urllib.request.Request(f"{address}/assign", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found
