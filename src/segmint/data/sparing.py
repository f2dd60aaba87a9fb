"""Results are never written over what they are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segmint.errors import UsageError


def spare_inputs(target: str | Path | None, *inputs: Any) -> None:
    """Refuse a target that is one of the files that are read, however it is spelled or linked.

    Parameters
    ----------
    target
        Where results go; ``None`` where none are written.
    inputs
        Files that are read; whatever names no file (``None``, an address, a frame) is left aside.

    Raises
    ------
    UsageError
        If the target is one of them.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sales = Path(folder) / "sales.csv"
    ...     _ = sales.write_text("id,paid")
    ...     try:
    ...         spare_inputs(f"{folder}/./sales.csv", sales)
    ...     except UsageError as refused:
    ...         print(refused.received)
    “sales.csv” as the target, which is also read here
    """
    if target is not None and any(_is_same(target, one) for one in inputs):
        raise UsageError("data.target_is_input", name=Path(target).name)


def _is_same(target: str | Path, source: Any) -> bool:
    if not isinstance(source, (str, Path)):
        return False
    try:
        return Path(target).samefile(source)
    except (OSError, ValueError):  # one of them is not there, or no path
        return False
