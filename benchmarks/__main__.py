"""Write the tables of ``docs/performance.md`` to standard output."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime

from benchmarks.behavior import report as behavior
from benchmarks.drift_tables import report as drift
from benchmarks.endurance import SWAP_SECONDS, overload, swaps
from benchmarks.identity import report as identity
from benchmarks.journeys import journeys
from benchmarks.lineage import report as lineage
from benchmarks.lookalike import report as lookalike
from benchmarks.peers import comparisons
from benchmarks.serving import compare
from benchmarks.topics import CORPORA, TEXTS
from benchmarks.topics import report as topics

INTENTS = "illuin_intents_fr"

out = sys.stdout.write
out(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}\n\n")
out("| Whole process | Seconds | Peak memory so far |\n|---|---|---|\n")
for what, elapsed, memory in journeys():
    out(f"| {what} | {elapsed:.2f} | {memory / 1e6:.0f} MB |\n")
out("\n| Made of generated rows, a process each | Seconds | Peak memory |\n|---|---|---|\n")
for what, elapsed, memory in (*behavior(), *lookalike()):
    out(f"| {what} | {elapsed:.2f} | {memory / 1e6:.0f} MB |\n")
out(
    "\n| Two versions matched (60 planted pairs; all 390: python -m benchmarks.lineage) | Share |\n|---|---|\n"
)
for what, share in lineage(60, 20):
    out(f"| {what} | {share} |\n")
out(
    "\n| Ids over ten retrains (Wholesale; all tables: python -m benchmarks.identity) | All kept |\n|---|---|\n"
)
for what, kept in identity(("Wholesale",)):
    out(f"| {what} | {kept} |\n")
out("\n| Drift simulated (2 trainings of 12 settings; all: python -m benchmarks.drift) | |\n|---|---|\n")
for what, share in drift(2):
    out(f"| {what} | {share} |\n")
out("\n| Beside scikit-learn | Ours, s | Theirs, s | Times as fast |\n|---|---|---|---|\n")
for what, pair in comparisons():
    out(f"| {what} | {pair.ours:.3f} | {pair.peer:.3f} | {pair.ratio:.1f} |\n")
if (TEXTS / CORPORA[INTENTS]).is_file():
    out("\n| Topics of a small corpus (all: python -m benchmarks.topics) | |\n|---|---|\n")
    for what, told in topics((INTENTS,)):
        out(f"| {what} | {told} |\n")
out("\n| One customer a request, in turn | Requests a second | p99, ms |\n|---|---|---|\n")
for service, load in compare():
    out(f"| {service} | {load.rate:,.0f} | {load.p99:.1f} |\n")
out(
    "\n| Too much of it | Alone, requests a second | Answered, a second | Statuses | p99 of /health/live, ms |\n|---|---|---|---|---|\n"
)
for kind in ("clients", "rate"):
    found = overload(kind)
    out(
        f"| ten times the {kind} | {found.capacity:,.0f} | {found.goodput:,.0f} | {dict(found.statuses)} | {found.health_p99:.0f} |\n"
    )
turns = swaps()
out(
    f"\n{turns.swaps} models put in force in {SWAP_SECONDS:.0f} s: {turns.requests:,} requests, {turns.failed} failed, "
    f"{turns.grown / 1e6:.1f} MB more\n"
)
