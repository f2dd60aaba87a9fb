"""Topics on the terminal: how many and how surely, which method, what they say; or one JSON object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from segmint.cli.answer import Spent, time_told
from segmint.cli.output import results, wrapped, write_json, write_labeled
from segmint.cli.tables import plain_table
from segmint.cli.typed import shown_path
from segmint.words import numbers, say
from segmint.words.sentences import closed

if TYPE_CHECKING:
    from rich.console import Console

    from segmint.model.topic_model import TopicModel
    from segmint.workflow.topic_features import Placed
    from segmint.workflow.topic_files import KeptTopics
    from segmint.workflow.topics import Found

_WORDS: Final = 4


def write_answer(
    found: Found, kept: KeptTopics, spent: Spent, features: Path | None, key: str | None
) -> None:
    """Write the answer, the doubt beside it, the topics, and where everything lies."""
    console = results()
    console.print()
    _write_reasons(console, found)
    console.print()
    _write_topics(console, found)
    console.print()
    write_labeled(console, say("cli.report"), [shown_path(kept.page)])
    write_labeled(console, say("cli.model"), [shown_path(kept.model)])
    write_labeled(console, say("cli.figure"), [shown_path(kept.pictures[0].parent / "*.png")])
    if features is not None:
        told = say(
            "cli.features_told",
            path=shown_path(features),
            n=len(found.study.topics),
            key=key or say("cli.topic_row"),
        )
        write_labeled(console, say("cli.features"), [told])
    write_labeled(console, say("cli.time"), [time_told(spent)])


def _write_reasons(console: Console, found: Found) -> None:
    """Write the answer, which method is better and why, and what speaks for and against the number."""
    from rich.text import Text

    from segmint.topics.telling import better, confidence, doubts, headline

    study = found.study
    surely = confidence(study)
    for line in wrapped(" ".join(str(one) for one in (headline(study), surely) if one), indent=1):
        console.print(Text(line, style="bold"))
    console.print()
    write_labeled(console, say("cli.method"), [str(better(study))])
    write_labeled(console, say("cli.why"), [closed(str(one)) for one in study.better.reasons])
    write_labeled(console, say("cli.for"), [closed(str(one)) for one in study.choice.reasons])
    write_labeled(console, say("cli.against"), [closed(str(one)) for one in doubts(study)])
    write_labeled(console, say("cli.rivals"), [closed(str(one)) for one in study.choice.rivals])
    write_labeled(console, say("cli.notice"), [closed(str(one)) for one in found.texts.notices])


def _write_topics(console: Console, found: Found) -> None:
    """Write one line a topic: its words, its share, and its documents."""
    heads = [
        say(f"report.topics.head.{name}") for name in ("topic", "words", "share", "n_documents", "common")
    ]
    rows = [
        [
            f"T{one.number}",
            ", ".join(word.word for word in one.words[:_WORDS]),
            numbers.share(one.share),
            numbers.count(one.n_documents),
            numbers.count(one.n_common),
        ]
        for one in found.study.topics
    ]
    plain_table(console, heads, rows, right=frozenset((2, 3, 4)), fold=1)


def write_answer_json(
    found: Found, kept: KeptTopics, spent: Spent, features: Path | None, key: str | None
) -> None:
    """Write the same as one JSON object: words and figures, no text and no key."""
    from dataclasses import asdict

    from segmint.topics.telling import better, confidence, doubts, headline

    study = found.study
    surely = confidence(study)
    write_json(
        {
            "headline": str(headline(study)),
            "confidence": None if surely is None else str(surely),
            "better": str(better(study)),
            "better_method": study.better.method,
            "reasons": [str(one) for one in (*study.better.reasons, *study.choice.reasons)],
            "doubts": [str(one) for one in doubts(study)],
            "notices": [str(one) for one in found.texts.notices],
            "n_topics": study.choice.n_topics,
            "wins": {str(k): n for k, n in study.choice.wins.items()},
            "sweep": [asdict(one) for one in study.choice.means],
            "measures": {name: dict(one.values) for name, one in study.seeds.items()},
            "perplexity_of_words": study.perplexity_of_words,
            "agreement": asdict(study.agreement),
            "corpus": asdict(study.corpus),
            "topics": [asdict(one) for one in study.topics],
            "n_split": study.n_split,
            "model": str(kept.model.resolve()),
            "content": kept.content,
            "page": str(kept.page.resolve()),
            "pictures": [str(path.resolve()) for path in kept.pictures],
            "features": None if features is None else str(features.resolve()),
            "key": key,
            "seconds": spent.seconds,
            "memory": spent.memory,
            "forecast": {"seconds": spent.forecast.seconds, "memory": spent.forecast.memory},
        }
    )


def write_placed(model: TopicModel, placed: Placed, features: Path) -> None:
    """Write how many customers were placed, where, and how many hold no known word."""
    console = results()
    console.print()
    told = [say("cli.placed", n=len(placed.keys), k=model.n_topics, name=model.name)]
    if placed.n_empty:
        told.append(say("cli.placed_empty", n=placed.n_empty))
    write_labeled(console, say("cli.batch"), [closed(one) for one in told])
    write_labeled(console, say("cli.features"), [shown_path(features)])
    console.print()
    heads = [say(f"report.topics.head.{name}") for name in ("topic", "n_documents")]
    rows = [[name, numbers.count(n)] for name, n in _sizes(model, placed).items()]
    plain_table(console, heads, rows, right=frozenset((1,)))


def write_placed_json(model: TopicModel, placed: Placed, features: Path) -> None:
    """Write the same as one JSON object; the shares are in the file."""
    found: dict[str, Any] = {
        "model": model.name,
        "n_customers": len(placed.keys),
        "n_empty": placed.n_empty,
        "largest_topic": _sizes(model, placed),
        "features": str(features.resolve()),
    }
    write_json(found)


def _sizes(model: TopicModel, placed: Placed) -> dict[str, int]:
    """Return of how many customers each topic is the largest; customers without a known word have none."""
    from segmint.workflow.topic_features import feature_names

    largest = placed.shares.argmax(axis=1)[placed.clusters >= 0].tolist()
    return {name: largest.count(k) for k, name in enumerate(feature_names(model))}
