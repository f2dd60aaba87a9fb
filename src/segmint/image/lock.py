"""Lock files: which versions are installed, which files may stand for them, and what needs what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import Final

SERVE: Final = "serve.lock"
MLFLOW: Final = "mlflow.lock"

_ASKED: Final = "(pyproject.toml"
_PIN: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NEEDED_BY: Final = re.compile(r"^ +# +(?:via +)?([A-Za-z0-9._-]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Locked:
    """One package of a lock file.

    Attributes
    ----------
    name, version
        The package, its name normalized.
    hashes
        SHA-256 of each file that may be installed for it.
    asked
        Whether it is asked for itself, not only needed by another.
    needed_by
        The packages of the same lock that need it.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    asked: bool
    needed_by: tuple[str, ...]


def lock_text(name: str) -> str:
    """Return the text of a lock file that comes with the product."""
    return resources.files("segmint.image").joinpath(name).read_text(encoding="utf-8")


def read_lock(text: str) -> tuple[Locked, ...]:
    """Return the packages of a lock file, in its order.

    Examples
    --------
    >>> digest = "0" * 64
    >>> read_lock(f"idna==3.20 --hash=sha256:{digest}")[0].version
    '3.20'
    """
    pins = list(_PIN.finditer(text))
    ends = [pin.start() for pin in pins[1:]] + [len(text)]
    names = {normal(pin["name"]) for pin in pins}
    return tuple(_locked(pin, text[pin.end() : end], names) for pin, end in zip(pins, ends, strict=True))


def _locked(pin: re.Match[str], rest: str, names: set[str]) -> Locked:
    needed_by = tuple(name for name in map(normal, _NEEDED_BY.findall(rest)) if name in names)
    asked = not needed_by or _ASKED in rest
    return Locked(normal(pin["name"]), pin["version"], tuple(_HASH.findall(rest)), asked, needed_by)


def normal(name: str) -> str:
    """Return a package's name in its one spelling.

    Examples
    --------
    >>> normal("Prometheus_Client")
    'prometheus-client'
    """
    return re.sub(r"[-_.]+", "-", name).lower()
