"""Progress on standard error: a spinner with the time left at a terminal, a line a step in a pipe."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from segmint.cli.output import steps
from segmint.words import say
from segmint.words.sentences import known

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

LONG_ENOUGH = 3.0  # seconds that must have passed before "time left" is worth saying
ROOM = 56


class Steps:
    """Draws what :class:`segmint.types.Progress` says.

    A step begins with its first report and ends with the report in which all is done, or with the next
    step's first; then it is one line, with its time. While it runs, a terminal shows a spinner.
    Steps are drawn inside ``with``: an error stops the spinner.

    Attributes
    ----------
    ended
        The steps that are done, also with ``quiet``.
    seconds
        How long each step took.
    """

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self._console = console or steps()
        self._quiet = quiet
        self.ended: set[str] = set()
        self.seconds: dict[str, float] = {}
        self._step = ""
        self._total = 0
        self._started = time.perf_counter()
        self._status: Status | None = None

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take one report of progress."""
        if done >= total:
            self.ended.add(step)
        if not known(f"cli.step.{step}"):
            return
        if step != self._step:
            self._end()
            self._step = step
        self._total = total
        if done >= total:
            self._end()
        elif self._console.is_terminal and not self._quiet:
            self._spin(done, total, time.perf_counter() - self._started)

    def tell(self, step: str, **figures: float) -> None:
        """Write the line of a step that takes no time: what is known before the next one begins."""
        self._end()
        self._write(step, say(f"cli.done.{step}", **figures), "")

    def __enter__(self) -> Steps:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """End the last step; one that an error ended gets no line, and leaves the terminal as it was."""
        if kind is None:
            self._end()
            return
        with suppress(IndexError):  # the signal may have met a spinner that had only begun to start
            self._still()
        if self._console.is_terminal:
            self._console.show_cursor()

    def _spin(self, done: int, total: int, elapsed: float) -> None:
        text = f"{say(f'cli.step.{self._step}'):<11}{say('cli.of', done=done, total=total)}"
        if elapsed > LONG_ENOUGH and done:
            text += f"   {say('cli.left', seconds=elapsed / done * (total - done))}"
        if self._status is None:
            self._status = self._console.status(text)
            self._status.start()
        else:
            self._status.update(text)

    def _still(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _end(self) -> None:
        """Write the line of the step that ran, and start the clock of the next."""
        self._still()
        now = time.perf_counter()
        if self._step:
            seconds = self.seconds[self._step] = now - self._started
            detail = f"cli.done.{self._step}"
            told = say(detail, total=self._total) if known(detail) else ""
            self._write(self._step, told, say("cli.took", seconds=seconds))
        self._step, self._started = "", now

    def _write(self, step: str, told: str, took: str) -> None:
        if self._quiet:
            return
        from rich.text import Text

        line = Text(" ")
        line.append("✓", style="green")
        line.append(f" {say(f'cli.step.{step}'):<11}{told:<{ROOM}}")
        line.append(f"{took:>9}" if took else "", style="dim")
        line.rstrip()
        self._console.print(line)
