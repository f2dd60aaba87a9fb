"""A disk that refuses (full, gone, not permitted, a folder where a file should be) is an error with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segmint.errors import SegmintError


@contextmanager
def refusals(place: Path, code: str = "image.unwritable") -> Iterator[None]:
    """Turn a disk's refusal into an error that names the place."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SegmintError(code, where=str(place), reason=reason) from None
