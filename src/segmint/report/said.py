"""Sentences of a study as texts with their periods."""

from __future__ import annotations

from collections.abc import Iterable

from segmint.words import Sentence
from segmint.words.sentences import closed, known


def texts(sentences: Iterable[Sentence]) -> list[str]:
    """Return the texts of sentences with their periods, empty ones left out, each once."""
    return list(dict.fromkeys(closed(said) for said in map(str, sentences) if said))


def under_its_family(reason: Sentence) -> str:
    """Return why a rival lost, for a place where the rival's family is the heading already.

    A reason that the report has no words of its own for is said as the decision says it.
    """
    own = Sentence(reason.key.replace("decision.rival.", "report.rival.", 1), reason.figures)
    return closed(str(own if known(own.key) else reason))
