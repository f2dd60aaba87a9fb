"""One family of errors. Each says what was received, which rule it breaks, and what to do.

::

    SegmintError                 exit code 1   the work could not be done
    ├── UsageError               exit code 2   an option or an argument is wrong
    ├── DataError                exit code 3   the input data
    │   ├── SourceError                        … cannot be read as what it says it is
    │   ├── SchemaError                        … the columns, kinds or roles do not fit
    │   └── ValueRuleError                     … a value breaks a rule (never shown)
    ├── BundleError              exit code 3   a model file is damaged, altered or of another kind
    ├── NotFoundError            exit code 1   a study, model, version or configuration is not there
    ├── ResourceError            exit code 1   it would not fit; refused before it starts
    ├── TrackingError            exit code 1   the tracking server did not take it
    ├── RequestError             exit code 1   a request to the service breaks a rule or a limit
    └── PromotionRefused         exit code 5   a version is not promoted

The texts live in ``words`` (``[errors.NAME]`` with ``received``, ``rule``, ``remedy``), under the
room that raises them. They name files, lines and columns; they never show a customer's value.
"""

from __future__ import annotations

from typing import Any, ClassVar

from segmint.words.sentences import known, say


class SegmintError(Exception):
    """The root of the family.

    Parameters
    ----------
    code
        ``ROOM.NAME``: the texts are ``ROOM.errors.NAME.received``, ``.rule`` and ``.remedy``.
    where
        File, line and column, as far as they are known; shown first.
    details
        Further lines under the error, such as a diff of columns.
    figures
        What the texts' braces name.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, *, where: str = "", details: tuple[str, ...] = (), **figures: Any) -> None:
        self.code = code
        self.where = where
        self.details = details
        self.figures = figures
        room, _, name = code.partition(".")
        base = f"{room}.errors.{name}"
        self.received = say(f"{base}.received", **figures)
        self.rule = say(f"{base}.rule", **figures)
        self.remedy = say(f"{base}.remedy", **figures) if known(f"{base}.remedy") else ""
        super().__init__(self.text())

    def text(self) -> str:
        """Return the whole error in one paragraph."""
        head = f"{self.where}: " if self.where else ""
        lines = [f"{head}{self.received}. {self.rule}.", *self.details]
        if self.remedy:
            lines.append(f"{self.remedy}.")
        return "\n".join(lines) if self.details else " ".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the error as plain data, for ``--json`` and the service."""
        return {
            "code": self.code,
            "where": self.where,
            "received": self.received,
            "rule": self.rule,
            "remedy": self.remedy,
            "details": list(self.details),
        }


class UsageError(SegmintError):
    """An option or an argument is wrong."""

    exit_code = 2


class DataError(SegmintError):
    """The input data break a rule."""

    exit_code = 3


class SourceError(DataError):
    """The source cannot be read as what it says it is."""


class SchemaError(DataError):
    """Columns, kinds or roles do not fit."""


class ValueRuleError(DataError):
    """A value breaks a rule; the value itself is never shown."""


class BundleError(SegmintError):
    """A model file is damaged, altered, or not a model."""

    exit_code = 3


class NotFoundError(SegmintError):
    """A study, model, version or configuration is not there."""


class ResourceError(SegmintError):
    """The work would not fit into the machine and was refused before it started."""


class TrackingError(SegmintError):
    """The tracking server did not take what was sent."""


class RequestError(SegmintError):
    """A request to the service breaks a rule or a limit.

    Parameters
    ----------
    code
        See :class:`SegmintError`.
    status
        What it is answered with: 400, 401, 404, 405, 408, 413, 415, 422, 503.
    field, row
        Where in the body, as far as it is known; the field only by a name that the model knows.
    retry_after
        Seconds after which it may be tried again; ``None`` where trying again does not help.
    allow
        The methods that the path has, where the one that was used is none of them.
    """

    def __init__(
        self,
        code: str,
        *,
        status: int,
        field: str = "",
        row: int | None = None,
        retry_after: int | None = None,
        allow: str = "",
        **figures: Any,
    ) -> None:
        self.status = status
        self.field = field
        self.row = row
        self.retry_after = retry_after
        self.allow = allow
        super().__init__(code, field=field, row=row or 0, **figures)


class PromotionRefused(SegmintError):  # noqa: N818 - a refusal is an answer, not a fault
    """A version is not promoted."""

    exit_code = 5
