"""``segmint package``: a folder from which any container builder makes the service."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.cli.models import Model
from segmint.words import say

if TYPE_CHECKING:
    from segmint.workflow.package import Packaged


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("package", epilog=say("help.package_examples"), help=say("help.package"))(package)


def package(
    model: Model,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("help.package_output"))],
    wheels: Annotated[Path | None, typer.Option("--wheels", help=say("help.package_wheels"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Write what a container builder needs: one command from there to a running service."""
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.workflow.package import package as write

    uri = read_settings().tracking_uri
    done = write(model, output, workspace_of(workspace), wheels=wheels, tracking_uri=uri)
    _tell(done, as_json=json)


def _tell(done: Packaged, *, as_json: bool) -> None:
    from segmint.cli.output import results, write_command, write_json

    facts = done.facts
    if as_json:
        told = {"folder": str(done.folder.resolve()), "image": facts.image, "model": asdict(facts)}
        write_json({**told, "n_files": done.n_files, "n_wheels": done.n_wheels})
        return
    key = "image.packaged_wheels" if done.n_wheels else "image.packaged"
    figures = {"folder": done.folder, "n": done.n_files, "wheels": done.n_wheels}
    console = results()
    console.print(f" {say(key, name=facts.name, version=facts.version, **figures)}")
    write_command(console, say("cli.next"), f"docker build -t {facts.image} {shlex.quote(str(done.folder))}")
