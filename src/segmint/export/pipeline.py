"""A model as a scikit-learn ``Pipeline(scaler, clusterer)`` of scikit-learn's own objects only.

Everything is first fitted by scikit-learn itself on a few made-up rows, so that whatever it keeps inside is
there; then the numbers that the model holds take the place of those.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from segmint.export.clusterer import make_clusterer
from segmint.export.kept import kept_points
from segmint.export.scaler import make_scaler
from segmint.labels import NOISE, UNASSIGNED
from segmint.model.segment_model import SegmentModel

if TYPE_CHECKING:
    import pandas as pd

    from segmint.types import RawColumns

LIBRARIES = ("scikit-learn", "numpy", "joblib")


def make_pipeline(model: SegmentModel) -> Pipeline:
    """Return a fitted pipeline that gives a row the label that the model gives it.

    Parameters
    ----------
    model
        The segmentation.

    Returns
    -------
    sklearn.pipeline.Pipeline
        ``scaler`` and ``clusterer``; ``predict`` takes a pandas frame with the model's columns
        (``feature_names_in_``): numbers as floats, levels as texts. Two plain attributes are beside the steps:
        ``segments_`` (a list: label, id, number and name of each segment; −1 is ``unassigned``) and ``made_by_`` (versions).

    Examples
    --------
    >>> import segmint
    >>> table = segmint.read(segmint.example_table("wholesale_customers"))
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
    >>> pipeline = make_pipeline(segmint.study(table, options).model)
    >>> [name for name, _ in pipeline.steps], type(pipeline["clusterer"]).__name__
    (['scaler', 'clusterer'], 'KMeans')
    """
    pipeline = Pipeline([("scaler", make_scaler(model)), ("clusterer", make_clusterer(model.assigner))])
    pipeline.segments_ = segments(model)
    pipeline.made_by_ = versions()
    return pipeline


def segments(model: SegmentModel) -> list[dict[str, Any]]:
    """Return what each label of the model's rule means, in the order of the labels; −1 where rows may have none."""
    told = [
        {"label": card.label, "id": card.id, "number": card.short, "name": card.name}
        for card in sorted(model.cards, key=lambda card: card.label)
    ]
    kept = kept_points(model.assigner)
    if kept is None or not kept.capped:
        return told
    return [{"label": NOISE, "id": UNASSIGNED, "number": "", "name": ""}, *told]


def versions() -> Mapping[str, str]:
    """Return the versions that a reader of a pickled pipeline needs."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("segmint", *LIBRARIES)}}


def frame_of(pipeline: Pipeline, columns: RawColumns) -> pd.DataFrame:
    """Return raw columns as the frame that a pipeline takes."""
    import pandas as pd

    return pd.DataFrame({name: columns[name] for name in pipeline.feature_names_in_})
