"""The words of a corpus: what counts as one word, in training and in service alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from segmint.model.stop_words import STOP_WORDS, stop_words_of
from segmint.model.tokens import words_of
from segmint.model.word_counts import WordCounts, count_words
from segmint.types import BoolVector


@dataclass(frozen=True)
class Lexicon:
    """The one vocabulary of a topic model's two methods, and how a text becomes words of it.

    Attributes
    ----------
    language
        ``en``, ``fr``, or ``None`` for another.
    stop_words
        The name of the list of words that are left out: see :data:`segmint.model.stop_words.STOP_WORDS`.
    vocabulary
        The words and phrases that count, sorted; a phrase is two words with a blank between. Each occurs
        in five documents of the training at least.
    phrases
        Pairs of words that are read as one where they follow each other.
    forms
        What is read as another word: inflections of the vocabulary's words, and words without their accents.

    Examples
    --------
    >>> lexicon = Lexicon("en", "en", ("card", "gift card", "parcel"), (("gift", "card"),), {"parcels": "parcel"})
    >>> lexicon.terms("Parcels and a gift card")
    ['parcel', 'gift card']
    """

    language: str | None
    stop_words: str
    vocabulary: tuple[str, ...]
    phrases: tuple[tuple[str, str], ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each word in the vocabulary."""
        return {word: place for place, word in enumerate(self.vocabulary)}

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.phrases)

    @cached_property
    def naming(self) -> BoolVector:
        """Which words may name a topic, shape (n_words,): those that are no function words of the language."""
        nameless = stop_words_of(self.language)
        return np.array([nameless.isdisjoint(term.split(" ")) for term in self.vocabulary], dtype=np.bool_)

    def terms(self, text: str) -> list[str]:
        """Return the words and phrases of the vocabulary in a text, in order."""
        left_out = STOP_WORDS[self.stop_words]
        read = read_as(words_of(text, self.language, left_out), self.forms, left_out)
        return [term for term in joined(read, self._pairs) if term in self.places]

    def count(self, texts: Iterable[str]) -> WordCounts:
        """Return how often each word of the vocabulary stands in each text."""
        return count_words((self.terms(text) for text in texts), self.places)


def read_as(words: Iterable[str], forms: Mapping[str, str], stop_words: frozenset[str]) -> list[str]:
    """Return words as they are read: by their forms, without those that are left out then."""
    read = (forms.get(word, word) for word in words)
    return [word for word in read if word not in stop_words]


def joined(words: Sequence[str], pairs: frozenset[tuple[str, str]]) -> list[str]:
    """Join pairs that follow each other, from the left; a word belongs to one phrase at most.

    Examples
    --------
    >>> joined(["new", "york", "york"], frozenset({("new", "york"), ("york", "york")}))
    ['new york', 'york']
    """
    found: list[str] = []
    after = 0
    for place, word in enumerate(words):
        if place < after:
            continue
        if tuple(words[place : place + 2]) in pairs:
            found.append(f"{word} {words[place + 1]}")
            after = place + 2
        else:
            found.append(word)
    return found
