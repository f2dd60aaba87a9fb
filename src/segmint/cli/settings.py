"""The one place where the environment is read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What the environment says where no option does.

    Attributes
    ----------
    workspace
        ``SEGMINT_WORKSPACE``, else ``./segmint-workspace``.
    tracking_uri
        ``MLFLOW_TRACKING_URI``, else ``None``: the workspace's own database.
    library
        ``SEGMINT_DATA``: a folder of public data sets, for the practical work; else ``None``.
    key_password
        ``SEGMINT_KEY_PASSWORD``: of an encrypted signing key.
    """

    workspace: Path
    tracking_uri: str | None
    library: Path | None = None
    key_password: str | None = field(default=None, repr=False)


def read_settings() -> Settings:
    """Read the environment; an empty variable counts as not set."""
    return Settings(
        workspace=Path(os.environ.get("SEGMINT_WORKSPACE") or "segmint-workspace"),
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or None,
        library=Path(os.environ["SEGMINT_DATA"]) if os.environ.get("SEGMINT_DATA") else None,
        key_password=os.environ.get("SEGMINT_KEY_PASSWORD") or None,
    )
