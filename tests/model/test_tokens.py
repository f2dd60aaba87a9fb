from __future__ import annotations

import time

import pytest

from segmint.model.letters import small, without_accents
from segmint.model.stop_words import STOP_WORDS, stop_words_of
from segmint.model.tokens import LONGEST_WORD, every_word, words_of

ENGLISH = stop_words_of("en")
FRENCH = stop_words_of("fr")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l’été, d'accueil, qu'elle, J'adore", ["été", "accueil", "elle", "adore"]),
        ("jusqu'à aujourd'hui", ["aujourd'hui"]),
        ("Pouvez-vous, dites-moi, a-t-il", ["pouvez", "dites"]),
        ("un rendez-vous", ["un", "rendez-vous"]),
        ("Œuvre cœur", ["oeuvre", "coeur"]),
        ("prud’hommes", ["prud'hommes"]),
    ],
)
def test_french_is_parted_by_its_own_rules(text: str, words: list[str]) -> None:
    assert every_word(text, "fr") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the customer's dog's", ["the", "customer", "dog"]),
        ("I don't, can't, won’t", []),
        ("we've they're you'll", ["we", "they", "you"]),
        ("well-known e-mail", ["well", "known", "mail"]),
        ("O'Brien mp3 42 x", ["o'brien", "mp3"]),
    ],
)
def test_english_is_parted_by_its_own_rules(text: str, words: list[str]) -> None:
    assert every_word(text, "en") == words


def test_addresses_markup_and_numbers_are_no_words() -> None:
    text = "<b>call</b> ann@shop.com http://shop.com/ann www.shop.com @ann 0612345678 " + "x" * (
        LONGEST_WORD + 1
    )
    assert every_word(text, "en") == ["call"]


def test_function_words_go_also_without_their_accents_but_a_word_with_accents_stays() -> None:
    assert words_of("deja tres mais maïs", "fr", FRENCH) == ["maïs"]
    assert words_of("the parcel is late", "en", ENGLISH) == ["parcel", "late"]
    assert words_of("the parcel is late", None, STOP_WORDS["none"]) == ["the", "parcel", "is", "late"]


def test_lists_for_short_texts_are_parts_of_the_whole_lists() -> None:
    for language in ("en", "fr"):
        assert STOP_WORDS[f"{language}-short"] <= STOP_WORDS[language]


def test_letters_are_compared_composed_and_without_accents() -> None:
    assert small("E\u0301TE\u0301") == "été"
    assert without_accents("éàüñç") == "eaunc"


@pytest.mark.parametrize(
    "text", ["a@" * 500_000, "<" * 1_000_000, "<a " * 300_000, "x" * 1_000_000, "l'" * 500_000]
)
def test_a_million_odd_characters_take_no_time(text: str) -> None:
    started = time.perf_counter()
    for language in (None, "en", "fr"):
        every_word(text, language)
    assert time.perf_counter() - started < 10
