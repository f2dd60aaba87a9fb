from __future__ import annotations

from segmint.measure.table import MEASURES
from segmint.words.sentences import known


def test_each_measure_has_its_words_and_a_range():
    for name, measure in MEASURES.items():
        assert measure.name == name
        assert measure.title
        assert known(f"measure.meaning.{name}")
        assert measure.lowest < measure.highest


def test_directions_are_those_of_the_definitions():
    assert {name for name, m in MEASURES.items() if m.direction == "higher"} == {
        "silhouette", "calinski_harabasz", "dbcv",
    }  # fmt: skip
    assert {name for name, m in MEASURES.items() if m.direction == "lower"} == {
        "davies_bouldin", "bic", "aic", "icl",
    }  # fmt: skip
