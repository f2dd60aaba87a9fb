"""What a sweep will cost, said before it starts; what would not fit is refused with what would."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from segmint.choosing.null import ROWS_BUDGET as NULL_ROWS
from segmint.choosing.stability import resamples_done, rows_of_a_resample
from segmint.errors import ResourceError
from segmint.families.fit import Configuration, Cost
from segmint.families.heldout import FEW_FOLDS, MANY_FOLDS, MANY_ROWS
from segmint.families.heldout import ROWS_BUDGET as HELD_OUT_ROWS
from segmint.families.table import FAMILIES
from segmint.measure.sweep import PAIRS_BUDGET

_PYTHON = 390e6  # bytes that the process and its libraries hold for a study of a few rows
_SLACK = 0.9
_CONTROL_GROUPS: Final = Path("/sys/fs/cgroup")


def forecast(
    n_samples: int, n_features: int, configurations: Sequence[Configuration], *, n_resamples: int = 100
) -> Cost:
    """Forecast a whole study: fitting, measuring, resampling, structureless tables, held-out rows.

    The families forecast their own fits. Time is for one core of the machine on which the figures were
    taken; a test keeps it within a factor of three of what is measured.

    Parameters
    ----------
    n_samples, n_features
        Shape of the prepared rows.
    configurations
        What is planned.
    n_resamples
        How often the rows will be drawn anew; the budget of the draws counts.

    Returns
    -------
    Cost
        Seconds in all, and bytes at the peak.

    Examples
    --------
    >>> planned = [Configuration("kmeans", {"n_clusters": k, "n_init": 10, "init": "k-means++"}, 0) for k in (2, 3)]
    >>> 0 < forecast(200, 2, planned).seconds < forecast(20_000, 2, planned).seconds
    True
    """
    fits = [_fit_cost(name, n_samples, n_features, configurations) for name in FAMILIES]
    seconds = sum(cost.seconds for cost in fits)
    seconds += _measuring(n_samples, n_features, len(configurations))
    seconds += _resampling(n_samples, n_features, n_resamples) + _nulls(n_samples, n_features)
    seconds += _held_out(n_samples)
    labels = 16.0 * n_samples * len(configurations)
    rows = 8.0 * n_samples * (4 * n_features + 60)
    return Cost(seconds, _PYTHON + labels + rows + max(cost.memory for cost in fits))


def _fit_cost(family: str, n_samples: int, n_features: int, configurations: Sequence[Configuration]) -> Cost:
    mine = [configuration for configuration in configurations if configuration.family == family]
    return FAMILIES[family].forecast(n_samples, n_features, mine) if mine else Cost(0.0, 0.0)


def _measuring(n_samples: int, n_features: int, n_labelings: int) -> float:
    pairs = min(float(n_samples) ** 2, float(PAIRS_BUDGET))
    silhouettes = pairs * (1.0e-9 * n_features + 0.15e-9 * n_labelings)
    density = n_labelings * min(n_samples, 2_000) ** 2 * 4e-9
    return silhouettes + density + n_labelings * (0.001 + n_samples * n_features * 4e-9)


def _resampling(n_samples: int, n_features: int, n_resamples: int) -> float:
    n = rows_of_a_resample(n_samples)
    return resamples_done(n, n_resamples) * (0.008 + 1.9e-8 * n * n * n_features)


def _held_out(n_samples: int) -> float:
    """Return the time of fitting the finalists again without some rows (a sample of a large table)."""
    n = min(n_samples, HELD_OUT_ROWS)
    folds = MANY_FOLDS if n <= MANY_ROWS else FEW_FOLDS
    return 0.2 + folds * n * 3.5e-5


def _nulls(n_samples: int, n_features: int) -> float:
    n = min(n_samples, NULL_ROWS)
    return 0.1 + 300 * n * n * (14e-9 + 0.5e-9 * n_features)


def refuse_if_too_large(cost: Cost, n_samples: int, n_features: int, *, memory_limit: float | None) -> None:
    """Refuse what would not fit into memory, before anything is fitted.

    Parameters
    ----------
    cost
        From :func:`forecast`.
    n_samples, n_features
        Shape of the prepared rows.
    memory_limit
        Bytes that may be used; ``None`` for nine tenths of the machine's memory.

    Raises
    ------
    ResourceError
        With the number of rows that would fit.

    Examples
    --------
    >>> refuse_if_too_large(Cost(1.0, 3e8), 1000, 4, memory_limit=1e9)
    """
    limit = usable_memory() if memory_limit is None else memory_limit
    if cost.memory <= limit:
        return
    fitting = how_many_fit(n_samples, cost.memory, alone=_PYTHON, limit=limit)
    raise ResourceError(
        "choosing.too_large" if fitting > 0 else "choosing.too_large_for_any",
        needed=cost.memory,
        available=limit,
        n=n_samples,
        d=n_features,
        fitting=fitting,
        smallest=_PYTHON,
    )


def how_many_fit(n: int, needed: float, *, alone: float, limit: float) -> int:
    """Return about how many of some rows fit into memory, where what they take grows with their number.

    Parameters
    ----------
    n, needed
        The rows that do not fit, and the bytes that they would need.
    alone
        The bytes that are needed without rows, among them.
    limit
        The bytes that may be used.

    Examples
    --------
    >>> how_many_fit(100_000, 9e9, alone=1e9, limit=5e9), how_many_fit(100, 2e9, alone=1e9, limit=5e8)
    (50000, 0)
    """
    fitting = int(n * max(limit - alone, 0.0) / max(needed - alone, 1.0))
    return fitting - fitting % (1_000 if fitting >= 10_000 else 10)


def usable_memory() -> float:
    """Return the bytes that a job may use: nine tenths of the machine's, the rest is the system's."""
    return _SLACK * machine_memory()


def machine_memory(groups: str | None = None, root: Path = _CONTROL_GROUPS) -> float:
    """Return the bytes of memory that this machine has, or that its container may use where that is less.

    Parameters
    ----------
    groups
        What ``/proc/self/cgroup`` says; ``None`` to read it.
    root
        Where Linux shows its control groups.
    """
    try:
        whole = float(os.sysconf("SC_PAGE_SIZE")) * float(os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # a system that does not say
        whole = 8e9
    said = _read_text(Path("/proc/self/cgroup")) if groups is None else groups
    return min([whole, *map(_limit, _limit_files(said, root))])


def _limit_files(groups: str, root: Path) -> Iterator[Path]:
    """Yield the files of the process's own group and of those above it, versions 2 and 1."""
    for line in groups.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        base, name = (root, "memory.max") if controllers == "" else (root / "memory", "memory.limit_in_bytes")
        group = PurePosixPath(path.lstrip("/"))
        for one in (group, *group.parents):
            yield base / one / name


def _limit(file: Path) -> float:
    """Return the bytes that a file allows; no bound where it says ``max`` or nothing."""
    try:
        return float(_read_text(file))
    except ValueError:
        return math.inf


def _read_text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def memory_of(process: int | str) -> float | None:
    """Return the most bytes that a process held so far, by its number; ``None`` elsewhere than on Linux."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", _read_text(Path(f"/proc/{process}/status")), re.MULTILINE)
    return None if found is None else 1024.0 * int(found[1])


def memory_used(helper: int | None = None) -> float | None:
    """Return the most bytes that this process held so far, or ``None`` on a system that does not say.

    On Linux of its own image only (``getrusage`` counts what the process held that started it), and with those
    of a helper, by its number.
    """
    own = memory_of("self")
    if own is not None:
        return own + (0.0 if helper is None else memory_of(helper) or 0.0)
    try:
        import resource
    except ImportError:
        return None
    peak = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return peak if sys.platform == "darwin" else 1024 * peak
