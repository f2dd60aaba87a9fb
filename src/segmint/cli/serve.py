"""``segmint serve``: this process becomes the service."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from segmint.cli import options
from segmint.cli.models import Model
from segmint.cli.signing import MinVersion
from segmint.words import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", epilog=say("help.serve_examples"), help=say("help.serve"))(serve)


def serve(
    model: Model,
    host: Annotated[str, typer.Option("--host", help=say("help.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=say("help.port"))] = 8000,
    keys: Annotated[Path | None, typer.Option("--keys", help=say("help.keys"))] = None,
    json_log: Annotated[bool, typer.Option("--json-log", help=say("help.json_log"))] = False,
    max_body: Annotated[int | None, typer.Option("--max-body", min=1, help=say("help.max_body"))] = None,
    max_rows: Annotated[int | None, typer.Option("--max-rows", min=1, help=say("help.max_rows"))] = None,
    max_words: Annotated[int | None, typer.Option("--max-words", min=1, help=say("help.max_words"))] = None,
    max_requests: Annotated[
        int | None, typer.Option("--max-requests", min=1, help=say("help.max_requests"))
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option("--max-seconds", min=0.1, help=say("help.max_seconds"))
    ] = None,
    max_stream: Annotated[
        int | None, typer.Option("--max-stream", min=1, help=say("help.max_stream"))
    ] = None,
    max_depth: Annotated[int | None, typer.Option("--max-depth", min=1, help=say("help.max_depth"))] = None,
    max_connections: Annotated[
        int | None, typer.Option("--max-connections", min=1, help=say("help.max_connections"))
    ] = None,
    require_signature: Annotated[
        Path | None, typer.Option("--require-signature", help=say("help.require_signature"))
    ] = None,
    min_version: MinVersion = 1,
    workspace: options.Workspace = None,
) -> None:
    """Find the model's file, then let the serving process take over: it loads numpy and little more."""
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.errors import UsageError
    from segmint.workflow.library import find_model
    from segmint.workflow.serving import can_serve, serving_command

    if not can_serve():
        raise UsageError("cli.no_serving")
    path = find_model(model, workspace_of(workspace), tracking_uri=read_settings().tracking_uri)
    command = serving_command(path, "--host", host, "--port", str(port))
    command += [] if keys is None else ["--keys", str(keys)]
    command += ["--json-log"] if json_log else []
    command += [] if require_signature is None else ["--require-signature", str(require_signature)]
    command += [] if min_version == 1 else ["--min-version", str(min_version)]
    limits = {
        "body": max_body, "stream": max_stream, "rows": max_rows, "words": max_words, "depth": max_depth,
        "requests": max_requests, "connections": max_connections, "seconds": max_seconds,
    }  # fmt: skip
    for name, value in limits.items():
        command += [] if value is None else [f"--max-{name}", str(value)]
    _become(command)


def _become(command: list[str]) -> None:
    """Let the command take this process over; where a system can't, wait for it."""
    if os.name == "posix":
        os.execv(command[0], command)
    raise typer.Exit(subprocess.run(command, check=False).returncode)
