"""``segmint sign`` and ``verify``: who vouches for a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.cli.models import Model
from segmint.words import say

if TYPE_CHECKING:
    from segmint.workflow.signing import Signed

MinVersion = Annotated[int, typer.Option("--min-version", min=1, help=say("help.min_version"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("sign", epilog=say("help.sign_examples"), help=say("help.sign"))(sign)
    app.command("verify", epilog=say("help.verify_examples"), help=say("help.verify"))(verify)


def sign(
    model: Model,
    key: Annotated[Path, typer.Option("--key", help=say("help.signing_key"))],
    version: Annotated[int | None, typer.Option("--version", min=1, help=say("help.signed_version"))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help.signed_output"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Sign a model."""
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.workflow.signing import sign_model

    settings = read_settings()
    done = sign_model(
        model, workspace_of(workspace), key, version=version, output=output,
        password=settings.key_password, tracking_uri=settings.tracking_uri,
    )  # fmt: skip
    _tell(done, "cli.signed", as_json=json)


def verify(
    model: Model,
    key: Annotated[Path, typer.Option("--key", help=say("help.trusted_keys"))],
    min_version: MinVersion = 1,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Say who signed a model, or refuse it."""
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.workflow.signing import verify_model

    uri = read_settings().tracking_uri
    done = verify_model(model, workspace_of(workspace), key, min_version=min_version, tracking_uri=uri)
    _tell(done, "cli.verified", as_json=json)


def _tell(signed: Signed, key: str, *, as_json: bool) -> None:
    from segmint.cli.output import results, write_json

    if as_json:
        write_json(vars(signed) | {"path": str(signed.path.resolve())})
        return
    facts = {"name": signed.name, "version": signed.version, "key": signed.key}
    results().print(f" {say(key, content=signed.content[:16], **facts)}")
