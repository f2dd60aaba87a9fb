from __future__ import annotations

import numpy as np

from segmint.charts.matching import color_token, matched_numbers, shape


def test_permuted_labels_get_the_numbers_of_the_answer() -> None:
    answer = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    renamed = np.array([2, 2, 2, 0, 0, 1, 1, 1])
    assert matched_numbers(renamed, answer, {0: 1, 1: 2, 2: 3}) == {2: 1, 0: 2, 1: 3}


def test_a_split_segment_keeps_its_number_in_the_larger_part() -> None:
    answer = np.array([0] * 6 + [1] * 3)
    split = np.array([0] * 4 + [2] * 2 + [1] * 3)
    assert matched_numbers(split, answer, {0: 1, 1: 2}) == {0: 1, 1: 2, 2: 3}


def test_noise_gets_no_number() -> None:
    answer = np.array([0, 0, 1, 1, -1])
    other = np.array([-1, 0, 1, 1, 1])
    assert matched_numbers(other, answer, {0: 1, 1: 2}) == {0: 1, 1: 2}


def test_colors_end_at_twelve_and_shapes_start_at_seven() -> None:
    assert color_token(12, 12) == "s12"
    assert color_token(3, 13) == "edge"
    assert {shape(number, 6) for number in range(1, 7)} == {"circle"}
    assert len({shape(number, 7) for number in range(1, 7)}) == 6
