"""Names and ids: of models, of segments, and what may not stand in them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from segmint.errors import UsageError
from segmint.model.canonical import dumps

_MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)
_LONGEST_SEGMENT_NAME = 80


def origin(fingerprint: str, steps: Sequence[Mapping[str, Any]], parent: str | None) -> str:
    """Return where segments are born: a hash of the rows, of what was done to them, and of the version before.

    Parameters
    ----------
    fingerprint
        Of the training data.
    steps
        The steps of the preparation as plain data: other columns or another scale make other segments.
    parent
        Content hash of the bundle that the model follows; ``None`` for a first version.
    """
    digest = hashlib.sha256(fingerprint.encode())
    digest.update(dumps([dict(step) for step in steps]))
    digest.update((parent or "").encode())
    return digest.hexdigest()


def segment_id(model_name: str, origin: str, configuration: str, label: int) -> str:
    """Return the lasting id of a segment: a hash of where it was born.

    Counters would collide when two challengers are trained at once; hashes don't, and are never reused: other
    rows, another preparation or another version before are another :func:`origin`.

    Parameters
    ----------
    model_name
        The model's name.
    origin
        See :func:`origin`.
    configuration
        Id of the configuration that found it.
    label
        Its label there.

    Examples
    --------
    >>> segment_id("shop", "", "0123456789ab", 0)
    'seg-1a2cdd550505'
    """
    text = "\x1f".join([model_name, origin, configuration, str(label)])
    return f"seg-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def check_model_name(name: str) -> str:
    """Return a model's name if it may be one: it becomes a file's name and part of addresses.

    Raises
    ------
    UsageError
        If it is not ``[a-z0-9][a-z0-9._-]{0,63}``, has two dots in a row, or is a device's name.

    Examples
    --------
    >>> check_model_name("mall_customers")
    'mall_customers'
    """
    stem = name.split(".")[0]
    if not _MODEL_NAME.fullmatch(name) or ".." in name or stem in _DEVICES:
        raise UsageError("ids.model_name")
    return name


def model_name_from(source: str) -> str:
    """Return a model's name made from a source's name.

    Examples
    --------
    >>> model_name_from("Mall Customers (2024).csv.gz"), model_name_from("standard input"), model_name_from("…")
    ('mall_customers_2024', 'standard_input', 'model')
    """
    name = PurePath(source).name
    stem = name.split(".")[0] or name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:64].rstrip("_")
    return "model" if not made or made in _DEVICES else made


def check_segment_name(name: str) -> str:
    """Return a segment's name if it can be shown safely: 1 to 80 visible characters.

    Raises
    ------
    UsageError
        If it is empty or too long, or holds control, zero-width or direction characters.
    """
    text = unicodedata.normalize("NFC", name).strip()
    hidden = any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in text)
    if not 1 <= len(text) <= _LONGEST_SEGMENT_NAME or hidden:
        raise UsageError("ids.segment_name", longest=_LONGEST_SEGMENT_NAME)
    return text
