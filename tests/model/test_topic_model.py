from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmint.errors import BundleError, NotFoundError
from segmint.labels import NOISE
from segmint.model.fold_in import fold_in, mixtures
from segmint.model.lexicon import Lexicon
from segmint.model.tfidf import inverse_frequency, nearest, nearest_clusters, weigh
from segmint.model.topic_file import load_topic_model, read_topic_bytes, save_topic_model, topic_bytes
from segmint.model.topic_model import TopicModel
from segmint.model.word_counts import WordCounts, count_words


def counted(n_texts: int = 40, n_words: int = 30, seed: int = 0) -> WordCounts:
    rng = np.random.default_rng(seed)
    names = [f"w{place:02d}" for place in range(n_words)]
    texts = [[names[w] for w in rng.integers(0, n_words, rng.integers(0, 25))] for _ in range(n_texts)]
    return count_words(texts, {name: place for place, name in enumerate(names)})


def topics(n_topics: int = 4, n_words: int = 30) -> np.ndarray:
    return np.random.default_rng(1).dirichlet(np.full(n_words, 0.2), n_topics) * 0.99 + 0.01 / n_words


@pytest.fixture
def model() -> TopicModel:
    words = Lexicon(
        "fr",
        "fr-short",
        ("avion", "bagage", "carte bancaire", "vol"),
        (("carte", "bancaire"),),
        {"vols": "vol"},
    )
    topic_word = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1]])
    return TopicModel(
        "voyages", words, topic_word, np.array([0.1, 0.2]), np.ones(4), topic_word * 2, 20, 7, {"a": "1"}
    )


def naive_mixture(words: np.ndarray, counts: np.ndarray, phi: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    gamma = phi[:, words].T * alpha
    gamma /= gamma.sum(axis=1, keepdims=True)
    for _ in range(2000):
        n = (gamma * counts[:, None]).sum(axis=0)
        gamma = phi[:, words].T * np.maximum(n + alpha - gamma, 0)
        gamma /= gamma.sum(axis=1, keepdims=True)
    n = (gamma * counts[:, None]).sum(axis=0) + alpha
    return n / n.sum()


def test_the_fold_in_is_the_fixed_point_of_its_formula() -> None:
    counts, phi, alpha = counted(), topics(), np.array([0.1, 0.3, 0.2, 0.5])
    found = mixtures(counts, phi, alpha)
    for text in range(len(counts)):
        one = counts.take(np.array([text]))
        if len(one.words):
            np.testing.assert_allclose(
                found[text], naive_mixture(one.words, one.counts, phi, alpha), atol=1e-4
            )
        else:
            np.testing.assert_allclose(found[text], alpha / alpha.sum())


def test_one_text_gets_the_bits_that_it_gets_among_many() -> None:
    counts, phi, alpha = counted(3000), topics(), np.full(4, 0.1)
    many = mixtures(counts, phi, alpha)
    chosen = np.array([5, 1500, 2999])
    assert np.array_equal(many[chosen], mixtures(counts.take(chosen), phi, alpha))
    assert np.array_equal(many[::-1], mixtures(counts.take(np.arange(3000)[::-1]), phi, alpha))


def test_memory_does_not_grow_with_the_texts_times_the_topics() -> None:
    n_texts, n_words, n_topics = 400, 300, 64
    starts, words = np.arange(n_texts + 1) * n_words, np.tile(np.arange(n_words), n_texts)
    counts = WordCounts(starts, words, np.ones(n_texts * n_words), n_words)
    phi, alpha = topics(n_topics, n_words), np.full(n_topics, 5.0)
    tracemalloc.start()
    many = mixtures(counts, phi, alpha)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(counts.words) * n_topics * 8 / 3
    assert np.array_equal(many[:1], mixtures(counts.take(np.array([0])), phi, alpha))


@pytest.mark.parametrize("n_entries", [1, 3, 7, 1000])
def test_chunks_hold_each_text_once_and_no_more_entries_than_asked(n_entries: int) -> None:
    counts = counted()
    chunks = list(counts.chunks(n_entries))
    assert sum(map(len, chunks)) == len(counts)
    assert np.array_equal(np.concatenate([one.words for one in chunks]), counts.words)
    assert all(len(one.words) <= n_entries or len(one) == 1 for one in chunks)


def test_weights_are_those_of_scikit_learn() -> None:
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = counted()
    matrix = csr_array((counts.counts, counts.words, counts.starts), shape=(len(counts), counts.n_words))
    theirs = TfidfTransformer(sublinear_tf=True).fit_transform(matrix)
    theirs.sort_indices()
    np.testing.assert_allclose(weigh(counts, inverse_frequency(counts)), theirs.data, rtol=1e-12)


def test_the_nearest_center_is_the_nearest() -> None:
    counts, centers = counted(), np.abs(np.random.default_rng(2).normal(size=(5, 30)))
    idf = inverse_frequency(counts)
    rows = np.zeros((len(counts), 30))
    rows[counts.texts, counts.words] = weigh(counts, idf)
    apart = ((rows[:, None, :] - centers[None]) ** 2).sum(axis=2).argmin(axis=1)
    known = np.diff(counts.starts) > 0
    found = nearest(counts, idf, centers)
    assert np.array_equal(found[known], apart[known])
    assert set(found[~known].tolist()) <= {NOISE}


def test_a_text_is_read_by_forms_and_phrases(model: TopicModel) -> None:
    assert model.lexicon.terms("Les vols et ma carte bancaire") == ["vol", "carte bancaire"]
    shares = fold_in(model, ["carte bancaire, carte bancaire", "", "inconnu"])
    assert shares[0].argmax() == 1
    np.testing.assert_allclose(shares[1:], np.tile([1 / 3, 2 / 3], (2, 1)))
    assert nearest_clusters(model, ["avion", ""]).tolist() == [0, NOISE]


def test_a_file_holds_the_model_and_has_one_spelling(model: TopicModel, tmp_path: Path) -> None:
    content = save_topic_model(model, tmp_path / "voyages.topics")
    again = load_topic_model(tmp_path / "voyages.topics")
    assert again.lexicon == model.lexicon
    assert topic_bytes(again) == topic_bytes(model) == (tmp_path / "voyages.topics").read_bytes()
    assert save_topic_model(again, tmp_path / "b.topics") == content
    assert np.array_equal(fold_in(again, ["avion vol"]), fold_in(model, ["avion vol"]))


def test_a_file_that_is_cut_flipped_or_longer_is_refused(model: TopicModel) -> None:
    data = topic_bytes(model)
    for cut in (0, 7, 8, 100, len(data) - 1):
        with pytest.raises(BundleError):
            read_topic_bytes(data[:cut])
    with pytest.raises(BundleError):
        read_topic_bytes(data + b"x")
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(data), 300).tolist():
        changed = bytearray(data)
        changed[place] ^= 0xFF
        try:
            other = read_topic_bytes(bytes(changed))
        except BundleError:
            continue
        assert topic_bytes(other) == bytes(changed)  # another model, whole and spelled right


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic_word": np.array([[0.7, 0.1, 0.1, 0.2], [0.1, 0.1, 0.7, 0.1]])},
        {"topic_word": np.full((2, 3), 1 / 3)},
        {"alpha": np.array([0.0, 1.0])},
        {"idf": np.array([1.0, np.nan, 1.0, 1.0])},
        {"centers": -np.ones((2, 4))},
        {"n_documents": 0},
        {"lexicon": Lexicon("xx", "fr", ("a", "b", "c", "d"))},
        {"lexicon": Lexicon("fr", "fr", ("b", "a", "c", "d"))},
        {"lexicon": Lexicon("fr", "all", ("a", "b", "c", "d"))},
        {"lexicon": Lexicon("fr", "fr", ("a", "b", "c", "d e f"))},
    ],
)
def test_a_model_that_could_not_be_read_is_not_written(
    model: TopicModel, tmp_path: Path, wrong: dict
) -> None:
    with pytest.raises(BundleError):
        save_topic_model(replace(model, **wrong), tmp_path / "x.topics")
    assert not list(tmp_path.iterdir())


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load_topic_model(tmp_path / "none.topics")
    with pytest.raises(BundleError):
        load_topic_model(tmp_path)
