"""The page of a topic study: the answer, the topics, both methods, and how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmint.charts.picture import Picture
from segmint.labels import NOISE
from segmint.report.drift import page_pictures
from segmint.report.html import render_page, write_page
from segmint.topics.mixed import Pull, Split
from segmint.topics.study import TopicStudy
from segmint.topics.telling import better, confidence, doubts, headline
from segmint.words import say
from segmint.words.numbers import agreement, count, score, share
from segmint.words.sentences import LANGUAGE, closed

_SECTIONS = ("topics", "mixed", "methods", "number", "made")


@dataclass(frozen=True)
class Excerpt:
    """A customer's key, and the beginning of what was written; only where a person asked for it."""

    key: str
    text: str


def write_topics(
    study: TopicStudy, pictures: Sequence[Picture], path: str | Path, *, excerpts: Sequence[Excerpt] = ()
) -> Path:
    """Write the page of a topic study: whole or not at all.

    Parameters
    ----------
    study
        What was found.
    pictures
        See :func:`segmint.charts.topics.topic_pictures`.
    path
        The HTML file.
    excerpts
        One for each example, or none: then the page holds no text and no key.
    """
    return write_page(render_page("topics.html", summarize_topics(study, pictures, excerpts)), path)


def summarize_topics(
    study: TopicStudy, pictures: Sequence[Picture], excerpts: Sequence[Excerpt] = ()
) -> dict[str, Any]:
    """Return all that the page says and shows, as plain data."""
    sections = [one for one in _SECTIONS if one != "number" or len(study.choice.means) > 1]
    surely = confidence(study)
    return {
        "language": LANGUAGE,
        "title": say("report.topics.title", source=study.source),
        "crumb": say("report.topics.crumb"),
        "source": study.source,
        "sections": [
            {"id": one, "title": say(f"report.topics.sections.{one}")} for one in ("answer", *sections)
        ],
        "headline": str(headline(study)),
        "says": [str(one) for one in (surely, better(study)) if one is not None],
        "why": [closed(str(one)) for one in study.better.reasons],
        "doubts": [closed(str(one)) for one in doubts(study)],
        "figures": _figures(study),
        "charts": page_pictures(pictures),
        "topics": [_topic(study, place) for place in range(len(study.topics))],
        "mixed": _mixed(study, excerpts),
        "reasons": [closed(str(one)) for one in study.choice.reasons],
        "rivals": [closed(str(one)) for one in study.choice.rivals],
        "made": _made(study),
    }


def _figures(study: TopicStudy) -> list[dict[str, str]]:
    facts = study.corpus
    spoken = "declared" if facts.declared else "found" if facts.language else "unknown"
    notes = {
        "documents": say("report.topics.figure.documents_note", empty=facts.n_empty),
        "words": say(
            "report.topics.figure.words_note",
            vocabulary=facts.n_vocabulary,
            phrases=facts.n_phrases,
            median=facts.median_length,
        ),
        "language": say(f"report.topics.figure.language_{spoken}", share=facts.confidence),
        "agreement": say("report.topics.figure.agreement_note"),
    }
    values = {
        "documents": count(facts.n_documents),
        "words": count(facts.n_words),
        "language": say(f"topics.language.{facts.language}") if facts.language else "–",
        "agreement": agreement(study.agreement.ari),
    }
    return [
        {"label": say(f"report.topics.figure.{name}"), "value": values[name], "note": note}
        for name, note in notes.items()
    ]


def _topic(study: TopicStudy, place: int) -> dict[str, str]:
    topic = study.topics[place]
    return {
        "topic": f"T{topic.number}",
        "words": ", ".join(word.word for word in topic.words[:6]),
        "share": share(topic.share),
        "n_documents": count(topic.n_documents),
        "coherence": score(topic.coherence),
        "cluster_words": ", ".join(topic.cluster_words[:6]),
        "common": count(topic.n_common),
    }


def _mixed(study: TopicStudy, excerpts: Sequence[Excerpt]) -> dict[str, Any]:
    total = study.corpus.n_documents - study.corpus.n_empty
    told = say("report.topics.mixed.told", n=study.n_split, total=total)
    rows = [_example(study, one, place + 1) for place, one in enumerate(study.examples)]
    for row, excerpt in zip(rows, excerpts, strict=False):
        row["example"], row["text"] = excerpt.key, excerpt.text
    return {
        "told": told if rows else say("report.topics.mixed.none"),
        "rows": rows,
        "note": say(f"report.topics.mixed.texts_{'shown' if excerpts else 'hidden'}") if rows else "",
        "warn": bool(excerpts),
    }


def _example(study: TopicStudy, split: Split, number: int) -> dict[str, str]:
    first, second = (_pull(pull) for pull in split.pulls)
    cluster = say("report.topics.mixed.no_cluster")
    if split.cluster != NOISE:
        words = ", ".join(study.topics[split.cluster].cluster_words[:3])
        cluster = say("report.topics.mixed.cluster", cluster=split.cluster + 1, words=words)
    return {
        "example": say("report.topics.mixed.example", n=number),
        "first": first,
        "second": second,
        "cluster": cluster,
        "text": "",
    }


def _pull(pull: Pull) -> str:
    return say(
        "report.topics.mixed.pull", topic=pull.topic + 1, share=pull.share, words=", ".join(pull.words)
    )


def _made(study: TopicStudy) -> list[dict[str, str]]:
    facts, versions = study.corpus, study.model.versions
    n = len(study.seeds["lda"].values["stability"])
    values = {
        "source": study.source,
        "texts": count(facts.n_texts),
        "preparation": say(f"report.topics.made.preparation_{study.model.lexicon.stop_words}"),
        "lda": say(
            "report.topics.made.lda_made",
            tomotopy=versions["tomotopy"],
            instructions=versions["instructions"],
            n=n,
        ),
        "kmeans": say("report.topics.made.kmeans_made", sklearn=versions["scikit-learn"], n=n),
        "mixtures": say("report.topics.made.mixtures_made"),
        "seed": str(study.model.seed),
        "model": study.model.name,
    }
    perplexity = study.choice.chosen.perplexity
    if perplexity is not None and study.perplexity_of_words is not None:
        values["perplexity"] = say(
            "report.topics.made.perplexity_made", value=perplexity, alone=study.perplexity_of_words
        )
    if facts.labeled is not None:
        values["labels"] = say("report.topics.made.labels_made", n=facts.labeled, k=facts.n_labels)
    return [{"item": say(f"report.topics.made.{name}"), "value": value} for name, value in values.items()]
