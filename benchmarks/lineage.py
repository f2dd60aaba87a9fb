"""Planted changes between two versions of a segmentation: how many are named right.

Groups of customers are planted twice, with one change in between; both versions are fitted anew, and only what
both fits really contain (purity and recall of at least .7) is the matcher's to name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from segmint.families.fit import Configuration, Fit
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.lineage.evidence import shape_of
from segmint.lineage.landmarks import find_landmarks
from segmint.lineage.matching import Match, Rows, match, steadiness_of
from segmint.model.lineage import Kind
from segmint.model.preparation import NumericStep, Preparation
from segmint.types import FloatMatrix, IntVector, silent

CHANGES = (Kind.MOVED, Kind.GROWN, Kind.SHRUNK, Kind.SPLIT, Kind.MERGED, Kind.BORN, Kind.RETIRED)
PURE = 0.7
APART = 7.0  # standard deviations between two centers at least


@dataclass(frozen=True, eq=False)
class Planted:
    """Rows of both times with their groups, and which groups of the two times belong together."""

    old: FloatMatrix
    old_groups: IntVector
    new: FloatMatrix
    new_groups: IntVector
    links: tuple[tuple[frozenset[int], frozenset[int], Kind], ...]
    keys: tuple[IntVector, IntVector] | None


@dataclass
class Tally:
    """Events by kind: planted, contained by both fits, named right."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add the events of another one."""
        for name in ("planted", "found", "right", "withheld"):
            getattr(self, name).update(getattr(other, name))


def centers_apart(rng: np.random.Generator, n: int, d: int, apart: float = APART) -> FloatMatrix:
    """Draw centers of which no two are nearer than ``apart``."""
    side = apart * (1.0 + 1.2 * n ** (1 / d))
    found: list[np.ndarray] = []
    while len(found) < n:
        center = rng.uniform(0, side, d)
        if all(np.linalg.norm(center - other) >= apart for other in found):
            found.append(center)
        else:
            side *= 1.002
    return np.array(found)


def plant(seed: int, *, d: int, k: int, changes: tuple[Kind, ...], n: int, loyal: float | None) -> Planted:
    """Plant groups twice, with changes in between.

    ``loyal`` is the share of customers that stay in their group; ``None`` for two unrelated samples.
    """
    rng = np.random.default_rng(seed)
    every = centers_apart(rng, k + len(changes), d)
    sizes = rng.dirichlet(np.full(k, 8.0))
    sizes = np.maximum(sizes, 0.6 / k)
    spread = rng.uniform(0.7, 1.2, (k + len(changes), d))
    old = [(i, every[i], sizes[i]) for i in range(k)]
    new: dict[int, tuple[np.ndarray, float]] = {i: (every[i], sizes[i]) for i in range(k)}
    links: dict[frozenset[int], tuple[frozenset[int], Kind]] = {
        frozenset({i}): (frozenset({i}), Kind.KEPT) for i in range(k)
    }
    free = list(rng.permutation(k))
    for number, change in enumerate(changes):
        fresh = k + number
        if change is Kind.BORN:
            new[fresh] = (every[fresh], 1.0 / k)
            links[frozenset({-fresh})] = (frozenset({fresh}), Kind.BORN)
            continue
        one = free.pop()
        del links[frozenset({one})]
        if change is Kind.RETIRED:
            del new[one]
            links[frozenset({one})] = (frozenset(), Kind.RETIRED)
        elif change is Kind.MOVED:
            direction = rng.normal(size=d)
            new[one] = (
                every[one] + direction / np.linalg.norm(direction) * rng.uniform(1.0, 2.5),
                sizes[one],
            )
            links[frozenset({one})] = (frozenset({one}), Kind.MOVED)
        elif change in (Kind.GROWN, Kind.SHRUNK):
            new[one] = (every[one], sizes[one] * (2.5 if change is Kind.GROWN else 0.4))
            links[frozenset({one})] = (frozenset({one}), change)
        elif change is Kind.SPLIT:
            direction = rng.normal(size=d)
            offset = direction / np.linalg.norm(direction) * APART / 2
            new[one] = (every[one] + offset, sizes[one] * 0.5)
            new[fresh] = (every[one] - offset, sizes[one] * 0.5)
            spread[fresh] = spread[one]
            links[frozenset({one})] = (frozenset({one, fresh}), Kind.SPLIT)
        elif change is Kind.MERGED:
            other = free.pop()
            del links[frozenset({other})]
            near = (
                every[one] + (every[other] - every[one]) / np.linalg.norm(every[other] - every[one]) * APART
            )
            old[other] = (other, near, sizes[other])
            weight = sizes[one] / (sizes[one] + sizes[other])
            new[one] = (weight * every[one] + (1 - weight) * near, sizes[one] + sizes[other])
            del new[other]
            links[frozenset({one, other})] = (frozenset({one}), Kind.MERGED)
    old_rows, old_groups = _drawn(rng, old, spread, n)
    new_rows, new_groups = _drawn(rng, [(g, c, s) for g, (c, s) in new.items()], spread, n)
    told = tuple(
        (frozenset(g for g in before if g >= 0), after, kind) for before, (after, kind) in links.items()
    )
    keys = None if loyal is None else _customers(rng, old_groups, new_groups, links, loyal)
    return Planted(old_rows, old_groups, new_rows, new_groups, told, keys)


def _drawn(
    rng: np.random.Generator, groups: list[tuple[int, np.ndarray, float]], spread: FloatMatrix, n: int
) -> tuple[FloatMatrix, IntVector]:
    total = sum(share for _, _, share in groups)
    rows, owners = [], []
    for group, center, share in groups:
        size = max(40, round(n * share / total))
        rows.append(center + rng.normal(size=(size, center.size)) * spread[group])
        owners.append(np.full(size, group))
    return np.concatenate(rows), np.concatenate(owners)


def _customers(
    rng: np.random.Generator, old: IntVector, new: IntVector, links: dict, loyal: float
) -> tuple[IntVector, IntVector]:
    """Name the rows so that a share of each group's customers stays where its group goes."""
    keys = np.full(new.size, -1)
    taken = np.zeros(old.size, dtype=bool)
    for before, (after, _) in links.items():
        mine = np.flatnonzero(np.isin(old, list(before)))
        places = np.flatnonzero(np.isin(new, list(after)))
        rng.shuffle(mine), rng.shuffle(places)
        n_same = min(round(loyal * mine.size), places.size)
        keys[places[:n_same]] = mine[:n_same]
        # who would have stayed but finds no place, and who was in a group that is gone, has left
        taken[mine[: mine.size if not after else round(loyal * mine.size)]] = True
    left, rest = np.flatnonzero(~taken), np.flatnonzero(keys < 0)
    rng.shuffle(left), rng.shuffle(rest)
    n_more = min(left.size, rest.size)
    keys[rest[:n_more]] = left[:n_more]
    strangers = np.flatnonzero(keys < 0)
    keys[strangers] = old.size + np.arange(strangers.size)
    return np.arange(old.size), keys


def prepared(raw: FloatMatrix, kind: str) -> Preparation:
    """Fit a preparation: ``standard``, ``robust``, or ``log`` with standard scaling."""
    steps = []
    for number, column in enumerate(raw.T):
        offset = float(column.min()) - 5.0 if kind == "log" else None
        x = column if offset is None else np.log1p((column - offset) / 10.0)
        if kind == "robust":
            low, middle, high = np.quantile(x, [0.25, 0.5, 0.75])
            center, scale = float(middle), float(high - low) / 1.349
        else:
            center, scale = float(x.mean()), float(x.std())
        lower = -np.inf if offset is None else offset
        steps.append(
            NumericStep(
                f"x{number}", 0.0, lower, np.inf, offset, center, scale, 10.0 if offset is not None else 1.0
            )
        )
    return Preparation(tuple(steps), {}, "standard")


def forward(preparation: Preparation, raw: FloatMatrix) -> FloatMatrix:
    """Prepare rows."""
    return preparation.forward({f"x{number}": column for number, column in enumerate(raw.T)})


def fitted(family: str, X: FloatMatrix, k: int, seed: int) -> Fit | None:
    """Fit a family as a version would be: the parameters that a sweep with the true K would end at."""
    geometry = Geometry(X)
    n = len(X)
    if family == "kmeans":
        asked = Configuration(family, {"n_clusters": k, "n_init": 10, "init": "k-means++"}, seed)
    elif family == "gaussian_mixture":
        asked = Configuration(
            family,
            {
                "n_components": k,
                "covariance_type": "full" if X.shape[1] <= 8 else "diag",
                "n_init": 10,
                "reg_covar": 1e-6,
            },
            seed,
        )
    elif family == "ward":
        asked = Configuration(family, {"n_clusters": k}, seed)
    elif family == "hdbscan":
        asked = Configuration(family, {"min_cluster_size": max(15, n // (8 * k)), "min_samples": 5}, seed)
    else:
        near = np.sort(geometry.core_distances(8))
        asked = Configuration(family, {"eps": float(np.quantile(near, 0.97)), "min_samples": 8}, seed)
    outcome = next(FAMILIES[family].sweep(geometry, [asked], silent))
    return outcome if isinstance(outcome, Fit) else None


def judge(
    planted: Planted, family: str, *, seed: int, preparations: tuple[str, str] = ("standard", "standard")
) -> Tally:
    """Fit both versions, match them, and count what was named right."""
    tally = Tally()
    prep0, prep1 = prepared(planted.old, preparations[0]), prepared(planted.new, preparations[1])
    k0, k1 = len(set(planted.old_groups.tolist())), len(set(planted.new_groups.tolist()))
    X0, X1 = forward(prep0, planted.old), forward(prep1, planted.new)
    fit0, fit1 = fitted(family, X0, k0, seed), fitted(family, X1, k1, seed + 1)
    for _, _, kind in planted.links:
        tally.planted[kind] += 1
    if fit0 is None or fit1 is None:
        return tally
    found = matched(planted, family, fit0, fit1, prep0, prep1, seed)
    names0 = _contained(planted.old_groups, fit0.assigner.place(X0).nearest)
    names1 = _contained(planted.new_groups, fit1.assigner.place(X1).nearest)
    for before, after, kind in planted.links:
        if not before <= names0.keys() or not after <= names1.keys():
            continue
        tally.found[kind] += 1
        wanted = (frozenset(names0[g] for g in before), frozenset(names1[g] for g in after))
        named = [
            event for event in found.events if (frozenset(event.before), frozenset(event.after)) == wanted
        ]
        if named and kind in named[0].kinds and named[0].stated:
            tally.right[kind] += 1
        elif named and kind in named[0].kinds:
            tally.withheld[kind] += 1
    return tally


def matched(
    planted: Planted, family: str, fit0: Fit, fit1: Fit, prep0: Preparation, prep1: Preparation, seed: int
) -> Match:
    """Match two versions with no more than what a bundle keeps of the old one."""
    X0, X1 = forward(prep0, planted.old), forward(prep1, planted.new)
    old, new = (
        find_landmarks(FAMILIES[family], Geometry(X), fit, seed=seed) for X, fit in ((X0, fit0), (X1, fit1))
    )
    raw = np.stack([prep0.backward(old.points)[f"x{i}"] for i in range(X0.shape[1])], axis=1)
    labels0 = fit0.assigner.place(X0).labels
    panel = None
    if planted.keys is not None:
        panel = np.zeros((fit0.n_clusters, fit1.n_clusters))
        place = dict(zip(planted.keys[0].tolist(), labels0.tolist(), strict=True))
        for key, label in zip(planted.keys[1].tolist(), fit1.assigner.place(X1).labels.tolist(), strict=True):
            if label >= 0 and place.get(key, -1) >= 0:
                panel[place[key], label] += 1
    return match(
        fit0.assigner,
        fit1.assigner,
        old=Rows(old.points, forward(prep1, raw), old.counts.astype(np.float64)),
        old_labels=old.labels,
        new=Rows(forward(prep0, planted.new), X1),
        shape=shape_of(X0, labels0, fit0.n_clusters),
        steadiness=steadiness_of(old, new),
        panel=panel,
    )


def _contained(groups: IntVector, labels: IntVector) -> dict[int, int]:
    """Return the cluster of each group that the fit really contains."""
    names = {}
    for group in np.unique(groups).tolist():
        inside = labels[groups == group]
        label, n = Counter(inside.tolist()).most_common(1)[0]
        if n >= PURE * inside.size and n >= PURE * np.count_nonzero(labels == label):
            names[group] = label
    return names


def scenarios(n_scenarios: int, *, seed: int = 0) -> Iterator[tuple[str, Tally]]:
    """Yield the family and the tally of each scenario; dimensions, sizes and preparations vary."""
    families = ("kmeans", "gaussian_mixture", "hdbscan", "dbscan", "ward")
    for number in range(n_scenarios):
        rng = np.random.default_rng([seed, number])
        family = families[number % len(families)]
        d, k = int(rng.choice([2, 3, 4, 6, 8, 12, 16])), int(rng.integers(3, 13))
        if family in ("dbscan", "hdbscan"):
            d = min(d, 8)
        n_changes = int(rng.integers(1, max(2, k // 3) + 1))
        changes = tuple(CHANGES[i] for i in rng.choice(len(CHANGES), n_changes))
        while (
            2 * sum(c is Kind.MERGED for c in changes)
            + sum(c not in (Kind.MERGED, Kind.BORN) for c in changes)
            > k
        ):
            changes = changes[1:]
        loyal = [None, 0.9, 0.4][number // len(families) % 3]
        planted = plant(
            int(rng.integers(2**31)),
            d=d,
            k=k,
            changes=changes,
            n=int(rng.choice([300, 600, 1200]) * k),
            loyal=loyal,
        )
        kinds = ("standard", "robust", "log")
        preparations = (
            ("standard", "standard")
            if number % 2
            else (kinds[int(rng.integers(3))], kinds[int(rng.integers(3))])
        )
        yield family, judge(planted, family, seed=number, preparations=preparations)


def continuum(number: int) -> tuple[str, Planted, int]:
    """Return a family, two samples of one table without groups, and the number of slices to cut both into."""
    rng = np.random.default_rng([7, number])
    family = ("kmeans", "gaussian_mixture", "ward", "kmeans")[number % 4]
    d, k = int(rng.choice([2, 4, 8, 16])), int(rng.integers(3, 11))
    n, kind = int(rng.choice([600, 2000, 5000])), number % 3

    def draw() -> FloatMatrix:
        normal = rng.normal(size=(n, d))
        return normal if kind == 0 else rng.uniform(size=(n, d)) if kind == 1 else np.exp(normal / 2)

    nobody = np.zeros(n, dtype=np.int64)
    return family, Planted(draw(), nobody, draw(), nobody, (), None), k


@dataclass
class Invented:
    """What was said of slices of a continuum: events in all, changes that were stated, tables called the same."""

    tables: int = 0
    events: int = 0
    changes: int = 0
    same: int = 0


def invented(n_tables: int) -> Invented:
    """Match two samples of one population without groups, and count the changes that are claimed."""
    found = Invented()
    for number in range(n_tables):
        family, planted, k = continuum(number)
        prep0, prep1 = prepared(planted.old, "standard"), prepared(planted.new, "standard")
        fit0 = fitted(family, forward(prep0, planted.old), k, number)
        fit1 = fitted(family, forward(prep1, planted.new), k, number + 1)
        if fit0 is None or fit1 is None:
            continue
        match = matched(planted, family, fit0, fit1, prep0, prep1, number)
        found.tables += 1
        found.same += match.same
        found.events += len(match.events)
        found.changes += sum(
            event.stated and match.same and event.kinds != (Kind.KEPT,) for event in match.events
        )
    return found


def rate(right: int, of: int) -> str:
    """Return a share with its standard error."""
    share = right / max(of, 1)
    return f"{share:.3f} ± {np.sqrt(share * (1 - share) / max(of, 1)):.3f} ({right} of {of})"


def report(n_scenarios: int = 390, n_tables: int = 160) -> Iterator[tuple[str, str]]:
    """Yield what was measured, line by line."""
    tallies: dict[str, Tally] = {}
    for family, tally in scenarios(n_scenarios, seed=1):
        for name in (family, "all"):
            tallies.setdefault(name, Tally()).add(tally)
    for name, tally in tallies.items():
        found, right = sum(tally.found.values()), sum(tally.right.values())
        yield f"{name}: named right, of what both fits contain", rate(right, found)
        yield f"{name}: of all that was planted", rate(right, sum(tally.planted.values()))
    every = tallies["all"]
    for kind in every.planted:
        yield f"{kind.value}, of what both fits contain", rate(every.right[kind], every.found[kind])
    told = invented(n_tables)
    yield f"changes invented on slices of {told.tables} continua", rate(told.changes, told.events)
    yield "continua called the same segmentation", rate(told.same, told.tables)


if __name__ == "__main__":
    for what, figure in report():
        print(f"| {what} | {figure} |")
