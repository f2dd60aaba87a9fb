"""Tracking and registry: MLflow as a projection of studies and bundles, and nowhere else.

The settings below are read by MLflow while it is imported, so they stand here, before any file of this
room imports it: no usage reports, and no copies of lock files from the working folder into models.
A value that is already in the environment stays.
"""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")
