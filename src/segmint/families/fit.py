"""What a family is asked for and what it gives back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from segmint.geometry.geometry import Geometry
from segmint.labels import noise_share
from segmint.model.placement import Assigner
from segmint.seeds import random_state
from segmint.types import FloatMatrix, IntVector, Progress
from segmint.words import Sentence


@dataclass(frozen=True)
class Configuration:
    """A family with its parameters and the root seed.

    Its ``id`` is a hash of its content, and its own seed derives from the root seed and that content:
    adding one configuration to a sweep never changes another.

    Examples
    --------
    >>> a = Configuration("kmeans", {"n_clusters": 3, "n_init": 10}, seed=0)
    >>> b = Configuration("kmeans", {"n_init": 10, "n_clusters": 3}, seed=0)
    >>> a.id == b.id
    True
    """

    family: str
    parameters: Mapping[str, Any]
    seed: int

    @cached_property
    def id(self) -> str:
        """Twelve hexadecimal digits: the hash of family, parameters and seed."""
        content = {"family": self.family, "parameters": dict(self.parameters), "seed": self.seed}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def random_state(self) -> int:
        """The seed of this configuration's own work, as scikit-learn takes it."""
        content = json.dumps(dict(self.parameters), sort_keys=True)
        return random_state(self.seed, self.family, content)

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as plain data."""
        return {"family": self.family, "parameters": dict(self.parameters), "seed": self.seed}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Configuration:
        """Read what :meth:`to_json` wrote."""
        return cls(stored["family"], stored["parameters"], stored["seed"])


@dataclass(frozen=True, eq=False)
class Fit:
    """One configuration fitted to one matrix.

    Attributes
    ----------
    configuration
        What was asked for.
    labels
        Shape (n_samples,), canonical (largest cluster 0), ``labels.NOISE`` for noise. For K-Means and
        mixtures they are what ``assigner`` says of the training rows.
    assigner
        The rule for new rows.
    inertia
        Sum of squared distances to the centers, for families with centers; else ``None``.
    log_likelihood
        Total over the rows, in nats, for mixtures; else ``None``.
    n_parameters
        Free parameters of the likelihood (for BIC and AIC), for mixtures; else ``None``.
    entropy
        Entropy of the responsibilities, summed over rows, in nats (for ICL); mixtures only.
    agreement
        Share of training rows whose assigner gives the label of the fit, noise counted as a label.
    fitted_on
        Number of rows that the algorithm itself saw; fewer than n_samples where a sample was fitted and
        extended by the assigner.
    warnings
        What a reader must know: not converged, sampled, regularised.
    seconds
        Time of this fit.
    """

    configuration: Configuration
    labels: IntVector
    assigner: Assigner
    inertia: float | None = None
    log_likelihood: float | None = None
    n_parameters: int | None = None
    entropy: float | None = None
    agreement: float = 1.0
    fitted_on: int = 0
    warnings: tuple[Sentence, ...] = ()
    seconds: float = 0.0

    @property
    def n_clusters(self) -> int:
        """The number of clusters, noise left out."""
        return self.assigner.n_clusters

    @property
    def noise_share(self) -> float:
        """The share of training rows without a cluster, 0 … 1."""
        return noise_share(self.labels)


@dataclass(frozen=True)
class Failure:
    """A configuration that gave no clustering, as a value: the sweep goes on.

    ``n_clusters`` is what was found where that is the reason (a density family with fewer than two).
    """

    configuration: Configuration
    reason: Sentence
    n_clusters: int | None = None
    noise_share: float | None = None
    seconds: float = 0.0


Outcome = Fit | Failure


@dataclass(frozen=True)
class Request:
    """What a sweep is asked to plan.

    Attributes
    ----------
    ks
        Numbers of clusters for the families that take one, ascending.
    seed
        The root seed.
    init
        How K-Means starts: ``k-means++`` or ``random``.
    exact_rows
        Whether density families keep rows of customers instead of means of at least five.
    """

    ks: tuple[int, ...] = tuple(range(1, 11))
    seed: int = 0
    init: str = "k-means++"
    exact_rows: bool = False


@dataclass(frozen=True)
class Cost:
    """A forecast: seconds on this machine and bytes at the peak."""

    seconds: float
    memory: float


def _as_it_is(configuration: Configuration, _part: Geometry, _share: float, _density: float) -> Configuration:
    return configuration


def _of_no_density(_configuration: Configuration, _geometry: Geometry) -> float:
    return 0.0


def _unscaled(configuration: Configuration, _ratio: float) -> Configuration:
    return configuration


@dataclass(frozen=True)
class Family:
    """One family of clustering, in the shape in which a sweep uses it.

    Attributes
    ----------
    name, title
        ``kmeans`` · ``K-Means``.
    plan
        ``plan(geometry, request) -> configurations``.
    sweep
        ``sweep(geometry, configurations, progress) -> iterator of Fit or Failure``, one each, in order.
    forecast
        ``forecast(n_samples, n_features, configurations) -> Cost`` of the whole sweep of this family.
    rule
        ``rule(X, labels, configuration) -> Assigner`` where the rule is made from the labels alone: of a tree,
        which is no rule for new rows by itself. ``None`` where the fit is the rule.
    thinned
        ``thinned(configuration, part, share, density) -> configuration``: what asks of a part of the rows (a
        ``share`` of the table) what this one asks of all, whose ``density`` was such. As it is where nothing
        depends on the number of rows. See ``thinning.thinned`` where both are at hand.
    density
        ``density(configuration, geometry) -> float``: how near rows lie, in what the configuration asks; 0
        where it asks for no distance.
    continued
        ``continued(geometry, configuration, labels) -> outcome``: the fit that starts from labels, each of
        0 … K − 1 present. ``None`` where a fit starts from nothing.
    scaled
        ``scaled(configuration, ratio) -> configuration``: what asks of a table of ``ratio`` times as many rows
        what this one asked. As it is where nothing depends on the number of rows.
    """

    name: str
    title: str
    plan: Callable[[Geometry, Request], tuple[Configuration, ...]]
    sweep: Callable[[Geometry, Sequence[Configuration], Progress], Iterator[Outcome]]
    forecast: Callable[[int, int, Sequence[Configuration]], Cost]
    traits: frozenset[str] = field(default_factory=frozenset)
    """``centers`` (inertia is meaningful), ``likelihood``, ``density`` (noise is possible), ``tree``."""
    rule: Callable[[FloatMatrix, IntVector, Configuration], Assigner] | None = None
    thinned: Callable[[Configuration, Geometry, float, float], Configuration] = _as_it_is
    density: Callable[[Configuration, Geometry], float] = _of_no_density
    continued: Callable[[Geometry, Configuration, IntVector], Outcome] | None = None
    scaled: Callable[[Configuration, float], Configuration] = _unscaled
