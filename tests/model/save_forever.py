"""Save two models in turn over one file, in processes that are there to be killed.

    python tests/model/save_forever.py FIRST SECOND FILE

For each line of standard input a process is forked that saves until it is killed; its number is told, and
after its end how it ended.
"""

from __future__ import annotations

import os
import sys
from itertools import cycle
from pathlib import Path
from typing import NoReturn

from segmint.model.bundle import load_bundle, save_bundle
from segmint.model.segment_model import SegmentModel


def main(first: str, second: str, file: str) -> None:
    models = [load_bundle(first), load_bundle(second)]
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            _save(models, Path(file))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
        models.reverse()  # so that either may be the first


def _save(models: list[SegmentModel], path: Path) -> NoReturn:
    try:
        for model in cycle(models):
            save_bundle(model, path)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
