"""The twelve tasks of the practical work, and two case studies."""

from __future__ import annotations

from segmint.errors import UsageError
from segmint.lab.comparison import density, mixtures
from segmint.lab.following import tracking
from segmint.lab.games import games
from segmint.lab.lesson import Task
from segmint.lab.memberships import memberships
from segmint.lab.neighborhoods import neighborhoods
from segmint.lab.packing import packing
from segmint.lab.representatives import choosing_k, preparation, silhouette
from segmint.lab.sales import sales
from segmint.lab.searching import searching
from segmint.lab.starting import initialization
from segmint.lab.watching import monitoring
from segmint.words import sentence

TASKS: tuple[Task, ...] = tuple(
    Task(number, sentence(f"lab.title.t{number.replace('.', '')}"), answer)
    for number, answer in (
        ("1.1", preparation),
        ("1.2", choosing_k),
        ("1.3", silhouette),
        ("2.1", mixtures),
        ("2.2", density),
        ("2.3", neighborhoods),
        ("2.4", searching),
        ("3.1", tracking),
        ("3.2", packing),
        ("3.3", monitoring),
        ("4.1", initialization),
        ("4.2", memberships),
    )
)


CASES: tuple[Task, ...] = (
    Task("sales", sentence("lab.title.sales"), sales),
    Task("games", sentence("lab.title.games"), games),
)


def task(number: str) -> Task:
    """Return one task by its number, or a case study by its name.

    Raises
    ------
    UsageError
        If there is no such task.
    """
    for known in (*TASKS, *CASES):
        if known.number == number:
            return known
    raise UsageError("lab.no_such_task", task=number, known=[known.number for known in (*TASKS, *CASES)])
