"""One vocabulary for both methods: which words count, what is read as one word, which pairs are one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from statistics import median
from typing import Final

from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from segmint.errors import DataError
from segmint.labels import FEWEST_TOLD
from segmint.model.letters import small, without_accents
from segmint.model.lexicon import Lexicon, joined, read_as
from segmint.model.stop_words import STOP_WORDS, stop_words_of
from segmint.model.tokens import every_word

MOST_WORDS: Final = 20_000
MOST_COMMON: Final = 0.5
"""A word that stands in more than this share of the documents tells none apart."""
PHRASE_FROM: Final = 0.7
"""Normalized pointwise mutual information from which two words are one phrase."""
FEWEST_DOCUMENTS: Final = 2
SHORT: Final = 10
"""Texts are short where half of them hold fewer words than this, function words not counted."""


def build_lexicon(texts: Sequence[str], language: str | None) -> Lexicon:
    """Find the vocabulary of a corpus.

    Function words are left out; of short texts (half hold fewer than ten other words) articles, conjunctions and
    auxiliaries only. Words are brought to their lemmas; one typed without its accents is read as the one with them where no
    other word is spelled so; a lemma that hardly anybody writes is called by its commonest form. Pairs that follow each other in five documents and whose normalized pointwise mutual
    information, log(p(ab) / p(a) p(b)) / −log p(ab), reaches .7 are one phrase: Bouma (2009). What then stands
    in five documents at least (of fewer nothing is told) and in no more than half of them is the vocabulary;
    of more than 20,000 the most frequent.

    Parameters
    ----------
    texts
        The documents.
    language
        ``en``, ``fr`` or ``None``.

    Returns
    -------
    Lexicon
        The vocabulary, its phrases, and which forms are read as which word.

    Raises
    ------
    DataError
        If fewer than two documents hold a word that counts, or no word is shared by five.

    Examples
    --------
    >>> texts = ["two parcels", "a parcel is late", "parcels", "no parcel", "my parcel"] + ["a refund"] * 5
    >>> lexicon = build_lexicon(texts, "en")
    >>> lexicon.vocabulary, lexicon.terms("refunds for parcels")
    (('parcel', 'refund'), ['refund', 'parcel'])
    """
    every = [every_word(text, language) for text in texts]
    listed = _list_for(every, language)
    left_out = STOP_WORDS[listed]
    documents = [[word for word in words if word not in left_out] for words in every]
    _refuse_too_few(documents)
    forms = as_written(every_form(language), documents, left_out | stop_words_of(language))
    read = [read_as(words, forms, left_out) for words in documents]
    phrases = find_phrases(read, stop_words_of(language))
    vocabulary = _kept([joined(words, frozenset(phrases)) for words in read])
    if not vocabulary:
        raise DataError("topics.nothing_shared", n=len(texts), fewest=FEWEST_TOLD)
    wanted = {part for term in (*vocabulary, *map(" ".join, phrases)) for part in term.split(" ")}
    return Lexicon(language, listed, vocabulary, phrases, _forms_of(wanted, forms, left_out))


def _list_for(documents: Sequence[Sequence[str]], language: str | None) -> str:
    """Return the name of the list of words to leave out: short texts keep more of theirs."""
    if language is None:
        return "none"
    nameless = stop_words_of(language)
    lengths = [n for n in (sum(word not in nameless for word in words) for words in documents) if n]
    return f"{language}-short" if lengths and median(lengths) < SHORT else language


def _refuse_too_few(documents: Sequence[Sequence[str]]) -> None:
    usable = sum(1 for words in documents if words)
    if usable < FEWEST_DOCUMENTS:
        raise DataError("topics.too_few", n=len(documents), usable=usable, fewest=FEWEST_DOCUMENTS)


@cache
def every_form(language: str | None) -> Mapping[str, str]:
    """Return the lemma of every word of a language that has another one, by simplemma's dictionary.

    An accented word typed without its accents counts as it where no other word is spelled so.
    """
    if language is None:
        return {}
    dictionary = DefaultDictionaryFactory().get_dictionary(language)
    known = {
        small(form): small(lemma) for form, lemma in dictionary.items() if form.isalpha() and lemma.isalpha()
    }
    lemmas = set(known.values())
    typed = {
        without_accents(form): lemma
        for form, lemma in sorted((known | {lemma: lemma for lemma in lemmas}).items())
        if not form.isascii()
    }
    bare = {form: lemma for form, lemma in typed.items() if form not in known and form not in lemmas}
    return {form: lemma for form, lemma in (bare | known).items() if form != lemma}


def as_written(
    forms: Mapping[str, str], documents: Sequence[Sequence[str]], kept: frozenset[str] = frozenset()
) -> Mapping[str, str]:
    """Return forms in which a lemma that fewer than five documents write is called by its commonest form.

    That is one that five documents or more write and that differs by more than accents: dictionaries have
    lemmas that are no words, and words that nobody uses. What counts as one word stays the same.

    Parameters
    ----------
    forms
        The lemma of each word that has another one.
    documents
        The words of each document, as they are written.
    kept
        Lemmas that keep their names.

    Examples
    --------
    >>> as_written({"playing": "playe", "plays": "play"}, [["playing", "plays", "play"]] * 5)
    {'plays': 'play', 'playe': 'playing'}
    """
    written = Counter(word for words in documents for word in set(words))
    names: dict[str, str] = {}
    for form in sorted(written, key=lambda word: (-written[word], word)):
        if form in forms and written[form] >= FEWEST_TOLD:
            names.setdefault(forms[form], form)
    hardly = {
        lemma: form
        for lemma, form in names.items()
        if lemma not in kept and _written_as(lemma, forms, written) < FEWEST_TOLD
    }
    if not hardly:
        return forms
    named = {form: hardly.get(lemma, lemma) for form, lemma in forms.items()} | hardly
    return {form: name for form, name in named.items() if form != name}


def _written_as(lemma: str, forms: Mapping[str, str], written: Mapping[str, int]) -> int:
    """Return how many documents write a lemma, with its accents or without."""
    bare = without_accents(lemma)
    return written.get(lemma, 0) + (written.get(bare, 0) if forms.get(bare) == lemma else 0)


def find_phrases(
    documents: Sequence[Sequence[str]], nameless: frozenset[str] = frozenset()
) -> tuple[tuple[str, str], ...]:
    """Return the pairs of words that are one phrase, sorted (see :func:`build_lexicon`); none holds a nameless word."""
    n_word = Counter(word for words in documents for word in words)
    n_pair = Counter(pair for words in documents for pair in pairwise(words))
    n_document = Counter(pair for words in documents for pair in set(pairwise(words)))
    total = n_word.total()

    def association(pair: tuple[str, str]) -> float:
        a, b = (n_word[word] / total for word in pair)
        both = n_pair[pair] / total
        return math.log(both / (a * b)) / -math.log(both) if both < 1 else 0.0

    often = (
        pair
        for pair, n in n_document.items()
        if n >= FEWEST_TOLD and pair[0] != pair[1] and nameless.isdisjoint(pair)
    )
    return tuple(sorted(pair for pair in often if association(pair) >= PHRASE_FROM))


def _kept(documents: Sequence[Sequence[str]]) -> tuple[str, ...]:
    n = Counter(term for terms in documents for term in set(terms))
    most = max(MOST_COMMON * len(documents), FEWEST_TOLD)
    kept = [term for term, found in n.items() if FEWEST_TOLD <= found <= most]
    kept.sort(key=lambda term: (-n[term], term))
    return tuple(sorted(kept[:MOST_WORDS]))


def _forms_of(wanted: set[str], forms: Mapping[str, str], left_out: frozenset[str]) -> dict[str, str]:
    """Return the dictionary's forms that decide about a wanted word: what is read as one, and what hides one.

    All that the dictionary has, not what the corpus has: a table of what was seen would tell single documents.
    """
    return {
        form: lemma for form, lemma in forms.items() if lemma in wanted or form in wanted or lemma in left_out
    }
