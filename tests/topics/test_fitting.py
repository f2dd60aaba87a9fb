from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import tomotopy

from segmint.errors import UsageError
from segmint.labels import NOISE
from segmint.model.fold_in import mixtures
from segmint.topics import lda
from segmint.topics.choice import choose
from segmint.topics.comparison import Seeds, compare, fit_seeds
from segmint.topics.corpus import Corpus
from segmint.topics.methods import METHODS
from segmint.topics.mixed import choose_examples, describe_split, split_documents
from segmint.topics.numbers import plan
from segmint.topics.positions import divergences, positions
from segmint.topics.race import run_race
from segmint.topics.samples import draw_samples
from segmint.topics.scores import score_table
from segmint.topics.sketches import Tried
from segmint.topics.words import exclusivity, relevance

run_whole = partial(run_race, margin=math.inf)
"""The whole sweep: a race that spares nothing."""


@pytest.mark.parametrize("name", METHODS)
def test_a_method_keeps_its_contract(corpus: Corpus, name: str) -> None:
    method = METHODS[name]
    before = corpus.counts.counts.copy()
    first, again, other = (method.fit(corpus.counts, corpus.idf, 3, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)
    assert first.weights.shape == (3, corpus.counts.n_words)
    assert (first.weights >= 0).all()
    labels = method.labels(first, corpus.counts, corpus.idf)
    assert np.array_equal(labels == NOISE, corpus.counts.lengths == 0)
    assert np.array_equal(before, corpus.counts.counts)


@pytest.mark.parametrize("name", METHODS)
def test_both_methods_find_what_was_planted(
    corpus: Corpus, planted: tuple[list[str], np.ndarray], name: str
) -> None:
    seeds = fit_seeds(corpus, 3, 2, seed=0, truth=planted[1])
    assert seeds[name].seeds.mean("nmi") > 0.75
    assert seeds[name].seeds.mean("stability") > 0.9


def test_the_fold_in_agrees_with_tomotopys_inference(corpus: Corpus) -> None:
    """The tolerance of docs/topics.md: total variation .05 on average from the mean of many inferences."""
    model = tomotopy.LDAModel(k=3, alpha=lda.ALPHA, eta=lda.ETA, seed=1)
    words = list(lda.documents_of(corpus.counts))
    for document in words:
        model.add_doc(document)
    model.train(200, workers=1)
    states = [
        np.array(model.infer([model.make_doc(one) for one in words], iterations=40 + 5 * n, workers=1)[0])
        for n in range(40)
    ]
    middle = np.mean(states, axis=0)
    counts = corpus.counts.take(corpus.usable)
    ours = mixtures(counts, lda.sample(model, counts.n_words), np.asarray(model.alpha, dtype=np.float64))
    assert 0.5 * np.abs(ours - middle).sum(axis=1).mean() < 0.05
    assert (ours.argmax(axis=1) == middle.argmax(axis=1)).mean() > 0.95


def test_the_number_that_was_planted_is_chosen(corpus: Corpus) -> None:
    tried = run_whole(corpus, (2, 3, 4, 6), draw_samples(corpus, 4, seed=0), seed=0)
    choice = choose(tried)
    assert choice.n_topics == 3
    assert choice.confidence is not None
    assert choice.confidence >= 0.5
    assert len(choice.rivals) == 3
    assert sum(choice.wins.values()) == 4


def test_a_race_chooses_as_the_whole_sweep_does_with_fewer_of_the_same_fits(corpus: Corpus) -> None:
    ks, samples = (2, 3, 4, 6, 8), draw_samples(corpus, 6, seed=1)
    reports: list[tuple[int, int]] = []
    raced = run_race(
        corpus, ks, samples, seed=1, progress=lambda _, done, total: reports.append((done, total))
    )
    whole = run_whole(corpus, ks, samples, seed=1)
    assert choose(raced).n_topics == choose(whole).n_topics == 3
    measured = {(one.method, one.n_topics, one.sample): (one.coherence, one.perplexity) for one in whole}
    n_lda = 0
    for one in raced:
        assert measured[one.method, one.n_topics, one.sample] == (one.coherence, one.perplexity)
        n_lda += one.method == "lda"
    assert 2 * len(ks) <= n_lda < len(whole) / 4
    assert len(raced) == n_lda + len(ks) * len(samples)
    assert [done == total for done, total in reports].count(True) == 1
    assert reports[-1][0] == reports[-1][1] == len(raced)


def test_a_race_of_one_ends_at_once(corpus: Corpus) -> None:
    raced = run_race(corpus, (3,), draw_samples(corpus, 5, seed=0), seed=0)
    assert sum(one.method == "lda" for one in raced) == 2


def test_where_a_number_was_not_fitted_its_mean_stands_in() -> None:
    again = {2: 0.2, 3: 0.8}
    tried = [
        Tried(name, k, s, 0.1 * k, 0.5, again[k] + s / 10, None)
        for name in METHODS
        for k in (2, 3)
        for s in (0, 1)
    ]
    table = score_table(tried[:-1], (2, 3), 2)
    assert table[0].tolist() == pytest.approx([0.1, 0.15])
    assert table[1].tolist() == pytest.approx([0.9, (0.95 + 0.9) / 2])


def test_a_number_that_was_asked_for_needs_no_vote() -> None:
    tried = [Tried(name, 4, sample, 0.1, 0.5, 0.9, None) for name in METHODS for sample in range(3)]
    assert choose(tried).confidence is None


def test_numbers_are_planned_by_the_documents(corpus: Corpus) -> None:
    assert plan(corpus, None)[-1] == 20
    assert plan(corpus, (2, 40)) == (2, 40)
    for k in (1, 41, 101):
        with pytest.raises(UsageError):
            plan(corpus, (k,))


def seeds_of(method: str, **values: tuple[float, ...]) -> Seeds:
    return Seeds(method, values)


@pytest.mark.parametrize(
    ("lda_values", "kmeans_values", "better"),
    [
        ({"nmi": (0.5, 0.6)}, {"nmi": (0.3, 0.4)}, "lda"),
        ({"nmi": (0.3, 0.4)}, {"nmi": (0.5, 0.6)}, "kmeans"),
        ({"nmi": (0.3, 0.5)}, {"nmi": (0.5, 0.6)}, None),
        (
            {"coherence": (0.3, 0.4), "stability": (0.8, 0.9)},
            {"coherence": (0.1, 0.2), "stability": (0.7, 0.85)},
            "lda",
        ),
        (
            {"coherence": (0.3, 0.4), "stability": (0.5, 0.6)},
            {"coherence": (0.1, 0.2), "stability": (0.7, 0.9)},
            None,
        ),
        (
            {"coherence": (0.1, 0.4), "stability": (0.5, 0.8)},
            {"coherence": (0.1, 0.2), "stability": (0.7, 0.9)},
            None,
        ),
    ],
)
def test_a_method_is_better_where_its_interval_lies_wholly_above(
    lda_values: dict, kmeans_values: dict, better: str | None
) -> None:
    found = compare({"lda": seeds_of("lda", **lda_values), "kmeans": seeds_of("kmeans", **kmeans_values)})
    assert found.method == better
    assert all(str(reason) and "newer" not in str(reason) for reason in found.reasons)


def test_split_documents_are_those_that_were_written_so(corpus: Corpus) -> None:
    found = fit_seeds(corpus, 3, 2, seed=0)["lda"].best
    assert found.alpha is not None
    shares = mixtures(corpus.counts, found.weights, found.alpha)
    split = set(split_documents(corpus, shares).tolist())
    assert len(split & set(range(0, 200, 10))) > 0.7 * len(split)
    chosen = choose_examples(corpus, shares)
    assert set(chosen) <= split
    clusters = np.zeros(200, np.int64)
    examples = [describe_split(corpus, found.weights, shares, clusters, document) for document in chosen]
    assert 1 <= len(examples) <= 3  # a pair of topics each
    for one in examples:
        first, second = one.pulls
        assert not set(first.words) & set(second.words)


def test_relevance_and_exclusivity_order_words() -> None:
    topic_word, share = np.array([[0.6, 0.4], [0.2, 0.8]]), np.array([0.4, 0.6])
    assert relevance(topic_word, share, weight=1.0)[0].argmax() == 0
    assert relevance(topic_word, share, weight=0.0)[1].argmax() == 1
    assert exclusivity(topic_word, [np.array([0]), np.zeros(0, np.int64)]).tolist() == pytest.approx(
        [0.75, 0.0]
    )


def test_a_map_keeps_divergences_of_two_topics() -> None:
    topic_word = np.random.default_rng(0).dirichlet(np.ones(9), 2)
    places = positions(topic_word)
    apart = ((places[0] - places[1]) ** 2).sum()
    assert apart == pytest.approx(divergences(topic_word)[0, 1])
    assert positions(topic_word[:1]).shape == (1, 2)
