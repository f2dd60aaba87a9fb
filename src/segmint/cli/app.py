"""The command ``segmint``: its commands by journey, and what every exit code means."""

from __future__ import annotations

import _thread
import gc
import sys

import typer

from segmint.cli import (
    demo,
    export,
    features,
    index,
    inspect,
    lookalike,
    models,
    monitor,
    neighbors,
    package,
    registry,
    retrain,
    run,
    serve,
    signing,
    studies,
    topics,
)
from segmint.cli import lab as practical_work
from segmint.errors import SegmintError, UsageError
from segmint.words import say

app = typer.Typer(
    name="segmint",
    help=say("help.segmint"),
    epilog=say("help.epilog"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (
    run, inspect, features, models, lookalike, neighbors, index, topics, monitor, retrain, registry, serve, package, export,
    signing, studies, practical_work, demo,
):  # fmt: skip
    room.register(app)


@app.callback(invoke_without_command=True)
def version(
    show: bool = typer.Option(False, "--version", help=say("help.version"), is_eager=True),
) -> None:
    """Show the version."""
    if show:
        from segmint import __version__

        typer.echo(__version__)
        raise typer.Exit


_RARELY = 200_000
"""A command is a short life in which nearly every object stays: collecting takes a tenth of its time."""


def main() -> None:
    """Run the command line; the exit code says what happened."""
    gc.set_threshold(_RARELY, 20, 100)
    sys.unraisablehook = _unraisable
    code = run_command(sys.argv[1:])
    gc.freeze()  # else Python looks through all objects once more before it ends: up to 1 s
    sys.exit(code)


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Let a Ctrl-C count that came while Python cleaned up after an import, where nothing can be raised."""
    if issubclass(what.exc_type, KeyboardInterrupt):
        _thread.interrupt_main()
    else:
        sys.__unraisablehook__(what)


def interrupted(error: BaseException | None) -> bool:
    """Return whether an error comes of Ctrl-C: compiled loops turn the signal into a ``SystemError``."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def run_command(arguments: list[str]) -> int:
    """Run one command and return its exit code: errors are shown, never raised."""
    from segmint.cli.output import INTERRUPTED, write_error, write_interrupted, write_refusal

    try:
        code = app(arguments, standalone_mode=False, prog_name="segmint")
        if code == INTERRUPTED:  # typer took the signal
            write_interrupted()
    except SegmintError as error:
        write_error(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort, SystemError) as error:
        if isinstance(error, SystemError) and not interrupted(error):
            raise
        write_interrupted()
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of a pipe went away: nothing is left to say
        sys.stderr.close()
        return 1
    except OSError as error:
        write_refusal(error)
        return 1
    except typer._click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except typer.TyperException as error:
        write_error(_usage(error))
        return error.exit_code
    return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> UsageError:
    """Say in our own words what typer found wrong with the command line."""
    context = getattr(error, "ctx", None)
    command = "segmint" if context is None else context.command_path
    return UsageError("cli.command_line", found=error.format_message().rstrip("."), command=command)
