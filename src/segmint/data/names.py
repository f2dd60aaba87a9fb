"""What names columns may have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from segmint.data.options import clean_name
from segmint.data.rows import shown
from segmint.errors import SchemaError

MAX_COLUMNS = 10_000
_SHOWN = 10


def clean_names(found: Sequence[str | None], source: str, rename: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of columns: composed (NFC), without blanks around them, renamed.

    Raises
    ------
    SchemaError
        If there are too many, a name is blank or stands twice (whatever the case), or a column to be
        renamed is not there.
    """
    if len(found) > MAX_COLUMNS:
        raise SchemaError("data.too_many_columns", where=source, n=len(found), limit=MAX_COLUMNS)
    names = [clean_name(name or "") for name in found]
    _require_names(names, source)
    renamed = _renamed(names, source, rename)
    _require_distinct(renamed, source)
    return tuple(renamed)


def _require_names(names: Sequence[str], source: str) -> None:
    blank = [number for number, name in enumerate(names, start=1) if not name]
    if blank:
        raise SchemaError(
            "data.blank_names", where=source, columns=_few([f"{n}" for n in blank]), n=len(blank)
        )


def _renamed(names: Sequence[str], source: str, rename: Mapping[str, str]) -> list[str]:
    new = {clean_name(old): to for old, to in rename.items()}
    unknown = [shown(old) for old in new if old not in names]
    if unknown:
        raise SchemaError(
            "data.rename_unknown", where=source, columns=unknown, known=_few([shown(n) for n in names])
        )
    return [clean_name(new.get(name, name)) for name in names]


def _require_distinct(names: Sequence[str], source: str) -> None:
    places: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names, start=1):
        places[name.casefold()].append(number)
    repeated = [
        f"{shown(names[numbers[0] - 1])} ({', '.join(map(str, numbers))})"
        for numbers in places.values()
        if len(numbers) > 1
    ]
    if repeated:
        raise SchemaError("data.repeated_names", where=source, columns=_few(repeated), n=len(repeated))


def _few(texts: Sequence[str]) -> list[str]:
    return [*texts[:_SHOWN], "…"] if len(texts) > _SHOWN else list(texts)
