"""A topic study as plain data with one spelling: all that its page and its pictures are made from.

It holds words of the vocabulary, counts, shares and sentences: no text, no key, no place of a document. The
model lies in a file of its own, which the study names by its hash.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from segmint.errors import BundleError
from segmint.model.audit import audit_sentences
from segmint.model.canonical import dumps, loads
from segmint.model.description import finite
from segmint.model.shapes import conform
from segmint.model.topic_file import topic_bytes
from segmint.model.topic_model import TopicModel
from segmint.topics.choice import Choice, Means
from segmint.topics.comparison import Better, Seeds
from segmint.topics.mixed import Pull, Split
from segmint.topics.study import Agreement, CorpusFacts, Topic, TopicStudy, Word
from segmint.topics.study_shape import STUDY, fits_model
from segmint.words import Sentence

FORMAT: Final = 1
_UNHASHED: Final = "0" * 64
_BY_METHOD: Final = ("coherence", "stability", "exclusivity")


def topic_study_bytes(study: TopicStudy) -> bytes:
    """Return the bytes of a topic study's file: equal studies give equal bytes."""
    choice = study.choice
    described = {
        "format": FORMAT,
        "model": hashlib.sha256(topic_bytes(study.model)).hexdigest(),
        "source": study.source,
        "corpus": asdict(study.corpus),
        "choice": {
            "n_topics": choice.n_topics,
            "means": [asdict(one) for one in choice.means],
            "wins": [[k, n] for k, n in choice.wins.items()],
            "n_samples": choice.n_samples,
            "asked": choice.asked,
            "reasons": [one.to_json() for one in choice.reasons],
            "rivals": [one.to_json() for one in choice.rivals],
        },
        "seeds": {name: dict(one.values) for name, one in study.seeds.items()},
        "better": {
            "method": study.better.method,
            "measures": study.better.measures,
            "reasons": [one.to_json() for one in study.better.reasons],
        },
        "perplexity_of_words": study.perplexity_of_words,
        "topics": [asdict(one) for one in study.topics],
        "agreement": asdict(study.agreement),
        "n_split": study.n_split,
        "examples": [asdict(one) for one in study.examples],
        "crossing": study.crossing.tolist(),
        "sample": study.sample.tolist(),
    }
    return hashed_bytes(finite(described))


def hashed_bytes(described: Mapping[str, Any]) -> bytes:
    """Return a description's bytes with its content hash in it."""
    content = hashlib.sha256(dumps({**described, "content": _UNHASHED})).hexdigest()
    return dumps({**described, "content": content})


def read_topic_study(data: bytes, model: TopicModel) -> TopicStudy:
    """Make a topic study of a file's bytes and its model; all is checked before anything is made.

    Raises
    ------
    BundleError
        If it is damaged, altered, written by a later version, or the study of another model.
    """
    found: Any = loads(data)
    if not isinstance(found, dict):
        raise BundleError("study_files.damaged")
    number = found.get("format")
    if isinstance(number, int) and number > FORMAT:
        raise BundleError("study_files.later", format=number, newest=FORMAT)
    plain = {name: value for name, value in found.items() if name != "content"}
    if hashed_bytes(plain) != data or found.get("model") != hashlib.sha256(topic_bytes(model)).hexdigest():
        raise BundleError("study_files.altered")
    conform(plain, STUDY, "study")
    audit_sentences(plain)
    if not fits_model(plain, model.n_topics):
        raise BundleError("study_files.damaged")
    return _made(plain, model)


def _made(found: Mapping[str, Any], model: TopicModel) -> TopicStudy:
    better = found["better"]
    return TopicStudy(
        model=model,
        source=found["source"],
        corpus=CorpusFacts(**found["corpus"]),
        choice=_choice(found["choice"]),
        seeds={name: _seeds(name, found["seeds"][name]) for name in ("lda", "kmeans")},
        better=Better(better["method"], tuple(better["measures"]), _sentences(better["reasons"])),
        perplexity_of_words=found["perplexity_of_words"],
        topics=tuple(_topic(one) for one in found["topics"]),
        agreement=Agreement(**{name: float(value) for name, value in found["agreement"].items()}),
        n_split=found["n_split"],
        examples=tuple(_split(one) for one in found["examples"]),
        crossing=np.array(found["crossing"], dtype=np.int64),
        sample=np.array(found["sample"], dtype=np.float64).reshape(-1, model.n_topics),
    )


def _choice(found: Mapping[str, Any]) -> Choice:
    return Choice(
        n_topics=found["n_topics"],
        means=tuple(_means(one) for one in found["means"]),
        wins=dict(found["wins"]),
        n_samples=found["n_samples"],
        asked=found["asked"],
        reasons=_sentences(found["reasons"]),
        rivals=_sentences(found["rivals"]),
    )


def _means(found: Mapping[str, Any]) -> Means:
    values = {name: {key: _number(one) for key, one in found[name].items()} for name in _BY_METHOD}
    return Means(
        found["n_topics"],
        float(found["score"]),
        **values,
        perplexity=found["perplexity"],
        n_lda=found["n_lda"],
    )


def _seeds(name: str, values: Mapping[str, Any]) -> Seeds:
    return Seeds(name, {measure: tuple(map(_number, given)) for measure, given in values.items()})


def _number(value: float | None) -> float:
    """Return a figure; one that is missing is NaN again."""
    return math.nan if value is None else float(value)


def _topic(found: Mapping[str, Any]) -> Topic:
    first, second = found["place"]
    words = tuple(Word(**word) for word in found["words"])
    return Topic(
        **{**found, "words": words, "place": (first, second), "cluster_words": tuple(found["cluster_words"])}
    )


def _split(found: Mapping[str, Any]) -> Split:
    first, second = (Pull(one["topic"], one["share"], tuple(one["words"])) for one in found["pulls"])
    return Split(found["cluster"], (first, second))


def _sentences(found: list[Mapping[str, Any]]) -> tuple[Sentence, ...]:
    return tuple(Sentence.from_json(one) for one in found)
