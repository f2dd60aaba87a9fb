"""From a text to its words: English and French by their own rules, other languages by letters alone.

Needs nothing but Python, so that the service reads a new text as the training did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from segmint.model.letters import small

LONGEST_WORD: Final = 40
"""Letters; what is longer is no word that people share."""
_SHORTEST_WORD: Final = 2
_WORD: Final = re.compile(r"[^\W\d_][^\W_]*(?:'[^\W\d_]+)*")
_MARKUP: Final = re.compile(r"<[^<>]{1,200}>")
_NO_WORDS: Final = ("@", "://", "www.")
"""Marks of an address: it names a person or a place, not a topic."""

_ELIDED: Final = re.compile(r"(?:jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|qu|[cdjlmnst])'(?=.)")
_WHOLE: Final = re.compile(r"(?<![^\W_])(?:aujourd'hui|prud'hommes?|rendez-vous)(?![^\W_])")
_CLITIC: Final = re.compile(
    r"-(?:t-)?(?:je|tu|il|elle|on|nous|vous|ils|elles|moi|toi|lui|leur|le|la|les|ce|ci|là|y|en)(?![^\W_])"
)
_ENDINGS: Final = ("s", "re", "ve", "ll", "d", "m")


def words_of(text: str, language: str | None, stop_words: frozenset[str]) -> list[str]:
    """Return the words of a text that can tell what it is about, in order.

    Small letters; accents stay. Markup, addresses and names that begin with @ are left out, so are numbers,
    words of one letter, words of more than forty and function words. Hyphens part words (*week-end* is two,
    which a phrase may join again). French: elided words go (*l'été* is *été*), so do pronouns behind a verb
    (*dites-moi* is *dites*). English: *'s*, *'ve* and their like go, so does every *n't*.

    Parameters
    ----------
    text
        Any text.
    language
        ``en``, ``fr``, or ``None`` for another.
    stop_words
        What is left out: one of :data:`segmint.model.stop_words.STOP_WORDS`.

    Returns
    -------
    list of str
        The words.

    Examples
    --------
    >>> from segmint.model.stop_words import stop_words_of
    >>> words_of("The customer's parcel didn't arrive: call +33 6 12, ann@shop.com!", "en", stop_words_of("en"))
    ['customer', 'parcel', 'arrive', 'call']
    >>> words_of("Pouvez-vous m’aider ? L’écran d'accueil reste noir.", "fr", stop_words_of("fr"))
    ['aider', 'écran', 'accueil', 'reste', 'noir']
    """
    return [word for word in every_word(text, language) if word not in stop_words]


def every_word(text: str, language: str | None) -> list[str]:
    """Return the words of a text as :func:`words_of` does, function words among them."""
    parts = _PARTS.get(language or "", _plain)
    found = (part for chunk in _chunks(small(text)) for part in parts(chunk))
    return [word for word in found if _SHORTEST_WORD <= len(word) <= LONGEST_WORD]


def _chunks(text: str) -> Iterator[str]:
    """Return what stands between blanks, addresses left out."""
    for chunk in _MARKUP.sub(" ", text).split():
        if not any(mark in chunk for mark in _NO_WORDS):
            yield chunk


def _plain(chunk: str) -> list[str]:
    return [part for word in _WORD.findall(chunk) for part in word.split("'")]


def _english(chunk: str) -> list[str]:
    found = []
    for word in _WORD.findall(chunk):
        stem, apostrophe, ending = word.partition("'")
        if apostrophe and ending == "t":
            continue
        found.append(stem if ending in _ENDINGS else word)
    return found


def _french(chunk: str) -> list[str]:
    rest = _CLITIC.sub(" ", _WHOLE.sub(" ", chunk))
    return [*_WHOLE.findall(chunk), *(_ELIDED.sub("", word) for word in _WORD.findall(rest))]


_PARTS: Final[Mapping[str, Callable[[str], list[str]]]] = {"en": _english, "fr": _french}
