"""Who may ask: API keys, compared in constant time, read again when their file changes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from segmint.errors import UsageError

SHORTEST: Final = 16
VARIABLE: Final = "SEGMINT_API_KEYS"


class Keys:
    """The keys in force: those of the environment and those of a file, which may change at any time.

    Whether keys are :attr:`required` is decided at the start: a file that is emptied later opens nothing. A key is kept as its SHA-256 only. A file that cannot be read any more keeps the keys that were read last.

    Raises
    ------
    UsageError
        If at the start the file cannot be read or holds no key, or a key is shorter than 16 characters.
    """

    def __init__(self, file: Path | None, environment: Mapping[str, str]) -> None:
        self._file = file
        self._fixed = _digests(environment.get(VARIABLE, "").replace(",", "\n").splitlines())
        self.required = file is not None or bool(self._fixed)
        self._time: int | None = None
        self._read: tuple[bytes, ...] = ()
        if file is not None:
            self._read_file(file)

    def refresh(self) -> UsageError | None:
        """Read the file again where it has changed; return, once a change, why it cannot be used."""
        if self._file is None:
            return None
        try:
            if self._file.stat().st_mtime_ns != self._time:
                self._read_file(self._file)
        except OSError:  # gone for a moment, while it is replaced
            return None
        except UsageError as error:
            return error
        return None

    def admit(self, offered: str) -> bool:
        """Return whether a key is in force; all are compared, whichever fits."""
        digest = hashlib.sha256(offered.encode("utf-8", "surrogatepass")).digest()
        found = False
        for known in (*self._fixed, *self._read):
            found |= hmac.compare_digest(digest, known)
        return found

    def _read_file(self, file: Path) -> None:
        try:
            self._time = file.stat().st_mtime_ns
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise UsageError("serve.keys", where=file.name, reason=reason, least=SHORTEST) from None
        read = _digests(lines)
        if not read:
            raise UsageError("serve.keys", where=file.name, reason="it holds none", least=SHORTEST)
        self._read = read


def _digests(lines: Iterable[str]) -> tuple[bytes, ...]:
    keys = [line.strip() for line in lines]
    kept = [key for key in keys if key and not key.startswith("#")]
    if any(len(key) < SHORTEST for key in kept):
        raise UsageError("serve.keys", reason="one is too short", least=SHORTEST)
    return tuple(hashlib.sha256(key.encode()).digest() for key in kept)
