"""The data of a study's charts in one file: named arrays, and a text that says what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from segmint.choosing.study import FigureData, MapData
from segmint.errors import BundleError
from segmint.model import container
from segmint.model.canonical import dumps, loads
from segmint.model.description import finite
from segmint.types import FloatVector

KEY: Final = "segmint-figures"

_Arrays = dict[str, npt.NDArray[Any]]


def to_bytes(figures: FigureData) -> bytes:
    """Return the bytes of the figures' file: equal figures give equal bytes."""
    arrays: _Arrays = {}
    about: dict[str, Any] = {
        "map": None if figures.map is None else _map_to_arrays(figures.map, arrays),
        "silhouette_rows": list(figures.silhouette_rows),
        "k_distance": list(figures.k_distance),
    }
    for number, clusters in enumerate(figures.silhouette_rows.values()):
        arrays[f"silhouettes.n{number}"] = np.concatenate([np.empty(0), *clusters]).astype(np.float64)
        arrays[f"sizes.n{number}"] = np.array([len(values) for values in clusters], dtype=np.int64)
    for number, distances in enumerate(figures.k_distance.values()):
        arrays[f"distances.n{number}"] = np.asarray(distances, dtype=np.float64)
    head = container.header(KEY, dumps(finite(about)).decode("utf-8"), arrays)
    return b"".join([head, *container.payload(arrays)])


def from_bytes(data: bytes) -> FigureData:
    """Read what :func:`to_bytes` wrote.

    Raises
    ------
    BundleError
        If the file is damaged or is no such file.
    """
    length = container.header_length(data[:8], len(data))
    text, entries = container.read_header(data[8 : 8 + length], len(data), KEY)
    arrays = container.read_arrays(memoryview(data)[8 + length :], entries)
    about = loads(text.encode("utf-8"))
    if not isinstance(about, dict):
        raise BundleError("bundle.not_a_model")
    return _from_arrays(about, arrays)


def _map_to_arrays(drawn: MapData, arrays: _Arrays) -> dict[str, Any]:
    arrays["map.points"] = np.asarray(drawn.points, dtype=np.float64)
    arrays["map.confidence"] = np.asarray(drawn.confidence, dtype=np.float64)
    for number, labels in enumerate(drawn.labels.values()):
        arrays[f"labels.n{number}"] = np.asarray(labels, dtype=np.int64)
    return {
        "axes": list(drawn.axes),
        "projected": drawn.projected,
        "kept_variance": drawn.kept_variance,
        "labels": list(drawn.labels),
        "n_rows": drawn.n_rows,
    }


def _from_arrays(about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> FigureData:
    return FigureData(
        map=None if about["map"] is None else _map_from_arrays(about["map"], arrays),
        silhouette_rows={
            name: _clusters(arrays[f"silhouettes.n{number}"], arrays[f"sizes.n{number}"])
            for number, name in enumerate(about["silhouette_rows"])
        },
        k_distance={
            int(name): arrays[f"distances.n{number}"] for number, name in enumerate(about["k_distance"])
        },
    )


def _map_from_arrays(about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> MapData:
    first, second = about["axes"]
    return MapData(
        points=arrays["map.points"],
        axes=(first, second),
        projected=about["projected"],
        kept_variance=about["kept_variance"],
        labels={name: arrays[f"labels.n{number}"] for number, name in enumerate(about["labels"])},
        confidence=arrays["map.confidence"],
        n_rows=about["n_rows"],
    )


def _clusters(values: FloatVector, sizes: npt.NDArray[Any]) -> tuple[FloatVector, ...]:
    return tuple(np.split(values, np.cumsum(sizes)[:-1])) if len(sizes) else ()
