"""``segmint topics``: what texts are about, by two methods."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.cli.progress import Steps
from segmint.cli.reading import Source, read_options
from segmint.cli.spread import spread
from segmint.cli.workspaces import workspace_of, writable_workspace
from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.workflow.texts import TextColumns
    from segmint.workflow.topic_planning import TopicOptions

LANGUAGES = ("en", "fr")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("topics", epilog=say("help.topics_examples"), help=say("help.topics"))(spread(topics))


@dataclass(frozen=True)
class Holding:
    """Which columns hold what, beside the texts."""

    key: Annotated[str | None, typer.Option("--key", help=say("help.text_key"))] = None
    labels: Annotated[str | None, typer.Option("--labels", help=say("help.label_column"))] = None

    def columns(self, text: str) -> TextColumns:
        """Make the columns of the journey."""
        from segmint.workflow.texts import TextColumns

        return TextColumns(text=text, key=self.key, labels=self.labels)


@dataclass(frozen=True)
class Looking:
    """How topics are looked for."""

    k: Annotated[str | None, typer.Option("--k", help=say("help.topic_k"))] = None
    language: Annotated[str | None, typer.Option("--language", help=say("help.language"))] = None
    name: Annotated[str | None, typer.Option("--name", help=say("help.name"))] = None
    samples: Annotated[int, typer.Option("--samples", min=2, max=100, help=say("help.samples"))] = 10
    seeds: Annotated[int, typer.Option("--seeds", min=2, max=100, help=say("help.topic_seeds"))] = 10
    seed: options.Seed = 0

    def options(self, source: Source) -> TopicOptions:
        """Make the options of the journey."""
        from segmint.workflow.topic_planning import TopicOptions

        if self.language is not None and self.language not in LANGUAGES:
            raise UsageError("cli.no_lists", language=self.language, known=list(LANGUAGES))
        return TopicOptions(
            ks=options.numbers_of_clusters(self.k),
            language=self.language,
            name=self.name,
            seed=self.seed,
            n_samples=self.samples,
            n_seeds=self.seeds,
            reading=read_options(source),
        )


@dataclass(frozen=True)
class Giving:
    """What is written beside the workspace."""

    as_features: Annotated[Path | None, typer.Option("--as-features", help=say("help.as_features"))] = None
    output: Annotated[Path | None, typer.Option("-o", "--output", help=say("help.topic_output"))] = None
    show_texts: Annotated[bool, typer.Option("--show-texts", help=say("help.show_texts"))] = False


def topics(
    data: options.Data,
    text: Annotated[str, typer.Option("--text", help=say("help.text_column"))],
    holding: Holding,
    looking: Looking,
    giving: Giving,
    source: Source,
    model: Annotated[
        str | None, typer.Option("--model", metavar="MODEL", help=say("help.topic_model"))
    ] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the topics of texts, or place new texts in the topics of a model."""
    from segmint.data import spare_inputs
    from segmint.workflow.topic_features import refuse_target

    refuse_target(giving.as_features)
    for target in (giving.as_features, giving.output):
        spare_inputs(target, data, model)
    columns = holding.columns(text)
    if model is not None:
        _refuse_search(holding, looking, giving)
        _place(_model_file(model, workspace), data, columns, giving, source, as_json=json, quiet=quiet)
        return
    asked = looking.options(source)
    _find(data, columns, asked, giving, writable_workspace(workspace), as_json=json, quiet=quiet)


def _find(
    data: str,
    columns: TextColumns,
    asked: TopicOptions,
    giving: Giving,
    place: Path,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from segmint.charts import vega
    from segmint.choosing.forecast import memory_used
    from segmint.cli.answer import Spent
    from segmint.cli.topics_answer import write_answer, write_answer_json
    from segmint.model.topic_file import save_topic_model
    from segmint.workflow.topic_features import write_features
    from segmint.workflow.topic_files import excerpts_of, keep_topics
    from segmint.workflow.topic_planning import plan_topics
    from segmint.workflow.topics import carry_out, shares_as_new

    started = time.perf_counter()
    with Steps(quiet=quiet) as steps:
        steps("read", 0, 1)
        planned = plan_topics(data, columns, asked, progress=steps)
        expected = planned.forecast
        steps.tell("forecast", seconds=expected.seconds, memory=expected.memory)
        found = carry_out(planned, steps)
        steps("saved", 0, 1)
        model = found.study.model
        kept = keep_topics(found, place, excerpts=excerpts_of(found) if giving.show_texts else ())
        if giving.output is not None:
            save_topic_model(model, giving.output)
        if giving.as_features is not None:
            write_features(giving.as_features, columns, found.texts, model, shares_as_new(planned, found))
        steps("saved", 1, 1)
    memory = memory_used(helper=vega.process_number())
    spent = Spent(time.perf_counter() - started, 0.0, memory, expected)
    written = write_answer_json if as_json else write_answer
    written(found, kept, spent, giving.as_features, columns.key)


def _refuse_search(holding: Holding, looking: Looking, giving: Giving) -> None:
    """Refuse options that look for topics beside a model that has some."""
    given = {"--k": looking.k, "--labels": holding.labels, "--output": giving.output, "--name": looking.name}
    extra = [name for name, value in given.items() if value is not None]
    if extra:
        raise UsageError("cli.model_and_search", options=extra)
    if giving.as_features is None:
        raise UsageError("cli.placing_needs_a_file")


def _model_file(wanted: str, workspace: Path | None) -> Path:
    """Return the file of a topic model: named by itself, or by the name of its study in the workspace."""
    from segmint.workflow.workspace import Workspace

    named = Workspace(workspace_of(workspace)).topics(wanted) / f"{wanted}.topics"
    return (
        named
        if len(Path(wanted).parts) == 1 and not Path(wanted).exists() and named.is_file()
        else Path(wanted)
    )


def _place(
    model: Path,
    data: str,
    columns: TextColumns,
    giving: Giving,
    source: Source,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from segmint.cli.topics_answer import write_placed, write_placed_json
    from segmint.model.topic_file import load_topic_model
    from segmint.workflow.topic_features import assign_topics, write_features

    assert giving.as_features is not None, "a search without a file was refused"
    loaded = load_topic_model(model)
    with Steps(quiet=quiet) as steps:
        steps("assigned", 0, 1)
        placed = assign_topics(loaded, data, columns, read_options(source))
        write_features(giving.as_features, columns, placed.texts, loaded, placed.shares)
        steps("assigned", len(placed.keys), len(placed.keys))
    written = write_placed_json if as_json else write_placed
    written(loaded, placed, giving.as_features)
