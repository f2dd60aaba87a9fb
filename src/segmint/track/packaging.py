"""A bundle as an MLflow model: a folder that ``mlflow.pyfunc.load_model`` understands."""

from __future__ import annotations

import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from segmint.model.assignment import RESULT_COLUMNS
from segmint.model.bundle import load_bundle
from segmint.model.segment_model import SegmentModel
from segmint.track.imported import AnyType, ColSpec, ColumnSchema, DataType, Model, ModelSignature, pyfunc

BUNDLE: Final = "data/model.segmint"
"""Where the bundle lies in the model's folder."""

LOADER: Final = "segmint.track.loader"
_REQUIRED: Final = ("segmint", "mlflow", "numpy", "pandas", "safetensors")
_TYPES: Final = {str: DataType.string, float: DataType.double}


def write_model(bundle: Path, folder: Path, *, model_id: str, run_id: str) -> None:
    """Write the MLflow model of a bundle: the bundle itself, and how it is loaded; nothing is pickled.

    Parameters
    ----------
    bundle
        A bundle file; it is loaded, and thereby checked, first.
    folder
        A folder that is not there yet.
    model_id, run_id
        MLflow's ids of the logged model and of the run that it comes from.

    Raises
    ------
    BundleError
        If the file is not a whole bundle.
    """
    model = load_bundle(bundle)
    with tempfile.TemporaryDirectory() as scratch:
        named = Path(scratch) / Path(BUNDLE).name
        shutil.copyfile(bundle, named)
        pyfunc.save_model(
            path=str(folder),
            loader_module=LOADER,
            data_path=str(named),
            mlflow_model=Model(model_id=model_id, run_id=run_id),
            signature=signature(model),
            pip_requirements=requirements(),
        )


def signature(model: SegmentModel) -> ModelSignature:
    """Return what goes in and what comes out.

    The columns that the model needs are named; their types are left to the model's own grammar, since
    MLflow would refuse whole numbers where it was told of floats, and flags written in two ways.
    """
    shares = () if model.topics is None else model.topics.names
    columns = [ColSpec(AnyType(), name, required=name not in shares) for name in model.preparation.columns]
    if model.topics is not None:  # in the place of the shares
        columns.append(ColSpec(AnyType(), model.topics.text, required=False))
    outputs = [ColSpec(_TYPES[kind], name) for name, kind in RESULT_COLUMNS.items()]
    return ModelSignature(inputs=ColumnSchema(columns), outputs=ColumnSchema(outputs))


def requirements() -> list[str]:
    """Return the packages, with their versions, that loading the model needs."""
    return [f"{name}=={version(name)}" for name in _REQUIRED]
