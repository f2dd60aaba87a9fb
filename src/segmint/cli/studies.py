"""``segmint list``, ``decide``, ``report``, ``charts``, ``track`` and ``delete``: what is done with a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.cli.workspaces import workspace_of, writable_workspace
from segmint.words import say

if TYPE_CHECKING:
    from rich.console import Console

    from segmint.workflow.studies import Listed

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help=say("help.study"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list", help=say("help.list"))(list_all)
    app.command("decide", epilog=say("help.decide_examples"), help=say("help.decide"))(decide)
    app.command("report", help=say("help.report"))(report)
    app.command("charts", epilog=say("help.charts_examples"), help=say("help.charts"))(charts)
    app.command("track", help=say("help.track"))(track)
    app.command("delete", help=say("help.delete"))(delete)


def list_all(workspace: options.Workspace = None, json: options.AsJson = False) -> None:
    """List the studies and models of the workspace."""
    from dataclasses import asdict

    from segmint.cli.output import results, write_json
    from segmint.workflow.library import list_models
    from segmint.workflow.studies import list_studies
    from segmint.workflow.workspace import Workspace

    place = Workspace(workspace_of(workspace))
    studies, models = list_studies(place), list_models(place)
    if json:
        named = [{"name": name, "model": str(path.resolve())} for name, path in models]
        write_json({"studies": [asdict(study) for study in studies], "models": named})
        return
    console = results()
    console.print()
    if studies:
        _write_studies(console, studies)
        console.print()
    if models:
        _write_models(console, models)
    if not studies and not models:
        console.print(f" {say('cli.nothing_listed', workspace=place.folder)}")


def _write_studies(console: Console, studies: list[Listed]) -> None:
    from segmint.cli.tables import plain_table
    from segmint.words import numbers

    heads = ("study", "name", "when", "rows", "verdict", "segments", "family")
    rows = [
        (
            study.id[:12],
            study.name or numbers.MISSING,
            (study.created or numbers.MISSING)[:16].replace("T", " "),
            numbers.MISSING if study.n_rows is None else numbers.count(study.n_rows),
            say("cli.damaged") if study.damaged else study.verdict or numbers.MISSING,
            numbers.MISSING if study.n_clusters is None else numbers.count(study.n_clusters),
            say(f"cli.family.{study.family}") if study.family else "",
        )
        for study in studies
    ]
    plain_table(console, [say(f"cli.head.{head}") for head in heads], rows, right=frozenset({3, 5}))


def _write_models(console: Console, models: list[tuple[str, Path]]) -> None:
    from segmint.cli.tables import plain_table
    from segmint.cli.typed import shown_path

    heads = [say("cli.head.model"), say("cli.head.file")]
    plain_table(console, heads, [(name, shown_path(path)) for name, path in models])


def decide(
    study: StudyName,
    configuration: Annotated[str, typer.Argument(metavar="CONFIGURATION", help=say("help.configuration"))],
    because: Annotated[str, typer.Option("--because", help=say("help.because"))],
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Choose another configuration of a study, with your reason; it is recorded."""
    from segmint.cli.output import results, write_json
    from segmint.cli.typed import shown_path
    from segmint.words.visible import safe
    from segmint.workflow.studies import find_study, keep_decision

    place = writable_workspace(workspace)
    folder = find_study(study, place)
    decided, path = keep_decision(folder, configuration, because, place)
    if json:
        write_json(
            {"study": folder.name, "model": str(path.resolve()), "decision": decided.decision.to_json()}
        )
        return
    console = results()
    console.print()
    console.print(f" {safe(str(decided.decision.headline))}", style="bold", soft_wrap=False, width=80)
    console.print(f" {say('cli.decided', model=shown_path(path))}")


def report(
    study: StudyName,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help.report_output"))] = None,
    workspace: options.Workspace = None,
) -> None:
    """Write the report of a study again, from the study alone."""
    from segmint.cli.output import results
    from segmint.report.html import write_report
    from segmint.workflow.studies import load_study, named_study
    from segmint.workflow.workspace import open_workspace

    place = workspace_of(workspace)
    topics = _topic_study(study, place)
    if topics is not None:
        results().print(str(_write_topic_page(topics, output)))
        return
    opened = named_study(load_study(study, place), place)
    path = output or open_workspace(place).report(opened.provenance.name)
    write_report(opened, path)
    results().print(str(path))


def _topic_study(study: str, place: Path) -> Path | None:
    """Return the folder of a topic study, where no other study is named so; refuse what names neither."""
    from segmint.errors import NotFoundError
    from segmint.workflow.studies import find_study
    from segmint.workflow.topic_files import find_topic_study

    try:
        find_study(study, place)
    except NotFoundError:
        found = find_topic_study(study, place)
        if found is None:
            raise
        return found
    return None


def _write_topic_page(folder: Path, output: Path | None) -> Path:
    from segmint.workflow.topic_files import load_topic_study, write_topic_page

    opened = load_topic_study(folder)
    return write_topic_page(opened, output or folder / f"{opened.model.name}.html")


def _write_topic_pictures(folder: Path, output: Path | None, format: str, theme: str) -> list[Path]:
    from segmint.charts.topics import write_topic_pictures
    from segmint.workflow.topic_files import load_topic_study

    opened = load_topic_study(folder)
    return write_topic_pictures(
        opened, output or Path(f"{opened.model.name}-charts"), format=format, theme=theme
    )


def charts(
    study: StudyName,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help.charts_output"))] = None,
    format: Annotated[str, typer.Option("--format", help=say("help.charts_format"))] = "png",
    theme: Annotated[str, typer.Option("--theme", help=say("help.theme"))] = "light",
    workspace: options.Workspace = None,
) -> None:
    """Write every chart of a study as a file."""
    from segmint.charts import write_charts
    from segmint.cli.output import results
    from segmint.workflow.studies import load_study, named_study

    options.one_of("--format", format, ["png", "svg", "json"])
    options.one_of("--theme", theme, ["light", "dark"])
    place = workspace_of(workspace)
    topics = _topic_study(study, place)
    if topics is not None:
        for path in _write_topic_pictures(topics, output, format, theme):
            results().print(str(path))
        return
    opened = named_study(load_study(study, place), place)
    folder = output or Path(f"{opened.provenance.name}-charts")
    for path in write_charts(opened, folder, format=format, theme=theme):
        results().print(str(path))


def track(
    study: StudyName,
    uri: Annotated[str | None, typer.Option("--uri", help=say("help.uri"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Send a study to MLflow again: to the workspace's own database, or to a server."""
    from segmint.cli.output import results, write_json
    from segmint.cli.settings import read_settings
    from segmint.workflow.studies import find_study
    from segmint.workflow.tracking import track_study

    place = writable_workspace(workspace)
    tracked = track_study(find_study(study, place), place, tracking_uri=uri or read_settings().tracking_uri)
    if json:
        write_json({"experiment": tracked.experiment, "run_id": tracked.run_id, "version": tracked.version})
        return
    results().print(f" {tracked}")


def delete(
    study: StudyName,
    yes: Annotated[bool, typer.Option("--yes", help=say("help.yes"))] = False,
    workspace: options.Workspace = None,
) -> None:
    """Delete a study; it asks first."""
    from segmint.cli.output import results
    from segmint.workflow.studies import delete_study, find_study

    folder = find_study(study, workspace_of(workspace))
    if not yes and not typer.confirm(say("cli.sure", study=folder.name), err=True):
        results().print(f" {say('cli.not_deleted')}")
        raise typer.Exit(1)
    delete_study(folder)
    results().print(f" {say('cli.deleted', study=folder.name)}")
