"""What a person may decide about the preparation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from segmint.errors import UsageError
from segmint.model.schema import Missing

Scale = Literal["standard", "robust", "minmax", "none"]
SCALES: tuple[str, ...] = get_args(Scale)
LEVELS_LIMIT = 1000


@dataclass(frozen=True, kw_only=True)
class PreparationOptions:
    """How columns become prepared features.

    Attributes
    ----------
    scale
        ``standard`` (mean 0, deviation 1), ``robust`` (median 0, interquartile range 1.349), ``minmax``
        (0 … 1) or ``none`` (original units).
    missing
        One policy for all columns; ``None`` leaves each column its own.
    clip, log
        ``None``: past the tail limit only, and never with ``scale="none"``. ``False``: never. ``True``:
        every column that it can be done to (a logarithm needs values of at least 0).
    tail_limit
        Tail weights above it are clipped or logged, ≥ 1 (see :func:`segmint.prepare.tails.measure_tails`).
    clipped, logged
        Exactly these columns are clipped (logged), as far as that can be done to them; ``None`` leaves it to
        ``clip`` and ``log``.
    max_levels
        A category is encoded by at most so many levels, 1 … 1,000; rarer ones, and those that fewer than
        five rows hold, count as ``other``.

    Raises
    ------
    UsageError
        If ``scale`` is unknown, or a limit is out of its range.

    Examples
    --------
    >>> PreparationOptions(scale="none").judges_tails
    False
    """

    scale: Scale = "standard"
    missing: Missing | None = None
    clip: bool | None = None
    log: bool | None = None
    tail_limit: float = 5.5
    max_levels: int = 50
    clipped: frozenset[str] | None = None
    logged: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise UsageError("prepare.unknown_scale", scale=self.scale, known=list(SCALES))
        if not self.tail_limit >= 1:
            raise UsageError("prepare.tail_limit", limit=self.tail_limit)
        if not 1 <= self.max_levels <= LEVELS_LIMIT:
            raise UsageError("prepare.max_levels", levels=self.max_levels)

    def of(self, column: str) -> PreparationOptions:
        """Return the options of one column.

        Examples
        --------
        >>> PreparationOptions(logged=frozenset({"spend"})).of("age").log
        False
        """
        clip = self.clip if self.clipped is None else column in self.clipped
        log = self.log if self.logged is None else column in self.logged
        return replace(self, clip=clip, log=log)

    @property
    def judges_tails(self) -> bool:
        """Whether columns without an explicit wish are logged or clipped past the tail limit."""
        return self.scale != "none"
