from __future__ import annotations

from segmint.profile.names import choose_traits, name_segments
from segmint.profile.titles import short_names
from segmint.profile.traits import Trait

COLUMNS = ["Annual Income (k$)", "Spending Score (1-100)", "Age"]


def traits(*strengths: float) -> list[Trait]:
    return [Trait(column, None, strength) for column, strength in zip(COLUMNS, strengths, strict=False)]


def named(
    *segments: list[Trait], correlations: dict[tuple[str, str], float] | None = None
) -> tuple[str, ...]:
    columns = [trait.feature for trait in segments[0]]
    return name_segments(segments, choose_traits(segments, correlations or {}), short_names(columns))


def test_names_say_what_sets_segments_apart() -> None:
    assert named(
        traits(-0.3, 0.0), traits(1.4, 1.9), traits(1.5, -1.9), traits(-1.7, -1.4), traits(-1.7, 1.4)
    ) == (
        "Mid income, mid score",
        "High income, high score",
        "High income, low score",
        "Low income, low score",
        "Low income, high score",
    )


def test_a_weak_second_column_is_left_out_where_there_are_more() -> None:
    assert named(traits(1.4, 0.1, 0.2), traits(-1.4, 0.0, -0.2)) == ("High income", "Low income")


def test_equal_names_get_a_third_column_in_which_they_differ() -> None:
    assert named(traits(1.4, 1.2, 0.8), traits(1.5, 1.3, -0.9), traits(-2, -2, 0)) == (
        "High income, high score, high age",
        "High income, high score, low age",
        "Low income, low score",
    )


def test_equal_names_that_differ_in_no_column_differ_in_degree() -> None:
    assert named(
        traits(0.8), traits(1.9), traits(-0.7), traits(-1.1), traits(-3.0), traits(0.1), traits(-0.2)
    ) == (
        "High income",
        "Very high income",
        "Fairly low income",
        "Low income",
        "Very low income",
        "Upper mid income",
        "Lower mid income",
    )


def test_the_same_name_is_never_given_twice() -> None:
    names = named(*[traits(1.0, 1.0) for _ in range(6)])
    assert len({name.casefold() for name in names}) == 6


def test_of_two_columns_that_say_the_same_one_is_named() -> None:
    related = {(COLUMNS[1], COLUMNS[0]): 0.95}
    assert (
        named(traits(2.0, 1.9, 0.9), traits(-2.0, -1.9, -0.9), correlations=related)[0]
        == "High income, high age"
    )


def test_a_segment_near_the_average_is_named_by_the_columns_that_matter() -> None:
    assert (
        named(traits(0.1, 0.4, 0.0), traits(1.9, 0.2, 1.5), traits(-1.9, 0.1, -1.5))[0]
        == "Mid income, mid age"
    )


def test_levels_are_said_alone_only_when_they_speak_for_themselves() -> None:
    def levels(column: str, level: str, strength: float, share: float) -> list[Trait]:
        return [Trait(column, level, strength, share)]

    assert named(levels("Country", "Germany", 1.0, 0.9), levels("Country", "Germany", -1.0, 0.1)) == (
        "Mostly Germany",
        "Rarely Germany",
    )
    assert named(levels("is_member", "yes", 1.0, 0.3), levels("is_member", "no", 1.0, 0.8)) == (
        "Often is member yes",
        "Mostly is member no",
    )
