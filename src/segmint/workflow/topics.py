"""The journey of words: texts go in; topics, their reasons, and a model that assigns new texts come out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from segmint.labels import NOISE
from segmint.model.fold_in import fold_in
from segmint.model.ids import model_name_from
from segmint.model.tfidf import nearest_clusters
from segmint.model.topic_model import TopicModel
from segmint.topics.choice import choose
from segmint.topics.comparison import compare, fit_seeds
from segmint.topics.corpus import Corpus
from segmint.topics.describing import (
    agreement,
    contingency_of,
    describe_topics,
    draw_mixtures,
    ordered,
)
from segmint.topics.lda import INSTRUCTIONS
from segmint.topics.left_out import left_out_mixtures
from segmint.topics.methods import Fitted, largest_topic
from segmint.topics.mixed import choose_examples, describe_split, split_documents
from segmint.topics.race import run_race
from segmint.topics.samples import draw_samples
from segmint.topics.sketches import N_FORESEEN, without_topics
from segmint.topics.study import CorpusFacts, TopicStudy
from segmint.types import FloatMatrix, IntVector, Progress, silent
from segmint.workflow.texts import TextColumns, Texts
from segmint.workflow.topic_planning import PlannedTopics, TopicOptions, plan_topics

_DRAWN: Final = 80
"""Documents whose mixtures are drawn."""


@dataclass(frozen=True, eq=False)
class Found:
    """A topic study, and what is only there while the texts are at hand.

    Attributes
    ----------
    study
        What was found.
    texts
        The documents.
    shares
        The mixture of each document, shape (n_documents, n_topics).
    clusters
        The cluster of each, shape (n_documents,).
    examples
        The place of each of the study's examples among the documents.
    """

    study: TopicStudy
    texts: Texts
    shares: FloatMatrix
    clusters: IntVector
    examples: tuple[int, ...]


def topics(
    source: Any, columns: TextColumns, options: TopicOptions | None = None, *, progress: Progress = silent
) -> Found:
    """Find the topics of texts with LDA and with TF-IDF K-Means, and say which is better.

    Parameters
    ----------
    source
        Whatever :func:`segmint.read` takes.
    columns
        Which columns hold what. Labels take no part in the fitting.
    options
        See :class:`TopicOptions`.
    progress
        Called as the work goes on.

    Raises
    ------
    DataError
        If fewer than two documents hold a word that counts.
    ResourceError
        If it would not fit into memory.

    Examples
    --------
    >>> import pandas as pd
    >>> said = ["my parcel is late", "where is my parcel, it is late"] * 10
    >>> said += ["I want a refund of my money", "refund my money now"] * 10
    >>> frame = pd.DataFrame({"customer": [f"c{n}" for n in range(40)], "said": said})
    >>> made = topics(frame, TextColumns(text="said", key="customer"), TopicOptions(ks=(2,), n_seeds=2))
    >>> sorted(topic.words[0].word for topic in made.study.topics)
    ['late', 'money']
    """
    return carry_out(plan_topics(source, columns, options, progress=progress), progress)


def carry_out(planned: PlannedTopics, progress: Progress = silent) -> Found:
    """Find the topics that were planned (see :func:`topics`)."""
    options, texts, corpus, ks = planned.options, planned.texts, planned.corpus, planned.ks
    samples = draw_samples(corpus, options.n_samples, seed=options.seed)
    choice = choose(run_race(corpus, ks, samples, seed=options.seed, progress=progress))
    fits = fit_seeds(
        corpus, choice.n_topics, options.n_seeds, seed=options.seed, truth=texts.labels, progress=progress
    )
    model = _model(corpus, *ordered(corpus, fits["lda"].best, fits["kmeans"].best), options, texts.source)
    seeds = {name: one.seeds for name, one in fits.items()}
    shares = fold_in(model, texts.documents)
    clusters = nearest_clusters(model, texts.documents)
    examples = choose_examples(corpus, shares)
    largest = largest_topic(shares, corpus.counts)
    alone = [value for value in map(without_topics, samples[:N_FORESEEN]) if value is not None]
    found = TopicStudy(
        model=model,
        source=texts.source,
        corpus=_facts(corpus, texts),
        choice=choice,
        seeds=seeds,
        better=compare(seeds),
        perplexity_of_words=float(np.mean(alone)) if alone else None,
        topics=describe_topics(corpus, model, shares, clusters),
        agreement=agreement(largest, clusters),
        n_split=len(split_documents(corpus, shares)),
        examples=tuple(
            describe_split(corpus, model.topic_word, shares, clusters, document) for document in examples
        ),
        crossing=contingency_of(largest, clusters, model.n_topics),
        sample=draw_mixtures(corpus, shares, _DRAWN),
    )
    return Found(found, texts, shares, clusters, examples)


def shares_as_new(planned: PlannedTopics, found: Found) -> FloatMatrix:
    """Return the shares of the texts as new texts would have them, shape (n_documents, n_topics).

    See :func:`segmint.topics.left_out.left_out_mixtures`.
    """
    return left_out_mixtures(found.study.model, planned.corpus.counts, found.shares)


def _model(corpus: Corpus, lda: Fitted, clusters: Fitted, options: TopicOptions, source: str) -> TopicModel:
    assert lda.alpha is not None, "topics have a prior"
    versions = {name: version(name) for name in ("segmint", "tomotopy", "scikit-learn", "simplemma")}
    return TopicModel(
        name=options.name or model_name_from(source),
        lexicon=corpus.lexicon,
        topic_word=lda.weights,
        alpha=lda.alpha,
        idf=corpus.idf,
        centers=clusters.weights,
        n_documents=corpus.n_documents,
        seed=options.seed,
        versions=versions | {"instructions": INSTRUCTIONS},
    )


def _facts(corpus: Corpus, texts: Texts) -> CorpusFacts:
    language, labels = corpus.language, texts.labels
    known = None if labels is None else labels[labels != NOISE]
    return CorpusFacts(
        n_texts=texts.n_texts,
        n_documents=corpus.n_documents,
        n_empty=corpus.n_empty,
        n_words=int(corpus.counts.counts.sum()),
        n_vocabulary=len(corpus.lexicon.vocabulary),
        n_phrases=len(corpus.lexicon.phrases),
        median_length=corpus.median_length,
        short=corpus.short,
        language=language.name,
        spoken=language.spoken,
        confidence=language.confidence,
        declared=language.declared,
        labeled=None if known is None else len(known),
        n_labels=None if known is None else len(np.unique(known)),
    )
