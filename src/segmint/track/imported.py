"""MLflow, imported here and nowhere else, while the garbage collector waits."""

from __future__ import annotations

from segmint.track.quiet import uncollected

with uncollected():
    import mlflow.artifacts as artifacts
    import mlflow.entities as entities
    import mlflow.pyfunc as pyfunc
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model, ModelSignature
    from mlflow.store.db.utils import create_sqlalchemy_engine
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.types import ColSpec, DataType
    from mlflow.types import Schema as ColumnSchema
    from mlflow.types.schema import AnyType

__all__ = [
    "AnyType",
    "ColSpec",
    "ColumnSchema",
    "DataType",
    "MlflowClient",
    "MlflowException",
    "Model",
    "ModelSignature",
    "SqlAlchemyStore",
    "artifacts",
    "create_sqlalchemy_engine",
    "entities",
    "pyfunc",
]
