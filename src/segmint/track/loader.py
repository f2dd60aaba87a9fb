"""What ``mlflow.pyfunc`` imports by name to load a registered model, from our own bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from segmint.model.assignment import assign
from segmint.model.bundle import load_bundle
from segmint.model.segment_model import SegmentModel
from segmint.track.frames import frame_columns


@dataclass(frozen=True)
class Predictor:
    """A loaded model in the shape that MLflow calls."""

    model: SegmentModel

    def predict(self, frame: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002
        """Give each row of a frame its segment.

        Parameters
        ----------
        frame
            Rows with the columns that the model needs; others are ignored.
        params
            Taken because MLflow passes it; the model has none.

        Returns
        -------
        pandas.DataFrame
            ``segment_id``, ``segment_name``, ``confidence``, ``runner_up`` and ``novelty``, with the
            index of the frame.

        Raises
        ------
        SchemaError
            If a column is missing.
        ValueRuleError
            If a column of numbers holds a text that is none.
        """
        columns = frame_columns(self.model, frame)
        keys = np.arange(1, len(frame) + 1).astype(str).astype(object)
        return pd.DataFrame(assign(self.model, columns, keys).result(), index=frame.index)


def _load_pyfunc(path: str) -> Predictor:
    return Predictor(load_bundle(Path(path)))
