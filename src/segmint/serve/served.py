"""The model in force: read whole, replaced at one stroke."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from segmint.errors import UsageError
from segmint.model.assignment import RESULT_COLUMNS
from segmint.model.bundle import content_hash, load_bundle
from segmint.model.segment_model import SegmentModel

Trace: TypeAlias = tuple[int, int, int]
"""What tells one file from the next under the same name: inode, size, time of change."""


@dataclass(frozen=True, eq=False)
class Served:
    """A loaded model with what every answer says of it.

    Attributes
    ----------
    model
        The segmentation.
    version
        The first sixteen digits of the bundle's content hash.
    columns
        Names that an error may show: the schema's.
    """

    model: SegmentModel
    version: str
    columns: frozenset[str]

    def about(self) -> dict[str, str | int]:
        """Return which model answers: name, version, revision."""
        manifest = self.model.manifest
        return {"name": manifest.name, "version": self.version, "revision": manifest.revision}


def load(path: Path) -> Served:
    """Load a bundle file, checked whole.

    Raises
    ------
    BundleError, NotFoundError
        As :func:`segmint.model.bundle.load_bundle`.
    UsageError
        If the key is called like a field of an answer.
    """
    model = load_bundle(path)
    taken = (*RESULT_COLUMNS, "model")
    if model.schema.key is not None and model.schema.key.name in taken:
        raise UsageError("workflow.key_taken", key=model.schema.key.name, columns=list(taken))
    return Served(model, content_hash(model)[:16], frozenset(model.schema.names))


class Shelf:
    """The one place that changes while a service runs: which model is in force.

    A request takes :attr:`current` once and keeps it, so that no answer is made of two models.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._trace = _trace(path)
        self.current = load(path)

    def changed(self) -> bool:
        """Return whether another file lies under the name than the one that was read last."""
        return _trace(self._path) != self._trace

    def replace(self) -> Served:
        """Read the file again and put it in force; where that fails the old one stays.

        Raises
        ------
        BundleError, NotFoundError
            If the new file is no model.
        """
        self._trace = _trace(self._path)  # a bad file is tried once, not every second
        self.current = load(self._path)
        return self.current


def _trace(path: Path) -> Trace | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
