from __future__ import annotations

import json

import numpy as np
import pytest

from segmint.model.cards import SegmentCard
from segmint.profile.boxes import matching

RNG = np.random.default_rng(5)
LABELS = np.repeat([0, 1, 2], [120, 90, 60])
INCOME = np.choose(LABELS, [62.0, 90.0, 20.0]) + RNG.normal(0, 5, size=270)
SCORE = np.choose(LABELS, [50.0, 80.0, 80.0]) + RNG.normal(0, 5, size=270)
CITY = np.where(LABELS == 1, "Lyon", "Nice").astype(object)
COLUMNS = {"Income (k$)": INCOME, "Score (1-100)": SCORE, "City": CITY}


@pytest.fixture
def cards(cards_of) -> tuple[SegmentCard, ...]:
    return cards_of(
        COLUMNS, LABELS, describing=["City"], stability=[0.9, float("nan"), 1.0], silhouettes=[0.5, 0.4, 0.3]
    )


def test_cards_go_by_size_and_carry_what_was_measured(cards) -> None:
    assert [(card.short, card.label, card.id, card.size) for card in cards] == [
        ("S1", 0, "id0", 120),
        ("S2", 1, "id1", 90),
        ("S3", 2, "id2", 60),
    ]
    assert sum(card.share for card in cards) == pytest.approx(1)
    assert [card.stability for card in cards] == [0.9, None, 1.0]
    assert [card.silhouette for card in cards] == [0.5, 0.4, 0.3]


def test_centers_and_quantiles_are_in_original_units(cards) -> None:
    for card in cards:
        inside = INCOME[card.label == LABELS]
        assert card.center["Income (k$)"] == pytest.approx(inside.mean())
        assert card.quantiles["Income (k$)"] == pytest.approx(
            np.quantile(inside, [0.1, 0.25, 0.5, 0.75, 0.9])
        )


@pytest.mark.parametrize("n", [5, 9, 10, 11, 12, 21, 30, 50, 51, 60])
def test_a_quantile_has_five_rows_beyond_it_or_is_a_mean_of_five(cards_of, n: int) -> None:
    x = np.sort(np.random.default_rng(n).normal(size=n))
    card = cards_of({"x": x, "far": np.zeros(n)}, np.zeros(n, dtype=int))[0]
    if n < 10:
        assert card.quantiles == {} and card.spread("x") == (card.center["x"],) * 5
        return
    fives = {round(float(x[at : at + 5].mean()), 9) for at in range(n - 4)}
    for level, told in zip((0.1, 0.25, 0.5, 0.75, 0.9), card.quantiles["x"], strict=True):
        if min(level, 1 - level) * (n - 1) > 5 - 1e-9:
            assert told == pytest.approx(np.quantile(x, level))
        else:
            assert round(told, 9) in fives
    assert list(card.quantiles["x"]) == sorted(card.quantiles["x"])


def test_names_and_summaries_read_like_sentences(cards) -> None:
    assert [card.name for card in cards] == [
        "Mid income, low score",
        "High income, high score",
        "Low income, high score",
    ]
    by = np.mean(INCOME[LABELS == 1]) - INCOME.mean(), np.mean(SCORE[LABELS == 1]) - SCORE.mean()
    assert str(cards[1].summary) == (
        f"Income is {by[0]:.1f} k$ above the average and score {by[1]:.1f} points higher"
    )


def test_describing_columns_are_told_but_not_named(cards) -> None:
    (effect,) = [effect for effect in cards[1].effects if effect.feature == "City"]
    assert (effect.level, effect.inside, effect.outside, effect.used) == ("Lyon", 1.0, 0.0, False)
    assert cards[1].levels == {"City": {"Lyon": 1.0}}
    assert all(condition.feature != "City" for card in cards for condition in card.rule.conditions)


def test_effects_are_sorted_and_used_ones_marked(cards) -> None:
    for card in cards:
        sizes = [abs(effect.size) for effect in card.effects]
        assert sizes == sorted(sizes, reverse=True)
        assert {effect.feature for effect in card.effects if effect.used} == {"Income (k$)", "Score (1-100)"}


def test_rules_find_their_segments(cards) -> None:
    for card in cards:
        assert card.rule is not None
        assert 1 <= len(card.rule.conditions) <= 2
        assert card.rule.precision > 0.9 and card.rule.recall > 0.9
        assert card.rule.n_held_out == 90
        matches = matching(card.rule.conditions, COLUMNS)
        assert np.mean(matches == (card.label == LABELS)) > 0.95


def test_the_same_seed_gives_the_same_cards(cards_of) -> None:
    one, other = (cards_of(COLUMNS, LABELS, describing=["City"], seed=3) for _ in range(2))
    assert one == other


def test_cards_are_plain_json(cards) -> None:
    for card in cards:
        assert SegmentCard.from_json(json.loads(json.dumps(card.to_json(), allow_nan=False))) == card


def test_one_segment_is_everyone(cards_of) -> None:
    (card,) = cards_of(COLUMNS, np.zeros(270), describing=["City"])
    assert (card.name, card.effects, card.rule) == ("Everyone", (), None)
    assert str(card.summary) == "All 270 rows are in one segment, so nothing sets it apart"
    assert card.center["Income (k$)"] == pytest.approx(INCOME.mean())


def test_one_segment_beside_noise_is_compared_with_the_noise(cards_of) -> None:
    (card,) = cards_of(COLUMNS, np.where(LABELS == 0, -1, 0), describing=["City"])
    assert card.share == pytest.approx(150 / 270)
    assert card.effects and card.name != "Everyone"


def test_noise_counts_among_the_others_only(cards_of) -> None:
    labels = np.where(LABELS == 2, -1, LABELS)
    first, second = cards_of(COLUMNS, labels, describing=["City"])
    assert first.share + second.share == pytest.approx(210 / 270)
    (effect,) = [e for e in second.effects if e.feature == "Income (k$)"]
    assert effect.outside == pytest.approx(INCOME[labels != 1].mean())


def test_missing_values_are_left_out_of_means(cards_of) -> None:
    holes = INCOME.copy()
    holes[::7] = np.nan
    age = np.where(LABELS == 0, np.nan, 40.0)
    first, second, _ = cards_of({"Income": holes, "Score": SCORE, "Age": age}, LABELS, describing=["Age"])
    assert first.center["Income"] == pytest.approx(np.nanmean(holes[LABELS == 0]))
    assert "Age" not in first.center and second.center["Age"] == 40.0
    assert all(effect.feature != "Age" for effect in first.effects)


def test_a_clustering_column_without_values_in_a_segment_has_what_they_became(cards_of) -> None:
    holes = np.where(LABELS == 2, np.nan, INCOME)
    cards = cards_of({"Income": holes, "Score": SCORE}, LABELS)
    assert cards[2].center["Income"] == pytest.approx(np.nanmedian(holes))


def test_a_category_that_clusters_names_and_rules(cards_of) -> None:
    labels = np.where(CITY == "Lyon", 1, 0)
    cards = cards_of({"City": CITY, "Noise": RNG.normal(size=270)}, labels)
    assert [card.name for card in cards] == ["Mostly Nice, mid noise", "Mostly Lyon, mid noise"]
    assert cards[1].rule.conditions[0].level in ("Lyon", "Nice")
    assert "Lyon" in str(cards[1].summary)


def test_spending_is_named_by_what_the_clusters_saw(cards_of) -> None:
    rng = np.random.default_rng(0)
    small, large = np.exp(rng.normal(3, 0.4, size=300)), np.exp(rng.normal(6, 2.0, size=200))
    cards = cards_of({"spent": np.concatenate([small, large])}, np.repeat([0, 1], [300, 200]))
    assert [card.name for card in cards] == ["Low spent", "High spent"]


def test_a_name_never_contradicts_the_means_that_are_shown(cards_of) -> None:
    rng = np.random.default_rng(0)
    typical = np.exp(rng.normal(4, 0.3, size=300))
    wild = np.concatenate([np.exp(rng.normal(2, 0.3, size=196)), np.full(4, 1e5)])
    cards = cards_of({"spent": np.concatenate([typical, wild])}, np.repeat([0, 1], [300, 200]))
    overall = np.concatenate([typical, wild]).mean()
    for card in cards:
        if card.name.lower().startswith(("high", "very high")):
            assert card.center["spent"] > overall
        if card.name.lower().startswith(("low", "very low")):
            assert card.center["spent"] < overall


def test_of_fewer_than_five_rows_only_their_number_is_told(cards_of) -> None:
    x = np.concatenate([RNG.normal(0, 1, size=50), [30.25, 31.5]])
    city = np.array(["Nice", "Lyon"] * 25 + ["Brest", "Brest"], dtype=object)
    cards = cards_of({"x": x, "city": city}, np.repeat([0, 1], [50, 2]))
    few = cards[1]
    assert (few.size, few.rule, few.center, few.quantiles, few.levels, few.effects) == (
        2,
        None,
        {},
        {},
        {},
        (),
    )
    assert str(few.summary) == "What sets it apart is known of fewer than five rows only, so it is not told"
    assert few.name == "High x, mixed city"
    assert cards[0].center["x"] == pytest.approx(x[:50].mean())
    assert [effect.outside for effect in cards[0].effects] == [None, None]
    stored = json.dumps([card.to_json() for card in cards], allow_nan=False)
    assert "Brest" not in stored and "30.875" not in stored
    assert tuple(SegmentCard.from_json(card) for card in json.loads(stored)) == cards


def test_five_rows_are_told(cards_of) -> None:
    cards = cards_of({"x": np.append(RNG.normal(0, 1, size=50), [30.0] * 5)}, np.repeat([0, 1], [50, 5]))
    assert cards[1].center == {"x": 30.0}
    assert cards[0].effects[0].outside == pytest.approx(30.0)


def test_a_column_that_fewer_than_five_rows_of_a_segment_have_is_not_told_there(cards_of) -> None:
    age, city = np.full(270, np.nan), np.full(270, None, dtype=object)
    age[[0, 1, 2, 3, *range(120, 130)]], city[[0, 1, 2, 3, *range(120, 130)]] = 41.5, "Brest"
    cards = cards_of(
        {"Income": INCOME, "Score": SCORE, "Age": age, "City": city}, LABELS, describing=["Age", "City"]
    )
    assert set(cards[0].center) == set(cards[0].quantiles) == {"Income", "Score"}
    assert cards[0].levels == {} and {effect.feature for effect in cards[0].effects} == {"Income", "Score"}
    assert cards[1].center["Age"] == 41.5 and cards[1].levels == {"City": {"Brest": 1.0}}
    assert [e.outside for e in cards[1].effects if e.feature in ("Age", "City")] == [None, None]


def test_a_level_that_fewer_than_five_rows_have_is_not_told_even_where_it_is_the_commonest(cards_of) -> None:
    mails = np.array([f"person{at // 2}@example.org" for at in range(270)], dtype=object)
    cards = cards_of({"Income": INCOME, "Score": SCORE, "Mail": mails}, LABELS, describing=["Mail"])
    assert all(card.levels == {} for card in cards)
    assert "@example.org" not in json.dumps([card.to_json() for card in cards])


def test_a_single_small_segment_is_everyone_and_is_not_told(cards_of) -> None:
    (card,) = cards_of({"x": [1.0, 2.0, 3.5]}, [0, 0, 0])
    assert (card.name, card.center, card.quantiles) == ("Everyone", {}, {})
