"""How many topics: the number whose words belong together and come again, for both methods at once.

It lives here and not in ``choosing``: a ``Trial`` there holds a labeling of a numeric matrix, with null tables
and silhouettes that say nothing about words; what is compared here is measured in this room alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.topics.methods import METHODS
from segmint.topics.scores import score_table
from segmint.topics.sketches import Tried
from segmint.words import Sentence, sentence

_MOST_RIVALS: Final = 3


@dataclass(frozen=True)
class Means:
    """What one number of topics gets on average over the samples.

    Attributes
    ----------
    n_topics
        K.
    score
        See :func:`choose`; 0 … 1, higher is better.
    coherence, stability, exclusivity
        By method.
    perplexity
        Of LDA, over the first two samples; ``None`` where nothing was held out.
    n_lda
        Samples to which LDA was fitted.
    """

    n_topics: int
    score: float
    coherence: Mapping[str, float]
    stability: Mapping[str, float]
    exclusivity: Mapping[str, float]
    perplexity: float | None
    n_lda: int


@dataclass(frozen=True)
class Choice:
    """The number of topics, how surely, and why.

    Attributes
    ----------
    n_topics
        K.
    means
        What every K got, in order.
    wins
        How many samples each K won.
    n_samples
        How many samples there were.
    asked
        Whether a person named the one K.
    reasons, rivals
        What speaks for it, and why others lost.
    """

    n_topics: int
    means: tuple[Means, ...]
    wins: Mapping[int, int]
    n_samples: int
    asked: bool
    reasons: tuple[Sentence, ...]
    rivals: tuple[Sentence, ...]

    @property
    def confidence(self) -> float | None:
        """The share of the samples that the number won; ``None`` where a person named it."""
        return None if self.asked else self.wins.get(self.n_topics, 0) / self.n_samples

    @property
    def chosen(self) -> Means:
        """What the chosen number got."""
        return next(means for means in self.means if means.n_topics == self.n_topics)


def choose(tried: Sequence[Tried]) -> Choice:
    """Choose the number of topics.

    The score of K is the mean, over both methods, of its coherence and its stability (see
    :func:`segmint.topics.scores.score_table`). Perplexity does not
    vote: it falls with K long after people stop seeing topics (Chang et al., 2009, Reading Tea Leaves).
    The samples vote one by one: the K with the most votes is chosen, of equal ones that with the better mean.

    Parameters
    ----------
    tried
        The sweep, or what a race made of it.

    Returns
    -------
    Choice
        With the reasons.
    """
    ks = sorted({one.n_topics for one in tried})
    samples = {one.sample for one in tried}
    scores = score_table(tried, ks, len(samples))
    means = tuple(_means(tried, k, float(scores[place].mean())) for place, k in enumerate(ks))
    wins = Counter(ks[int(place)] for place in scores.argmax(axis=0))
    best = max(means, key=lambda one: (wins[one.n_topics], one.score, -one.n_topics))
    rivals = sorted(
        (one for one in means if one is not best), key=lambda one: (-wins[one.n_topics], -one.score)
    )[:_MOST_RIVALS]
    return Choice(
        best.n_topics,
        means,
        dict(sorted(wins.items())),
        len(samples),
        len(ks) == 1,
        _reasons(best, means),
        tuple(_lost(rival, best) for rival in rivals),
    )


def _means(tried: Sequence[Tried], k: int, score: float) -> Means:
    of_k = [one for one in tried if one.n_topics == k]

    def mean(name: str) -> dict[str, float]:
        return {
            method: float(np.mean([getattr(one, name) for one in of_k if one.method == method]))
            for method in METHODS
        }

    foreseen = [one.perplexity for one in of_k if one.perplexity is not None]
    return Means(
        k,
        score,
        mean("coherence"),
        mean("stability"),
        mean("exclusivity"),
        float(np.mean(foreseen)) if foreseen else None,
        sum(one.method == "lda" for one in of_k),
    )


def _reasons(best: Means, means: Sequence[Means]) -> tuple[Sentence, ...]:
    if len(means) == 1:
        return (sentence("topics.choice.asked", k=best.n_topics),)
    found = []
    for method in METHODS:
        for name in ("coherence", "stability"):
            values = {one.n_topics: getattr(one, name)[method] for one in means}
            place = sorted(values, key=lambda k: (-values[k], k)).index(best.n_topics) + 1
            figures = {"method": method_name(method), "value": values[best.n_topics]}
            key = "first" if place == 1 else "place"
            found.append(sentence(f"topics.choice.{name}_{key}", **figures, place=place, n=len(means)))
    return tuple(found)


def _lost(rival: Means, best: Means) -> Sentence:
    """Say where a rival falls furthest behind."""
    behind = {
        (name, method): getattr(best, name)[method] - getattr(rival, name)[method]
        for name in ("coherence", "stability")
        for method in METHODS
    }
    name, method = max(behind, key=lambda one: behind[one])
    if behind[name, method] <= 0:
        return sentence("topics.choice.lost_votes", k=rival.n_topics)
    return sentence(
        f"topics.choice.lost_{name}",
        k=rival.n_topics,
        method=method_name(method),
        value=getattr(rival, name)[method],
        best=getattr(best, name)[method],
    )


def method_name(method: str) -> str:
    """Return the name of a method as people write it."""
    return str(sentence(f"topics.method.{method}"))
