"""Characters that nobody sees, made visible."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_PERHAPS = re.compile(r"[^ -~]")  # a page has a million characters, nearly all of them plain


def safe(text: str, *, kept: str = "") -> str:
    """Show control, bidirectional and zero-width characters as escapes: a name must not write the screen.

    Parameters
    ----------
    text
        What is shown.
    kept
        Characters that stay as they are, such as a line's end.

    Examples
    --------
    >>> safe("a\\u202eb")
    'a\\\\u202eb'
    """
    return _PERHAPS.sub(lambda found: _shown(found.group(), kept), text)


def _shown(character: str, kept: str) -> str:
    if character in kept or unicodedata.category(character) not in _HIDDEN:
        return character
    return f"\\u{ord(character):04x}"
