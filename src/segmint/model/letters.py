"""Letters as they are compared: composed, small, without accents where that is asked."""

from __future__ import annotations

import unicodedata
from typing import Final

_SAME: Final = str.maketrans(
    {"’": "'", "ʼ": "'", "‘": "'", "´": "'", "`": "'", "‐": "-", "‑": "-", "œ": "oe", "æ": "ae"}
)


def small(text: str) -> str:
    """Return a text in small letters, composed, with one apostrophe, one hyphen and no ligatures.

    Examples
    --------
    >>> small("L’ŒUVRE E\u0301TE\u0301")
    "l'oeuvre été"
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_SAME)


def without_accents(word: str) -> str:
    """Return a word without its accents, as it is often typed.

    Examples
    --------
    >>> without_accents("réclamé")
    'reclame'
    """
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))
