"""The table of charts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from segmint.charts.chance import null
from segmint.charts.chart import Chart
from segmint.charts.inertia import elbow
from segmint.charts.information import bic_by_covariance
from segmint.charts.maps import segment_map
from segmint.charts.neighbors import k_distance
from segmint.charts.overlaps import stability
from segmint.charts.profiles import profile
from segmint.charts.resampling import resamples
from segmint.charts.scorecards import scorecard
from segmint.charts.segments import silhouette_rows
from segmint.charts.side_by_side import families
from segmint.charts.silhouettes import silhouette_by_k

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
