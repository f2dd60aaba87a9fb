"""The model in force: read whole, replaced at one stroke."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from segmint.errors import BundleError, UsageError
from segmint.model.assignment import RESULT_COLUMNS
from segmint.model.bundle import content_hash, from_bytes, read_bundle
from segmint.model.segment_model import SegmentModel
from segmint.model.signature import Signature

if TYPE_CHECKING:
    from segmint.signing.trust import Trust

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
    signature
        Who vouches for it, verified; ``None`` where nobody was asked to.
    """

    model: SegmentModel
    version: str
    columns: frozenset[str]
    signature: Signature | None = None

    def about(self) -> dict[str, str | int]:
        """Return which model answers: name, version, revision."""
        manifest = self.model.manifest
        return {"name": manifest.name, "version": self.version, "revision": manifest.revision}


def load(path: Path, trust: Trust | None = None) -> Served:
    """Load a bundle file, checked whole.

    Parameters
    ----------
    path
        The file; what is verified and what is loaded are the same bytes, read once.
    trust
        What is asked of its signature; ``None`` for nothing.

    Raises
    ------
    BundleError, NotFoundError
        As :func:`segmint.model.bundle.load_bundle`, or if the signature is not what is asked.
    UsageError
        If the key is called like a field of an answer.
    """
    try:
        data = read_bundle(path)
        signature = None if trust is None else trust.check(data)
        model = from_bytes(data)
    except BundleError as error:
        raise BundleError(error.code, where=path.name, **error.figures) from None
    taken = (*RESULT_COLUMNS, "model")
    if model.schema.key is not None and model.schema.key.name in taken:
        raise UsageError("workflow.key_taken", key=model.schema.key.name, columns=list(taken))
    return Served(model, content_hash(model)[:16], frozenset(model.schema.names), signature)


class Shelf:
    """The one place that changes while a service runs: which model is in force.

    A request takes :attr:`current` once and keeps it, so that no answer is made of two models.
    """

    def __init__(self, path: Path, trust: Trust | None = None) -> None:
        self._path, self._trust = path, trust
        self._trace = _trace(path)
        self.current = load(path, trust)

    def changed(self) -> bool:
        """Return whether another file lies under the name than the one that was read last."""
        return _trace(self._path) != self._trace

    def replace(self) -> Served:
        """Read the file again and put it in force; where that fails the old one stays.

        Raises
        ------
        BundleError, NotFoundError
            If the new file is no model, or not signed as is asked.
        """
        self._trace = _trace(self._path)  # a bad file is tried once, not every second
        self.current = load(self._path, self._trust)
        return self.current


def _trace(path: Path) -> Trace | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
