"""Sentences of a study as texts with their periods."""

from __future__ import annotations

from collections.abc import Iterable

from segmint.words import Sentence
from segmint.words.sentences import known


def closed(said: str) -> str:
    """End a sentence with a period where it has no end of its own.

    Examples
    --------
    >>> closed("Five won"), closed("Why?"), closed("")
    ('Five won.', 'Why?', '')
    """
    return said if not said or said[-1] in ".!?:…" else f"{said}."


def texts(sentences: Iterable[Sentence]) -> list[str]:
    """Return the texts of sentences with their periods, empty ones left out, each once."""
    return list(dict.fromkeys(closed(said) for said in map(str, sentences) if said))


def under_its_family(reason: Sentence) -> str:
    """Return why a rival lost, for a place where the rival's family is the heading already.

    A reason that the report has no words of its own for is said as the decision says it.
    """
    own = Sentence(reason.key.replace("decision.rival.", "report.rival.", 1), reason.figures)
    return closed(str(own if known(own.key) else reason))
