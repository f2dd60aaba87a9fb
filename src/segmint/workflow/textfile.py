"""A look as a file for node_exporter's textfile collector: the verdict, shares, novelty; never a customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from segmint.drift.verdict import Verdict
from segmint.model.files import write_file


def write_textfile(look: Mapping[str, Any], path: str | Path) -> Path:
    """Write a look in Prometheus's text format: the file appears whole or not at all, as the collector needs it.

    Parameters
    ----------
    look
        As it is kept in the workspace.
    path
        By custom ``NAME.prom``, in the folder that the collector reads.
    """
    text = "".join(f"{line}\n" for line in _lines(look))
    write_file(path, [text.encode()], refusal="workflow.unwritable_textfile")
    return Path(path)


def _lines(look: Mapping[str, Any]) -> Iterator[str]:
    report, labels = look["report"], {"model": look["model"]}
    yield from _gauge("segmint_drift_verdict", "1 for the verdict on the last batch, 0 for the others")
    for verdict in Verdict:
        yield _line(
            "segmint_drift_verdict", labels | {"verdict": verdict.value}, report["verdict"] == verdict
        )
    figures = {
        "segmint_drift_p": ("Probability by chance alone, over all checks", report["p"]),
        "segmint_drift_divergence_bits": (
            "Difference to training that chance does not explain",
            report["divergence"],
        ),
        "segmint_drift_rows": ("Customers in the last batch", report["n_rows"]),
        "segmint_drift_new_share": (
            "Share of customers who are unlike anybody in training",
            report["new"]["now"],
        ),
        "segmint_drift_confidence": ("Mean confidence of the last batch", report["confidence"]["now"]),
        "segmint_drift_timestamp_seconds": (
            "When the last batch was judged",
            datetime.fromisoformat(look["when"]).timestamp(),
        ),
    }
    for name, (text, value) in figures.items():
        if value is None:  # of broken data, or few, nothing is known
            continue
        yield from _gauge(name, text)
        yield _line(name, labels, value)
    if not report["segments"]:
        return
    yield from _gauge("segmint_drift_segment_share", "Share of each segment in the last batch")
    for segment in report["segments"]:
        number = segment["name"].split(" ", 1)[0]
        yield _line("segmint_drift_segment_share", labels | {"segment": number}, segment["share_now"])
    outside = labels | {"segment": "unassigned"}
    yield _line("segmint_drift_segment_share", outside, report["unassigned"]["now"])


def _gauge(name: str, text: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} gauge"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{told}}} {float(value)!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
