"""What runs after drift: a command of the user's, which learns the verdict from its environment."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.charts.looks import Look


def words_of(then: str | None) -> list[str]:
    """Return the command of ``--then`` as a program with its arguments.

    Raises
    ------
    UsageError
        If it is none: known before anything is judged.
    """
    if then is None:
        return []
    try:
        words = shlex.split(then)
    except ValueError as error:
        raise UsageError("cli.then_failed", command=then, reason=str(error)) from None
    if not words:
        raise UsageError("cli.then_failed", command=then, reason=say("cli.nothing_to_run"))
    if shutil.which(words[0]) is None:
        raise UsageError("cli.then_failed", command=then, reason=say("cli.no_such_program"))
    return words


def run_afterwards(then: list[str], look: Look) -> None:
    """Run what is to happen after drift; it learns the verdict from its environment, and speaks on standard error."""
    import os
    import sys

    from segmint.cli.output import steps, write_labeled

    variables = {
        "SEGMINT_VERDICT": look["report"]["verdict"],
        "SEGMINT_CAUSE": look["report"]["cause"] or "",
        "SEGMINT_MODEL": look["model"],
        "SEGMINT_BATCH": look["batch"],
    }
    sys.stdout.flush()
    try:
        ended = subprocess.run(then, env={**os.environ, **variables}, check=False, stdout=sys.stderr)
    except OSError as error:  # the verdict was told and keeps its exit code
        reason = error.strerror or str(error)
        told = UsageError("cli.then_failed", command=shlex.join(then), reason=reason).text()
        write_labeled(steps(), say("cli.warning"), [told], style="yellow")
        return
    steps().print(f" {say('cli.then_ended', code=ended.returncode)}")
