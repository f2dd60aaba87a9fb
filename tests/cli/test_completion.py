"""What the shell is told when the Tab key is pressed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def completed(segmint, *words: str) -> list[str]:
    """Return what bash is offered for the last of some words, by the protocol that it speaks."""
    done = segmint(
        COMP_WORDS=" ".join(words), COMP_CWORD=str(len(words) - 1), _SEGMINT_COMPLETE="complete_bash"
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_the_beginning_of_a_command(segmint) -> None:
    assert completed(segmint, "segmint", "ru") == ["run"]
    assert completed(segmint, "segmint", "re") == ["rename", "retrain", "report"]
    assert completed(segmint, "segmint", "xy") == []


def test_the_options_that_a_command_shares_with_others(segmint) -> None:
    assert set(completed(segmint, "segmint", "run", "players.csv", "--miss")) == {
        "--missing",
        "--missing-value",
    }
    assert completed(segmint, "segmint", "inspect", "--sk") == ["--skip-rows"]
    assert completed(segmint, "segmint", "assign", "model", "rows.csv", "--missing") == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
@pytest.mark.parametrize(
    "prepare",
    ['eval "$(segmint --show-completion)"', "segmint --install-completion >&2 && source ~/.bashrc"],
    ids=["shown", "installed"],
)
def test_bash_itself_completes(prepare: str, tmp_path: Path) -> None:
    asked = 'COMP_WORDS=(segmint ru); COMP_CWORD=1; _segmint_completion segmint; echo "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{prepare}; complete -p segmint; {asked}"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)},
        timeout=60,
    )
    assert done.stdout.splitlines() == ["complete -o default -F _segmint_completion segmint", "run"], (
        done.stderr
    )
