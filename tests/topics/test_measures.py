from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score

from segmint.measure.mutual_information import normalized_mutual_information
from segmint.topics.coherence import WINDOW, c_npmi, c_v, in_documents, in_windows
from segmint.topics.corpus import Corpus
from segmint.topics.lda import fit_lda
from segmint.topics.matching import found_again, shared_words, stability
from segmint.topics.perplexity import halves, perplexity, perplexity_of

TOP = [np.array([0, 1, 2, 3]), np.array([4, 5, 6]), np.array([7, 1, 9])]


def naive_share(places: list[set[int]], words: tuple[int, ...]) -> float:
    return sum(all(word in place for word in words) for place in places) / len(places)


def windows_of(sequences: list[np.ndarray]) -> list[set[int]]:
    found = []
    for sequence in sequences:
        width = min(WINDOW, len(sequence))
        found += [set(sequence[a : a + width].tolist()) for a in range(len(sequence) - width + 1)]
    return found


def npmi(places: list[set[int]], a: int, b: int) -> float:
    both = naive_share(places, (a, b)) + 1e-12
    return float(np.log(both / naive_share(places, (a,)) / naive_share(places, (b,))) / -np.log(both))


@pytest.fixture(scope="module")
def sequences() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 12, n) for n in (3, 8, 130, 250, 40, 111)] + [
        rng.permutation(12) for _ in range(5)
    ]


def test_words_are_counted_in_documents_and_windows_as_by_hand(
    corpus: Corpus, sequences: list[np.ndarray]
) -> None:
    documents = [set(sequence.tolist()) for sequence in corpus.sequences if len(sequence)]
    ours = c_npmi(TOP, in_documents(corpus.counts, np.arange(12)))
    by_hand = [np.mean([npmi(documents, a, b) for a, b in combinations(words.tolist(), 2)]) for words in TOP]
    np.testing.assert_allclose(ours, by_hand, atol=1e-9)
    places = windows_of(sequences)
    together = in_windows(sequences, np.arange(12), 12)
    shares = [[naive_share(places, (a, b)) for b in range(12)] for a in range(12)]
    np.testing.assert_allclose(together.share, shares, atol=1e-12)


def test_c_v_is_gensims_where_no_word_comes_twice_in_a_window() -> None:
    """Where words repeat, gensim forgets the second when the first leaves the window; the count by hand does not."""
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    rng = np.random.default_rng(1)
    sequences = [
        np.array([*rng.permutation(10)[:7], *(100 + rng.permutation(200)[:n])])
        for n in rng.integers(0, 140, 80)
    ]
    texts = [[f"w{word}" for word in sequence] for sequence in sequences]
    topics = [["w0", "w1", "w2", "w3"], ["w4", "w5", "w6"], ["w7", "w1", "w9"]]
    model = CoherenceModel(
        topics=topics, texts=texts, dictionary=Dictionary(texts), coherence="c_v", processes=1
    )
    ours = c_v(TOP, in_windows(sequences, np.arange(10), 300))
    np.testing.assert_allclose(ours, model.get_coherence_per_topic(), atol=1e-9)


def test_a_topic_of_one_word_or_none_has_no_coherence(corpus: Corpus) -> None:
    together = in_documents(corpus.counts, np.arange(3))
    assert c_npmi([np.array([0]), np.zeros(0, np.int64)], together).tolist() == [0.0, 0.0]


def test_halves_share_out_every_word(corpus: Corpus) -> None:
    seen, foreseen = halves(corpus.counts, seed=3)
    known = corpus.counts.take(np.flatnonzero(corpus.counts.lengths >= 2))
    np.testing.assert_array_equal(seen.lengths + foreseen.lengths, known.lengths)
    assert np.abs(seen.lengths - foreseen.lengths).max() <= 1
    again, _ = halves(corpus.counts, seed=3)
    assert np.array_equal(seen.words, again.words)


def test_perplexity_of_even_topics_is_the_number_of_words(corpus: Corpus) -> None:
    seen, foreseen = halves(corpus.counts, seed=0)
    n = corpus.counts.n_words
    assert perplexity(seen, foreseen, np.full((3, n), 1 / n), np.ones(3)) == pytest.approx(n)


def test_topics_foresee_words_better_than_their_frequencies(corpus: Corpus) -> None:
    seen, foreseen = halves(corpus.counts, seed=0)
    found = fit_lda(corpus.counts, 3, seed=0)
    alone = perplexity_of(foreseen, np.ones((len(foreseen), 1)), corpus.word_share[None, :])
    assert perplexity(seen, foreseen, found.topic_word, found.alpha) < 0.6 * alone


def test_shared_words_are_counted_as_by_hand() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        first, second = (
            [rng.choice(60, rng.integers(0, 11), replace=False) for _ in range(n)] for n in (4, 7)
        )
        wanted = [[len(set(a) & set(b)) / max(len(a), len(b), 1) for b in second] for a in first]
        assert shared_words(first, second).tolist() == wanted


def test_topics_are_found_again_whatever_their_order() -> None:
    assert found_again(TOP, TOP[::-1]) == 1.0
    assert stability([TOP, TOP[::-1], [words + 100 for words in TOP]]).tolist() == [0.5, 0.5, 0.0]
    assert np.isnan(stability([TOP])).all()


def test_nmi_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        one, other = rng.integers(0, 5, 60), rng.integers(0, 4, 60)
        theirs = normalized_mutual_info_score(one, other)
        assert normalized_mutual_information(one, other) == pytest.approx(theirs, abs=1e-12)
    assert normalized_mutual_information(np.zeros(5, np.int64), np.zeros(5, np.int64)) == 1.0
