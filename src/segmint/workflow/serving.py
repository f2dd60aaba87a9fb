"""The serving process, as others start it: by name, since it shares nothing with them but the model's file."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_NEEDED: Final = ("starlette", "uvicorn", "httptools", "prometheus_client")


def can_serve() -> bool:
    """Return whether the packages of the service are installed (``pip install "segmint[serve]"``)."""
    return all(find_spec(name) is not None for name in _NEEDED)


def serving_command(model: Path, *options: str) -> list[str]:
    """Return the command that serves a model's file; ``-P`` keeps what lies in the present folder out of it."""
    return [sys.executable, "-P", "-m", "segmint.serve", str(model), *options]
