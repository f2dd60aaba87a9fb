from __future__ import annotations

import numpy as np
import pytest

from segmint.topics.corpus import Corpus, read_corpus
from segmint.topics.languages import declared

SUBJECTS = {
    "delivery": "parcel late courier delivery box tracking street depot driver address",
    "money": "refund payment card invoice price charge bank discount total currency",
    "music": "guitar concert album singer piano melody drums orchestra chorus violin",
}


def written(n: int, seed: int = 0, words: int = 12) -> tuple[list[str], np.ndarray]:
    """Write documents about one of three subjects each, every tenth about two."""
    rng = np.random.default_rng(seed)
    names = list(SUBJECTS)
    labels = rng.integers(0, len(names), n)
    texts = []
    for place, label in enumerate(labels):
        other = (label + 1) % len(names) if place % 10 == 0 else label
        own = [*SUBJECTS[names[label]].split(), *SUBJECTS[names[other]].split()]
        texts.append("The " + " ".join(rng.choice(own, words)))
    return texts, labels.astype(np.int64)


@pytest.fixture(scope="session")
def planted() -> tuple[list[str], np.ndarray]:
    """Give 200 documents and the subject of each."""
    return written(200)


@pytest.fixture(scope="session")
def corpus(planted: tuple[list[str], np.ndarray]) -> Corpus:
    """Give the same documents, counted."""
    return read_corpus(planted[0], declared("en"))
