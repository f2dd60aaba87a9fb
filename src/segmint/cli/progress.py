"""Progress on standard error: a spinner with the time left at a terminal, a line a step in a pipe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from segmint.cli.output import steps
from segmint.words import say
from segmint.words.sentences import known

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

SHORTEST_FORECAST = 5.0  # seconds that must have passed before "time left" is worth saying


class Steps:
    """Draws what :class:`segmint.types.Progress` says.

    A step is one line, written when it ends with its time; while it runs, a terminal shows a spinner.
    """

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self._console = console or steps()
        self._quiet = quiet
        self._started: dict[str, float] = {}
        self._status: Status | None = None

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take one report of progress."""
        started = self._started.setdefault(step, time.perf_counter())
        if self._quiet or not known(f"cli.step.{step}"):
            return
        if done < total and self._console.is_terminal:
            self._spin(step, done, total, time.perf_counter() - started)

    def _spin(self, step: str, done: int, total: int, elapsed: float) -> None:
        text = f"{say(f'cli.step.{step}'):<11}{say('cli.of', done=done, total=total)}"
        if elapsed > SHORTEST_FORECAST and done:
            left = elapsed / done * (total - done)
            text += f"   {say('cli.left', seconds=left)}"
        if self._status is None:
            self._status = self._console.status(text)
            self._status.start()
        else:
            self._status.update(text)

    def finished(self, step: str, text: str = "", seconds: float | None = None) -> None:
        """Write the line of a finished step."""
        self.stop()
        if self._quiet:
            return
        from rich.text import Text

        line = Text(" ")
        line.append("✓", style="green")
        line.append(f" {say(f'cli.step.{step}'):<11}{text:<58}")
        if seconds is not None:
            line.append(f"{say('cli.took', seconds=seconds):>8}", style="dim")
        line.rstrip()
        self._console.print(line)

    def stop(self) -> None:
        """End the spinner."""
        if self._status is not None:
            self._status.stop()
            self._status = None
