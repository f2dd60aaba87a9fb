"""Phase IV: mixed membership. Task 4.2."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from segmint.charts.topics import topic_pictures
from segmint.data import ReadOptions, example_table
from segmint.lab.lesson import Assignment, Lesson, Table
from segmint.lab.requests import REQUESTS, text_columns
from segmint.topics.mixed import Pull
from segmint.topics.study import TopicStudy
from segmint.topics.telling import better, doubts, headline
from segmint.words import Sentence, numbers, say, sentence
from segmint.workflow.texts import TextColumns
from segmint.workflow.topic_planning import TopicOptions
from segmint.workflow.topics import Found, topics

NEWS: Final = Path("text") / "octis_bbc_news.tsv.gz"
_KS: Final = {"requests": (5, 6, 7, 8, 9), "news": (4, 5, 6, 7), "own": tuple(range(2, 13))}
_FITS: Final = 5
_WORDS: Final = 4
_SHOWN: Final = ("topic_words", "topic_mixtures", "topic_crossing", "topic_map")


def memberships(assignment: Assignment) -> Lesson:
    """Task 4.2: LDA beside K-Means on TF-IDF, and the documents that one forces and the other splits."""
    found = _own(assignment) if assignment.data is not None else _shipped(assignment)
    news = _news(assignment)
    study = found.study
    shown = assignment.data is None  # texts of one's own are somebody's; the shipped ones are public
    return Lesson(
        headline=headline(study),
        findings=(
            better(study),
            *study.better.reasons,
            sentence(
                "lab.t42.split", n=study.n_split, total=study.corpus.n_documents, share=_split_share(study)
            ),
            *(_example(found, place, shown=shown) for place in range(len(study.examples[:3]))),
            *doubts(study),
            *([] if news is None else [sentence("lab.t42.news", said=str(headline(news.study)))]),
        ),
        tables=(_topics(study), _methods([study, *([] if news is None else [news.study])])),
        pictures={one.name: one.titled() for one in topic_pictures(study) if one.name in _SHOWN},
        explanation=tuple(
            sentence(f"lab.t42.{part}") for part in ("story", "dirichlet", "inference", "differ", "fails")
        ),
        figures=_figures(study) | ({} if news is None else {"news": _figures(news.study)}),
    )


def _shipped(assignment: Assignment) -> Found:
    columns = TextColumns(text="text", labels="label")
    return _found(example_table(REQUESTS), columns, assignment, "requests")


def _news(assignment: Assignment) -> Found | None:
    """Return topics of the news where a folder of public data sets is named, and no table of one's own."""
    if assignment.data is not None or assignment.library is None:
        return None
    path = assignment.library / NEWS
    if not path.is_file():
        return None
    return _found(path, TextColumns(text="text", labels="label"), assignment, "news")


def _own(assignment: Assignment) -> Found:
    """Return topics of one's own texts; which column holds them is told from its name."""
    return _found(assignment.data, text_columns(assignment), assignment, "own")


def _found(source: Any, columns: TextColumns, assignment: Assignment, which: str) -> Found:
    options = TopicOptions(
        ks=_KS[which], seed=assignment.seed, name="lab-topics", n_samples=_FITS, n_seeds=_FITS,
        reading=(assignment.options or ReadOptions()) if which == "own" else ReadOptions(),
    )  # fmt: skip
    return topics(source, columns, options, progress=assignment.progress)


def _split_share(study: TopicStudy) -> float:
    return study.n_split / max(1, study.corpus.n_documents)


def _example(found: Found, place: int, *, shown: bool) -> Sentence:
    """Tell one document of two topics: what pulls it where, and where K-Means puts it."""
    study, split = found.study, found.study.examples[place]
    first, second = split.pulls
    key = "example_text" if shown else "example"
    return sentence(
        f"lab.t42.{key}",
        text=found.texts.documents[found.examples[place]] if shown else "",
        first=_title(study, first), second=_title(study, second),
        a=first.share, b=second.share,
        pulled=list(first.words), other=list(second.words),
        cluster=f"T{split.cluster + 1}",
    )  # fmt: skip


def _title(study: TopicStudy, pull: Pull) -> str:
    return f"T{pull.topic + 1} ({study.topics[pull.topic].title})"


def _topics(study: TopicStudy) -> Table:
    head = tuple(
        say(f"lab.head.{name}")
        for name in ("topic", "topic_words", "topic_share", "cluster_words", "in_both")
    )
    rows = tuple(
        (
            f"T{topic.number}",
            ", ".join(word.word for word in topic.words[:_WORDS]),
            numbers.share(topic.share),
            ", ".join(topic.cluster_words[:_WORDS]),
            numbers.count(topic.n_common),
        )
        for topic in study.topics
    )
    return Table(head, rows, of_texts=True)


def _methods(studies: list[TopicStudy]) -> Table:
    measures = [
        name
        for name in ("nmi", "coherence", "exclusivity", "stability")
        if name in studies[0].seeds["lda"].values
    ]
    head = (
        say("lab.head.corpus"),
        say("lab.head.method"),
        *(say(f"lab.head.topic_{name}") for name in measures),
    )
    rows = [
        (
            study.source, say(f"lab.t42.method_{name}"),
            *(numbers.agreement(seeds.mean(one)) if one in seeds.values else numbers.MISSING for one in measures),
        )
        for study in studies
        for name, seeds in study.seeds.items()
    ]  # fmt: skip
    return Table(head, tuple(rows), of_texts=True)


def _figures(study: TopicStudy) -> dict[str, Any]:
    return {
        "n_topics": study.choice.n_topics,
        "n_documents": study.corpus.n_documents,
        "n_split": study.n_split,
        "better": study.better.method,
        "methods": {
            name: {measure: list(values) for measure, values in seeds.values.items()}
            for name, seeds in study.seeds.items()
        },
    }
