"""Topics beside their peers: NMI, held-out perplexity, time, the fold-in, and how well the number is chosen.

``python -m benchmarks.topics [CORPUS …]`` reads the four corpora of the reference data (``SEGMINT_DATA``) and
writes a line a figure; ``python -m benchmarks.topics race [SEED …]`` the race beside the whole sweep on all four.
Labels enter NMI only. One vocabulary, one set of defaults for all corpora.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tomotopy
from scipy.sparse import csr_array
from sklearn.cluster import KMeans
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score
from threadpoolctl import threadpool_limits

from segmint.model.fold_in import mixtures
from segmint.model.word_counts import WordCounts
from segmint.topics import lda
from segmint.topics.choice import choose
from segmint.topics.comparison import compare, fit_seeds
from segmint.topics.corpus import Corpus, read_corpus
from segmint.topics.costs import seconds_of_race, size_of
from segmint.topics.languages import detect
from segmint.topics.numbers import plan
from segmint.topics.perplexity import perplexity, perplexity_of
from segmint.topics.race import run_race
from segmint.topics.samples import draw_samples
from segmint.types import FloatMatrix, IntVector
from segmint.workflow.texts import TextColumns, Texts, read_texts

run_whole = partial(run_race, margin=math.inf)
"""The whole sweep: a race that spares nothing."""

TEXTS = Path(os.environ.get("SEGMINT_DATA", "../shared/data")) / "text"
CORPORA = {
    "octis_bbc_news": "octis_bbc_news.tsv.gz",
    "stackoverflow_titles": "stackoverflow_titles.tsv.gz",
    "snips_intents_en": "snips_intents_en.tsv.gz",
    "illuin_intents_fr": "illuin_intents_fr.csv",
}
SEEDS = 10
PEER_SEEDS = 3
SPLITS = 5
SAMPLES = 10


def short_report() -> Iterator[tuple[str, str]]:
    """Give what takes less than a minute: both methods on the short corpora, and the race on one of them."""
    for name in ("snips_intents_en", "illuin_intents_fr"):
        texts, corpus = _read(name)
        assert texts.labels is not None
        fits = fit_seeds(corpus, len(np.unique(texts.labels)), SEEDS, seed=0, truth=texts.labels)
        for method, one in fits.items():
            yield f"{name}: {method} nmi, {SEEDS} seeds", _told(one.seeds.values["nmi"])
        yield f"{name}: better by NMI", str(compare({m: one.seeds for m, one in fits.items()}).method)
    yield from race_report(("illuin_intents_fr", "snips_intents_en"), seeds=(0,))


def race_report(
    names: Sequence[str] = tuple(CORPORA), seeds: Sequence[int] = (0, 1, 2)
) -> Iterator[tuple[str, str]]:
    """Give the number of topics of the race and of the whole sweep, their votes, fits of LDA and processor time.

    Beside the race's time stands what was forecast of it.
    """
    for name in names:
        _, corpus = _read(name)
        ks = plan(corpus, None)
        forecast = seconds_of_race(size_of(corpus), ks, SAMPLES)
        for seed in seeds:
            samples = draw_samples(corpus, SAMPLES, seed=seed)
            whole, long = _timed(run_whole, corpus, ks, samples, seed)
            raced, short = _timed(run_race, corpus, ks, samples, seed)
            yield (
                f"{name}, seed {seed}",
                f"whole {_chosen(whole)}, {long:.1f} s; race {_chosen(raced)}, {short:.1f} s "
                f"(forecast {forecast:.1f}): {long / short:.2f} times",
            )


def _timed(search: Any, corpus: Corpus, ks: Sequence[int], samples: Any, seed: int) -> tuple[Any, float]:
    """Run a search on one thread and give its processor time, which others on the machine change less."""
    with threadpool_limits(1):
        started = time.process_time()
        found = search(corpus, ks, samples, seed=seed)
        return found, time.process_time() - started


def _chosen(tried: Any) -> str:
    choice = choose(tried)
    n_lda = sum(one.method == "lda" for one in tried)
    return f"K = {choice.n_topics} ({choice.wins.get(choice.n_topics, 0)} of {choice.n_samples}, {n_lda} fits of LDA)"


def _read(name: str) -> tuple[Texts, Corpus]:
    texts = read_texts(TEXTS / CORPORA[name], TextColumns(text="text", labels="label"))
    return texts, read_corpus(texts.documents, detect(texts.documents))


def report(names: Sequence[str] = tuple(CORPORA)) -> Iterator[tuple[str, str]]:
    """Give what was measured and the figure, corpus after corpus."""
    for name in names:
        texts, corpus = _read(name)
        assert texts.labels is not None
        for what, figure in (*_nmi(corpus, texts, texts.labels), *_foreseeing(corpus, texts.labels),
                             *_times(corpus, texts.labels), *_folding(corpus, texts.labels)):  # fmt: skip
            yield f"{name}: {what}", figure


def _told(values: Sequence[float]) -> str:
    return f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def _nmi(corpus: Corpus, texts: Texts, labels: IntVector) -> Iterator[tuple[str, str]]:
    k = len(np.unique(labels))
    fits = fit_seeds(corpus, k, SEEDS, seed=0, truth=labels)
    seeds = {name: one.seeds for name, one in fits.items()}
    for method, one in seeds.items():
        for measure in ("nmi", "ari", "coherence", "c_v", "exclusivity", "stability"):
            yield f"{method} {measure}, K = {k}, {SEEDS} seeds", _told(one.values[measure])
    yield "better by NMI", str(compare(seeds).method)
    documents = list(texts.documents)
    words = TfidfVectorizer().fit_transform(documents)
    found = [KMeans(k, n_init=1, random_state=seed).fit_predict(words) for seed in range(SEEDS)]
    yield "scikit-learn's K-Means nmi", _told([normalized_mutual_info_score(labels, one) for one in found])
    counts = CountVectorizer().fit_transform(documents)
    models = [LatentDirichletAllocation(k, max_iter=20, learning_method="batch", random_state=seed)
              for seed in range(PEER_SEEDS)]  # fmt: skip
    found = [model.fit_transform(counts).argmax(axis=1) for model in models]
    yield "scikit-learn's LDA nmi", _told([normalized_mutual_info_score(labels, one) for one in found])


def _matrix(counts: WordCounts) -> csr_array:
    parts = (counts.counts, counts.words.astype(np.int32), counts.starts.astype(np.int32))
    return csr_array(parts, shape=(len(counts), counts.n_words))


def _bags(counts: WordCounts) -> list[list[tuple[int, float]]]:
    pairs = list(zip(counts.words.tolist(), counts.counts.tolist(), strict=True))
    return [pairs[a:b] for a, b in zip(counts.starts[:-1], counts.starts[1:], strict=True)]


def _foreseeing(corpus: Corpus, labels: IntVector) -> Iterator[tuple[str, str]]:
    """Give the perplexity of the same held-out words; each peer infers the mixtures itself."""
    k = len(np.unique(labels))
    found: dict[str, list[float]] = {"segmint": [], "scikit-learn": [], "gensim": []}
    for sample in draw_samples(corpus, SPLITS, seed=0):
        ours = lda.fit_lda(sample.fitted, k, seed=sample.number)
        found["segmint"].append(perplexity(sample.seen, sample.foreseen, ours.topic_word, ours.alpha))
        found["scikit-learn"].append(perplexity_of(sample.foreseen, *_sklearn(sample, k)))
        found["gensim"].append(perplexity_of(sample.foreseen, *_gensim(sample, k, corpus)))
    for name, values in found.items():
        yield (
            f"held-out perplexity, {name}",
            f"{np.mean(values):.1f} ({min(values):.1f} to {max(values):.1f})",
        )


def _sklearn(sample: Any, k: int) -> tuple[FloatMatrix, FloatMatrix]:
    model = LatentDirichletAllocation(k, max_iter=20, learning_method="batch", random_state=sample.number)
    model.fit(_matrix(sample.fitted))
    topics = model.components_ / model.components_.sum(axis=1, keepdims=True)
    return np.asarray(model.transform(_matrix(sample.seen))), topics


def _gensim(sample: Any, k: int, corpus: Corpus) -> tuple[FloatMatrix, FloatMatrix]:
    from gensim.models import LdaModel

    names = dict(enumerate(corpus.lexicon.vocabulary))
    model = LdaModel(
        _bags(sample.fitted), k, names, passes=20, random_state=sample.number, alpha="auto", eta="auto"
    )
    shares, _ = model.inference(_bags(sample.seen))
    shares = shares.astype(np.float64)
    topics = np.maximum(model.get_topics().astype(np.float64), 1e-12)
    return shares / shares.sum(axis=1, keepdims=True), topics


def _times(corpus: Corpus, labels: IntVector) -> Iterator[tuple[str, str]]:
    """Give the time of a fit over that of tomotopy alone, on the same words for as many rounds, in turn."""
    k = len(np.unique(labels))
    rounds = lda.BURN_IN + lda.N_SAMPLES * lda.BETWEEN
    words = list(lda.documents_of(corpus.counts))
    ours, alone = [], []
    for seed in range(3):
        started = time.perf_counter()
        lda.fit_lda(corpus.counts, k, seed=seed)
        middle = time.perf_counter()
        model = tomotopy.LDAModel(k=k, alpha=lda.ALPHA, eta=lda.ETA, seed=seed)
        for document in words:
            model.add_doc(document)
        model.train(rounds, workers=1)
        ours.append(middle - started)
        alone.append(time.perf_counter() - middle)
    yield (
        "LDA, seconds",
        f"{np.median(ours):.2f}, tomotopy alone {np.median(alone):.2f}: {np.median(ours) / np.median(alone):.2f} times",
    )


def _folding(corpus: Corpus, labels: IntVector) -> Iterator[tuple[str, str]]:
    """Give how far the fold-in lies from the mean of 60 states of tomotopy's own inference (total variation)."""
    k = len(np.unique(labels))
    counts = corpus.counts.take(corpus.usable[:: max(1, len(corpus.usable) // 500)])
    words = list(lda.documents_of(counts))
    model = tomotopy.LDAModel(k=k, alpha=lda.ALPHA, eta=lda.ETA, seed=1)
    for document in words:
        model.add_doc(document)
    model.train(300, workers=1)
    states = []
    for number in range(60):
        made = [model.make_doc(document) for document in words]
        states.append(np.array(model.infer(made, iterations=60 + 3 * number, workers=1)[0]))
    middle = np.mean(states, axis=0)
    shares = mixtures(counts, lda.sample(model, counts.n_words), np.asarray(model.alpha, dtype=np.float64))
    apart, single = (0.5 * np.abs(one - middle).sum(axis=1) for one in (shares, states[0]))
    yield (
        "fold-in from the mean of 60 inferences",
        f"{apart.mean():.3f}, 95 % below {np.quantile(apart, 0.95):.3f}",
    )
    yield (
        "one inference of tomotopy from that mean",
        f"{single.mean():.3f}, 95 % below {np.quantile(single, 0.95):.3f}",
    )
    yield "same largest topic", f"{(shares.argmax(axis=1) == middle.argmax(axis=1)).mean():.3f}"


if __name__ == "__main__":
    first, *others = [*sys.argv[1:], ""]
    seeds = tuple(int(seed) for seed in others if seed) or (0, 1, 2)
    rows = (
        race_report(seeds=seeds)
        if first == "race"
        else report(list(filter(None, sys.argv[1:])) or tuple(CORPORA))
    )
    for what, figure in rows:
        sys.stdout.write(f"| {what} | {figure} |\n")
        sys.stdout.flush()
