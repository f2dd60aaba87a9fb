"""What a search for topics is going to do and cost, known before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from segmint.choosing.forecast import how_many_fit, usable_memory
from segmint.data import ReadOptions
from segmint.errors import ResourceError, UsageError
from segmint.families.fit import Cost
from segmint.model.ids import check_model_name
from segmint.topics.corpus import Corpus, read_corpus
from segmint.topics.costs import (
    Size,
    bytes_of,
    guess_size,
    seconds_of_comparison,
    seconds_of_race,
    size_of,
)
from segmint.topics.languages import declared, detect
from segmint.topics.numbers import KS, plan
from segmint.types import Progress, silent
from segmint.workflow.texts import TextColumns, Texts, read_texts

_ALONE: Final = Cost(9.0, 800e6)
"""What it takes without documents: the process, dictionaries of two languages, page and pictures in Vega's process."""
FEWEST_DRAWS: Final = 2
"""Samples and seeds: of one nothing can be said of how far they differ."""
_FEWEST: Final = 10
"""Documents of which a search is worth a word: where fewer would fit, none are spoken of."""


@dataclass(frozen=True, kw_only=True)
class TopicOptions:
    """How topics are found.

    Attributes
    ----------
    ks
        Numbers of topics to try; one of them: that number; ``None`` for 2 to 20.
    language
        ``en``, ``fr``, another code, or ``None`` to find out.
    name
        The model's name; made from the source's where it is ``None``.
    seed
        Same seed, same topics (on processors with the same instructions: see ``model.versions``).
    n_samples
        Samples of four fifths of the documents on which the number of topics is chosen.
    n_seeds
        Fits of all documents on which the methods are compared.
    reading
        How the source is written.
    memory
        Bytes that may be used; ``None`` for what the machine has.
    """

    ks: tuple[int, ...] | None = None
    language: str | None = None
    name: str | None = None
    seed: int = 0
    n_samples: int = 10
    n_seeds: int = 10
    reading: ReadOptions = field(default_factory=ReadOptions)
    memory: float | None = None


@dataclass(frozen=True, eq=False)
class PlannedTopics:
    """A search for topics before its first fit: the counted words, the numbers to try, and what that will cost."""

    options: TopicOptions
    texts: Texts
    corpus: Corpus
    ks: tuple[int, ...]
    forecast: Cost


def plan_topics(
    source: Any, columns: TextColumns, options: TopicOptions | None = None, *, progress: Progress = silent
) -> PlannedTopics:
    """Read texts, count their words, and say what finding their topics will cost.

    Parameters
    ----------
    source, columns, options, progress
        See :func:`segmint.find_topics`.

    Returns
    -------
    PlannedTopics
        Its ``forecast`` is of the whole, from the first letter to the page; how far the race goes is assumed.

    Raises
    ------
    UsageError
        If there are fewer than two samples or seeds.
    DataError
        If fewer than two documents hold a word that counts.
    ResourceError
        If the forecast says that it would not fit into memory; also before the words are counted.
    """
    options = options or TopicOptions()
    if options.name is not None:
        check_model_name(options.name)
    if min(options.n_samples, options.n_seeds) < FEWEST_DRAWS:
        raise UsageError("topics.few_draws", samples=options.n_samples, seeds=options.n_seeds)
    texts = read_texts(source, columns, options.reading)
    progress("read", len(texts.documents), len(texts.documents))
    _forecast(guess_size(texts.documents), options.ks or KS, texts, options)
    language = (
        detect(texts.documents) if options.language is None else declared(options.language, texts.documents)
    )
    corpus = read_corpus(texts.documents, language)
    ks = plan(corpus, options.ks)
    progress("worded", corpus.counts.n_words, corpus.counts.n_words)
    return PlannedTopics(options, texts, corpus, ks, _forecast(size_of(corpus), ks, texts, options))


def _forecast(size: Size, ks: tuple[int, ...], texts: Texts, options: TopicOptions) -> Cost:
    """Forecast a search, and refuse one that would not fit into memory."""
    n_samples, n_seeds, labeled = options.n_samples, options.n_seeds, texts.labels is not None
    seconds = seconds_of_race(size, ks, n_samples)
    seconds += seconds_of_comparison(size, ks, n_seeds, labeled=labeled) + 8e-6 * size.n_words
    cost = Cost(_ALONE.seconds + seconds, _ALONE.memory + bytes_of(size, ks, n_samples, n_seeds))
    limit = usable_memory() if options.memory is None else options.memory
    if cost.memory > limit:
        fitting = how_many_fit(size.n_documents, cost.memory, alone=_ALONE.memory, limit=limit)
        raise ResourceError(
            "topics.too_large" if fitting >= _FEWEST else "topics.too_large_for_any",
            needed=cost.memory,
            available=limit,
            n=size.n_documents,
            most=max(ks),
            fitting=fitting,
            smallest=_ALONE.memory,
        )
    return cost
