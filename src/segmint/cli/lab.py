"""``segmint lab``: the practical work, task by task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.cli.reading import Columns, Source, read_options
from segmint.cli.settings import read_settings
from segmint.cli.spread import spread
from segmint.cli.workspaces import writable_workspace
from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.lab.lesson import Lesson, Task


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lab", epilog=say("help.lab_examples"), help=say("help.lab"))(spread(lab))


def lab(
    columns: Columns,
    source: Source,
    task: Annotated[str | None, typer.Argument(help=say("help.lab_task"))] = None,
    data: Annotated[str | None, typer.Option("--data", help=say("help.lab_data"))] = None,
    seed: Annotated[int, typer.Option(help=say("help.seed"))] = 42,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help.lab_output"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Answer one task of the practical work: the computed answer, its picture, an explanation."""
    from segmint.cli.progress import Steps
    from segmint.lab.catalog import CASES, TASKS
    from segmint.lab.catalog import task as find_task
    from segmint.lab.lesson import Assignment

    if task is None:
        _write_list((*TASKS, *CASES), json=json)
        return
    found = find_task(task)
    if found.answer is None:
        _write_later(found, json=json)
        return
    if data is None and (source, columns) != (Source(), Columns()):
        raise UsageError("cli.no_data_to_read")
    reading, place = read_options(source, columns), writable_workspace(workspace)
    known = read_settings()
    with Steps(quiet=quiet) as steps:
        asked = Assignment(
            place, data, reading, seed=seed, tracking_uri=known.tracking_uri, library=known.library,
            progress=steps,
        )  # fmt: skip
        lesson = found.answer(asked)
    pictures = _save_pictures(lesson, output or place / "lab" / task)
    if json:
        _write_json(found, lesson, pictures)
    else:
        _write_lesson(found, lesson, pictures)


def _write_json(task: Task, lesson: Lesson, pictures: list[Path]) -> None:
    from segmint.cli.output import write_json

    write_json(
        {
            "task": task.number,
            "title": str(task.title),
            "answer": str(lesson.headline),
            "findings": [str(finding) for finding in lesson.findings],
            "explanation": [str(part) for part in lesson.explanation],
            "figures": dict(lesson.figures),
            "pictures": [str(path) for path in pictures],
        }
    )


def _write_list(tasks: tuple[Task, ...], *, json: bool) -> None:
    from segmint.cli.output import results, write_json
    from segmint.cli.tables import plain_table

    if json:
        write_json(
            {
                "tasks": [
                    {"task": task.number, "title": str(task.title), "available": task.answer is not None}
                    for task in tasks
                ]
            }
        )
        return
    console = results()
    console.print()
    console.print(f" {say('cli.lab_head')}", style="bold")
    console.print()
    rows = [
        (task.number, str(task.title), "" if task.answer is not None else say("cli.lab_later"))
        for task in tasks
    ]
    plain_table(console, [say("cli.head.task"), say("cli.head.title"), ""], rows)
    console.print()
    console.print(f" {say('cli.next')}     segmint lab 1.1", style="dim")


def _write_later(task: Task, *, json: bool) -> None:
    from segmint.cli.output import results, write_json

    text = say("cli.lab_not_yet", task=task.number, title=str(task.title))
    if json:
        write_json({"task": task.number, "title": str(task.title), "available": False, "answer": text})
        return
    results().print(f" {text}", soft_wrap=False, width=80)


def _save_pictures(lesson: Lesson, folder: Path) -> list[Path]:
    from segmint.charts import png

    paths = []
    for name, chart in lesson.pictures.items():
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        path.write_bytes(png(chart))
        paths.append(path)
    return paths


def _write_lesson(task: Task, lesson: Lesson, pictures: list[Path]) -> None:
    from segmint.cli.output import results, wrapped
    from segmint.cli.tables import plain_table
    from segmint.cli.typed import shown_path

    console = results()
    console.print()
    console.print(f" {task.number}  {task.title}", style="dim")
    console.print()
    for line in wrapped(str(lesson.headline), first="", indent=1):
        console.print(line, style="bold")
    for finding in lesson.findings:
        for line in wrapped(str(finding), first="", indent=1):
            console.print(line)
    for table in lesson.tables:
        console.print()
        right = frozenset[int]() if table.of_texts else frozenset(range(len(table.head)))
        plain_table(console, table.head, table.rows, right=right)
    for part in lesson.explanation:
        console.print()
        for line in wrapped(str(part), first="", indent=1):
            console.print(line)
    console.print()
    for path in pictures:
        console.print(f" {say('cli.lab_picture')}  {shown_path(path)}", style="dim")
