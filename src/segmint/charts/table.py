"""The table of charts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from segmint.charts.chart import Chart
from segmint.charts.evidence import null, resamples, stability
from segmint.charts.maps import families, segment_map
from segmint.charts.scorecard import scorecard
from segmint.charts.segments import profile, silhouette_rows
from segmint.charts.selection import bic_by_covariance, elbow, k_distance, silhouette_by_k

CHARTS: Final[Mapping[str, Chart]] = MappingProxyType(
    {
        chart.name: chart
        for chart in (
            segment_map,
            profile,
            silhouette_by_k,
            stability,
            elbow,
            silhouette_rows,
            null,
            resamples,
            bic_by_covariance,
            k_distance,
            families,
            scorecard,
        )
    }
)
