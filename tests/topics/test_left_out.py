"""Shares of the texts that made the topics, as if they were new."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.model.fold_in import fold_in, mixtures, responsibilities
from segmint.model.lexicon import Lexicon
from segmint.model.topic_model import TopicModel
from segmint.model.word_counts import WordCounts
from segmint.topics import left_out
from segmint.topics.corpus import read_corpus
from segmint.topics.languages import declared
from segmint.topics.lda import ETA, fit_lda
from segmint.topics.left_out import left_out_mixtures

WORDS = tuple(f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60))


def texts(n: int, seed: int) -> list[str]:
    """Return texts of three subjects that share words, and one without any."""
    rng = np.random.default_rng(seed)
    weights = np.full((3, 60), 0.4)
    for topic in range(3):
        weights[topic, topic * 20 : topic * 20 + 20] = rng.gamma(0.6, 4.0, 20)
    weights /= weights.sum(axis=1, keepdims=True)
    said = [" ".join(rng.choice(WORDS, 6, p=weights[n % 3])) for n in range(n - 1)]
    return [*said, "nothing"]


def model_of(said: list[str], k: int) -> TopicModel:
    corpus = read_corpus(said, declared("en"))
    fitted = fit_lda(corpus.counts, k, seed=0)
    centers = np.zeros((k, len(corpus.lexicon.vocabulary)))
    return TopicModel("t", corpus.lexicon, fitted.topic_word, fitted.alpha, corpus.idf, centers, len(said), 0)


def slow_twin(model: TopicModel, counts: WordCounts) -> np.ndarray:
    """Take out each text's own words, one text after the other."""
    shares = mixtures(counts, model.topic_word, model.alpha)
    own = responsibilities(counts, model.topic_word, shares) * counts.counts[:, None]
    found = []
    for text in range(len(counts)):
        n_word = np.zeros((counts.n_words, model.n_topics))
        for entry in np.flatnonzero(counts.texts != text):
            n_word[counts.words[entry]] += own[entry]
        topic_word = ((n_word + ETA) / (n_word.sum(axis=0) + counts.n_words * ETA)).T
        found.append(mixtures(counts.take(np.array([text])), topic_word, model.alpha)[0])
    return np.array(found)


@pytest.mark.parametrize("cells", [1 << 18, 30])
def test_a_slow_twin_says_the_same(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    said = texts(40, 1)
    model = model_of(said, 3)
    counts = model.lexicon.count(said)
    monkeypatch.setattr(left_out, "CELLS", cells)
    found = left_out_mixtures(model, counts, fold_in(model, said))
    assert found == pytest.approx(slow_twin(model, counts), abs=1e-5)
    assert found.sum(axis=1) == pytest.approx(np.ones(40))
    assert found[-1] == pytest.approx(model.alpha / model.alpha.sum())


def test_they_lie_nearer_to_those_of_new_texts_than_those_of_known_ones() -> None:
    known, new, as_new = [], [], []
    for seed in range(4):
        said = texts(400, seed)
        model = model_of(said[:250], 3)
        known.append(fold_in(model, said[:250]).max(axis=1).mean())
        new.append(fold_in(model, said[250:]).max(axis=1).mean())
        shares, counts = fold_in(model, said[:250]), model.lexicon.count(said[:250])
        as_new.append(left_out_mixtures(model, counts, shares).max(axis=1).mean())
    assert np.mean(known) - np.mean(new) > 0.02
    assert np.mean(new) < np.mean(as_new) < np.mean(known) - (np.mean(known) - np.mean(new)) / 4


def test_no_text_has_no_share() -> None:
    model = TopicModel(
        "t", Lexicon("en", "en", ("late",)), np.ones((2, 1)), np.ones(2), np.ones(1), np.ones((2, 1)), 9, 0
    )
    assert left_out_mixtures(model, model.lexicon.count([]), np.zeros((0, 2))).shape == (0, 2)
