"""Sentences of a study as texts; one that has no words any more is left out instead of ending the report."""

from __future__ import annotations

from collections.abc import Iterable

from segmint.words import Sentence
from segmint.words.sentences import known


def text(sentence: Sentence) -> str:
    """Return the text of a sentence, or nothing where its key is not known (a study of another version)."""
    return str(sentence) if known(sentence.key) else ""


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
    return list(dict.fromkeys(closed(said) for said in map(text, sentences) if said))


def under_its_family(reason: Sentence) -> str:
    """Return why a rival lost, for a place where the rival's family is the heading already.

    A reason that the report has no words of its own for is said as the decision says it.
    """
    own = Sentence(reason.key.replace("decision.rival.", "report.rival.", 1), reason.figures)
    return closed(text(own) or text(reason))
