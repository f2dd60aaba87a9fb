"""The summary is plain data: every sentence and figure of the report."""

from __future__ import annotations

import json
import string
import tomllib
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest

from segmint.choosing.reasons import level
from segmint.model.cards import Condition, Effect, Rule
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.report.answer import answer
from segmint.report.pictures import family_pictures
from segmint.report.said import texts
from segmint.report.scorecard import scorecard
from segmint.report.segment_cards import rule_text, segment_cards
from segmint.report.titles import column_titles
from segmint.words import sentence


@pytest.fixture(scope="module")
def found(summary: Any) -> Any:
    return summary("blobs")


def test_it_is_plain_data(found: dict[str, Any]) -> None:
    assert json.loads(json.dumps(found)) == found


def test_the_sections_follow_the_answer(found: dict[str, Any]) -> None:
    names = [section["id"] for section in found["sections"]]
    assert names == [
        "answer", "segments", "map", "why", "families", "scorecard", "data", "use", "provenance",
    ]  # fmt: skip


def test_the_confidence_has_its_word_and_its_count(blobs: Any) -> None:
    resampling = replace(
        blobs.decision.resampling, n_resamples=100, wins={blobs.decision.configuration: 79, "other": 21}
    )
    decision = replace(blobs.decision, resampling=resampling, confidence=0.79)
    said = answer(replace(blobs, decision=decision))["confidence"]
    assert (said["word"], said["text"]) == ("Good confidence:", "it won in 79 of 100 resamples.")


@pytest.mark.parametrize(
    ("share", "word"),
    [
        (0.9, "High confidence:"), (0.899, "Good confidence:"), (0.7, "Good confidence:"),
        (0.5, "Weak confidence:"), (0.49, "No clear answer:"),
    ],
)  # fmt: skip
def test_the_levels_of_confidence(share: float, word: str, blobs: Any) -> None:
    said = answer(replace(blobs, decision=replace(blobs.decision, confidence=share)))["confidence"]
    assert said["word"] == word
    assert said["level"] == level(share)


def test_nothing_to_resample_is_said(blobs: Any) -> None:
    decision = replace(blobs.decision, resampling=None, confidence=None)
    said = answer(replace(blobs, decision=decision))
    assert said["confidence"]["word"] == "Confidence unknown:"
    assert said["resamples"] == []


def test_cards_hold_center_track_and_rule(found: dict[str, Any], blobs: Any) -> None:
    cards = found["segments"]
    assert [card["short"] for card in cards] == ["S1", "S2", "S3"]
    for card in cards:
        assert card["features"] and card["rule"]
        for feature in card["features"]:
            low, high = feature["tint"]
            assert 0 <= low < high <= 100
            assert 0 <= feature["center"] <= 100 and 0 <= feature["average"] <= 100
    assert sum(card["share_of_100"] for card in cards) == pytest.approx(100, abs=0.1)


def test_many_columns_are_one_click_away(wide: Any) -> None:
    card = segment_cards(wide)[0]
    assert len(card["features"]) == 5
    assert len(card["features"]) + len(card["described"]) + len(card["rest"]) == 10


def test_noise_is_a_figure_and_not_a_card(moons: Any) -> None:
    labels = [figure["label"] for figure in answer(moons)["figures"]]
    assert "Without a segment" in labels
    assert len(segment_cards(moons)) == 2


def test_every_configuration_is_in_the_scorecard(found: dict[str, Any], blobs: Any) -> None:
    card = found["scorecard"]
    rows = [*card["first"], *card["rest"]]
    assert {row["id"] for row in rows} == {trial.configuration.id for trial in blobs.trials}
    assert rows[0]["winner"] and sum(row["winner"] for row in rows) == 1


def test_a_configuration_that_failed_says_why(blobs: Any) -> None:
    lost = next(t for t in blobs.trials if t.configuration.id not in blobs.finalists)
    reason = sentence("families.too_many_clusters", k=9, distinct=4)
    failed = replace(lost, failed=reason, n_clusters=None, noise_share=None, scores={})
    trials = tuple(failed if trial is lost else trial for trial in blobs.trials)
    card = scorecard(replace(blobs, trials=trials))
    row = next(row for row in card["first"] if row["id"] == lost.configuration.id)
    assert row["why"] == "9 clusters were asked for, and there are only 4 different rows."
    assert row["segments"] == row["covered"] == row["silhouette"] == "–"
    assert "(1 without clusters)" in card["lede"]


def test_a_long_scorecard_shows_fifty_first(blobs: Any) -> None:
    extra = [
        replace(trial, configuration=replace(trial.configuration, seed=seed))
        for seed in range(1, 4)
        for trial in blobs.trials
    ]
    card = scorecard(replace(blobs, trials=(*blobs.trials, *extra)))
    assert len(card["first"]) == 50
    assert len(card["first"]) + len(card["rest"]) == 4 * len(blobs.trials)


def test_slices_say_that_borders_are_a_convention(slices: Any) -> None:
    assert any("convention" in note["text"] for note in answer(slices)["notes"])
    assert all(card["convention"] for card in segment_cards(slices))


def test_without_structure_there_are_no_cards_but_the_evidence(summary: Any) -> None:
    found = summary("nothing")
    assert found["segments"] == [] and found["answer"]["confidence"] is None
    assert "segments" not in [section["id"] for section in found["sections"]]
    assert {"silhouette_by_k", "null", "elbow"} <= set(found["charts"])
    assert any("decide" in step["code"] for step in found["use"])
    assert not any(row["winner"] for row in found["scorecard"]["first"])


def test_a_choice_by_hand_is_told_with_its_reason(nothing: Any) -> None:
    decision = replace(
        nothing.decision, chosen_by="user", because="the mailing has four letters", n_clusters=4
    )
    asked = replace(nothing, decision=decision)
    notes = " ".join(note["text"] for note in answer(asked)["notes"])
    assert "the mailing has four letters" in notes and "no structure" in notes
    assert len(segment_cards(asked)) == 4


def test_what_a_newer_version_says_is_told_as_such(blobs: Any) -> None:
    newer = sentence("decision.of_a_later_version", n=3)
    said = texts((newer, sentence("common.rows", n=3)))
    assert said == [
        "A newer segmint says “decision.of_a_later_version” here, and this version has no words for it.",
        "3 rows.",
    ]
    decision = replace(
        blobs.decision,
        headline=newer,
        reasons=(newer,),
        rivals=tuple(replace(rival, reason=newer) for rival in blobs.decision.rivals),
    )
    study = replace(blobs, decision=decision)
    assert answer(study)["headline"] == "Your customers form three segments."
    assert sum("decision.of_a_later_version" in row["why"] for row in scorecard(study)["first"]) == len(
        decision.rivals
    )


def rival_texts(room: str) -> dict[str, str]:
    words = resources.files("segmint.words").joinpath("en", f"{room}.toml").read_text(encoding="utf-8")
    texts: dict[str, str] = tomllib.loads(words)["rival"]
    return texts


def figures_in(said: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(said) if field is not None}


def test_every_reason_has_words_without_its_family() -> None:
    whole, headed = rival_texts("decision"), rival_texts("report")
    assert set(headed) == set(whole)
    for name, said in headed.items():
        assert figures_in(said) <= figures_in(whole[name]) - {"family"}, name


def test_a_family_is_not_named_again_under_its_own_heading(blobs: Any) -> None:
    figures = {"family": "HDBSCAN", "n": 4, "value": 0.2, "noise": 0.15}
    lost = sentence("decision.rival.noise", **figures)
    rivals = tuple(replace(rival, reason=lost) for rival in blobs.decision.rivals)
    study = replace(blobs, decision=replace(blobs.decision, rivals=rivals))
    said = "Silhouette 0.200 with four segments, but 15 % of the rows get none."
    assert str(lost).startswith("HDBSCAN")
    assert {picture["reason"] for picture in family_pictures(study) if not picture["chosen"]} == {said}
    assert [row["why"].removeprefix("Runner-up. ") for row in scorecard(study)["first"]].count(said) == len(
        rivals
    )


def test_rules_are_written_in_units() -> None:
    rule = Rule(
        (Condition("Income (k$)", lower=40.0, upper=69.0), Condition("score_total", upper=51.0), Condition("City", level="Oslo")),
        0.9, 0.9, 100,
    )  # fmt: skip
    schema = Schema(
        (
            Feature("Income (k$)", Kind.NUMBER, Role.CLUSTER),
            Feature("score_total", Kind.NUMBER, Role.CLUSTER),
            Feature("City", Kind.CATEGORY, Role.DESCRIBE),
        )
    )
    said = rule_text(rule, column_titles(schema))
    assert said == "Income from 40 to below 69\u00a0k$ and Score total < 51 and City is Oslo"


def test_columns_with_equal_plain_names_keep_their_own() -> None:
    names = ("order_value", "order.value", "Age")
    titles = column_titles(Schema(tuple(Feature(name, Kind.NUMBER, Role.CLUSTER) for name in names)))
    assert [titles.name(name) for name in names] == ["order_value", "order.value", "Age"]


def test_what_is_left_over_of_rounding_is_nothing() -> None:
    effect = Effect("spend", None, 3.4e-15, 410.0, 380.0, -0.9, used=True)
    titles = column_titles(Schema((Feature("spend", Kind.NUMBER, Role.CLUSTER),)))
    assert titles.value(effect, effect.inside) == "0"
    assert titles.value(effect, effect.overall) == "380.0"
