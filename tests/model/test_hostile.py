"""Hostile bundles are refused before anything is built of them, cheaply, and set nothing in motion.

Files of ``hostile.py`` are loaded in a real process with a limit on its memory; an audit hook sees whatever
is imported, opened, compiled, executed or started meanwhile.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
GOOD = HERE / "formats" / "1"
MARK_DIGITS = "4815162342"
MOST_BYTES = 512 * 2**20
MOST_SECONDS = 2
ALLOWED = {"builtins.id"}
"""What tells of nothing but the place of an object in memory; beside the opening of the file itself."""


@dataclass(frozen=True)
class Corpus:
    """A folder of hostile files, the code each must be refused with, and what came of loading them."""

    folder: Path
    expected: dict[str, str]
    files: dict[str, dict[str, Any]]
    peak: int


def loaded(folder: Path, *which: str) -> Corpus:
    """Write hostile files and load them, each step in a process of its own."""
    _python("hostile.py", folder, *which)
    told = json.loads(_python("load_hostile.py", folder, MOST_BYTES))
    expected = json.loads((folder / "expected.json").read_text())
    return Corpus(folder, expected, told["files"], told["peak"])


def _python(script: str, *arguments: object) -> str:
    """Run a script; the threads of numpy's BLAS would reserve memory that nobody uses."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(
    scope="module",
    params=["small", pytest.param("large", marks=pytest.mark.slow)],
)
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Give a corpus that was loaded."""
    folder = tmp_path_factory.mktemp("hostile")
    yield loaded(folder, *(["large"] if request.param == "large" else []))
    shutil.rmtree(folder)


def test_each_is_refused_for_its_own_fault(corpus: Corpus) -> None:
    assert {name: told["code"] for name, told in corpus.files.items()} == corpus.expected


def test_none_sets_anything_in_motion(corpus: Corpus) -> None:
    for name, told in corpus.files.items():
        path = str(corpus.folder / f"{name}.segmint")
        opened = [first for event, first in told["events"] if event == "open"]
        # the second one makes a stream of the descriptor that the first one gave
        assert opened[0] == path and len(opened) <= 2 and all(first.isdigit() for first in opened[1:]), name
        assert {event for event, _ in told["events"]} - {"open"} <= ALLOWED, name


def test_of_none_a_model_is_built(corpus: Corpus) -> None:
    assert not [name for name, told in corpus.files.items() if told["built"]]


def test_each_is_refused_at_little_cost(corpus: Corpus) -> None:
    assert {
        name: told["seconds"] for name, told in corpus.files.items() if told["seconds"] >= MOST_SECONDS
    } == {}
    assert corpus.peak <= MOST_BYTES


def test_no_error_shows_what_the_file_says(corpus: Corpus) -> None:
    for name, told in corpus.files.items():
        assert told["where"] == f"{name}.segmint"
        assert MARK_DIGITS not in told["text"] and len(told["text"]) < 500, name
        hidden = [
            char for char in told["text"] if unicodedata.category(char) in ("Cc", "Cf", "Co", "Zl", "Zp")
        ]
        assert not hidden, name


def test_there_are_many(corpus: Corpus, request: pytest.FixtureRequest) -> None:
    assert len(corpus.expected) == len(corpus.files) >= (200 if "small" in request.node.name else 5)


def test_the_witness_sees_what_is_opened_and_built(tmp_path: Path) -> None:
    for path in GOOD.glob("*.segmint"):
        shutil.copy(path, tmp_path)
    told = json.loads(_python("load_hostile.py", tmp_path, MOST_BYTES))
    assert {name: file["built"] for name, file in told["files"].items()} == {
        path.stem: ["SegmentModel"] for path in GOOD.glob("*.segmint")
    }
    opened = [first for event, first in told["files"]["kmeans"]["events"] if event == "open"]
    assert opened[0] == str(tmp_path / "kmeans.segmint")
    assert {file["code"] for file in told["files"].values()} == {""}


SHOWN = {
    "a pickle": "bundle.header",
    "a million objects": "bundle.json",
    "900 MB of centers": "bundle.structure",
    "a type that is a list": "bundle.header",
    "kmeans: a value beside": "model_assigners.parts",
    "mixture_full: weights beyond all bounds": "model_assigners.weights",
}


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("corpus", ["small"], indirect=True)
def test_the_command_refuses_them_in_words(corpus: Corpus, name: str) -> None:
    program = Path(sys.executable).with_name("segmint")
    done = subprocess.run(
        [str(program), "show", str(corpus.folder / f"{name}.segmint")],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr
    assert MARK_DIGITS not in done.stderr
    said = "".join(done.stderr.split())
    for part in ("where", "received", "rule", "remedy"):
        assert "".join(corpus.files[name][part].split()) in said
    assert corpus.expected[name] == SHOWN[name]
