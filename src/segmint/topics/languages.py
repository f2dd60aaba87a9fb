"""Which language a corpus is written in: the one whose dictionary knows the most of its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from simplemma.strategies import DictionaryLookupStrategy
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from segmint.model.stop_words import STOP_WORDS
from segmint.model.tokens import every_word

SPOKEN: Final = ("en", "fr")
"""The languages with function words and lemmas."""
OTHERS: Final = ("de", "es", "it", "nl", "pt")
"""Languages that are only recognized, so that they are not taken for English or French."""
_MOST_DOCUMENTS: Final = 1000
_MOST_WORDS: Final = 200
_KNOWN: Final = 0.5
_LEAD: Final = 0.1


@dataclass(frozen=True)
class Language:
    """What a corpus is written in.

    Attributes
    ----------
    spoken
        ``en`` or ``fr``, or ``None``: then no function word is left out and no word is brought to its lemma.
    name
        The language that knows the most words, also one that is only recognized; ``None`` where none knows half.
    known
        The share of the words looked at that each language knows, 0 … 1.
    confidence
        The share of the documents looked at in which ``name`` knows the most words, 0 … 1.
    declared
        Whether a person said it.
    """

    spoken: str | None
    name: str | None
    known: dict[str, float]
    confidence: float
    declared: bool = False


def declared(language: str, texts: Sequence[str] = ()) -> Language:
    """Return the language that a person named, and in what share of the documents looked at it knows the most words.

    Examples
    --------
    >>> declared("en", ["où est mon colis", "where is my parcel"]).confidence
    0.5
    """
    spoken = language if language in SPOKEN else None
    documents = _drawn(texts)
    if language not in (*SPOKEN, *OTHERS) or not documents:
        return Language(spoken, language, {}, 1.0, declared=True)
    found = _counts(documents)
    return Language(spoken, language, _shares(documents, found), _confidence(language, found), declared=True)


def detect(texts: Sequence[str]) -> Language:
    """Find the language of a corpus.

    Up to 1,000 documents, evenly drawn, and 200 words of each. A word is known where it is a function word or
    in simplemma's dictionary. The language must know half of the words, and a tenth more than any other.

    Parameters
    ----------
    texts
        The documents.

    Returns
    -------
    Language
        What was found, and how surely.

    Examples
    --------
    >>> found = detect(["the parcel has not arrived", "where is my order?"])
    >>> found.spoken, found.confidence
    ('en', 1.0)
    >>> detect(["das Paket ist leider nicht angekommen"]).spoken is None
    True
    """
    documents = _drawn(texts)
    found = _counts(documents)
    known = _shares(documents, found)
    name, second = sorted(known, key=lambda language: -known[language])[:2]
    if known[name] < _KNOWN or known[name] - known[second] < _LEAD:
        return Language(None, None, known, 0.0)
    return Language(name if name in SPOKEN else None, name, known, _confidence(name, found))


def _drawn(texts: Sequence[str]) -> list[Sequence[str]]:
    """Return the first words of some documents, evenly drawn."""
    step = max(1, len(texts) // _MOST_DOCUMENTS)
    documents = (every_word(text, None)[:_MOST_WORDS] for text in texts[::step])
    return [words for words in documents if words]


def _counts(documents: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Return how many words of each document each language knows."""
    distinct = {word for words in documents for word in words}
    dictionaries = DictionaryLookupStrategy(DefaultDictionaryFactory(cache_max_size=1))
    return {
        language: _n_known(documents, _known_of(language, distinct, dictionaries))
        for language in (*SPOKEN, *OTHERS)
    }


def _shares(documents: Sequence[Sequence[str]], found: dict[str, list[int]]) -> dict[str, float]:
    n_words = sum(map(len, documents))
    return {language: sum(counts) / n_words if n_words else 0.0 for language, counts in found.items()}


def _known_of(language: str, words: set[str], dictionaries: DictionaryLookupStrategy) -> set[str]:
    """Return the words that a language knows; its dictionary leaves memory when the next one comes."""
    listed = STOP_WORDS.get(language, frozenset())
    return {word for word in words if word in listed or dictionaries.get_lemma(word, language) is not None}


def _n_known(documents: Sequence[Sequence[str]], known: set[str]) -> list[int]:
    return [sum(word in known for word in words) for words in documents]


def _confidence(name: str, found: dict[str, list[int]]) -> float:
    """Return the share of the documents in which a language knows at least as many words as any other."""
    best = Counter(
        counts[place] == max(other[place] for other in found.values())
        for counts in [found[name]]
        for place in range(len(counts))
    )
    return best[True] / max(1, best.total())
