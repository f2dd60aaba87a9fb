"""The model in force: read whole, replaced at one stroke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from segmint.errors import BundleError, UsageError
from segmint.model.assignment import RESULT_COLUMNS
from segmint.model.bundle import content_hash, from_bytes, read_bundle
from segmint.model.segment_model import SegmentModel
from segmint.model.signature import Signature

if TYPE_CHECKING:
    from segmint.serve.near import Near
    from segmint.signing.trust import Trust

Trace: TypeAlias = tuple[int, int, int]
"""What tells one file from the next under the same name: inode, size, time of change."""

ReadTrust: TypeAlias = "Callable[[], Trust | None]"


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
        Names that an error may show: the schema's, and that of the texts.
    signature
        Who vouches for it, verified; ``None`` where nobody was asked to.
    near
        Its index of customers, ready to be asked; ``None`` where it carries none.
    """

    model: SegmentModel
    version: str
    columns: frozenset[str]
    signature: Signature | None = None
    near: Near | None = None

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
        near = _near(model)
    except BundleError as error:
        raise BundleError(error.code, where=path.name, **error.figures) from None
    taken = (*RESULT_COLUMNS, "model")
    if model.schema.key is not None and model.schema.key.name in taken:
        raise UsageError("workflow.key_taken", key=model.schema.key.name, columns=list(taken))
    texts = () if model.topics is None else (model.topics.text,)
    known = frozenset((*model.schema.names, *texts))
    return Served(model, content_hash(model)[:16], known, signature, near)


def _near(model: SegmentModel) -> Near | None:
    if model.index is None:  # a service without one starts without what finds likes
        return None
    from segmint.serve.near import near_of

    return near_of(model, model.index)


class Shelf:
    """The one place that changes while a service runs: which model is in force.

    A request takes :attr:`current` once and keeps it, so that no answer is made of two models.

    Parameters
    ----------
    path
        The model's file.
    read_trust
        Reads what is asked of signatures, each time that a file is loaded: keys may be added and withdrawn.
    keys
        The file that it reads; ``None`` where nothing is asked.
    """

    def __init__(self, path: Path, read_trust: ReadTrust = lambda: None, keys: Path | None = None) -> None:
        self._path, self._read_trust, self._keys = path, read_trust, keys
        self._trace = self._traces()
        self.current = load(path, read_trust())

    def changed(self) -> bool:
        """Return whether another file, or other trusted keys, lie under the name than were read last."""
        return self._traces() != self._trace

    def replace(self) -> Served:
        """Read the file again and put it in force; where that fails the old one stays.

        Raises
        ------
        BundleError, NotFoundError
            If the new file is no model, not signed as is asked, or of another name than the one in force: who
            asks for it means that one, and signed versions are counted by name.
        UsageError
            If the file of trusted keys cannot be used.
        """
        self._trace = self._traces()  # a bad file is tried once, not every second
        served = load(self._path, self._read_trust())
        names = {each.model.manifest.name for each in (served, self.current)}
        if len(names) > 1:
            raise BundleError(
                "serve.other_name", where=self._path.name, name=self.current.model.manifest.name
            )
        self.current = served
        return served

    def _traces(self) -> tuple[Trace | None, Trace | None]:
        return _trace(self._path), None if self._keys is None else _trace(self._keys)


def _trace(path: Path) -> Trace | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
