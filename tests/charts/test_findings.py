"""Titles are findings: they follow from the study's numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from segmint.charts import CHARTS, svg
from segmint.charts.naming import cards
from segmint.charts.profiles import effect_step, profile_cells, profile_effects
from segmint.charts.resampling import resample_groups
from segmint.choosing.decision import Elbow
from segmint.model.cards import Effect
from segmint.model.schema import Schema


def finding(name: str, study: Any) -> str:
    return str(CHARTS[name].caption(study).finding)


def test_the_elbow_says_whether_it_agrees_with_the_answer(blobs: Any) -> None:
    drops = blobs.decision.elbow.drops
    same = replace(blobs.decision, elbow=Elbow(3, 0.3, drops))
    assert finding("elbow", replace(blobs, decision=same)) == "The elbow is at three, as the answer"
    other = replace(blobs.decision, elbow=Elbow(2, 0.3, drops))
    assert finding("elbow", replace(blobs, decision=other)) == "The elbow is at two; the answer is three"


def test_the_silhouette_names_its_best_k(blobs: Any, nothing: Any) -> None:
    assert finding("silhouette_by_k", blobs).startswith("The silhouette is best at three")
    assert finding("silhouette_by_k", nothing).startswith("No K has a convincing silhouette")


def test_null_tables_decide_the_title(blobs: Any, nothing: Any) -> None:
    assert finding("null", blobs).startswith("Beyond chance")
    nulls = tuple(replace(null, p_value=0.4) for null in nothing.decision.nulls)
    within = replace(nothing, decision=replace(nothing.decision, nulls=nulls))
    assert finding("null", within).startswith("No better than chance")


def test_slices_are_called_a_convention(slices: Any) -> None:
    assert finding("map", slices) == "One cloud, cut into four: the borders are a convention"


def test_noise_is_counted_and_explained_on_the_map(moons: Any, blobs: Any) -> None:
    noise = moons.trial(moons.decision.configuration).noise_share
    assert noise > 0
    assert f"{100 * noise:.1f} %" in finding("map", moons)
    assert "×" in str(CHARTS["map"].caption(moons).reading)
    assert "×" not in str(CHARTS["map"].caption(blobs).reading)


def test_the_resamples_add_up(blobs: Any, moons: Any, wide: Any) -> None:
    for study in (blobs, moons, wide):
        groups = resample_groups(study)
        assert sum(group["wins"] for group in groups) == study.decision.resampling.n_resamples
        assert groups[0]["place"] == 0


def test_families_with_the_same_segments_count_together_as_far_as_the_confidence_says(blobs: Any) -> None:
    chosen = blobs.decision.configuration
    ward = next(name for name in blobs.finalists if blobs.trial(name).configuration.family == "ward")
    assert blobs.trial(ward).n_clusters == 3
    resampling = replace(blobs.decision.resampling, n_resamples=100, wins={chosen: 60, ward: 25, "gone": 15})
    for confidence, wins in ((0.85, 85), (0.60, 60)):
        decision = replace(blobs.decision, resampling=resampling, confidence=confidence)
        groups = resample_groups(replace(blobs, decision=decision))
        assert groups[0]["wins"] == wins
        assert sum(group["wins"] for group in groups) == 100


def test_fewer_resamples_than_wanted_are_said(blobs: Any) -> None:
    resampling = replace(blobs.decision.resampling, n_wanted=100)
    study = replace(blobs, decision=replace(blobs.decision, resampling=resampling))
    assert "100 were wanted" in str(CHARTS["resamples"].caption(study).reading)


def test_a_sampled_map_says_so(wide: Any) -> None:
    assert str(CHARTS["map"].caption(wide).reading).startswith("300 of 480 customers")
    assert "projection" in str(CHARTS["map"].caption(wide).reading)


def test_effects_fall_into_seven_colors_around_zero() -> None:
    sizes = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
    assert [effect_step(size) for size in sizes] == [1, 2, 3, 4, 5, 6, 7]


def test_levels_are_filled_in_from_all_cards_and_not_mirrored(blobs: Any) -> None:
    cards = []
    for card, level, part in zip(blobs.model.cards, ("F", "M", "F"), (0.6, 0.7, 0.9), strict=True):
        effect = Effect("gender", level, part, 0.5, 0.5, 0.3, used=False)
        shares = {level: part, "F" if level == "M" else "M": 1 - part}
        cards.append(replace(card, effects=(*card.effects, effect), levels={"gender": shares}))
    rows = profile_effects(tuple(cards))
    levels = [name for name in rows if name.startswith("gender")]
    assert len(levels) == 1
    assert set(rows[levels[0]]) == {"S1", "S2", "S3"}
    women = [
        effect.inside if effect.level == "F" else 1 - effect.inside for effect in rows[levels[0]].values()
    ]
    assert sorted(round(value, 9) for value in women) == [0.3, 0.6, 0.9]


def test_every_segment_is_named_beside_its_silhouettes(wide: Any) -> None:
    drawn = svg(CHARTS["silhouette_rows"].bare(wide))
    assert all(f">{card.short} " in drawn for card in wide.model.cards)


def test_a_higher_mean_never_has_a_lower_color(wide: Any, slices: Any) -> None:
    for study in (wide, slices):
        for feature, own in profile_effects(cards(study)).items():
            steps = {c["segment"]: c["step"] for c in profile_cells(study) if c["feature"] == feature}
            ordered = [steps[name] for name in sorted(own, key=lambda s: own[s].inside) if name in steps]
            assert ordered == sorted(ordered)


def test_features_are_labeled_with_their_units(blobs: Any) -> None:
    first, *others = blobs.schema.clustering
    schema = Schema((replace(first, unit="days"), *(replace(one, unit=None) for one in others)))
    drawn = svg(CHARTS["profile"].bare(replace(blobs, schema=schema)))
    assert f">{first.name} (days)<" in drawn
    assert all(f">{one.name}<" in drawn for one in others)


def test_a_long_name_stands_whole_over_its_column_and_beside_its_points(blobs: Any) -> None:
    name = "Not played for long, few sessions a day"
    long = replace(blobs.model.cards[0], name=name)
    study = replace(
        blobs,
        models={one: replace(made, cards=(long, *made.cards[1:])) for one, made in blobs.models.items()},
    )
    for chart in ("profile", "map"):
        drawn = svg(CHARTS[chart].bare(study))
        assert all(f"{word}" in drawn for word in ("Not played for", "a day")), chart
        assert "…" not in drawn
