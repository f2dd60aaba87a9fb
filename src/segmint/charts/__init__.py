"""A study in pictures: every chart is called with a study and gives an Altair object.

::

    segmint.charts.elbow(study)                      in a notebook
    segmint.charts.png(segmint.charts.elbow(study))  as a picture
    segmint.charts.write_charts(study, "folder")     all of them, as files

The title of a chart is its finding, computed from the study; the line under it says how to read the marks.
"""

from segmint.charts.chance import null
from segmint.charts.chart import Caption, Chart, Numbers
from segmint.charts.files import drawings, write_charts
from segmint.charts.inertia import elbow
from segmint.charts.information import bic_by_covariance
from segmint.charts.maps import segment_map
from segmint.charts.neighbors import k_distance
from segmint.charts.overlaps import stability
from segmint.charts.profiles import profile
from segmint.charts.render import png, svg
from segmint.charts.resampling import resamples
from segmint.charts.scorecards import scorecard
from segmint.charts.segments import silhouette_rows
from segmint.charts.side_by_side import families
from segmint.charts.silhouettes import silhouette_by_k
from segmint.charts.table import CHARTS

__all__ = [
    "CHARTS",
    "Caption",
    "Chart",
    "Numbers",
    "bic_by_covariance",
    "drawings",
    "elbow",
    "families",
    "k_distance",
    "null",
    "png",
    "profile",
    "resamples",
    "scorecard",
    "segment_map",
    "silhouette_by_k",
    "silhouette_rows",
    "stability",
    "svg",
    "write_charts",
]
