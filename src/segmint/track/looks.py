"""A look at a batch as items for MLflow: its verdict and figures, and nothing of its rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from segmint.track.describe import as_json
from segmint.track.items import Item, Metric, Param, RunItem, Tag, TextArtifact


def describe_look(look: Mapping[str, Any], key: str) -> Iterator[Item]:
    """Describe a look as a run of its own.

    Parameters
    ----------
    look
        As it is kept in the workspace: ``when``, ``batch``, ``model``, ``content``, ``report``.
    key
        By which a second sending finds the first.
    """
    report = look["report"]
    moment = round(datetime.fromisoformat(look["when"]).timestamp() * 1000)
    yield RunItem(key, look["batch"], None, moment, moment)
    for name, value in (("batch", look["batch"]), ("alpha", report["alpha"]), ("looks", report["looks"])):
        yield Param(name, str(value))
    for name, value in _figures(report).items():
        if value is not None and math.isfinite(value):
            yield Metric(name, float(value))
    yield Tag("segmint.look", "true")
    yield Tag("segmint.verdict", report["verdict"])
    yield Tag("segmint.cause", report["cause"] or "")
    yield Tag("segmint.content_hash", look["content"])
    yield Tag("mlflow.note.content", "\n\n".join(report["sentences"]))
    yield TextArtifact("drift.json", as_json(report))


def _figures(report: Mapping[str, Any]) -> dict[str, float | None]:
    figures: dict[str, float | None] = {
        "P": report["p"],
        "Rows": report["n_rows"],
        "Divergence": report["divergence"],
        "NewShare": report["new"]["now"],
        "UnassignedShare": report["unassigned"]["now"],
        "Confidence": report["confidence"]["now"],
    }
    for part in report["parts"]:
        figures[f"Part{''.join(word.capitalize() for word in part['cause'].split())}"] = part["part"]
    for segment in report["segments"]:
        figures[f"Share{segment['name'].split(' ', 1)[0]}"] = segment["share_now"]
    if report["agreement"] is not None:
        figures["AgreementOfAFreshFit"] = report["agreement"]["adjusted_rand"]
    return figures
