"""How often drift is called where there is none, how often it is found, and whether its cause is named right.

``python -m benchmarks.drift alarms|huge|looks|power|causes FILE [TRAININGS] [SETTING or ROWS …]`` adds a line of JSON a training to
FILE and can be stopped and started again; ``python -m benchmarks.drift_tables FILE`` writes what was found so far.
``python -m benchmarks.drift cost`` times a batch of a million rows.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drift_peers import PEERS
from benchmarks.drift_worlds import (
    PLANTED,
    SETTINGS,
    Setting,
    Trained,
    World,
    make_world,
    stay,
    train,
)
from segmint.drift.build import build_drift_reference
from segmint.drift.combination import Combined, combine
from segmint.drift.compare import compare
from segmint.drift.effects import effects
from segmint.drift.quality import check_quality
from segmint.drift.scoring import place_rows, score
from segmint.drift.statistics import STATISTICS
from segmint.drift.verdict import Verdict, judge
from segmint.families.fit import Configuration
from segmint.families.folding import place_as_new
from segmint.families.quick import quick_fit
from segmint.geometry.geometry import Geometry
from segmint.labels import adjusted_rand
from segmint.model.centers import CentersAssigner
from segmint.model.schema import Schema
from segmint.seeds import derive
from segmint.types import FloatMatrix

ALPHA = 0.01
TRAININGS = 200
BATCHES = {200: 20, 2_000: 20, 200_000: 20}
"""Batches a training by their rows."""
HUGE = {200_000: 2}
WEEKS = 52
SIZES = (2_000, 20_000)
POWER_SIZES = (2_000, 5_000, 20_000)
FIFTH = 0.2
PLANTED_FOUND = 0.7

Record = dict[str, Any]


def _world(setting: Setting, rng: np.random.Generator, *, fifth: bool) -> World:
    shares = None
    if fifth:
        shares = np.full(setting.n_segments, (1 - FIFTH) / (setting.n_segments - 1))
        shares[0] = FIFTH
    return make_world(setting, rng, shares)


def _trained(
    what: str, name: str, n: int, training: int, *, fifth: bool = False
) -> tuple[World, Trained | None, np.random.Generator]:
    rng = np.random.default_rng(derive(0, what, name, n, training))
    world = _world(SETTINGS[name], rng, fifth=fifth)
    return world, train(world, n, rng, training), rng


def alarms(name: str, n: int, training: int) -> Record | None:
    """Judge batches in which nothing changed."""
    return _calm("alarms", BATCHES, name, n, training)


def huge(name: str, n: int, training: int) -> Record | None:
    """Judge huge batches in which nothing changed: the error of training decides, so trainings count."""
    return _calm("huge", HUGE, name, n, training)


def _calm(what: str, sizes: Mapping[int, int], name: str, n: int, training: int) -> Record | None:
    world, trained, rng = _trained(what, name, n, training)
    if trained is None:
        return None
    found: dict[str, list[float]] = {}
    drifts: dict[str, int] = {}
    broken: dict[str, int] = {}
    alarmed: Counter[str] = Counter()
    for m, batches in sizes.items():
        p, drift, faulty = [], 0, 0
        for _ in range(batches):
            rows = stay(world, rng, m)
            combined, verdict = _judged(trained, rows)
            p.append(combined.p)
            drift += verdict is Verdict.DRIFT
            faulty += bool(check_quality(trained.reference.columns, trained.columns(rows)))
            alarmed.update(
                name for name, own in zip(STATISTICS, combined.adjusted, strict=True) if own < ALPHA
            )
        found[str(m)], drifts[str(m)], broken[str(m)] = p, drift, faulty
    return {"p": found, "drift": drifts, "broken": broken, "alarmed": dict(alarmed)}


def _judged(trained: Trained, rows: FloatMatrix) -> tuple[Combined, Verdict]:
    """Return test and verdict without the causes."""
    reference = trained.reference
    sums = score(reference.frame, trained.place(rows)).sums
    combined = combine(reference, sums)
    sizes = effects(reference.sums, sums, reference.frame)
    return combined, judge(combined, sizes, len(rows), alpha=ALPHA)


def looks(name: str, n: int, training: int) -> Record | None:
    """Judge a year of weekly batches in which nothing changed, at 5 % for all of them together."""
    world, trained, rng = _trained("looks", name, n, training)
    if trained is None:
        return None
    p = []
    for _ in range(WEEKS):
        p.append(_judged(trained, stay(world, rng, 1_000))[0].p)
    return {"p": p}


def power(name: str, n: int, training: int) -> Record | None:
    """Judge batches in which a segment of a fifth of the rows moved by .3 deviations in one feature."""
    world, trained, rng = _trained("power", name, n, training, fifth=True)
    if trained is None:
        return None
    moved = [_moved_fifth(world, rng) for _ in range(20)]
    judged = [_judged(trained, rows) for rows in moved]
    unmoved = [stay(world, rng, 2_000) for _ in range(20)]
    peers = {
        peer: {
            "moved": [distance(trained.raw, rows) for rows in moved],
            "unmoved": [distance(trained.raw, rows) for rows in unmoved],
        }
        for peer, distance in PEERS.items()
    }
    return {
        "p": [combined.p for combined, _ in judged],
        "drift": sum(verdict is Verdict.DRIFT for _, verdict in judged),
        "peers": peers,
    }


def _moved_fifth(world: World, rng: np.random.Generator) -> FloatMatrix:
    rows, segments = world.draw(rng, 2_000)
    feature = rng.integers(world.setting.n_features)
    rows[segments == 0, feature] += rng.choice([-0.3, 0.3])
    return world.seen(rows)


def causes(name: str, n: int, training: int) -> Record | None:
    """Judge a batch of 2,000 rows of each planted cause; only where the model's segments are the planted ones."""
    world, trained, rng = _trained("causes", name, n, training)
    if trained is None:
        return None
    rows, segments = world.draw(rng, 5_000)
    if adjusted_rand(trained.place(world.seen(rows)).labels, segments) < PLANTED_FOUND:
        return None
    said = {}
    for planted, draw in PLANTED.items():
        rows = draw(world, rng, 2_000)
        report = compare(
            trained.reference,
            trained.place(rows),
            columns=trained.columns(rows),
            fresh=trained.fresh,
            seed=training,
        )
        judged = report.agreement is None or report.agreement.judged
        said[planted] = [report.verdict.value if report.cause is None else report.cause.value, judged]
    return {"said": said}


Experiment = Callable[[str, int, int], Record | None]
EXPERIMENTS: Mapping[str, tuple[Experiment, tuple[int, ...]]] = {
    "alarms": (alarms, SIZES),
    "huge": (huge, SIZES),
    "looks": (looks, (5_000,)),
    "power": (power, POWER_SIZES),
    "causes": (causes, (5_000,)),
}


def run(what: str, path: Path, trainings: int, asked: list[str]) -> None:
    """Add the trainings that the file lacks, a line each: all settings in turn, so that it may be stopped.

    ``asked`` names settings and numbers of training rows; all of a kind where none is named.
    """
    done = {(line["what"], line["setting"], line["n"], line["training"]) for line in lines_of(path)}
    experiment, every = EXPERIMENTS[what]
    names = [name for name in asked if name in SETTINGS] or list(SETTINGS)
    sizes = [int(rows) for rows in asked if rows.isdecimal()] or list(every)
    for training in range(trainings):
        for name, n in product(names, sizes):
            if (what, name, n, training) in done:
                continue
            record = experiment(name, n, training) or {"failed": True}
            line = {"what": what, "setting": name, "n": n, "training": training, **record}
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def lines_of(path: Path) -> Iterator[Record]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file)


def cost() -> None:
    """Time a batch of a million rows of 20 features in six segments, from prepared rows to the report."""
    rng = np.random.default_rng(0)
    centers = rng.normal(0, 3, (6, 20))
    X = centers[rng.integers(6, size=1_000_000)] + rng.normal(size=(1_000_000, 20))
    training, rule = np.ascontiguousarray(X[:20_000]), CentersAssigner(centers)
    configuration = Configuration("kmeans", {"n_clusters": 6, "n_init": 5, "init": "k-means++"}, 0)
    fresh = quick_fit(configuration, n_samples=len(training), density=0.0)
    started = time.perf_counter()
    as_new = place_as_new(configuration, Geometry(training), rule.place(training).labels, rule, fresh=fresh)
    reference = build_drift_reference(as_new, rule, columns={}, schema=Schema(()), fresh=fresh)
    built = time.perf_counter()
    rows = place_rows(rule, X)
    placed = time.perf_counter()
    report = compare(reference, rows, fresh=fresh)
    done = time.perf_counter()
    size = sum(array.nbytes for array in reference.arrays().values())
    sys.stdout.write(
        f"reference {built - started:.2f} s, {size / 1e3:.0f} KB; a million rows placed {placed - built:.2f} s, "
        f"compared {done - placed:.2f} s: {report.verdict}\n"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["cost"]:
        cost()
    else:
        run(sys.argv[1], Path(sys.argv[2]), int((sys.argv[3:4] or [TRAININGS])[0]), sys.argv[4:])
