"""What is said about topics, on the page and at the terminal: the answer first, the doubt beside it."""

from __future__ import annotations

from typing import Final

import numpy as np

from segmint.topics.choice import method_name
from segmint.topics.study import TopicStudy
from segmint.topics.vocabulary import SHORT
from segmint.words import Sentence, sentence

_LEVELS: Final = ((0.9, "high"), (0.7, "good"), (0.5, "weak"))
_MIXED: Final = 0.9
"""A corpus of whose documents fewer are clearly of its language is called mixed."""
_GAIN: Final = 0.98
"""Topics whose perplexity is more than this share of the words' alone foresee nothing."""
_LAGS: Final = 0.05


def headline(study: TopicStudy) -> Sentence:
    """Return how many topics there are."""
    key = "headline_asked" if study.choice.asked else "headline"
    return sentence(f"topics.answer.{key}", n=study.corpus.n_documents, k=study.choice.n_topics)


def confidence(study: TopicStudy) -> Sentence | None:
    """Return how surely; nothing where a person named the number."""
    choice = study.choice
    if choice.confidence is None:
        return None
    figures = {"k": choice.n_topics, "wins": choice.wins.get(choice.n_topics, 0), "n": choice.n_samples}
    for least, level in _LEVELS:
        if choice.confidence >= least:
            return sentence(
                "topics.answer.confidence", level=str(sentence(f"topics.level.{level}")), **figures
            )
    return sentence("topics.answer.no_clear", **figures)


def better(study: TopicStudy) -> Sentence:
    """Return which method is better, or that neither is; of K-Means also why LDA's shares are kept all the same."""
    if study.better.method is None:
        n = len(next(iter(study.seeds.values())).values["stability"])
        return sentence("topics.answer.neither", n=n)
    kept = "_all_the_same" if study.better.method != "lda" else ""
    return sentence(f"topics.answer.better{kept}", method=method_name(study.better.method))


def doubts(study: TopicStudy) -> tuple[Sentence, ...]:
    """Return what speaks against trusting the topics, from the measures."""
    return (*_about_language(study), *_about_length(study), *_about_topics(study))


def _about_language(study: TopicStudy) -> list[Sentence]:
    facts = study.corpus
    if facts.language is None:
        return [sentence("topics.doubt.no_language")]
    name = str(sentence(f"topics.language.{facts.language}"))
    if facts.spoken is None:
        return [sentence("topics.doubt.other_language", language=name)]
    if facts.confidence < _MIXED:
        return [sentence("topics.doubt.mixed_languages", language=name, share=facts.confidence)]
    return []


def _about_length(study: TopicStudy) -> list[Sentence]:
    facts = study.corpus
    found = []
    if facts.n_empty:
        found.append(sentence("topics.doubt.empty", n=facts.n_empty, total=facts.n_documents))
    if facts.short:
        lda, kmeans = (study.seeds[name].mean("stability") for name in ("lda", "kmeans"))
        weak = lda < kmeans - _LAGS or study.better.method == "kmeans"
        figures = {"words": SHORT, "lda": lda, "kmeans": kmeans, "ari": study.agreement.ari}
        found.append(sentence(f"topics.doubt.{'short' if weak else 'short_fine'}", **figures))
    return found


def _about_topics(study: TopicStudy) -> list[Sentence]:
    value, alone = study.choice.chosen.perplexity, study.perplexity_of_words
    tried, found = [means.n_topics for means in study.choice.means], []
    if not study.choice.asked and len(tried) > 1 and study.choice.n_topics == max(tried):
        found.append(sentence("topics.doubt.at_the_end", k=max(tried)))
    if value is not None and alone is not None and value > _GAIN * alone:
        found.append(sentence("topics.doubt.no_gain", value=value, alone=alone))
    coherence = float(np.mean([topic.coherence for topic in study.topics]))
    if coherence <= 0:
        found.append(sentence("topics.doubt.incoherent", value=coherence))
    return found
