"""What Prometheus reads: counts and times, never a value, never a customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

from segmint.model.assignment import Assignment
from segmint.serve.served import Shelf

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_NOVELTY: Final = (0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Meters:
    """The service's own counters; one object a process."""

    def __init__(self, shelf: Shelf) -> None:
        self._registry = CollectorRegistry()
        self._novelty = _Novelty()
        self._registry.register(self._novelty)
        self._registry.register(_InForce(shelf))
        self.requests = Counter(
            "segmint_requests", "Requests answered", ["route", "method", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "segmint_request_seconds", "Seconds to the last byte of an answer", ["route"],
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self.in_flight = Gauge("segmint_requests_in_flight", "Requests at work", registry=self._registry)
        self.refused = Counter(
            "segmint_refused", "Requests refused, by the rule they broke", ["code"], registry=self._registry
        )
        self.assigned = Counter(
            "segmint_assignments", "Customers assigned, by segment", ["segment"], registry=self._registry
        )
        self.replaced = Counter(
            "segmint_model_replacements",
            "Files put in force, or refused",
            ["outcome"],
            registry=self._registry,
        )

    def count(self, assignment: Assignment) -> None:
        """Count the segments and the novelty of an assignment."""
        if len(assignment.segment_ids) == 1:
            self.assigned.labels(assignment.segment_ids[0]).inc()
        else:
            for segment, n in assignment.sizes().items():
                self.assigned.labels(segment).inc(n)
        self._novelty.add(assignment.novelty)

    def exposition(self) -> bytes:
        """Return all of it in Prometheus's text format."""
        return generate_latest(self._registry)


class _Novelty:
    """A histogram that takes a whole batch at once."""

    def __init__(self) -> None:
        self._counts = np.zeros(len(_NOVELTY), dtype=np.int64)
        self._sum = 0.0

    def add(self, novelty: np.ndarray) -> None:
        if len(novelty) == 1:
            value = float(novelty[0])
            self._counts[next(place for place, edge in enumerate(_NOVELTY) if value <= edge)] += 1
            self._sum += value
            return
        self._counts += np.bincount(np.searchsorted(_NOVELTY, novelty), minlength=len(_NOVELTY))
        self._sum += float(novelty.sum())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        below = np.cumsum(self._counts).tolist()
        buckets = [(str(edge), n) for edge, n in zip(_NOVELTY, below, strict=True)]
        yield HistogramMetricFamily(
            "segmint_novelty",
            "Share of the segment's training rows that lie nearer",
            buckets=[*buckets, ("+Inf", below[-1])],
            sum_value=self._sum,
        )


class _InForce:
    """Which model is in force, as labels of a gauge that is always 1."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def collect(self) -> Iterator[GaugeMetricFamily]:
        about = self._shelf.current.about()
        family = GaugeMetricFamily("segmint_model_info", "The model in force", labels=list(about))
        family.add_metric([str(value) for value in about.values()], 1)
        yield family
