"""Which numbers of topics are tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from segmint.errors import UsageError
from segmint.labels import FEWEST_TOLD
from segmint.model.topic_model import MOST_TOPICS
from segmint.topics.corpus import Corpus

KS: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)


def plan(corpus: Corpus, wanted: Sequence[int] | None) -> tuple[int, ...]:
    """Return the numbers of topics to try: those with at least five documents a topic.

    Parameters
    ----------
    corpus
        The documents.
    wanted
        What was asked for; ``None`` for 2 to 8, 10, 12, 15 and 20.

    Raises
    ------
    UsageError
        If a number that was asked for is 1, above 100, or above a fifth of the usable documents.
    """
    most = min(MOST_TOPICS, max(2, len(corpus.usable) // FEWEST_TOLD))
    if wanted is None:
        return tuple(k for k in KS if k <= most)
    for k in wanted:
        if not 2 <= k <= most:
            raise UsageError("topics.bad_k", k=k, most=most, usable=len(corpus.usable))
    return tuple(wanted)
