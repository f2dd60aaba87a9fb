"""What the drift simulations found, as tables: ``python -m benchmarks.drift_tables FILE``."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.drift import ALPHA, BATCHES, WEEKS, Record, lines_of, run
from benchmarks.drift_peers import calibrated
from benchmarks.drift_worlds import PLANTED


def tables(path: Path) -> None:
    """Write what was found so far."""
    by = _by_setting(path)
    for what, write in (
        ("alarms", _alarm_row),
        ("huge", _alarm_row),
        ("looks", _looks_row),
        ("power", _power_row),
    ):
        sys.stdout.write(f"\n{HEADS[what]}\n")
        for (kind, name, n), lines in sorted(by.items()):
            if kind == what:
                sys.stdout.write(f"| {name}, n = {n:,} | {len(lines)} | {write(lines)} |\n")
    _confusion(_of(by, "causes"))


def _by_setting(path: Path) -> dict[tuple[str, str, int], list[Record]]:
    by: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for line in lines_of(path):
        if "failed" not in line:
            by[line["what"], line["setting"], line["n"]].append(line)
    return by


def _of(by: dict[tuple[str, str, int], list[Record]], what: str) -> list[Record]:
    return [line for (kind, _, _), lines in by.items() if kind == what for line in lines]


def report(trainings: int) -> Iterator[tuple[str, str]]:
    """Simulate some trainings of each setting and yield what was found over all of them, line by line."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drift.jsonl"
        for what, n in (("alarms", "2000"), ("power", "5000"), ("causes", "5000")):
            run(what, path, trainings, [n])
        by = _by_setting(path)
    for m in map(str, BATCHES):
        p = np.concatenate([line["p"][m] for line in _of(by, "alarms")])
        drift = sum(line["drift"][m] + line["broken"][m] for line in _of(by, "alarms"))
        yield (
            f"false alarms at 1 % in {p.size:,} batches of {int(m):,} rows",
            f"{100 * np.mean(p < ALPHA):.2f} % (verdicts {drift})",
        )
    p = np.concatenate([line["p"] for line in _of(by, "power")])
    yield f"a fifth moved by .3 deviations, {p.size:,} batches: found", f"{100 * np.mean(p < ALPHA):.1f} %"
    said = [
        (planted, found)
        for line in _of(by, "causes")
        for planted, (found, judged) in line["said"].items()
        if planted != "nothing" and judged
    ]
    yield (
        f"causes named right of {len(said)}",
        f"{100 * np.mean([planted == found for planted, found in said]):.1f} %",
    )


HEADS = {
    "alarms": "| False alarms at 1 %, and verdicts | Trainings | 200 rows | 2,000 | 200,000 |\n|---|---|---|---|---|",
    "huge": "| False alarms of huge batches at 1 %, and verdicts | Trainings | 200,000 rows |\n|---|---|---|",
    "looks": "| A year of weeks at 5 % in all | Years | Years with an alarm |\n|---|---|---|",
    "power": "| A fifth moved by .3 deviations in one feature | Trainings | Found | Verdict | KS, Bonferroni | KS at 1 % | PSI at 1 % | PSI > .1 | PSI > .25 |\n|---|---|---|---|---|---|---|---|---|",
}


def _percent(hits: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    """Write a mean of shares of trainings with its standard error."""
    error = hits.std() / np.sqrt(max(1, hits.size))
    return f"{100 * hits.mean():.2f} ± {100 * error:.2f}"


def _alarm_row(lines: list[Record]) -> str:
    cells = []
    for m in lines[0]["p"]:
        rates = np.array([np.mean(np.array(line["p"][m]) < ALPHA) for line in lines])
        drifts, broken = (sum(line[verdict][m] for line in lines) for verdict in ("drift", "broken"))
        batches = sum(len(line["p"][m]) for line in lines)
        cells.append(f"{_percent(rates)} ({drifts} drift, {broken} broken of {batches:,})")
    return " | ".join(cells)


def _looks_row(lines: list[Record]) -> str:
    return _percent(np.array([float(min(line["p"]) < 0.05 / (2 * WEEKS)) for line in lines]))


def _power_row(lines: list[Record]) -> str:
    found = _percent(np.array([np.mean(np.array(line["p"]) < ALPHA) for line in lines]))
    verdict = f"{100 * sum(line['drift'] for line in lines) / sum(len(line['p']) for line in lines):.1f}"
    return " | ".join([found, verdict, *calibrated([line["peers"] for line in lines], ALPHA)])


def _confusion(lines: list[Record]) -> None:
    """Write what was said of each planted cause, where the segmentation is reproducible."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        for planted, (found, judged) in line["said"].items():
            said[planted][found if judged else "cannot be judged"] += 1
    heads = ["stable", "watch", *(name for name in PLANTED if name != "nothing"), "cannot be judged"]
    sys.stdout.write("\n| Planted | " + " | ".join(heads) + " |\n|---" + "|---" * len(heads) + "|\n")
    for planted, counts in said.items():
        sys.stdout.write(f"| {planted} | " + " | ".join(str(counts[head]) for head in heads) + " |\n")


if __name__ == "__main__":
    tables(Path(sys.argv[1]))
