"""Looks at batches, kept in the workspace: what was judged when, and what came out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from segmint.charts.looks import Look
from segmint.charts.watching import PICTURES, pictures_of
from segmint.drift.report import DriftReport
from segmint.drift.verdict import Verdict
from segmint.errors import NotFoundError
from segmint.model.bundle import content_hash
from segmint.model.files import write_file
from segmint.model.segment_model import SegmentModel
from segmint.report.drift import write_drift
from segmint.words import Sentence
from segmint.workflow.locking import alone
from segmint.workflow.workspace import Workspace, keeping, open_workspace

_READ: Final = frozenset(
    [
        "verdict",
        "cause",
        "p",
        "alpha",
        "looks",
        "n_reference",
        "n_rows",
        "statistics",
        "parts",
        "segments",
        "new",
        "unassigned",
        "confidence",
        "findings",
        "columns",
        "sentences",
        "divergence",
    ]
)
"""What is read of a report."""


def keep_look(
    model: SegmentModel,
    batch: str,
    report: DriftReport,
    workspace: str | Path,
    *,
    fingerprint: str = "",
    warnings: Sequence[Sentence] = (),
) -> tuple[Path, Look]:
    """Keep one look in the workspace: a file of its own, numbered in the order in which they came.

    Parameters
    ----------
    model
        What was watched.
    batch
        What the batch is called.
    report
        What came out.
    workspace
        The folder.
    fingerprint
        Of the batch's rows; without one the look is never taken for another one at the same rows.
    warnings
        Why the batch can't be compared with the training, where something says so.
    """
    place = open_workspace(workspace)
    folder = place.looks(model.manifest.name)
    look = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "batch": batch,
        "fingerprint": fingerprint,
        "model": model.manifest.name,
        "content": content_hash(model),
        "numbers": {str(card.label): card.number for card in model.cards},
        "report": report.to_json(),
        "warnings": [str(said) for said in warnings],
    }
    data = json.dumps(look, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
    with keeping(folder), alone(place.folder):
        folder.mkdir(parents=True, exist_ok=True)
        number = max((_number(path) for path in folder.glob("*.json")), default=0) + 1
        path = folder / f"{number:06d}.json"
        write_file(path, [data], refusal="workflow.unwritable_figure")
    return path, look


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdigit() else 0


def read_looks(name: str, workspace: str | Path) -> list[Look]:
    """Return the looks at a model, the earliest first; damaged files are left out.

    Of looks that came to the same on the same batch (a job that ran twice) the last one counts.

    Raises
    ------
    NotFoundError
        If there was no look yet.
    """
    folder = Workspace(Path(workspace)).looks(name)
    found = [_read(path) for path in sorted(folder.glob("*.json"), key=_number)]
    looks = [look for look in found if look is not None]
    if not looks:
        raise NotFoundError("workflow.no_looks", name=name)
    last = {_same(number, look): number for number, look in enumerate(looks)}
    return [looks[number] for number in sorted(last.values())]


def _same(number: int, look: Look) -> str:
    """Return what looks at one batch have in common: all but when they were, and what earlier versions did not keep."""
    rows = look.get("fingerprint") or number  # nothing is known of the rows of an earlier version's looks
    told = {name: one for name, one in look.items() if name not in ("when", "warnings")}
    return json.dumps({**told, "fingerprint": rows}, sort_keys=True)


def _read(path: Path) -> Look | None:
    try:
        look: Any = json.loads(path.read_bytes())
        sound = look["report"].keys() >= _READ and isinstance(look["batch"], str) and bool(look["numbers"])
        sound = sound and look["report"]["verdict"] in [verdict.value for verdict in Verdict]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return look if sound else None


def write_pages(
    model: SegmentModel, looks: Sequence[Look], workspace: str | Path
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page of the last look, with all looks before it, and its pictures as PNG; return where they lie."""
    place = open_workspace(workspace)
    name = model.manifest.name
    pictures = pictures_of(looks)
    page = place.report(f"{name}-drift")
    written = []
    with keeping(page):
        write_drift(name, looks, pictures, page)
        for kind in PICTURES:  # those of an earlier look would be taken for this one's
            (place.reports / f"{name}-drift-{kind}.png").unlink(missing_ok=True)
        for picture in pictures:
            path = place.reports / f"{name}-drift-{picture.name}.png"
            write_file(path, [picture.png()], refusal="workflow.unwritable_figure")
            written.append(path)
    return page, tuple(written)
