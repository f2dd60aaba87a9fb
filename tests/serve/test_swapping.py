"""Models take turns while the service answers: nothing is lost, nothing is answered by half of each."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segmint.model.bundle import save_bundle
from segmint.model.segment_model import SegmentModel

ROWS = [
    {"spend": spend, "visits": visits, "region": "south"} for spend, visits in ((100, 4), (210, 14), (300, 3))
]


@pytest.mark.parametrize(
    ("seconds", "n_swaps"), [(4, 20), pytest.param(60, 100, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_no_request_is_lost_while_models_take_turns(
    serving: Callable[..., Any], bundle: Path, model: SegmentModel, tmp_path: Path, seconds: int, n_swaps: int
) -> None:
    path = tmp_path / "shop.segmint"
    path.write_bytes(bundle.read_bytes())
    other = model
    for card in model.cards:
        other = other.renamed(card.id, f"Other {card.number}")
    service = serving(path)
    service.pour(tmp_path / "log")
    names = {
        save_bundle(each, tmp_path / "scratch")[:16]: {card.name for card in each.cards}
        for each in (model, other)
    }
    answers: Counter[str] = Counter()
    wrong: list[Any] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            status, headers, told = service.ask("POST", "/assign", ROWS)
            version = headers.get("segmint-model", "")
            answers[version] += 1
            said = {row["segment_name"] for row in told["assignments"]} if status == 200 else set()
            if status != 200 or told["model"]["version"] != version or not said <= names[version]:
                wrong.append((status, told))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for number in range(n_swaps):
        save_bundle((other, model)[number % 2], path)
        service.process.send_signal(signal.SIGHUP)
        time.sleep(seconds / n_swaps)
    ended.set()
    for asker in askers:
        asker.join()
    assert wrong == []
    assert set(answers) == set(names)
    assert min(answers.values()) > n_swaps
    replaced = 'segmint_model_replacements_total{outcome="in force"}'
    counted = next(
        line for line in service.ask("GET", "/metrics")[2].splitlines() if line.startswith(replaced)
    )
    assert float(counted.rsplit(" ", 1)[1]) > n_swaps / 2  # two signals may come before one look
