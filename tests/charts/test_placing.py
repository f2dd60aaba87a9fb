from __future__ import annotations

import itertools

import numpy as np

from segmint.charts.marks import spread
from segmint.charts.placing import Box, place_box

FIELD = Box(0.0, 0.0, 400.0, 300.0)


def test_a_label_finds_free_room_beside_its_points() -> None:
    rng = np.random.default_rng(0)
    own, other = rng.normal((120, 150), 12, (80, 2)), rng.normal((280, 150), 12, (80, 2))
    box, covered = place_box(np.vstack([own, other]), own, (90.0, 32.0), FIELD, [])
    assert covered == 0
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
    assert np.hypot(*(middle - (120, 150))) < np.hypot(*(middle - (280, 150)))


def test_labels_do_not_meet_and_stay_inside() -> None:
    rng = np.random.default_rng(1)
    groups = [rng.normal(center, 10, (40, 2)) for center in ((60, 60), (90, 70), (340, 240))]
    taken: list[Box] = []
    for own in groups:
        box, _ = place_box(np.vstack(groups), own, (120.0, 32.0), FIELD, taken)
        assert not any(box.meets(other) for other in taken)
        assert 0 <= box.x <= 400 - box.width and 0 <= box.y <= 300 - box.height
        taken.append(box)


def test_spread_keeps_order_gaps_and_bounds() -> None:
    moved = spread([3.0, 1.0, 2.0, 90.0], gap=10, lowest=0, highest=100)
    assert sorted(range(4), key=lambda i: moved[i]) == [1, 2, 0, 3]
    ordered = sorted(moved)
    assert all(b - a >= 10 - 1e-9 for a, b in itertools.pairwise(ordered))
    assert ordered[0] >= 0 and ordered[-1] <= 100
