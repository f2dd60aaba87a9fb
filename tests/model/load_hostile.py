"""Load hostile files in a process of its own, and tell what each of them set in motion.

    python tests/model/load_hostile.py FOLDER BYTES

The process may have so many bytes of memory. What segmint needs of its own is done before: its modules are
imported, a whole bundle of each kind is loaded, and the words of its errors are read; they are the package's
files, and which there are does not depend on what is loaded. From then on every audit event counts.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from importlib import resources
from pathlib import Path
from typing import Any

from segmint.errors import BundleError
from segmint.model.bundle import load_bundle
from segmint.model.segment_model import SegmentModel
from segmint.words.sentences import known

GOOD = Path(__file__).parent / "formats" / "1"
EVENTS: list[list[str]] = []


def main(folder: Path, most: int) -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    warnings.simplefilter("error")
    _prepare()
    paths = sorted(folder.glob("*.segmint"))
    sys.addaudithook(_note)
    return {"files": {path.stem: _load(path) for path in paths}, "peak": _peak()}


def _prepare() -> None:
    for room in resources.files("segmint.words").joinpath("en").iterdir():
        known(f"{room.name.removesuffix('.toml')}.x")
    for path in GOOD.glob("*.segmint"):
        load_bundle(path)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    """Keep an event with its first argument; the list is emptied before each load."""
    EVENTS.append([event, str(arguments[0]) if arguments else ""])


def _load(path: Path) -> dict[str, Any]:
    begun = time.process_time()
    EVENTS.clear()
    try:
        load_bundle(path)
        told: dict[str, Any] = {"code": ""}
    except BundleError as error:
        events = list(EVENTS)
        told = error.to_json() | {"text": error.text()}
    except Exception as error:
        events = list(EVENTS)
        told = {"code": type(error).__name__}
    else:
        events = list(EVENTS)
    seconds = time.process_time() - begun
    built = _built(path) if path.stat().st_size < 2**20 else []
    return {**told, "events": events, "seconds": seconds, "built": built}


def _built(path: Path) -> list[str]:
    """Load again and tell whether a model was made on the way."""
    found: list[str] = []

    def note(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is SegmentModel.__init__.__code__:
            found.append("SegmentModel")

    sys.setprofile(note)
    try:
        load_bundle(path)
    except Exception:
        pass
    finally:
        sys.setprofile(None)
    return found


def _peak() -> int:
    """Return the most bytes of memory that the process ever had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
