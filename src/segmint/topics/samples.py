"""Samples of the documents: most to fit, the others to foresee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.labels import FEWEST_TOLD
from segmint.model.word_counts import WordCounts
from segmint.seeds import derive, generator
from segmint.topics.corpus import Corpus
from segmint.topics.perplexity import halves

HELD_OUT: Final = 0.2
_FEWEST_HELD_OUT: Final = 1


@dataclass(frozen=True, eq=False)
class Sample:
    """Four fifths of the documents to fit, and the words of the others in two halves."""

    number: int
    fitted: WordCounts
    seen: WordCounts
    foreseen: WordCounts


def draw_samples(corpus: Corpus, n_samples: int, *, seed: int) -> list[Sample]:
    """Draw samples of the usable documents without replacement."""
    n = len(corpus.usable)
    n_held_out = max(_FEWEST_HELD_OUT, round(HELD_OUT * n)) if n > FEWEST_TOLD else 0
    samples = []
    for number in range(n_samples):
        order = generator(seed, "sample", number).permutation(corpus.usable)
        held_out = corpus.counts.take(np.sort(order[:n_held_out]))
        seen, foreseen = halves(held_out, seed=derive(seed, "halves", number))
        samples.append(Sample(number, corpus.counts.take(np.sort(order[n_held_out:])), seen, foreseen))
    return samples
