"""Characters that nobody sees, made visible."""

from __future__ import annotations

import unicodedata


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
    return "".join(
        character
        if character in kept or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        else f"\\u{ord(character):04x}"
        for character in text
    )
