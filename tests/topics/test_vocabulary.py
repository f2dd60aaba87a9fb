from __future__ import annotations

import numpy as np
import pytest

from segmint.errors import DataError
from segmint.labels import FEWEST_TOLD
from segmint.model.lexicon import joined, read_as
from segmint.model.stop_words import STOP_WORDS, stop_words_of
from segmint.model.tokens import words_of
from segmint.topics.corpus import read_corpus
from segmint.topics.languages import declared, detect
from segmint.topics.vocabulary import as_written, build_lexicon, every_form, find_phrases

FRENCH = [
    "Mon colis n'est pas arrivé, je veux être remboursé",
    "La réclamation concerne les colis abimés",
    "Le service client ne répond pas à ma reclamation",
    "Où sont mes colis ? J'attends un remboursement",
    "Le colis est arrivé abîmé, réclamation envoyée",
    "Une réclamation pour un colis perdu",
]


def test_a_word_counts_where_five_documents_hold_it() -> None:
    texts = ["parcel late"] * 4 + ["parcel refund"] + ["refund"] * 10
    assert build_lexicon(texts, "en").vocabulary == ("parcel",)


def test_french_is_read_by_lemma_with_and_without_accents() -> None:
    lexicon = build_lexicon(FRENCH * 2 + ["bonjour merci"] * 12, "fr")
    assert "réclamation" in lexicon.vocabulary
    assert lexicon.terms("deux reclamations, une RÉCLAMATION") == ["réclamation", "réclamation"]


def test_training_and_service_read_a_text_alike() -> None:
    texts = [f"{one} {other}" for one in FRENCH for other in FRENCH]
    lexicon = build_lexicon(texts, "fr")
    left_out = STOP_WORDS[lexicon.stop_words]
    written = [words_of(text, "fr", left_out) for text in texts]
    forms = as_written(every_form("fr"), written, left_out | stop_words_of("fr"))
    for text in texts:
        read = joined(read_as(words_of(text, "fr", left_out), forms, left_out), frozenset(lexicon.phrases))
        assert lexicon.terms(text) == [term for term in read if term in lexicon.places]


def test_a_table_of_forms_holds_nothing_that_only_the_corpus_knows() -> None:
    texts = ["parcel refund Zorglubinator"] * 3 + ["parcel", "refund", "late"] * 9
    lexicon = build_lexicon(texts, "en")
    assert "zorglubinator" not in str(lexicon.forms) + str(lexicon.vocabulary) + str(lexicon.phrases)
    known = every_form("en")
    assert set(lexicon.forms) <= set(known) | set(known.values())


def test_a_lemma_that_nobody_writes_is_called_by_its_commonest_form() -> None:
    texts = ["playing"] * 6 + ["rails"] * 5 + ["plays"] * 5 + ["the rail"] * 2 + ["play"] * 5 + ["parcel"] * 9
    lexicon = build_lexicon(texts, "en")
    assert lexicon.vocabulary == ("parcel", "play", "playing", "rails")
    assert lexicon.terms("rail Rails playing played plays") == ["rails", "rails", "playing", "play", "play"]


def test_a_lemma_keeps_its_name_where_five_write_it_or_only_accents_tell_it_from_its_form() -> None:
    forms = {"rails": "rail", "reclamation": "réclamation", "plays": "play"}
    often = [["rails", "reclamation", "plays"]] * 9
    assert as_written(forms, [*often, *[["rail"]] * FEWEST_TOLD], frozenset({"play"})) == forms
    assert "rail" in as_written(forms, [*often, *[["rail"]] * (FEWEST_TOLD - 1)], frozenset({"play"}))


def test_two_words_that_go_together_are_one_phrase() -> None:
    assert not find_phrases([["my", "card"]] * 9 + [["parcel"]] * 20, frozenset({"my"}))
    documents = [["gift", "card"]] * FEWEST_TOLD + [["parcel"]] * 20 + [["late", "parcel"]] * 5
    assert ("gift", "card") in find_phrases(documents)
    assert not find_phrases([["gift", "card"]] * (FEWEST_TOLD - 1) + [["parcel"]] * 20)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([], "topics.too_few"),
        (["", "", ""], "topics.too_few"),
        (["parcel", ""], "topics.too_few"),
        (["1", "2"], "topics.too_few"),
        (["parcel"] * 40, "topics.nothing_shared"),
        (["parcel", "refund"], "topics.nothing_shared"),
        (["parcel", ""] * 20, "topics.all_alike"),
    ],
)
def test_texts_that_tell_nothing_are_refused(texts: list[str], code: str) -> None:
    with pytest.raises(DataError) as caught:
        read_corpus(texts, declared("en"))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("texts", "spoken", "name"),
    [
        (FRENCH, "fr", "fr"),
        (["colis pas recu je veux etre rembourse", "la livraison etait abimee"], "fr", "fr"),
        (["My parcel has not arrived", "where is the refund"], "en", "en"),
        (["Das Paket ist nicht angekommen", "ich möchte mein Geld zurück"], None, "de"),
        (["El paquete no ha llegado", "quiero que me devuelvan el dinero"], None, "es"),
        (["Paczka nie dotarła", "chciałbym otrzymać zwrot pieniędzy"], None, None),
        (["包裹没有到达", "我想退款"], None, None),
        (["", "1 2 3"], None, None),
    ],
)
def test_a_corpus_has_a_language_or_none_that_is_known(
    texts: list[str], spoken: str | None, name: str | None
) -> None:
    found = detect(texts)
    assert (found.spoken, found.name) == (spoken, name)


def test_short_texts_keep_prepositions_and_long_ones_do_not() -> None:
    short = build_lexicon(["add this to my list", "play a song for my sister"] * 6, "en")
    assert short.stop_words == "en-short"
    short = build_lexicon(["add this to my list", "play a song", "weather now"] * 6, "en")
    assert not short.naming[short.places["my"]]
    assert short.naming[short.places["weather"]]
    halves = [" ".join(f"{letter}word" for letter in letters) for letters in ("abcdefghijkl", "mnopqrstuvwx")]
    long = build_lexicon(halves * 10, "en")
    assert long.stop_words == "en"


def test_counts_can_be_taken_apart_and_are_what_was_counted() -> None:
    corpus = read_corpus(FRENCH * 3, declared("fr"))
    taken = corpus.counts.take(np.array([2, 0]))
    again = corpus.lexicon.count([FRENCH[2], FRENCH[0]])
    assert np.array_equal(taken.words, again.words)
    assert np.array_equal(taken.counts, again.counts)
    assert np.array_equal(taken.starts, again.starts)
