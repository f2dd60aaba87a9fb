"""Cards of real tables (reference data, not shipped), with the clusters of scikit-learn's K-Means."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv
from sklearn.cluster import KMeans

from segmint.labels import canonical

ROOT = Path(__file__).parents[2]
DATA = ROOT / os.environ.get("SEGMINT_DATA", "../shared/data")
pytestmark = pytest.mark.reference


def table(path: str, names: list[str] | None = None) -> dict[str, np.ndarray]:
    if not (DATA / path).exists():
        pytest.skip(f"reference data are missing: {path} (set SEGMINT_DATA)")
    read = csv.read_csv(DATA / path)
    names = names or [name for name in read.column_names if str(read[name].type) != "string"]
    return {name: read[name].to_pandas().to_numpy(dtype=np.float64) for name in names}


def clusters(columns: dict[str, np.ndarray], k: int, *, log: bool) -> np.ndarray:
    X = np.column_stack(list(columns.values()))
    X = np.where(np.isnan(X), np.nanmedian(X, axis=0), X)
    X = np.log1p(X) if log else X
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    return canonical(KMeans(k, n_init=5, random_state=0).fit_predict(X))


def test_mall_has_the_five_names_of_the_textbook(cards_of) -> None:
    columns = table("customers/mall_customers.csv", ["Annual Income (k$)", "Spending Score (1-100)"])
    cards = cards_of(columns, clusters(columns, 5, log=False))
    assert [(card.size, card.name) for card in cards] == [
        (81, "Mid income, mid score"),
        (39, "High income, high score"),
        (35, "High income, low score"),
        (23, "Low income, low score"),
        (22, "Low income, high score"),
    ]
    assert (
        str(cards[1].summary)
        == "Annual income is 26.0 k$ above the average and spending score 31.9 points higher"
    )
    assert all(card.rule and len(card.rule.conditions) <= 2 and card.rule.precision > 0.7 for card in cards)


@pytest.mark.parametrize(("k", "fidelity"), [(2, 0.85), (3, 0.5), (5, 0.4)])
def test_wholesale_cards_are_told_apart(cards_of, k: int, fidelity: float) -> None:
    names = ["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]
    columns = table("customers/wholesale_customers.csv", names)
    cards = cards_of(columns, clusters(columns, k, log=True))
    assert len({card.name for card in cards}) == k
    assert all(card.rule and min(card.rule.precision, card.rule.recall) > fidelity for card in cards)


def test_credit_card_segments_are_told_apart(cards_of) -> None:
    columns = table("customers/cc_general.csv.gz")
    cards = cards_of(columns, clusters(columns, 7, log=True))
    assert len({card.name for card in cards}) == 7
    assert all(len(card.name) < 90 for card in cards)
    assert all(card.rule and card.rule.precision > 0.6 for card in cards)


def test_players_of_steam_are_told_apart(cards_of) -> None:
    path = "gaming/steam_play.csv.gz"
    if not (DATA / path).exists():
        pytest.skip(f"reference data are missing: {path} (set SEGMINT_DATA)")
    events = csv.read_csv(DATA / path).group_by("user_id").aggregate([("hours", "sum"), ("game", "count")])
    columns = {name: events[name].to_numpy().astype(np.float64) for name in ("hours_sum", "game_count")}
    cards = cards_of(columns, clusters(columns, 4, log=True))
    assert len({card.name for card in cards}) == 4
    assert all(card.rule and card.rule.precision > 0.8 and card.rule.recall > 0.8 for card in cards)
